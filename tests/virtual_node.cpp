#include "tests/virtual_node.hpp"

#include "actors/coordinator_actor.hpp"
#include "loop/log_io.hpp"
#include "runners/process_runner_actor.hpp"
#include "supervisor/supervisor_actor.hpp"

#include <caf/event_based_actor.hpp>

namespace toolscore::test {
namespace {

class kept_exchange final : public exchange {
public:
  kept_exchange(actor_fixture& time, made_call_ptr call) : time_(time), call_(std::move(call)) {}
  ~kept_exchange() override {
    call_->dropped = call_->ends == 0;
    forget_questions();
  }
  const principal& who() const override { return who_; }
  bool abandoned() const override { return false; }
  void event(bytes json) override {
    ++call_->events;
    call_->told.push_back(*json);
  }
  void end(int http_status, bytes json) override {
    ++call_->ends;
    call_->answered = time_.now();
    call_->http_status = http_status;
    call_->text = *json;
    forget_questions();
  }
  std::uint64_t ask(input_request asked, std::function<void(input_response)> then) override {
    if (!call_->streams || call_->ends != 0) return 0;
    const auto number = call_->questions.size() + 1;
    call_->questions.push_back({number, std::move(asked), std::move(then), false});
    return number;
  }
  void withdraw(std::uint64_t question) override {
    auto& one = call_->questions.at(question - 1);
    if (!one.then) return;
    one.withdrawn = true;
    one.then = nullptr;
  }
  void on_abandoned(std::function<void()>) override {}

private:
  void forget_questions() {
    for (auto& one : call_->questions) one.then = nullptr;
  }

