#include "runners/confinement.hpp"

namespace toolscore {
namespace {

const char* words_for(confinement held) {
  switch (held) {
  case confinement::pid_namespace:
    return "pid+mount namespace";
  case confinement::user_pid_namespace:
    return "user+pid+mount namespace";
  case confinement::none:
    break;
  }
  return "keepers";
}

} // namespace

std::string confinement_text(confinement held, const std::string& cgroups,
                             const std::string& not_given, const std::string& isolation) {
  std::string text = words_for(held);
  if (!cgroups.empty()) text += ", " + cgroups;
  if (!isolation.empty()) text += "; isolation: " + isolation;
  if (!not_given.empty()) text += "; not given: " + not_given;
  return text;
}

} // namespace toolscore
