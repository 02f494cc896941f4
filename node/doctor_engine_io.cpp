#include "node/doctor_engine_io.hpp"

#include "node/engine_ask_io.hpp"
#include "runners/container/engine_places.hpp"
#include "runners/install_io.hpp"

#include <unistd.h>

#include <chrono>

namespace toolscore {
namespace {

constexpr std::chrono::seconds patience{3};
constexpr const char* without = "servers with an \"image\" cannot start";

/// What answers at one socket, "podman 4.3.1"; else why nothing does.
result<std::string> engine_at(const std::string& place) {
  const auto told = ask_engine({place}, version_request(), patience);
  if (!told) return told.failure();
  if (!told->is_good()) return refusal(*told, "it does not tell its version");
  return read_version(*told);
}

} // namespace

doctor_report::fact engine_here(const std::string& chosen) {
  const auto places = engine_places(chosen, own_environment(), ::geteuid());
  if (!places) return {"engine", "none: " + places.failure().detail, without};
  std::string tried;
  for (const auto& place : *places) {
    const auto found = engine_at(place);
    if (found) return {"engine", *found + " at " + place, ""};
    tried += (tried.empty() ? "" : ", ") + place;
  }
  return {"engine", "none answers at " + tried, without};
}

} // namespace toolscore
