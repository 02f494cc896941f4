#include "runners/container/container_host_io.hpp"

#include "loop/log_io.hpp"
#include "runners/container/container_host_state_io.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <fstream>

namespace toolscore {
namespace {

using namespace std::chrono_literals;
constexpr auto look_limit = 10s;
constexpr auto removal_limit = 60s;

/// As many as there can be on this host, and not more than we may have ourselves: the engine often
/// may not give more. The cgroup's `pids` is what limits a container.
std::uint64_t processes_max() {
  std::uint64_t out = 32'768;
  std::ifstream("/proc/sys/kernel/pid_max") >> out;
  rlimit own{};
  if (::getrlimit(RLIMIT_NPROC, &own) == 0) out = std::min<std::uint64_t>(out, own.rlim_max);
  return out;
}

} // namespace

container_host::state::state(boost::asio::io_context& loop, std::shared_ptr<engine_client> asked,
                             container_host_options chosen)
    : io(loop), engine(std::move(asked)), options(std::move(chosen)), nproc(processes_max()) {}

bool container_host::state::recorded() const {
  return std::ifstream(options.record).good();
}

void container_host::state::look() {
  if (at == former::looking) return;
  at = former::looking;
  asking = engine->ask(version_request(), look_limit, [weak = weak_from_this()](auto answer) {
    if (const auto self = weak.lock()) self->take_name(answer);
  });
}

void container_host::state::take_name(const result<engine_answer>& answer) {
  if (!answer) return looked(answer.failure());
  engine_name = read_version(*answer);
  asking =
      engine->ask(list_request(options.node), look_limit, [weak = weak_from_this()](auto list) {
        if (const auto self = weak.lock()) self->take_list(list);
      });
}

void container_host::state::take_list(const result<engine_answer>& answer) {
  if (!answer) return looked(answer.failure());
  if (!answer->is_good())
    return looked(refusal(*answer, "the engine does not tell what containers there are"));
  const auto list = read_list(*answer);
  if (!list) return looked(list.failure());
  for (const auto& one : *list) {
    // The filter was the engine's; what is removed is ours to make sure of.
    const auto label = one.labels.find(std::string(container_label::node));
    if (label == one.labels.end() || label->second != options.node) continue;
    if (spare(one)) continue;
    const auto server = one.labels.find(std::string(container_label::server));
    log::write(log::level::warn, "node.leftover_container",
               {log::kv("server", server == one.labels.end() ? "" : server->second),
                log::kv("container", one.id)});
    leftovers.push_back(one.id);
  }
  forget_lost();
  remove_next();
}

void container_host::state::remove_next() {
  if (leftovers.empty()) return looked(std::nullopt);
  const auto id = std::move(leftovers.front());
  leftovers.pop_front();
  asking = engine->ask(remove_request(id), removal_limit,
                       [weak = weak_from_this(), id](result<engine_answer> answer) {
                         const auto self = weak.lock();
                         if (!self) return;
                         if (!answer) return self->looked(answer.failure());
                         if (!answer->is_good() && answer->status != 404)
                           return self->looked(refusal(*answer, "a former node's container " + id +
                                                                    " is not removed"));
                         self->remove_next();
                       });
}

/// @param failed  why nobody knows, or what of them is not gone: then nothing is started
void container_host::state::looked(std::optional<error> failed) {
  at = failed ? former::not_looked : former::none;
  leftovers.clear();
  for (const auto& hook : std::exchange(on_looked, {})) hook(failed);
}

void container_host::state::record() {
  if (!options.record.empty()) std::ofstream(options.record) << options.node << '\n';
}

void container_host::state::begin(const child& who) {
  if (!on_empty.empty())
    return who->owner.on_started(error{errc::stopping, "all servers are being stopped"});
  if (must_wait(who)) return behind.push_back(who);
  if (living.empty()) record();
  if (who->kept && see_to_former(who)) return;
  who->identity.serial = ++last_serial;
  who->engine_name = engine_name;
  hold(who);
  who->begin(nproc);
}

/// From now on it lives, until it is removed or let go.
void container_host::state::hold(const child& who) {
  living.insert(who);
  const auto gone = [weak = weak_from_this(), key = std::weak_ptr(who)] {
    const auto self = weak.lock();
    if (!self) return;
    self->living.erase(key.lock());
    for (const auto& next : std::exchange(self->behind, {})) self->begin(next);
    self->check_empty();
  };
  who->owner.on_removed = gone;
  who->owner.leaves = [weak = weak_from_this()] {
    const auto self = weak.lock();
    return self && self->leaving;
  };
  who->owner.on_left = [weak = weak_from_this(), gone] {
    if (const auto self = weak.lock()) self->some_left = true;
    gone();
  };
}

void container_host::state::check_empty() {
  if (!living.empty() || waiting != 0 || on_empty.empty()) return;
  const bool none = at == former::none && !some_left && offers.empty();
  if (none && !options.record.empty()) std::remove(options.record.c_str());
  boost::asio::post(io, [hooks = std::exchange(on_empty, {})] {
    for (const auto& hook : hooks) hook();
  });
}

container_host::container_host(boost::asio::io_context& io, std::shared_ptr<engine_client> engine,
                               container_host_options options)
    : state_(std::make_shared<state>(io, std::move(engine), std::move(options))) {}

container_host::~container_host() {
  state_->asking = nullptr;
  state_->on_looked.clear();
  for (const auto& who : std::exchange(state_->living, {})) who->close();
}

void container_host::remove_former(std::function<void()> then) {
  if (!state_->recorded() && state_->offers.empty())
    return boost::asio::post(state_->io, std::move(then));
  state_->on_looked.push_back([then = std::move(then)](const std::optional<error>& failed) {
    if (failed)
      log::write(log::level::error, "node.containers_unknown", {log::kv("reason", failed->detail)});
    then();
  });
  state_->look();
}

void container_host::spawn(const launch_plan& plan, spawn_options options, spawned then) {
  const auto refuse = [&](error why) {
    boost::asio::post(state_->io, [then = std::move(then), why = std::move(why)] { then(why); });
  };
  if (!plan.container) return refuse({errc::spawn_failed, "this plan is none of a container"});
  if (!state_->on_empty.empty()) return refuse({errc::stopping, "all servers are being stopped"});
  if (options.keep && !state_->kept_files)
    return refuse({errc::spawn_failed, "nothing is kept here beyond the node's end; write "
                                       "\"on_node_exit\": \"stop\""});
  if (state_->waiting >= waiting_max)
    return refuse({errc::queue_full, std::to_string(waiting_max) + " starts wait already"});
  container_identity whose;
  whose.node = state_->options.node;
  whose.server = plan.name.empty() ? "server" : plan.name;
  whose.instance = options.instance.number;
  if (options.keep) whose.kept = options.keep->digest;
  const auto who = std::make_shared<hosted_container::state>(state_->io, state_->engine, plan,
                                                             options, std::move(whose));
  if (options.keep) {
    who->kept = hosted_container::state::keeping{state_->kept_files, {}, false};
    who->kept->note.id = options.keep->id;
    who->kept->note.digest = options.keep->digest;
    who->kept->note.port = options.keep->port;
  }
  who->owner.on_started = [weak = std::weak_ptr(who), then = std::move(then)](auto outcome) {
    if (!outcome) return then(outcome.failure());
    then(std::unique_ptr<hosted_process>(std::make_unique<hosted_container>(weak.lock())));
  };
  ++state_->waiting;
  state_->on_looked.push_back([self = state_.get(), who](const std::optional<error>& failed) {
    --self->waiting;
    if (failed)
      who->owner.on_started(*failed);
    else
      self->begin(who);
    self->check_empty();
  });
  if (state_->at == state::former::none)
    boost::asio::post(state_->io, [self = state_] { self->looked(std::nullopt); });
  else
    state_->look();
}

std::size_t container_host::alive() const {
  return state_->living.size();
}

void container_host::kill_all(std::function<void()> then) {
  state_->on_empty.push_back(std::move(then));
  boost::asio::post(state_->io, [self = state_] {
    for (const auto& next : std::exchange(self->behind, {})) self->begin(next); // Refused now.
    for (const auto& who : std::set(self->living)) who->kill();
    self->check_empty();
  });
}

} // namespace toolscore
