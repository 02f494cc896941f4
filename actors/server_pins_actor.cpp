#include "actors/server_pins_actor.hpp"

#include "actors/call_refusal.hpp"
#include "actors/server_calls_actor.hpp"
#include "actors/server_lists_actor.hpp"
#include "loop/log_io.hpp"
#include "mcp/members.hpp"

#include <algorithm>
#include <caf/send.hpp>

namespace toolscore {
namespace {

constexpr std::size_t names_told_max = 20;

pin_mode pin_of(const server_actor_state& state) {
  return state.options->spec->policy.pin;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), names_told_max); ++i)
    text += (i == 0 ? "" : ", ") + names[i];
  if (names.size() > names_told_max)
    text += " and " + std::to_string(names.size() - names_told_max) + " more";
  return text;
}

void tell(server_actor_pointer self, const char* kind, const std::string& names) {
  const auto& options = *self->state.options;
  const auto enforced = pin_of(self->state) == pin_mode::enforce;
  event entry;
  entry.at = std::chrono::system_clock::now();
  entry.kind = kind;
  entry.server = options.spec->id;
  entry.fields = {{"tools", names}, {"held", enforced ? "true" : "false"}};
  log::write(log::level::warn, kind,
             {log::kv("server", options.spec->id.value), log::kv("tools", names),
              log::kv("held", enforced ? "true" : "false")});
  self->send(options.tree->events, new_event{std::move(entry)});
}

/// From now on these are neither listed nor called, at any endpoint.
void hold(server_actor_pointer self, std::vector<std::string> names) {
  auto& state = self->state;
  const auto& policy = state.options->spec->policy;
  state.held = std::move(names);
  auto deny = policy.tools_deny;
  deny.insert(deny.end(), state.held.begin(), state.held.end());
  mcp::tool_filter filter(policy.tools_allow, std::move(deny));
  state.filter = filter.open() ? nullptr : std::make_unique<mcp::tool_filter>(std::move(filter));
}

/// Nobody knows which of them are as they were approved.
void leave_unchecked(server_actor_pointer self, const std::string& why) {
  const auto& state = self->state;
  log::write(log::level::error, "tools.unchecked",
             {log::kv("server", state.options->spec->id.value), log::kv("reason", why)});
  if (pin_of(state) == pin_mode::enforce) hold(self, {"*"});
}

void take_verdict(server_actor_pointer self, const result<tools_seen>& seen) {
  auto& state = self->state;
  if (!seen) return leave_unchecked(self, seen.failure().detail);
  if (!seen->changed.empty()) tell(self, "tools.changed", joined(seen->changed));
  if (pin_of(state) == pin_mode::enforce && seen->held != state.held) hold(self, seen->held);
}

} // namespace

bool check_tools(server_actor_pointer self, const std::string& tools_array,
                 std::function<void()> then) {
  auto& state = self->state;
  if (pin_of(state) == pin_mode::off) return false;
  const bool waits = pin_of(state) == pin_mode::enforce;
  see_tools look;
  look.server = state.options->spec->id;
  look.tools_array = std::make_shared<const std::string>(tools_array);
  look.then = back_to<result<tools_seen>>(self, [=](const result<tools_seen>& seen) {
    take_verdict(self, seen);
    if (waits && then) then();
  });
  self->send(state.options->tree->store, std::move(look));
  return waits;
}

void begin_pins(server_actor_pointer self) {
  if (pin_of(self->state) == pin_mode::enforce) check_tools(self, "[]", nullptr);
}

void begin_look(server_actor_pointer self) {
  auto& state = self->state;
  ++state.looks;
  state.unlooked = pin_of(state) == pin_mode::enforce;
}

void end_look(server_actor_pointer self, std::uint32_t look) {
  auto& state = self->state;
  if (!state.unlooked || look != state.looks) return;
  state.unlooked = false;
  write_waiting(self);
}

void miss_look(server_actor_pointer self, const replica& one) {
  const auto look = one.fetch->look;
  if (!self->state.unlooked || look != self->state.looks) return;
  // What declares no tools may well refuse to list them.
  if (one.handshake && mcp::is_object(mcp::member_of(one.handshake->capabilities_json, "tools")))
    leave_unchecked(self, "the server did not list its tools");
  end_look(self, look);
}

void take_approval(server_actor_pointer self, const approve_request& request) {
  using names = std::vector<std::string>;
  approve_tools order;
  order.server = self->state.options->spec->id;
  order.tool = request.tool;
  order.then = back_to<result<names>>(self, [self, request](const result<names>& held) {
    if (!held) return request.then(held.failure());
    tell(self, "tools.approved", request.tool.empty() ? "all" : request.tool);
    if (pin_of(self->state) == pin_mode::enforce) {
      hold(self, *held);
      mcp::list_set changed;
      changed.add(mcp::served_list::tools);
      tell_catalog(self, changed);
    }
    request.then(done{});
  });
  self->send(self->state.options->tree->store, std::move(order));
}

std::optional<std::string> refused_tool(const server_actor_state& state, std::string_view tool,
                                        bool looks) {
  if (!state.filter || state.filter->allows(tool)) return std::nullopt;
  const bool held = std::any_of(state.held.begin(), state.held.end(),
                                [&](const std::string& x) { return x == tool || x == "*"; });
  if (!held) return detail_hidden(tool);
  if (looks) return std::nullopt;
  return detail_held(state.options->spec->id.value, tool);
}

void look_again(server_actor_pointer self) {
  if (pin_of(self->state) != pin_mode::enforce) return;
  mcp::list_set tools;
  tools.add(mcp::served_list::tools);
  fetch_lists_soon(self, tools);
}

} // namespace toolscore
