#include "actors/manager_actor.hpp"

#include "actors/catalog_messages_actor.hpp"
#include "actors/manager_life_actor.hpp"
#include "config/relations_config.hpp"
#include "loop/house_handlers.hpp"
#include "loop/log_io.hpp"
#include "mcp/names.hpp"
#include "supervisor/supervisor_actor.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include <set>

namespace toolscore {
namespace {

error unknown(const server_id& server) {
  return {errc::unknown_server,
          "there is no server \"" + server.value + "\"; `toolscore ps` lists them"};
}

} // namespace

void tell(manager_pointer self, const manager_options_pointer& options, std::string kind,
          const server_id& server, std::map<std::string, std::string> fields) {
  event entry;
  entry.at = std::chrono::system_clock::now();
  entry.kind = std::move(kind);
  entry.server = server;
  entry.fields = std::move(fields);
  self->send(options->tree->events, new_event{std::move(entry)});
}

namespace {

/// Keeps count of who is not decided yet, so that a change among a thousand servers costs what it
/// costs among ten.
void count(manager_pointer self, const std::string& name) {
  const auto at = self->state.servers.find(name);
  const auto decided = [](const registered_server& entry) {
    const auto& policy = entry.spec->policy;
    const bool comes_and_goes = policy.idle_stop.count() != 0 || policy.max_lifetime.count() != 0;
    return is_decided(entry.last.to, entry.desired, entry.was_ready && comes_and_goes);
  };
  if (at == self->state.servers.end() || decided(at->second))
    self->state.undecided.erase(name);
  else
    self->state.undecided.insert(name);
}

} // namespace

void publish_readiness(manager_pointer self, const manager_options_pointer& options) {
  const auto& state = self->state;
  node_readiness now;
  now.ready = state.undecided.empty();
  now.detail = std::to_string(state.servers.size() - state.undecided.size()) + " of " +
               std::to_string(state.servers.size());
  if (!now.ready) {
    const auto& name = *state.undecided.begin();
    now.detail += ": " + name + " is " + to_string(state.servers.at(name).last.to);
  }
  if (now.ready == state.published.ready && now.detail == state.published.detail) return;
  self->state.published = now;
  self->send(options->tree->bridge, readiness_changed{now});
}

namespace {

void publish_directory(manager_pointer self, const manager_options_pointer& options) {
  auto servers = std::make_shared<std::map<std::string, caf::actor>>();
  for (const auto& [name, entry] : self->state.servers)
    if (entry.address && !entry.leaving) servers->emplace(name, entry.address);
  self->send(options->tree->bridge, directory_changed{std::move(servers)});
}

/// The directory costs the number of servers, so those that come up together share one.
void publish_directory_soon(manager_pointer self, const manager_options_pointer& options) {
  if (std::exchange(self->state.directory_due, true)) return;
  self->send(self, resume{[self, options] {
               self->state.directory_due = false;
               publish_directory(self, options);
             }});
}

relations relations_now(manager_pointer self, const manager_options_pointer& options) {
  std::vector<server_spec> specs;
  for (const auto& [name, entry] : self->state.servers) specs.push_back(*entry.spec);
  return relations_of(specs, options->groups);
}

} // namespace

void publish_relations(manager_pointer self, const manager_options_pointer& options) {
  options->tree->related = std::make_shared<const relations>(relations_now(self, options));
}

/// Hands the server's actor to its supervisor, which starts it.
void start_actor(manager_pointer self, const manager_options_pointer& options,
                 const registered_server& entry) {
  auto server = std::make_shared<server_options>(options->server);
  server->spec = entry.spec;
  server->desired = entry.desired;
  server->install = std::make_shared<install_choice>(entry.install);
  child_spec child;
  child.id = entry.spec->id.value;
  const auto& stop = entry.spec->policy.stop;
  child.stop_timeout = stop.drain + stop.stdin_close + stop.term + std::chrono::milliseconds{4'000};
  child.start = [server](caf::event_based_actor* parent, std::uint64_t) -> caf::actor {
    auto owner = parent->spawn(make_server, std::shared_ptr<const server_options>(server));
    server->tree->owners[server->spec->id.value] = owner;
    return owner;
  };
  self->send(options->tree->servers, add_child{std::move(child)});
}

namespace {

void take_state(manager_pointer self, const manager_options_pointer& options,
                const state_changed& message) {
  const auto at = self->state.servers.find(message.server.value);
  if (at == self->state.servers.end()) return;
  auto& entry = at->second;
  const bool install_step = message.to == process_status::queued ||
                            message.to == process_status::cloning ||
                            message.to == process_status::building;
  if (install_step && entry.address && self->current_sender() != entry.address)
    self->send(entry.address, message);
  const auto& last = entry.last;
  if (last.to == message.to && last.pid == message.pid && last.instance == message.instance &&
      last.reason == message.reason && last.confinement == message.confinement)
    return;
  if (last.to != message.to) entry.since = std::chrono::system_clock::now();
  entry.last = message;
  entry.was_ready = entry.was_ready || message.to == process_status::ready ||
                    message.to == process_status::degraded;
  count(self, message.server.value);
  // A start is told once, when there is a process or what stands for one; that of the server's row
  // comes before.
  if (message.to == process_status::starting && message.pid == 0 && message.confinement.empty())
    return publish_readiness(self, options);
  std::map<std::string, std::string> fields{{"process_status", to_string(message.to)}};
  if (message.pid) fields["pid"] = std::to_string(message.pid);
  if (message.init_pid) fields["init_pid"] = std::to_string(message.init_pid);
  if (message.instance) fields["instance"] = std::to_string(message.instance);
  if (message.attempt) fields["attempt"] = std::to_string(message.attempt);
  if (message.to == process_status::backing_off || message.to == process_status::crash_loop)
    fields["delay_ms"] = std::to_string(message.delay.count());
  if (message.to == process_status::starting && !message.confinement.empty())
    fields["confinement"] = message.confinement;
  if (!message.reason.empty()) fields["reason"] = message.reason;
  log::write(message.reason.empty() ? log::level::info : log::level::warn, "server.state",
             {log::kv("server", message.server.value), log::kv("status", to_string(message.to)),
              log::kv("pid", message.pid), log::kv("attempt", message.attempt),
              log::kv("reason", message.reason)});
  tell(self, options, "server.state", message.server, std::move(fields));
  publish_readiness(self, options);
  // The others' ends are never the node's, and a look costs the number of all servers.
  if (entry.spec->policy.significant != significance::none && message.to != process_status::ready)
    look_for_end(self, options);
}

void take_up(manager_pointer self, const manager_options_pointer& options,
             const server_up& message) {
  const auto at = self->state.servers.find(message.server.value);
  if (at == self->state.servers.end()) return;
  at->second.address = message.address;
  for (auto& order : std::exchange(at->second.when_up, {})) self->send(message.address, order);
  publish_directory_soon(self, options);
}

void order_server(manager_pointer self, registered_server& entry, server_order order) {
  if (entry.last.to == process_status::failed && !entry.address) {
    if (order.verb == server_verb::remove) return order.then(done{});
    return order.then(error{errc::bad_config, entry.last.reason});
  }
  if (entry.address)
    self->send(entry.address, std::move(order));
  else
    entry.when_up.push_back(std::move(order));
}

} // namespace

std::string register_server(manager_pointer self, server_spec spec, desired_state desired,
                            const install_choice& install) {
  auto& entry = self->state.servers[spec.id.value];
  entry.spec = std::make_shared<const server_spec>(std::move(spec));
  entry.desired = desired;
  entry.install = install;
  entry.since = std::chrono::system_clock::now();
  entry.last.server = entry.spec->id;
  entry.last.to =
      desired == desired_state::stopped ? process_status::stopped : process_status::queued;
  count(self, entry.spec->id.value);
  return entry.spec->id.value;
}

void register_refused(manager_pointer self, const initial_server& server) {
  auto& entry = self->state.servers[server.spec.id.value];
  entry.spec = std::make_shared<const server_spec>(server.spec);
  entry.since = std::chrono::system_clock::now();
  entry.last.server = server.spec.id;
  entry.last.to = process_status::failed;
  entry.last.reason = server.refused;
  count(self, server.spec.id.value);
}

namespace {

install_result outcome_of(manager_pointer self, const manager_options_pointer& options,
                          const server_id& server, const result<done>& answer) {
  install_result outcome;
  outcome.success = static_cast<bool>(answer);
  if (!answer) outcome.error_msg = answer.failure().detail;
  if (const auto base = options->endpoint ? options->endpoint() : std::string{}; !base.empty())
    outcome.endpoint = base + "/mcp/" + server.value;
  const auto at = self->state.servers.find(server.value);
  if (at != self->state.servers.end()) outcome.pid = at->second.last.pid;
  return outcome;
}

void add_server(manager_pointer self, const manager_options_pointer& options,
                const add_request& request) {
  if (self->state.stopping)
    return request.then(
        error{errc::stopping, "the node is stopping; add the server after its next start"});
  if (self->state.servers.count(request.name) != 0)
    return request.then(
        error{errc::already_exists, "server \"" + request.name + "\" exists; remove it first"});
  auto spec = options->parse(request.name, request.config_json);
  if (!spec) return request.then(spec.failure());
  auto related = relations_now(self, options);
  relate(related, *spec);
  if (const auto fault = fault_of_added(related, request.name))
    return request.then(error{errc::bad_config, fault->path + ": " + fault->what});
  put_definition put;
  put.server = spec->id;
  put.origin_json =
      stored_definition(spec->origin_json, false, options->tree->places.add(request.name));
  put.desired = spec->disabled ? desired_state::stopped : desired_state::running;
  // The name is taken from here on, so that two adds of one name cannot both succeed.
  self->state.servers[request.name].spec = std::make_shared<const server_spec>(*spec);
  count(self, request.name);
  publish_relations(self, options);
  put.then = back_to<result<done>>(self, [self, options, spec = *spec, request,
                                          desired = put.desired](result<done> stored) {
    if (!stored) {
      self->state.servers.erase(request.name);
      options->tree->places.forget(request.name);
      count(self, request.name);
      publish_relations(self, options);
      return request.then(stored.failure());
    }
    register_server(self, spec, desired, {});
    start_actor(self, options, self->state.servers[request.name]);
    tell(self, options, "server.added", spec.id, {});
    if (!request.wait || desired == desired_state::stopped)
      return request.then(outcome_of(self, options, spec.id, done{}));
    order_server(self, self->state.servers[request.name],
                 {server_verb::start,
                  back_to<result<done>>(self, [self, options, spec, request](result<done> answer) {
                    request.then(outcome_of(self, options, spec.id, answer));
                  })});
  });
  self->send(options->tree->store, std::move(put));
}

} // namespace

void finish_removal(manager_pointer self, const manager_options_pointer& options,
                    const server_id& server) {
  self->state.servers.erase(server.value);
  count(self, server.value);
  options->tree->owners.erase(server.value);
  options->tree->places.forget(server.value);
  publish_relations(self, options);
  self->send(options->tree->servers, remove_child{server.value});
  self->send(options->tree->catalog, server_withdrawn{server});
  tell(self, options, "server.removed", server, {});
  publish_directory(self, options);
  publish_readiness(self, options);
}

namespace {

void remove_server(manager_pointer self, const manager_options_pointer& options,
                   const act_request& request) {
  for (const auto& [name, needs] : options->tree->related->needs)
    if (needs.count(request.server.value) != 0)
      return request.then(error{errc::bad_request, "server \"" + name + "\" depends on \"" +
                                                       request.server.value +
                                                       "\"; remove that one first"});
  drop_definition drop;
  drop.server = request.server;
  drop.then = back_to<result<done>>(self, [self, options, request](result<done> dropped) {
    const auto at = self->state.servers.find(request.server.value);
    if (!dropped || at == self->state.servers.end())
      return request.then(dropped ? result<done>(done{}) : dropped);
    at->second.leaving = true;
    publish_directory(self, options);
    order_server(self, at->second,
                 {server_verb::remove,
                  back_to<result<done>>(self, [self, options, request](result<done> answer) {
                    finish_removal(self, options, request.server);
                    request.then(answer);
                  })});
  });
  self->send(options->tree->store, std::move(drop));
}

void act(manager_pointer self, const manager_options_pointer& options, const act_request& request) {
  const auto at = self->state.servers.find(request.server.value);
  if (at == self->state.servers.end() || at->second.leaving)
    return request.then(unknown(request.server));
  if (request.verb == server_verb::remove) return remove_server(self, options, request);
  const auto desired =
      request.verb == server_verb::stop ? desired_state::stopped : desired_state::running;
  // Nothing new to keep: a restart needs no room on a full disk. Only a server that is up has its
  // definition in the store for certain.
  if (at->second.address && at->second.desired == desired)
    return order_server(self, at->second, {request.verb, request.then});
  put_desired put;
  put.server = request.server;
  put.desired = desired;
  put.then = back_to<result<done>>(self, [self, request, desired](result<done> stored) {
    const auto entry = self->state.servers.find(request.server.value);
    if (entry == self->state.servers.end()) return request.then(unknown(request.server));
    if (!stored) return request.then(stored.failure());
    entry->second.desired = desired;
    order_server(self, entry->second, {request.verb, request.then});
  });
  self->send(options->tree->store, std::move(put));
}

/// Asks every server and answers when all have; a server that is not up is told from the registry.
void list_servers(manager_pointer self, const servers_query& query) {
  struct gathering {
    std::map<std::string, server_status> rows;
    std::size_t open = 0;
    std::function<void(std::vector<server_status>)> then;
  };
  auto all = std::make_shared<gathering>();
  all->then = query.then;
  const auto finish = [all] {
    if (!all->then) return;
    std::vector<server_status> rows;
    for (auto& [name, row] : all->rows) rows.push_back(std::move(row));
    std::exchange(all->then, nullptr)(std::move(rows));
  };
  std::vector<caf::actor> asked;
  for (const auto& [name, entry] : self->state.servers) {
    auto& row = all->rows[name];
    row.id = entry.spec->id;
    row.source = entry.spec->source;
    row.desired = entry.desired;
    row.status = entry.last.to;
    row.since = entry.since;
    row.reason = entry.last.reason;
    if (entry.address) asked.push_back(entry.address);
  }
  all->open = asked.size();
  if (asked.empty()) return finish();
  // A server actor that ends just now answers nothing; the others' rows do not wait for it long.
  self->delayed_send(self, std::chrono::seconds{1}, resume{finish});
  for (const auto& address : asked)
    self->send(address, status_query{[all, finish](server_status row) {
                 row.since = all->rows[row.id.value].since;
                 all->rows[row.id.value] = std::move(row);
                 if (--all->open == 0) finish();
               }});
}

} // namespace

caf::behavior make_manager(manager_pointer self, manager_options_pointer options) {
  set_house_handlers(self);
  if (!std::exchange(*options->begun, true))
    take_initial(self, options, std::exchange(*options->initial, {}));
  else
    load(self, options);
  return {
      [=](const state_changed& message) { take_state(self, options, message); },
      [=](const server_up& message) { take_up(self, options, message); },
      [=](const add_request& request) {
        when_loaded(self, [=] { add_server(self, options, request); });
      },
      [=](const act_request& request) { when_loaded(self, [=] { act(self, options, request); }); },
      [](const resume& answer) { answer.work(); },
      [=](const servers_query& query) { when_loaded(self, [=] { list_servers(self, query); }); },
      [=](const stop_everything& request) {
        when_loaded(self, [=] { stop_all(self, options, request); });
      },
  };
}

} // namespace toolscore
