#include "actors/update_rules.hpp"

#include "messages/http_place.hpp"

namespace toolscore {

std::optional<error> obstacle_to_update(const server_spec& spec, const install_choice& now,
                                        bool is_installed, bool back) {
  const auto& name = spec.id.value;
  if (spec.source == source_kind::remote)
    return error{errc::bad_config, "server \"" + name +
                                       "\" runs elsewhere: nothing of it is "
                                       "installed here"};
  if (spec.source == source_kind::image)
    return error{errc::bad_config,
                 "server \"" + name +
                     "\" runs from an image: with \"pull\": \"always\" each start "
                     "of the node looks for a newer one"};
  if (!is_installed)
    return error{errc::server_not_ready, "server \"" + name +
                                             "\" runs from no install yet; `toolscore start " +
                                             name + "` makes the first"};
  if (back && !now.former)
    return error{errc::bad_request,
                 "server \"" + name + "\" has no install before this one to go back to"};
  return std::nullopt;
}

std::string obstacle_to_trial(const server_spec& spec, desired_state desired, bool sleeps) {
  const auto& policy = spec.policy;
  if (desired == desired_state::stopped) return "not tried: it is stopped";
  if (sleeps && !policy.depends_on.empty()) return "not tried: it sleeps, and so may what it needs";
  if (policy.on_node_exit == node_exit::keep)
    return "not tried beside: it outlives the node, and only one does";
  auto port = policy.port;
  if (!port && is_dialed(policy.link) && spec.endpoint) port = spec.endpoint->place.port;
  if (port && *port != port_auto)
    return "not tried beside: its port " + std::to_string(*port) + " is taken by what serves";
  return {};
}

bool is_nothing_new(const std::string& version_now, const std::string& version_beside) {
  return !version_now.empty() && version_now == version_beside;
}

std::string failed_trial(const std::string& command, const std::string& how,
                         const std::string& version_now) {
  return "trial: " + command + ": " + how + "; " +
         (version_now.empty() ? "what it ran from" : version_now) +
         " serves on; name another version in its definition, or update again once there is one "
         "that starts";
}

} // namespace toolscore
