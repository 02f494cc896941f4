#include "actors/runtime.hpp"

#include "actors/bridge_actor.hpp"
#include "actors/catalog_actor.hpp"
#include "actors/coordinator_actor.hpp"
#include "actors/events_actor.hpp"
#include "actors/former_node_io.hpp"
#include "actors/initial_servers_io.hpp"
#include "actors/library_exchange.hpp"
#include "actors/manager_actor.hpp"
#include "actors/store_actor.hpp"
#include "actors/tree_actor.hpp"
#include "loop/actor_host.hpp"
#include "loop/blocking_pool.hpp"
#include "loop/log_io.hpp"
#include "messages/known_secrets.hpp"
#include "runners/container/node_containers_io.hpp"
#include "runners/http_dialer_io.hpp"
#include "runners/late_values_io.hpp"
#include "runners/link_opener_io.hpp"
#include "runners/node_cgroups_io.hpp"
#include "runners/oauth/remote_logins_io.hpp"
#include "runners/pool_io.hpp"
#include "runners/process_io.hpp"
#include "runners/remote_io.hpp"
#include "runners/side_channels_io.hpp"
#include "store/state_lock_io.hpp"

#include <algorithm>
#include <atomic>
#include <future>
#include <thread>

namespace toolscore {
namespace {

constexpr std::size_t events_max = 100'000;
/// Inits made ahead: a crash rarely comes alone, and each costs a fork of the spawner.
constexpr std::size_t spares = 2;
constexpr auto last_wait = std::chrono::milliseconds{3'000};
/// For what was called last: its writer makes way for all others, so a busy machine has little left
/// for it. Who is in a hurry says so by a second signal.
constexpr auto records_wait = std::chrono::milliseconds{30'000};

std::size_t starts_max(const node_config& config) {
  if (config.starts_max != 0) return config.starts_max;
  return 4 * std::max<std::size_t>(1, std::thread::hardware_concurrency());
}

/// Those of the node's own environment. Their passwords are nobody's business.
proxy_settings proxies_of(const environment& variables) {
  if (!variables.variable) return {};
  auto proxies = read_proxies(variables.variable);
  for (const auto* one : {&proxies.http, &proxies.https})
    if (*one) known_secrets::here().add((*one)->authorization);
  if (!proxies.fault.empty())
    log::write(log::level::warn, "node.proxy_unused", {log::kv("reason", proxies.fault)});
  return proxies;
}

} // namespace

/// Members in the order they are needed; destroyed in reverse.
struct runtime::state {
  explicit state(runtime_options chosen, state_lock held, std::shared_ptr<store_files> opened)
      : options(std::move(chosen)), lock(std::move(held)), files(std::move(opened)) {}

  runtime_options options;
  state_lock lock;
  std::shared_ptr<store_files> files;
  std::vector<initial_server> initial;
  std::optional<kept_trees> trees;
  std::vector<kept_offer> offers;                 ///< What a former node kept,
  std::map<std::string, std::uint64_t> last_kept; ///< and numbers of what it kept in vain.
  std::optional<node_containers::former> boxes;   ///< The same of containers.
  actor_host host;
  blocking_pool writer{1};
  blocking_pool workers{2};
  std::shared_ptr<node_cgroups> cgroups;
  std::unique_ptr<process_io> processes;
  std::unique_ptr<node_containers> containers;
  std::unique_ptr<remote_host> remotes;
  std::unique_ptr<host_by_plan> hosts; ///< Of both.
  std::unique_ptr<late_host> late;     ///< Before them.
  std::unique_ptr<http_dialer> dialer;
  std::unique_ptr<remote_logins> logins;
  side_channels outside;
  addresses_ptr tree = std::make_shared<addresses>();
  std::shared_ptr<tree_routes> route = std::make_shared<tree_routes>();
  std::shared_ptr<store_counters> counters = std::make_shared<store_counters>();
  std::shared_ptr<event_log> log = std::make_shared<event_log>(events_max);
  tree_backend backend{tree, route, counters};
  caf::actor root;
  std::thread thread;
  std::atomic<bool> stop_asked = false;
  bool hurried = false;
  std::optional<bool> ended;
  bool clean = true;
};

result<std::unique_ptr<runtime>> runtime::open(runtime_options options) {
  const auto& state_dir = options.config.state_dir;
  if (auto made = ensure_state_dir(state_dir); !made) return made.failure();
  for (const auto* part : {"/logs", "/run", "/installs"})
    if (auto made = ensure_state_dir(state_dir + part); !made) return made.failure();
  auto lock = state_lock::take(state_dir);
  if (!lock) return lock.failure();
  auto base = database::open(state_dir);
  if (!base) return base.failure();
  auto files = std::make_shared<store_files>(std::move(*base));
  auto initial = initial_servers(options.config, options.variables, files->definitions);
  if (!initial) return initial.failure();
  // All that is said of them is in `initial` now; `{}` would keep the vector's room.
  options.config.servers = std::vector<server_spec>();
  if (auto kept = files->reports.keep_defined(); !kept) return kept.failure();
  auto trees = kept_trees::open(kept_directory(state_dir));
  if (!trees) return trees.failure();
  auto boxes = kept_trees::open(kept_containers_directory(state_dir));
  if (!boxes) return boxes.failure();
  auto kept = look_for_kept(*trees, *initial, state_dir, false);
  auto kept_boxes = look_for_kept(*boxes, *initial, state_dir, true);
  reap_former_trees(state_dir, kept.offers);
  if (auto alone =
          reap_former_node(files->live, state_dir + "/run", *trees, kept, kept_boxes.offers);
      !alone)
    return alone.failure();
  for (const auto& [note, claim] : kept_boxes.condemned)
    boxes->forget(note.id); // The engine is told when it is asked what a former node left.
  auto content = std::make_unique<state>(std::move(options), std::move(*lock), std::move(files));
  content->trees.emplace(std::move(*trees));
  content->last_kept = kept.last_numbers();
  content->offers = std::move(kept.offers);
  auto last_boxes = kept_boxes.last_numbers();
  content->boxes.emplace(node_containers::former{std::move(*boxes), std::move(kept_boxes.offers),
                                                 std::move(last_boxes)});
  content->initial = std::move(*initial);
  return std::unique_ptr<runtime>(new runtime(std::move(content)));
}

runtime::runtime(std::unique_ptr<state> content) : state_(std::move(content)) {}

runtime::~runtime() {
  if (state_->thread.joinable())
    stop();
  else if (state_->root)
    finish();
}

backend& runtime::tree() {
  return state_->backend;
}

boost::asio::io_context& runtime::io() {
  return state_->host.io();
}

namespace {

void begin_records(records& calls, const node_config& config) {
  if (!config.records_calls) {
    log::write(log::level::warn, "node.records_off",
               {log::kv("reason", "\"records\": {\"calls\": false} in the configuration")});
    return;
  }
  if (auto begun = calls.begin(std::chrono::system_clock::now()); !begun)
    log::write(log::level::error, "store.refused", {log::kv("reason", begun.failure().detail)});
}

} // namespace

void runtime::begin() {
  auto& all = *state_;
  begin_records(all.files->calls, all.options.config);
  all.processes = std::make_unique<process_io>(all.host.io(), all.options.libexec_dir);
  all.cgroups = cgroups_of(all.options.config.state_dir);
  all.processes->keep_spares(spares);
  all.processes->use_cgroups(all.cgroups, run_in(all.workers, all.host.io()));
  auto notes = tree_notes::open(tree_notes_path(all.options.config.state_dir + "/run"));
  if (notes)
    all.processes->note_trees_in(std::move(*notes));
  else // Its trees are found by their rows in the store.
    log::write(log::level::error, "node.notes_refused",
               {log::kv("reason", notes.failure().detail)});
  all.processes->keep_trees_in(std::move(*all.trees), std::move(all.offers),
                               std::move(all.last_kept));
  all.containers =
      std::make_unique<node_containers>(all.host.io(), *all.processes, all.options.config.engine,
                                        all.options.config.state_dir, std::move(*all.boxes));
  tree_options options;
  options.config = all.options.config;
  options.variables = all.options.variables;
  options.libexec_dir = all.options.libexec_dir;
  options.starts_max = starts_max(all.options.config);
  options.endpoint = all.options.endpoint;
  options.tree = all.tree;
  options.route = all.route;
  all.remotes = std::make_unique<remote_host>(all.host.io());
  all.hosts = std::make_unique<host_by_plan>(all.containers->hosts(), *all.remotes);
  all.late =
      std::make_unique<late_host>(all.host.io(), *all.hosts, run_in(all.workers, all.host.io()));
  options.processes = all.late.get();
  options.engine = all.containers->engine();
  const auto& config = all.options.config;
  std::optional<port_range> ports;
  if (config.ports_first != 0) ports = {config.ports_first, config.ports_last};
  all.outside = open_side_channels(all.host.io(), config.state_dir + "/run", ports);
  all.outside.fill_headers = [&late = *all.late](auto endpoint, auto then) {
    late.fill(std::move(endpoint), std::move(then));
  };
  all.dialer = std::make_unique<http_dialer>(all.host.io(), run_in(all.workers, all.host.io()),
                                             proxies_of(all.options.variables));
  all.logins = std::make_unique<remote_logins>(*all.dialer, run_in(all.workers, all.host.io()),
                                               config.state_dir + "/secrets");
  all.outside.logins = all.logins.get();
  options.outside = &all.outside;
  options.open_link = open_links(all.host.io(), *all.dialer, all.logins.get());
  options.log = all.log;
  options.store.files = all.files;
  options.store.inbox = &all.tree->records;
  options.store.retention = {config.records_keep_max, config.records_keep_for};
  all.tree->records.keeps_calls = config.records_calls;
  options.store.counters = all.counters;
  options.store.post = [&all](std::function<void()> work) {
    return all.writer.post(std::move(work));
  };
  options.pool = run_in(all.workers, all.host.io());
  options.initial = std::make_shared<std::vector<initial_server>>(std::move(all.initial));
  options.ended = [&all](bool success) { all.ended = success; };
  all.root = spawn_tree(all.host.system(), std::move(options));
}

void runtime::run_until(const std::function<bool()>& finished) {
  state_->host.run_until(finished);
}

namespace {

/// What of an orderly end did not come in its time.
void tell_late(bool came, const char* what) {
  if (!came) log::write(log::level::error, "node.late", {log::kv("what", what)});
}

} // namespace

bool runtime::finish(const std::function<void(std::function<void()> then)>& close) {
  auto& all = *state_;
  if (!all.root) return all.clean;
  const auto deadline = all.options.config.stop_deadline;
  bool stopped = false;
  all.processes->let_kept_go();
  all.containers->let_kept_go();
  caf::anon_send(all.tree->manager, stop_everything{[&stopped] { stopped = true; }});
  all.host.run_until([&] { return stopped || all.hurried; }, deadline);
  all.clean = stopped;
  tell_late(stopped || all.hurried, "the end of the servers");
  bool closed = !close;
  if (close) close([&closed] { closed = true; });
  all.host.run_until([&] { return closed; }, last_wait);
  tell_late(closed, "the end of the connections");
  bool written = false;
  caf::anon_send(all.tree->store, flush_records{[&written] { written = true; }});
  const auto asked = all.hurried; // It may have been for the servers that took too long.
  all.host.run_until([&] { return written || (all.hurried && !asked); },
                     asked ? last_wait : records_wait);
  tell_late(written, "the last records");
  bool dead = false;
  all.processes->kill_all([&dead] { dead = true; });
  bool removed = false;
  all.containers->kill_all([&removed] { removed = true; });
  all.host.run_until([&] { return dead && removed; }, last_wait);
  tell_late(dead, "the end of the processes");
  tell_late(removed, "the removal of the containers");
  caf::anon_send_exit(all.root, caf::exit_reason::user_shutdown);
  all.root = nullptr;
  *all.tree = {};
  *all.route = {};
  const bool ended = all.host.shutdown(last_wait);
  if (!ended) log::write(log::level::error, "node.stuck", {log::kv("actors", all.host.running())});
  all.containers.reset();
  all.processes.reset();
  all.cgroups->close();
  if (ended && written && all.options.config.records_calls) // As the writer's last work.
    static_cast<void>(
        all.writer.post([files = all.files] { static_cast<void>(files->calls.end()); }));
  all.clean = all.clean && ended && dead && removed && written;
  return all.clean;
}

std::optional<bool> runtime::ended() const {
  return state_->ended;
}

void runtime::hurry() {
  state_->hurried = true;
}

void runtime::start() {
  auto& all = *state_;
  std::promise<void> begun;
  all.thread = std::thread([this, &all, &begun] {
    begin();
    begun.set_value();
    run_until([&all] { return all.stop_asked.load(); });
    finish();
  });
  begun.get_future().wait();
}

bool runtime::stop() {
  auto& all = *state_;
  if (!all.thread.joinable()) return all.clean;
  boost::asio::post(all.host.io(), [&all] { all.stop_asked = true; });
  all.thread.join();
  return all.clean;
}

namespace {

/// Asks on the loop and waits here for the answer.
template <class Answer>
Answer ask(boost::asio::io_context& io,
           const std::function<void(std::function<void(Answer)>)>& question) {
  auto answer = std::make_shared<std::promise<Answer>>();
  boost::asio::post(io, [question, answer] {
    question([answer](Answer value) { answer->set_value(std::move(value)); });
  });
  return answer->get_future().get();
}

std::string server_of(const std::string& endpoint) {
  const auto slash = endpoint.find_last_of('/');
  return slash == std::string::npos ? endpoint : endpoint.substr(slash + 1);
}

} // namespace

install_result runtime::install_server(const std::string& name, const std::string& config_json) {
  auto answer = ask<result<install_result>>(
      io(), [&](auto then) { tree().add(name, config_json, true, std::move(then)); });
  if (answer) return *answer;
  install_result refused;
  refused.error_msg = answer.failure().detail;
  return refused;
}

bool runtime::stop_server(const std::string& id) {
  return static_cast<bool>(ask<result<done>>(
      io(), [&](auto then) { tree().act({id}, server_verb::stop, std::move(then)); }));
}

std::vector<server_status> runtime::servers() {
  return ask<std::vector<server_status>>(io(), [&](auto then) { tree().servers(std::move(then)); });
}

bool runtime::health_check(const std::string& endpoint) {
  const auto name = server_of(endpoint);
  for (const auto& row : servers())
    if (row.id.value == name) // One that sleeps serves whoever calls it.
      return row.status == process_status::ready || row.status == process_status::degraded ||
             row.status == process_status::asleep;
  return false;
}

std::string runtime::call(const std::string& server, const std::string& tool,
                          const std::string& arguments_json) {
  auto request = library_request(tool, arguments_json);
  if (!request) return request.failure().detail;
  return ask<std::string>(io(), [&, content = *request](std::function<void(std::string)> then) {
    auto call = content;
    call.reply = std::make_shared<library_exchange>(std::move(then));
    call.received = std::chrono::steady_clock::now();
    tree().call({server}, std::move(call));
  });
}

result<std::string> runtime::trajectories(const trajectory_query& query) {
  return ask<result<std::string>>(io(),
                                  [&](auto then) { tree().trajectories(query, std::move(then)); });
}

std::uint64_t runtime::events(std::uint64_t after, std::function<void(event_ptr)> sink) {
  return ask<std::uint64_t>(io(), [&](auto then) { then(tree().subscribe(after, sink)); });
}

} // namespace toolscore
