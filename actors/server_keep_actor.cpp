#include "actors/server_keep_actor.hpp"

#include "actors/server_orders_actor.hpp"
#include "loop/log_io.hpp"
#include "runners/install_keys.hpp"
#include "runners/spawner/protocol.hpp"

#include <caf/send.hpp>

namespace toolscore {

std::string digest_if_kept(server_actor_pointer self) {
  const auto& spec = *self->state.options->spec;
  if (spec.policy.on_node_exit != node_exit::keep || !self->state.plan) return {};
  const auto held = self->state.plan->plan.unpacked();
  const auto& plan = *held;
  const auto& limits = spec.policy.limits;
  std::vector<std::string> parts{std::to_string(spawner::keep_version),
                                 plan.cwd,
                                 std::to_string(spec.policy.port.value_or(0)),
                                 spec.policy.port ? "port" : "",
                                 std::to_string(limits.memory_bytes),
                                 std::to_string(limits.cpu),
                                 std::to_string(limits.pids),
                                 std::to_string(limits.files)};
  const auto& isolation = spec.policy.isolation;
  if (isolation != isolation_policy{}) { // What nobody has asked for is in no digest.
    parts.push_back(isolation.level ? to_string(*isolation.level) : "isolation");
    parts.push_back(isolation.network ? to_string(*isolation.network) : "network");
    parts.push_back(!isolation.own_tmp ? "tmp" : *isolation.own_tmp ? "own tmp" : "host tmp");
    parts.push_back(isolation.no_new_privs ? "" : "may gain");
    for (const auto& path : isolation.read) parts.push_back("read " + path);
    for (const auto& path : isolation.write) parts.push_back("write " + path);
  }
  if (const auto& box = plan.container) {
    const auto& settings = box->settings;
    parts.insert(parts.end(),
                 {"container", box->image_id, settings.user, to_string(settings.network),
                  settings.writable_root ? "writable" : "", box->own_command ? "own" : ""});
    for (const auto& mount : settings.mounts)
      parts.push_back((mount.writable ? "write " : "read ") + mount.source + ":" + mount.target);
  }
  for (const auto& argument : plan.argv) parts.push_back(argument);
  for (const auto& [name, value] : spec.env) parts.push_back(name + "=" + value);
  return install_key("kept", parts);
}

std::uint64_t number_before(server_actor_pointer self) {
  auto& state = self->state;
  const auto& processes = *state.options->processes;
  const auto kept = processes.kept(state.options->spec->id);
  if (!kept) {
    const auto last = processes.last_kept(state.options->spec->id);
    // Of one that has ended since this node looked nobody else looks at the row.
    if (last != 0)
      self->send(state.options->tree->store, drop_instance{{state.options->spec->id, last}});
    return last;
  }
  const bool same = kept->digest == state.plan->kept_digest;
  log::write(log::level::info, same ? "server.adopting" : "server.kept_reaped",
             {log::kv("server", state.options->spec->id.value), log::kv("instance", kept->number),
              log::kv("reason", same ? "a former node kept it" : "its definition has changed")});
  state.replicas.front().planned = true; // More than one are not kept.
  return same ? kept->number - 1 : kept->number;
}

void forsake_kept(server_actor_pointer self) {
  auto& state = self->state;
  const auto& spec = *state.options->spec;
  auto told = back_to<done>(self, [self](done) {
    self->state.kept_ends = false;
    changed(self);
  });
  if (state.options->processes->end_kept(spec.id, spec.policy.stop.term,
                                         [told = std::move(told)] { told(done{}); }))
    state.kept_ends = true;
}

} // namespace toolscore
