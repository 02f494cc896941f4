// How a container is made, started and watched; its end is in container_end_io.cpp, its face in
// container_process_io.cpp.
#include "runners/container/container_process_io.hpp"
#include "runners/port_holder_io.hpp"
#include "runners/proc_io.hpp"
#include "runners/spawner/pidfd.hpp"

#include <fstream>
#include <sstream>

namespace toolscore {
namespace {

using namespace std::chrono_literals;

constexpr auto birth_pause = 2ms; // Its init starts it a moment after the engine has answered.
constexpr auto late_birth_pause = 50ms;

std::string text_of(const std::string& path) {
  std::ostringstream out;
  out << std::ifstream(path).rdbuf();
  return out.str();
}

/// The only child of an init; 0 where there is none yet, nothing where the kernel does not tell.
std::optional<std::int64_t> child_of(std::int64_t init) {
  const auto number = std::to_string(init);
  std::ifstream list("/proc/" + number + "/task/" + number + "/children");
  if (!list) return std::nullopt;
  std::int64_t first = 0;
  list >> first;
  return first;
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
      timer_(loop), pidfd_(loop), memory_(std::make_shared<memory_watch>(loop)) {}

error hosted_container::state::failed(const std::string& why) const {
  const auto port = plan.container->port;
  const bool taken = port != 0 && (why.find("address already in use") != why.npos ||
                                   why.find("port is already allocated") != why.npos);
  if (taken) {
    const auto holder = holder_of_port(port);
    return {errc::spawn_failed, "its port " + std::to_string(port) + " is taken by " +
                                    (holder.empty() ? "another program" : holder) +
                                    "; end that, or write \"port\": \"auto\""};
  }
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
                             if (self->kept && self->kept->adopted)
                               self->look_again();
                             else
                               self->hold();
                           });
}

/// An engine that makes the container's init for the attachment (Podman) lets us have its pidfd and
/// its cgroup before there is a server: then its end is known however soon it comes.
void hosted_container::state::hold() {
  asking_ = engine->ask(inspect_request(id_), step_limit, step([](state& self, const auto& answer) {
                          const auto facts = answer.is_good() ? read_inspect(answer)
                                                              : result<container_facts>(error{});
                          if (!facts || !self.watch(facts->pid)) return self.start();
                          self.init_pid = facts->pid;
                          if (self.note_kept()) self.start();
                        }));
}

void hosted_container::state::start() {
  asking_ = engine->ask(begin_request(id_), step_limit, step([](state& self, const auto& answer) {
                          if (!answer.is_good() && answer.status != 304)
                            return self.give_up(self.failed(refusal(answer, "starting it").detail));
                          if (self.init_pid == 0) return self.look();
                          self.take_start();
                        }));
}

/// What was held before the start runs now, or has run.
void hosted_container::state::take_start() {
  running_ = true;
  pid = init_pid;
  if (!died_early_) return find_server();
  answer(done{});
  take_verdict(died_early_->how, died_early_->out_of_memory);
}

/// Who is not held before its start is looked for after it, and may have ended by then.
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
  const bool here = watch(facts.pid);
  if (!here && kept)
    return give_up(failed("it cannot outlive the node, for its engine's processes are not on this "
                          "host; write \"on_node_exit\": \"stop\""));
  if (!here) { // It is not on this host: the engine tells.
    answer(done{});
    return ask_exit(0ms);
  }
  if (!note_kept()) return;
  find_server();
}

/// The server is the child of the container's init, which starts it a moment later: a long one
/// where processor time is short, and to tell the init as the server meanwhile would be a lie for
/// good.
void hosted_container::state::find_server(int tries) {
  if (killed_) return; // Its end is what answers.
  if (ended_) return answer(done{});
  const auto child = child_of(init_pid);
  if (child && *child != 0) pid = *child;
  if (!child || pid != init_pid || tries == 0) return answer(done{});
  timer_.expires_after(tries > late_births ? birth_pause : late_birth_pause);
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
  if (plan.limits.memory_bytes != 0) memory_->begin(cgroups, id_);
  wait_pidfd();
  return true;
}

void hosted_container::state::wait_pidfd() {
  pidfd_.when_readable([weak = weak_from_this()](bool ready) {
    const auto self = weak.lock();
    if (ready && self) self->take_death();
  });
}

} // namespace toolscore
