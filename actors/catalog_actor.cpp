#include "actors/catalog_actor.hpp"

#include "loop/house_handlers.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>

#include <algorithm>

namespace toolscore {
namespace {

/// Servers that come up together make one new view, not one each.
constexpr auto debounce = std::chrono::milliseconds{20};
/// Of the loop's time that rebuilds may take: one in so many.
constexpr int rebuild_share = 20;

struct rebuild_due {};

using catalog_pointer = caf::stateful_actor<catalog_state>*;
using groups_pointer = std::shared_ptr<const std::vector<group_spec>>;

} // namespace
} // namespace toolscore

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::rebuild_due)

namespace toolscore {
namespace {

void arm_rebuild(catalog_pointer self) {
  auto& state = self->state;
  if (std::exchange(state.rebuild_armed, true)) return;
  self->delayed_send(self, std::max(debounce, rebuild_share * state.rebuild_took), rebuild_due{});
}

void take_offer(catalog_pointer self, const server_offered& message) {
  auto& state = self->state;
  auto& offer = state.offers[message.server.value];
  const bool same = offer && offer->policy.held == message.policy->held;
  auto next = same ? std::make_shared<mcp::server_offer>(*offer, message.handshake, message.lists)
                   : std::make_shared<mcp::server_offer>(message.server, *message.policy,
                                                         message.handshake, message.lists);
  next->place = message.place;
  offer = std::move(next);
  state.changed[message.server.value].add(message.changed);
  arm_rebuild(self);
}

bool is_concerned(const group_spec& group, const std::map<std::string, mcp::list_set>& changed) {
  return std::any_of(group.servers.begin(), group.servers.end(),
                     [&](const std::string& name) { return changed.contains(name); });
}

mcp::view_ptr view_of(const catalog_state& state, const group_spec& group) {
  std::vector<mcp::offer_ptr> members;
  for (const auto& name : group.servers)
    if (const auto at = state.offers.find(name); at != state.offers.end())
      members.push_back(at->second);
  return std::make_shared<const mcp::joint_view>(std::move(members), group.view);
}

void compare(list_news& news, const std::string& name, const mcp::view_ptr& before,
             const mcp::view_ptr& after) {
  mcp::list_set changed;
  for (const auto kind : mcp::all_lists)
    if (before && before->list(kind).generation() != after->list(kind).generation())
      changed.add(kind);
  if (!changed.empty()) news.views.emplace_back(name, changed);
}

void rebuild(catalog_pointer self, const addresses_ptr& tree, const groups_pointer& groups) {
  auto& state = self->state;
  state.rebuild_armed = false;
  const auto begun = self->clock().now();
  const auto changed = std::exchange(state.changed, {});
  auto views = std::make_shared<joint_views>(*state.views);
  std::vector<mcp::offer_ptr> all;
  all.reserve(state.offers.size());
  for (const auto& [name, offer] : state.offers) all.push_back(offer);
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return a->place < b->place; });
  views->all = std::make_shared<const mcp::joint_view>(std::move(all), group_view{});
  list_news news;
  compare(news, "", state.views->all, views->all);
  for (const auto& group : *groups) {
    auto& view = views->groups[group.name];
    if (view && !is_concerned(group, changed)) continue;
    const auto before = std::exchange(view, view_of(state, group));
    compare(news, group.name, before, view);
  }
  for (const auto& [name, lists] : changed)
    if (!lists.empty()) news.servers.emplace_back(server_id{name}, lists);
  state.views = views;
  state.rebuild_took =
      std::chrono::duration_cast<std::chrono::milliseconds>(self->clock().now() - begun);
  self->send(tree->bridge, catalog_changed{std::move(views), std::move(news)});
}

} // namespace

caf::behavior make_catalog(caf::stateful_actor<catalog_state>* self, addresses_ptr tree,
                           std::shared_ptr<const std::vector<group_spec>> groups) {
  set_house_handlers(self);
  // The owners outlive it.
  for (const auto& [name, owner] : tree->owners) self->send(owner, tell_offer{});
  arm_rebuild(self); // A group is there before its servers are.
  return {
      [self](const server_offered& message) { take_offer(self, message); },
      [self](const server_withdrawn& message) {
        self->state.offers.erase(message.server.value);
        self->state.changed[message.server.value];
        arm_rebuild(self);
      },
      [=](rebuild_due) { rebuild(self, tree, groups); },
  };
}

} // namespace toolscore
