#include "actors/server_lists_actor.hpp"

#include "actors/catalog_messages_actor.hpp"
#include "actors/server_calls_actor.hpp"
#include "actors/server_listens_actor.hpp"
#include "actors/server_pins_actor.hpp"
#include "actors/server_replicas_actor.hpp"
#include "mcp/members.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace toolscore {
namespace {

/// Servers that change much say so often.
constexpr std::chrono::milliseconds debounce{150};

/// However often clients ask: many servers say that their lists are good for no time at all.
constexpr std::chrono::milliseconds look_pause{1'000};

bool is_fetching(const server_actor_state& state) {
  return std::any_of(state.replicas.begin(), state.replicas.end(),
                     [](const replica& x) { return x.fetch != nullptr; });
}

bool can_be_asked(const replica& one) {
  return one.owned_by.empty() && one.wire && one.handshake;
}

/// Many a server without tools answers for them, and one with tools need not declare them.
bool may_have(const replica& one, mcp::served_list kind) {
  return kind == mcp::served_list::tools ||
         mcp::is_object(
             mcp::member_of(one.handshake->capabilities_json, mcp::words_of(kind).family));
}

/// @returns whether that is news to who knew the list before
bool keep(server_actor_state& state, mcp::served_list kind, mcp::kept_list list) {
  if (!state.lists) state.lists = std::make_unique<mcp::kept_lists>();
  auto& kept = (*state.lists)[static_cast<std::size_t>(kind)];
  const bool known = kept.array != nullptr;
  const bool same = known && list.array && *kept.array == *list.array;
  if (same) list.array = kept.array; // Who holds it sees by its address that it is the same.
  const bool changed = known && !same;
  kept = std::move(list);
  return changed;
}

/// One page is asked for at a time, of whichever instance is there.
void fetch_next(server_actor_pointer self) {
  auto& state = self->state;
  if (is_fetching(state)) return;
  auto shared = for_everybody(state);
  const auto one = std::find_if(shared.begin(), shared.end(), can_be_asked);
  if (one == shared.end()) return; // All are fetched when one is ready.
  for (const auto kind : mcp::all_lists) {
    if (!state.lists_due.has(kind)) continue;
    state.lists_due.remove(kind);
    if (!may_have(*one, kind)) {
      mcp::list_set changed;
      if (kept_list_of(state, kind).array && keep(state, kind, {})) changed.add(kind);
      if (!changed.empty()) tell_catalog(self, changed);
      continue;
    }
    one->fetch = std::make_unique<list_fetch>(
        list_fetch{kind, mcp::list_pager(std::string(mcp::words_of(kind).member)), state.looks});
    return ask_server(self, *one, own_request::list, one->fetch->pager.start());
  }
}

void end_fetch(server_actor_pointer self, replica& one) {
  one.fetch.reset();
  fetch_next(self);
}

mcp::list_kind kind_of(mcp::served_list kind) {
  if (kind == mcp::served_list::tools) return mcp::list_kind::tools;
  return kind == mcp::served_list::prompts ? mcp::list_kind::prompts : mcp::list_kind::resources;
}

void take_known(server_actor_pointer self, const replica& one, mcp::served_list kind,
                mcp::list_pager::finished&& finished) {
  auto& state = self->state;
  if (kind == mcp::served_list::tools) {
    state.tools = static_cast<std::uint32_t>(finished.count);
    auto marked = mcp::mirrored_in(finished.array);
    state.mirrored.reset();
    if (!marked.empty())
      state.mirrored = std::make_unique<const mcp::mirrored_tools>(std::move(marked));
  }
  mcp::kept_list list;
  list.array = std::make_shared<const std::string>(std::move(finished.array));
  list.life = {finished.ttl_ms, finished.is_public, self->clock().now()};
  mcp::list_set changed;
  const bool told = state.lists_told.has(kind);
  state.lists_told.remove(kind);
  if (keep(state, kind, std::move(list))) changed.add(kind);
  tell_catalog(self, changed);
  // As after a restart: the server itself had no reason to say so.
  if (!changed.empty() && !told) tell_list_differs(self, one, kind_of(kind));
}

void take_whole(server_actor_pointer self, const replica& one, mcp::served_list kind,
                mcp::list_pager::finished&& finished) {
  if (kind != mcp::served_list::tools) return take_known(self, one, kind, std::move(finished));
  auto held = std::make_shared<mcp::list_pager::finished>(std::move(finished));
  const auto go_on = [self, place = &one, held, look = one.fetch->look] {
    take_known(self, *place, mcp::served_list::tools, std::move(*held));
    end_look(self, look);
  };
  if (!check_tools(self, held->array, go_on)) go_on();
}

} // namespace

const mcp::kept_list& kept_list_of(const server_actor_state& state, mcp::served_list kind) {
  static const mcp::kept_list none;
  return state.lists ? (*state.lists)[static_cast<std::size_t>(kind)] : none;
}

void tell_catalog(server_actor_pointer self, mcp::list_set changed) {
  auto& state = self->state;
  const auto& spec = *state.options->spec;
  if (spec.policy.link == link_kind::none) return; // It has nothing to offer, ever.
  auto policy = std::make_shared<mcp::offer_policy>();
  policy->prefix = spec.policy.prefix;
  policy->instructions = spec.policy.instructions;
  policy->tools = {spec.policy.tools_allow, spec.policy.tools_deny, spec.policy.tools_rename,
                   spec.policy.tools_describe};
  policy->held = state.held;
  self->send(state.options->tree->catalog,
             server_offered{spec.id, std::move(policy), state.handshake,
                            state.lists ? *state.lists : mcp::kept_lists{}, changed,
                            state.options->tree->places.of(spec.id.value)});
}

void fetch_lists(server_actor_pointer self, replica& one) {
  if (!one.owned_by.empty() || !one.handshake) return;
  tell_catalog(self);
  self->state.lists_due = mcp::list_set::all();
  fetch_next(self);
}

void fetch_lists_soon(server_actor_pointer self, mcp::list_set changed) {
  auto& state = self->state;
  state.lists_said.add(changed);
  if (!std::exchange(state.lists_armed, true)) self->delayed_send(self, debounce, lists_due{});
}

mcp::list_set lists_of(mcp::list_kind announced) {
  mcp::list_set changed;
  switch (announced) {
  case mcp::list_kind::tools:
    changed.add(mcp::served_list::tools);
    break;
  case mcp::list_kind::prompts:
    changed.add(mcp::served_list::prompts);
    break;
  case mcp::list_kind::resources:
    changed.add(mcp::served_list::resources);
    changed.add(mcp::served_list::templates);
    break;
  }
  return changed;
}

void take_lists_due(server_actor_pointer self) {
  auto& state = self->state;
  state.lists_armed = false;
  state.lists_due.add(std::exchange(state.lists_said, {}));
  fetch_next(self);
}

void take_lists_wanted(server_actor_pointer self) {
  auto& state = self->state;
  const auto now = self->clock().now();
  if (!state.handshake || state.handshake->server != era::modern ||
      now - state.lists_looked_at < look_pause)
    return;
  state.lists_looked_at = now;
  for (const auto kind : mcp::all_lists) {
    const auto& kept = kept_list_of(state, kind);
    const auto on_its_way = [&](const replica& x) { return x.fetch && x.fetch->kind == kind; };
    if (kept.array && now - kept.life.fetched >= std::chrono::milliseconds(kept.life.ttl_ms) &&
        std::none_of(state.replicas.begin(), state.replicas.end(), on_its_way))
      state.lists_due.add(kind);
  }
  fetch_next(self);
}

void take_list_answer(server_actor_pointer self, replica& one, const std::string& line,
                      const envelope& spans) {
  if (!one.fetch) return;
  // A server without that list says so with an error.
  if (spans.kind != message_kind::response) return give_up_list(self, one);
  auto step = one.fetch->pager.on_result(spans.result.of(line));
  if (auto* more = std::get_if<mcp::list_pager::next_page>(&step))
    return ask_server(self, one, own_request::list, more->params);
  auto* finished = std::get_if<mcp::list_pager::finished>(&step);
  if (finished == nullptr) return give_up_list(self, one);
  take_whole(self, one, one.fetch->kind, std::move(*finished));
  end_fetch(self, one);
}

void give_up_list(server_actor_pointer self, replica& one) {
  if (!one.fetch) return;
  if (one.fetch->kind == mcp::served_list::tools) miss_look(self, one);
  end_fetch(self, one);
}

void lose_list(server_actor_pointer self, replica& one) {
  if (!one.fetch) return;
  self->state.lists_due.add(one.fetch->kind);
  end_fetch(self, one);
}

} // namespace toolscore