  actor_fixture& time_;
  made_call_ptr call_;
  principal who_{"test", false};
};

/// caf::drop answers its sender with an error, which ends that one: what a stand-in leaves out is
/// heard without an answer.
void hear_all(caf::event_based_actor* self) {
  self->set_default_handler([](caf::scheduled_actor*, caf::message_view&) {
    return caf::result<caf::message>{caf::delegated<caf::message>{}};
  });
}

caf::behavior make_store_stub(caf::event_based_actor* self, virtual_node* node) {
  hear_all(self);
  return {[](const put_definition& x) { x.then(done{}); },
          [=](const put_install& x) {
            if (!node->store_error.empty())
              return x.then(error{errc::store_failed, node->store_error});
            node->choices.push_back(x.install);
            x.then(done{});
          },
          [](const put_desired& x) { x.then(done{}); },
          [](const drop_definition& x) { x.then(done{}); }};
}

caf::behavior make_runner_stub(caf::event_based_actor* self, virtual_node* node) {
  hear_all(self);
  return {[=](const install_server_request& wanted) {
            install_finished outcome;
            outcome.server = wanted.spec.id;
            outcome.generation = wanted.generation;
            outcome.version = node->install_version;
            if (wanted.beside) node->beside.push_back(wanted);
            launch_plan plan;
            plan.argv = {wanted.spec.command};
            if (wanted.revision != 0) plan.argv.push_back(std::to_string(wanted.revision));
            if (node->install_error.empty())
              outcome.launch = plan;
            else
              outcome.launch = error{errc::install_failed, node->install_error};
            const auto asker = caf::actor_cast<caf::actor>(self->current_sender());
            if (node->install_takes.count() == 0)
              self->send(asker, outcome);
            else
              self->delayed_send(asker, node->install_takes, outcome);
          },
          [=](const discard_install& order) {
            node->discarded.push_back(order.revision);
            self->send(caf::actor_cast<caf::actor>(self->current_sender()),
                       install_discarded{order.spec.id});
          },
          [](const cancel_install&) {}};
}

caf::behavior make_events_stub(caf::event_based_actor* self, virtual_node* node) {
  hear_all(self);
  return {[=](const new_event& x) {
    if (x.content.kind == "server.crashed") node->crashes.push_back(x.content);
    if (x.content.kind != "server.state") return;
    const auto field = [&](const char* name) {
      const auto at = x.content.fields.find(name);
      return at == x.content.fields.end() ? std::string{} : at->second;
    };
    node->seen[x.content.server.value].push_back(
        {field("process_status"), field("reason"), field("instance"), node->time.now()});
  }};
}

caf::behavior make_bridge_stub(caf::event_based_actor* self, virtual_node* node) {
  hear_all(self);
  return {[=](const directory_changed& x) { node->directory = *x.servers; }};
}

caf::behavior make_drain(caf::event_based_actor* self) {
  hear_all(self);
  return {[](int) {}};
}

} // namespace

virtual_node::virtual_node(actor_fixture& fixture, std::size_t starts_max)
    : time(fixture), host(fixture), starts_max_(starts_max) {
  log::set_level(log::level::off);
}

virtual_node::~virtual_node() {
  end();
  for (auto* one : {&tree->store, &tree->events, &tree->bridge, &tree->catalog, &tree->coordinator,
                    &tree->runner}) {
    if (*one) caf::anon_send_exit(*one, caf::exit_reason::kill);
    *one = nullptr;
  }
  directory.clear();
  time.settle();
  time.forget_timers();
}

void virtual_node::end() {
  for (auto* one : {&tree->manager, &tree->servers}) {
    if (!*one) continue;
    time.ask_end(*one);
    *one = nullptr;
  }
  time.advance(std::chrono::seconds(20));
}

void virtual_node::begin(std::vector<initial_server> initial) {
  auto& system = time.system;
  tree->store = system.spawn(make_store_stub, this);
  tree->events = system.spawn(make_events_stub, this);
  tree->bridge = system.spawn(make_bridge_stub, this);
  tree->catalog = system.spawn(make_drain);
  tree->coordinator = system.spawn(make_coordinator, tree, starts_max_);
  tree->runner = system.spawn(make_runner_stub, this);
  supervisor_options servers;
  servers.name = "servers";
  servers.parks = true;
  tree->servers = spawn_supervisor(system, std::move(servers));
  auto manager = std::make_shared<manager_options>();
  manager->tree = tree;
  manager->parse = [this](const std::string& name, const std::string&) -> result<server_spec> {
    return known_.at(name);
  };
  manager->server.tree = tree;
  manager->server.processes = &host;
  auto common = std::make_shared<server_surroundings>();
  common->open_link = [this](hosted_process& process, const link_choice&, link_events events) {
    return host.open_link(process, std::move(events));
  };
  manager->server.outside = &host.outside;
  common->state_dir = "/virtual";
  common->random = random;
  manager->server.common = std::move(common);
  manager->initial = std::make_shared<std::vector<initial_server>>(std::move(initial));
  manager->groups = groups;
  manager->begun = std::make_shared<bool>(false);
  tree->manager = system.spawn(make_manager, std::shared_ptr<const manager_options>(manager));
  time.settle();
}

server_spec virtual_node::spec(const std::string& name) {
  server_spec wanted;
  wanted.id.value = name;
  wanted.command = "/bin/" + name;
  wanted.origin_json = "{}";
  wanted.policy.backoff.jitter = 0;
  return wanted;
}

std::pair<call_request, made_call_ptr>
virtual_node::tool_call(const std::string& server, bool with_progress, const std::string& method) {
  auto made = std::make_shared<made_call>();
  made->server = server;
  made->at = time.now();
  call_request request;
  auto way_back = std::make_shared<kept_exchange>(time, made);
  made->way_back = way_back;
  request.reply = std::move(way_back);
  const std::string meta = with_progress ? R"(,"_meta":{"progressToken":"p"})" : "";
  request.body =
      std::make_shared<const std::string>(R"({"jsonrpc":"2.0","id":1,"method":")" + method +
                                          R"(","params":{"name":"t","arguments":{})" + meta + "}}");
  request.spans = *mcp::scanner{}.scan(*request.body);
  request.method = method;
  if (method == "tools/call") request.tool = "t";
  request.received = time.now();
  calls.push_back(made);
  return {std::move(request), std::move(made)};
}

std::vector<made_call_ptr> virtual_node::calls_together(const std::string& server,
                                                        std::size_t count, bool with_progress) {
  const auto at = directory.find(server);
  if (at == directory.end()) return {};
  std::vector<made_call_ptr> all;
  auto together = std::make_shared<std::vector<call_request>>();
  for (std::size_t i = 0; i < count; ++i) {
    auto [request, made] = tool_call(server, with_progress);
    together->push_back(std::move(request));
    all.push_back(std::move(made));
  }
  caf::anon_send(at->second, calls_in{std::move(together)});
  time.settle();
  return all;
}

made_call_ptr virtual_node::call(const std::string& server, bool with_progress) {
  const auto all = calls_together(server, 1, with_progress);
  return all.empty() ? nullptr : all.front();
}

