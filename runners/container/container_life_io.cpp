// How a container is made, watched and removed; its face is in container_process_io.cpp.
#include "loop/log_io.hpp"
#include "runners/cgroup_files_io.hpp"
#include "runners/cgroup_places.hpp"
#include "runners/container/container_process_io.hpp"
#include "runners/pidfd_exit_io.hpp"
#include "runners/proc_io.hpp"
#include "runners/spawner/pidfd.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <sstream>

namespace toolscore {
namespace {

using namespace std::chrono_literals;

constexpr auto step_limit = 60s;    // Of one answer of the engine.
constexpr auto exit_limit = 10s;    // Until it tells how a dead container ended.
constexpr auto last_words = 500ms;  // For what a dead one has written.
constexpr auto kill_patience = 10s; // After which the engine is to use force.
constexpr auto removal_pause = 500ms;
constexpr int removals_max = 20;
constexpr auto birth_pause = 2ms; // Its init starts it a moment after the engine has answered.
constexpr int births_max = 25;
constexpr std::size_t signals_max = 8;

std::string text_of(const std::string& path) {
  std::ostringstream out;
  out << std::ifstream(path).rdbuf();
  return out.str();
}

/// The only child of an init; 0 where there is none yet, or the kernel does not tell.
std::int64_t child_of(std::int64_t init) {
  const auto number = std::to_string(init);
  return std::atoll(text_of("/proc/" + number + "/task/" + number + "/children").c_str());
}

/// The directory in which a process's memory is counted; empty where none shows it.
std::string memory_cgroup_of(const std::string& cgroup_text) {
  for (const auto& place : find_cgroup_places(cgroup_text, text_of("/proc/self/mountinfo"))) {
    const auto& what = place.controllers;
    const bool memory = place.v2 ? !read_cgroup_file(place.directory + "/memory.events").empty()
                                 : std::find(what.begin(), what.end(), "memory") != what.end();
    if (memory) return place.directory;
  }
  return {};
}

} // namespace

hosted_container::state::state(boost::asio::io_context& loop, std::shared_ptr<engine_client> at,
                               launch_plan what, const spawn_options& options,
                               container_identity whose)
    : io(loop), engine(std::move(at)), plan(std::move(what)),
      identity(std::move(whose)), streams_wanted{!options.no_stdin},
      log(std::make_shared<log_drain>(loop, plan.stderr_log, options.on_log_line)),
      streams(std::make_shared<attached_streams>(
          loop, attached_streams::options{!options.no_stdin, options.stdout_to_log}, log)),
      timer_(loop), pidfd_(loop) {}

error hosted_container::state::failed(const std::string& why) const {
  return {errc::spawn_failed,
          "cannot start a container of " + plan.container->settings.image + ": " + why};
}

/// What follows on an answer of the engine, unless it was killed meanwhile.
template <class Then>
engine_client::answered hosted_container::state::step(Then then) {
  return [weak = weak_from_this(), then](result<engine_answer> answer) {
    const auto self = weak.lock();
    if (!self) return;
    if (!answer) return self->give_up(self->failed(answer.failure().detail));
    if (self->killed_) return self->give_up(self->failed("it was ended while it started"));
    then(*self, *answer);
  };
}

void hosted_container::state::begin(std::uint64_t processes_max) {
  asking_ = engine->ask(create_request(plan, identity, streams_wanted, processes_max), step_limit,
                        [self = shared_from_this()](result<engine_answer> answer) {
                          if (!answer) return self->give_up(answer.failure());
                          if (answer->status == 404)
                            return self->give_up(self->failed(
                                "the engine has that image no more; `toolscore restart` fetches "
                                "it anew"));
                          if (!answer->is_good())
                            return self->give_up(refusal(*answer, self->failed("").detail));
                          auto id = created_id(*answer);
                          if (!id) return self->give_up(id.failure());
                          self->id_ = std::move(*id);
                          if (self->killed_)
                            return self->give_up(self->failed("it was ended while it started"));
                          self->attach();
                        });
}

/// Before the start, so that not a byte is missed.
void hosted_container::state::attach() {
  asking_ = engine->attach(attach_request(id_, streams_wanted), step_limit,
                           [weak = weak_from_this()](result<engine_client::attached> stream) {
                             const auto self = weak.lock();
                             if (!self) return;
                             if (!stream)
                               return self->give_up(self->failed(stream.failure().detail));
                             if (self->killed_)
                               return self->give_up(self->failed("it was ended while it started"));
                             self->streams->on_end([weak] {
                               const auto living = weak.lock();
                               if (living && living->ended_) living->finish();
                             });
                             auto opened = self->streams->open(std::move(stream->socket),
                                                               std::move(stream->early));
                             if (!opened)
                               return self->give_up(self->failed(opened.failure().detail));
                             self->start();
                           });
}

void hosted_container::state::start() {
  asking_ = engine->ask(begin_request(id_), step_limit, step([](state& self, const auto& answer) {
                          if (!answer.is_good() && answer.status != 304)
                            return self.give_up(refusal(answer, self.failed("").detail));
                          self.look();
                        }));
}

void hosted_container::state::look() {
  asking_ = engine->ask(inspect_request(id_), step_limit, step([](state& self, const auto& answer) {
                          if (!answer.is_good())
                            return self.give_up(refusal(answer, self.failed("").detail));
                          const auto facts = read_inspect(answer);
                          if (!facts) return self.give_up(facts.failure());
                          self.take_facts(*facts);
                        }));
}

void hosted_container::state::take_facts(const container_facts& facts) {
  running_ = true;
  if (!facts.running) {
    answer(done{});
    auto how = exit_from_code(facts.exit_code);
    how.out_of_memory = facts.out_of_memory;
    return take_exit(how);
  }
  pid = init_pid = facts.pid;
  if (!watch(facts.pid)) { // It is not on this host: the engine tells.
    answer(done{});
    return ask_exit(0ms);
  }
  find_server(births_max);
}

/// The server is the child of the container's init, which starts it a moment later.
void hosted_container::state::find_server(int tries) {
  if (ended_) return answer(done{});
  if (const auto child = child_of(init_pid); child != 0) pid = child;
  if (pid != init_pid || tries == 0) return answer(done{});
  timer_.expires_after(birth_pause);
  timer_.async_wait([weak = weak_from_this(), tries](auto stopped) {
    const auto self = weak.lock();
    if (!stopped && self) self->find_server(tries - 1);
  });
}

/// @returns whether the pid is that of this container's init, on this host
bool hosted_container::state::watch(std::int64_t init) {
  if (init <= 0) return false;
  descriptor found(pidfd_open(static_cast<pid_t>(init), 0));
  if (!found) return false;
  mark_ = {init, start_time_of(init), boot_id(), 0};
  // Read after the pidfd was opened: a process that is in the container's cgroup is the one meant,
  // or one that lived at its end and will not outlive it.
  const auto cgroups = text_of("/proc/" + std::to_string(init) + "/cgroup");
  if (!is_cgroup_of(cgroups, id_) || !pidfd_.assign(std::move(found))) return false;
  if (plan.limits.memory_bytes != 0) memory_cgroup_ = memory_cgroup_of(cgroups);
  wait_pidfd();
  return true;
}

void hosted_container::state::wait_pidfd() {
  pidfd_.when_readable([weak = weak_from_this()](bool ready) {
    const auto self = weak.lock();
    if (ready && self) self->take_death();
  });
}

void hosted_container::state::take_death() {
  auto how = exit_of_stranger(pidfd_.get(), mark_);
  // Before its cgroup goes, and that goes soon.
  const bool starved = !memory_cgroup_.empty() && ran_out_of_memory(memory_cgroup_);
  pidfd_.close();
  if (!how.signaled && how.status == process_exit::unknown && !starved) return ask_exit(exit_limit);
  if (!how.signaled && how.status != process_exit::unknown) how = exit_from_code(how.status);
  if (starved && how.status == process_exit::unknown) how = {true, SIGKILL};
  how.out_of_memory = starved;
  if (!starved && !memory_cgroup_.empty() && how.signaled && how.status == SIGKILL)
    return ask_memory(how);
  take_exit(how);
}

/// Its cgroup may be gone by now, with what it knew; the engine has seen it, too.
void hosted_container::state::ask_memory(process_exit how) {
  asking_ = engine->ask(wait_request(id_), exit_limit, [weak = weak_from_this(), how](const auto&) {
    const auto self = weak.lock();
    if (!self || self->ended_) return;
    self->asking_ = self->engine->ask(inspect_request(self->id_), exit_limit,
                                      [weak, how](const result<engine_answer>& answer) mutable {
                                        const auto again = weak.lock();
                                        if (!again || again->ended_) return;
                                        const auto facts = answer && answer->is_good()
                                                               ? read_inspect(*answer)
                                                               : result<container_facts>(error{});
                                        how.out_of_memory = facts && facts->out_of_memory;
                                        again->take_exit(how);
                                      });
  });
}

/// @param limit  zero: until it ends
void hosted_container::state::ask_exit(std::chrono::milliseconds limit) {
  asking_ = engine->ask(wait_request(id_), limit,
                        [weak = weak_from_this(), limit](result<engine_answer> answer) {
                          const auto self = weak.lock();
                          if (!self || self->ended_) return;
                          const auto code = answer ? read_wait(*answer) : answer.failure();
                          if (code) return self->take_exit(exit_from_code(*code));
                          if (limit.count() == 0) // Whether it lives nobody can say any more.
                            return self->force();
                          self->take_exit({false, process_exit::unknown});
                        });
}

void hosted_container::state::take_exit(process_exit how) {
  if (ended_) return;
  how.memory_limit_bytes = how.out_of_memory ? plan.limits.memory_bytes : 0;
  ended_ = how;
  pidfd_.close();
  if (!streams->is_open()) return finish();
  later(last_words, &state::finish); // Or when its streams have ended.
}

void hosted_container::state::finish() {
  if (std::exchange(told_, true)) return;
  timer_.cancel();
  answer(done{}); // Where it ended before its server was seen.
  streams->close();
  log->finish();
  tell_exit();
  remove();
}

void hosted_container::state::tell_exit() {
  if (!told_ || !ended_ || !exit_hook_) return;
  std::exchange(exit_hook_, nullptr)(*ended_);
}

void hosted_container::state::set_exit_hook(std::function<void(process_exit)> hook) {
  exit_hook_ = std::move(hook);
  if (told_) boost::asio::post(io, [self = shared_from_this()] { self->tell_exit(); });
}

void hosted_container::state::answer(result<done> outcome) {
  if (const auto hook = std::exchange(owner.on_started, nullptr)) hook(std::move(outcome));
}

void hosted_container::state::give_up(error why) {
  streams->close();
  log->finish();
  answer(std::move(why));
  remove();
}

void hosted_container::state::signal(int number) {
  if (!is_running()) return;
  const auto send = [&](int which) {
    if (signals_.size() >= signals_max) signals_.erase(signals_.begin());
    signals_.push_back(engine->ask(kill_request(id_, which), step_limit, [](auto) {}));
  };
  send(number);
  if (number == SIGTERM) send(SIGCONT);
}

void hosted_container::state::kill() {
  if (std::exchange(killed_, true) || !is_running()) return;
  const bool done_here =
      pidfd_.is_open() && pidfd_send_signal(pidfd_.get(), SIGKILL, nullptr, 0) == 0;
  if (!done_here) signal(SIGKILL);
  later(kill_patience, &state::force);
}

void hosted_container::state::later(std::chrono::milliseconds after, void (state::*work)()) {
  timer_.expires_after(after);
  timer_.async_wait([weak = weak_from_this(), work](auto stopped) {
    const auto self = weak.lock();
    if (!stopped && self) (self.get()->*work)();
  });
}

/// It does not die, or nobody can say whether it lives: the engine removes it as it is.
void hosted_container::state::force() {
  if (ended_) return;
  remove();
}

void hosted_container::state::remove() {
  if (std::exchange(removal_begun_, true)) return;
  if (id_.empty()) return removed(engine_answer{404, {}});
  removing_ = engine->ask(remove_request(id_), step_limit,
                          [weak = weak_from_this()](result<engine_answer> answer) {
                            if (const auto self = weak.lock()) self->removed(answer);
                          });
}

void hosted_container::state::removed(const result<engine_answer>& answer) {
  removal_begun_ = false;
  const bool gone = answer && (answer->is_good() || answer->status == 404);
  if (!gone && ++removals_ < removals_max) return later(removal_pause, &state::remove);
  if (!gone)
    log::write(log::level::error, "container.not_removed",
               {log::kv("server", identity.server), log::kv("container", id_),
                log::kv("reason", answer ? refusal(*answer, "removing it").detail
                                         : answer.failure().detail)});
  if (running_ && !ended_)
    take_exit(gone ? process_exit{true, SIGKILL} : process_exit{false, process_exit::unknown});
  if (const auto hook = std::exchange(owner.on_removed, nullptr))
    boost::asio::post(io, hook); // It is the last that keeps this.
}

void hosted_container::state::abandon() {
  exit_hook_ = nullptr;
  log->forget_hook();
  streams->input.reset();
  streams->output.reset();
  if (!ended_) kill();
}

void hosted_container::state::close() {
  asking_ = removing_ = nullptr;
  signals_.clear();
  timer_.cancel();
  pidfd_.close();
  streams->close();
  owner = {};
  exit_hook_ = nullptr;
}

} // namespace toolscore
