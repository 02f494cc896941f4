#include "actors/manager_life_actor.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <set>

namespace toolscore {
namespace {

void stop_next(manager_pointer self, const std::vector<std::string>& names,
               const std::function<void()>& then) {
  auto& state = self->state;
  for (const auto& name : names) {
    const auto stopped = back_to<result<done>>(self, [self, name, then](const result<done>&) {
      stop_next(self, self->state.stops->stopped(name), then);
      if (self->state.stops->done()) then();
    });
    const auto at = state.servers.find(name);
    if (at == state.servers.end())
      stopped(done{}); // Removed while others stopped.
    else
      self->send(at->second.address, server_order{server_verb::stop, stopped});
  }
}

/// Actors of a thousand servers that come up stage by stage, each stage of all before the next of
/// any, would leave every processor but ours idle until the first process starts. So the first
/// come through before the others begin.
constexpr std::size_t starts_at_once = 128;
/// By the clock, for what an actor sends itself it takes before others have their turn.
constexpr std::chrono::microseconds their_turn{1};

using names = std::shared_ptr<const std::vector<std::string>>;

void start_next(manager_pointer self, const manager_options_pointer& options, const names& all,
                std::size_t from = 0) {
  auto& state = self->state;
  if (state.stopping) return;
  const auto end = std::min(all->size(), from + starts_at_once);
  for (; from < end; ++from)
    if (const auto at = state.servers.find((*all)[from]); at != state.servers.end())
      start_actor(self, options, at->second);
  if (from < all->size())
    self->delayed_send(self, their_turn, resume{[=] { start_next(self, options, all, from); }});
}

/// What a former manager left: its definitions from the store, its servers where they stand.
void take_over(manager_pointer self, const manager_options_pointer& options,
               const std::vector<stored_spec>& rows) {
  std::vector<initial_server> servers;
  std::set<std::string> known;
  for (const auto& row : rows) {
    known.insert(row.server.value);
    initial_server entry;
    entry.spec.id = row.server;
    entry.desired = row.desired;
    entry.install = row.install;
    const auto parts = parse_definition(row.origin_json);
    if (parts) entry.place = parts->from_file ? 0 : parts->place;
    auto spec = parts ? options->parse(row.server.value, parts->config_json)
                      : result<server_spec>(parts.failure());
    if (spec)
      entry.spec = std::move(*spec);
    else
      entry.refused = spec.failure().detail;
    servers.push_back(std::move(entry));
  }
  take_initial(self, options, std::move(servers));
  std::vector<std::string> removed; // Its definition went while the former manager died.
  for (const auto& [name, owner] : options->tree->owners)
    if (known.count(name) == 0)
      removed.push_back(name);
    else
      self->send(owner, tell_standing{});
  for (const auto& name : removed) finish_removal(self, options, {name});
}

} // namespace

void stop_all(manager_pointer self, const manager_options_pointer& options,
              const stop_everything& request) {
  auto& state = self->state;
  state.stopping = true;
  options->tree->stopping = true;
  tell(self, options, "node.stopping", {}, {});
  std::set<std::string> running;
  for (const auto& [name, entry] : state.servers)
    if (entry.address) running.insert(name);
  state.stops.emplace(*options->tree->related, running);
  if (running.empty()) return request.then();
  stop_next(self, state.stops->begin(), request.then);
}

void take_initial(manager_pointer self, const manager_options_pointer& options,
                  std::vector<initial_server> servers) {
  auto& places = options->tree->places;
  std::uint64_t place = 0;
  auto accepted = std::make_shared<std::vector<std::string>>();
  for (auto& server : servers) {
    ++place;
    const auto& name = server.spec.id.value;
    if (!places.knows(name)) places.set(name, server.place != 0 ? server.place : place);
    if (server.refused.empty())
      accepted->push_back(
          register_server(self, std::move(server.spec), server.desired, server.install));
    else
      register_refused(self, server);
  }
  publish_relations(self, options);
  publish_readiness(self, options);
  start_next(self, options, accepted);
  self->state.loaded = true;
  for (const auto& request : std::exchange(self->state.postponed, {})) request();
}

void load(manager_pointer self, const manager_options_pointer& options) {
  if (self->state.loaded) return;
  definitions_query query;
  query.then = back_to<result<std::vector<stored_spec>>>(
      self, [self, options](const result<std::vector<stored_spec>>& rows) {
        if (rows && !self->state.loaded) take_over(self, options, *rows);
      });
  self->send(options->tree->store, std::move(query));
  // The store may be restarting just as we are.
  self->delayed_send(self, std::chrono::milliseconds{500},
                     resume{[self, options] { load(self, options); }});
}

void look_for_end(manager_pointer self, const manager_options_pointer& options) {
  auto& state = self->state;
  if (state.stopping || state.end_told || !options->ended) return;
  // Mostly none is, and each end of each server asks.
  const bool none = std::none_of(state.servers.begin(), state.servers.end(), [](const auto& x) {
    return x.second.spec->policy.significant != significance::none;
  });
  if (none) return;
  std::vector<significant_server> servers;
  for (const auto& [name, entry] : state.servers)
    servers.push_back({entry.spec->policy.significant, entry.last.to, entry.last.succeeded});
  const auto success = node_end(servers);
  if (!success) return;
  state.end_told = true;
  tell(self, options, "node.ending", {}, {{"success", *success ? "true" : "false"}});
  options->ended(*success);
}

void when_loaded(manager_pointer self, std::function<void()> work) {
  if (self->state.loaded) return work();
  self->state.postponed.push_back(std::move(work));
}

} // namespace toolscore