void virtual_node::ask_as(const std::string& server, std::shared_ptr<const caller> from,
                          const std::string& method, const std::string& params,
                          const made_call_ptr& made) {
  auto request = request_of(method, params, made);
  request.from = std::move(from);
  request.client = era::legacy;
  deliver(server, std::move(request));
}

void virtual_node::ask(const std::string& server, const std::string& method,
                       const std::string& params, const made_call_ptr& made) {
  deliver(server, request_of(method, params, made));
}

call_request virtual_node::request_of(const std::string& method, const std::string& params,
                                      const made_call_ptr& made) {
  call_request request;
  request.reply = std::make_shared<kept_exchange>(time, made);
  made->way_back = request.reply;
  request.body = std::make_shared<const std::string>(R"({"jsonrpc":"2.0","id":1,"method":")" +
                                                     method + R"(","params":)" + params + "}");
  request.spans = *mcp::scanner{}.scan(*request.body);
  request.method = method;
  request.client = era::modern;
  request.received = time.now();
  return request;
}

made_call_ptr virtual_node::call_of(const std::string& server, std::shared_ptr<const caller> from,
                                    const std::string& method, era client, bool with_progress) {
  auto [request, made] = tool_call(server, with_progress, method);
  request.from = std::move(from);
  request.client = client;
  deliver(server, std::move(request));
  return made;
}

void virtual_node::deliver(const std::string& server, call_request request) {
  auto together = std::make_shared<std::vector<call_request>>();
  together->push_back(std::move(request));
  caf::anon_send(directory.at(server), calls_in{std::move(together)});
  time.settle();
}

void virtual_node::answer(const made_call_ptr& call, std::size_t which, const std::string& json,
                          bool failed) {
  if (auto then = std::exchange(call->questions.at(which).then, nullptr)) then({failed, json});
  time.settle();
}

void virtual_node::cancel(const made_call_ptr& call) {
  const auto at = directory.find(call->server);
  const auto way_back = call->way_back.lock();
  if (at == directory.end() || !way_back) return;
  caf::anon_send(at->second, call_cancel{way_back, "cancelled"});
  time.settle();
}

made_order_ptr virtual_node::order(const std::string& server, server_verb verb) {
  auto made = std::make_shared<made_order>();
  made->server = server;
  made->verb = verb;
  made->at = time.now();
  orders.push_back(made);
  time.send(tree->manager, act_request{{server}, verb, [this, made](result<done> outcome) {
                                         ++made->answers;
                                         made->answered = time.now();
                                         made->outcome = outcome;
                                       }});
  return made;
}

made_order_ptr virtual_node::add(const server_spec& spec) {
  known_[spec.id.value] = spec;
  auto made = std::make_shared<made_order>();
  made->server = spec.id.value;
  made->at = time.now();
  orders.push_back(made);
  time.send(tree->manager,
            add_request{spec.id.value, "{}", false, [this, made](result<install_result> outcome) {
                          ++made->answers;
                          made->answered = time.now();
                          made->outcome = outcome ? result<done>(done{}) : outcome.failure();
                        }});
  return made;
}

made_update_ptr virtual_node::update(const std::string& server, bool back) {
  auto made = std::make_shared<made_update>();
  time.send(directory.at(server), update_order{back, [made](result<update_result> outcome) {
                                                 ++made->answers;
                                                 made->outcome = std::move(outcome);
                                               }});
  return made;
}

std::vector<server_status> virtual_node::rows() {
  auto shown = std::make_shared<std::vector<server_status>>();
  time.send(tree->manager,
            servers_query{[shown](std::vector<server_status> all) { *shown = std::move(all); }});
  return std::move(*shown);
}

std::shared_ptr<bool> virtual_node::stop_all() {
  auto ended = std::make_shared<bool>(false);
  time.send(tree->manager, stop_everything{[ended] { *ended = true; }});
  return ended;
}

std::string virtual_node::status(const std::string& server) const {
  const auto at = seen.find(server);
  return at == seen.end() || at->second.empty() ? "" : at->second.back().status;
}

std::size_t virtual_node::times(const std::string& server, const std::string& status) const {
  std::size_t count = 0;
  const auto at = seen.find(server);
  if (at == seen.end()) return 0;
  for (const auto& x : at->second) count += x.status == status;
  return count;
}

} // namespace toolscore::test
