#include "runners/child_process_io.hpp"

#include "runners/proc_io.hpp"
#include "runners/spawner/pidfd.hpp"
#include "runners/spawner_client_io.hpp"
#include "runners/spawner_plan.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>
#include <cstring>

namespace toolscore {
namespace {

using namespace spawner;

confinement to_confinement(hold held) {
  switch (held) {
  case hold::pid_namespace:
    return confinement::pid_namespace;
  case hold::user_namespace:
    return confinement::user_pid_namespace;
  case hold::strongest:
  case hold::sweep:
    break;
  }
  return confinement::none;
}

bool make_pipe(descriptor& read_end, descriptor& write_end) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return false;
  read_end.reset(ends[0]);
  write_end.reset(ends[1]);
  return true;
}

bool set_nonblocking(const descriptor& fd) {
  return fcntl(fd.get(), F_SETFL, O_NONBLOCK) == 0;
}

descriptor plan_file(const std::string& wire) {
  descriptor file(memfd_create("toolscore-plan", MFD_CLOEXEC));
  for (std::size_t at = 0; file && at < wire.size();) {
    const auto written = ::write(file.get(), wire.data() + at, wire.size() - at);
    if (written <= 0) return {};
    at += static_cast<std::size_t>(written);
  }
  return file;
}

/// waitid as the kernel has it: the C library leaves out what the dead have used. An init has
/// reaped all its descendants, so it is the use of the whole tree.
long wait_with_usage(int pidfd, siginfo_t& found, rusage& used) {
  return ::syscall(SYS_waitid, P_PIDFD, pidfd, &found, WEXITED | WNOHANG, &used);
}

std::chrono::microseconds to_duration(const timeval& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

process_usage to_usage(const rusage& used) {
  return {to_duration(used.ru_utime), to_duration(used.ru_stime),
          static_cast<std::uint64_t>(used.ru_maxrss) * 1024,
          static_cast<std::uint64_t>(used.ru_majflt)};
}

process_usage usage_in(const init_report& report) {
  return {std::chrono::microseconds(report.user_us), std::chrono::microseconds(report.system_us),
          static_cast<std::uint64_t>(report.memory_max_kb) * 1024,
          static_cast<std::uint64_t>(report.major_faults)};
}

/// Of the cgroup.
std::string name_of(const launch_plan& plan) {
  if (!plan.name.empty() || plan.argv.empty()) return plan.name;
  return plan.argv[0].substr(plan.argv[0].rfind('/') + 1);
}

process_exit killed_exit(const process_usage& used) {
  process_exit how{true, SIGKILL};
  how.usage = used;
  return how;
}

} // namespace

child_process::state::state(boost::asio::io_context& loop, const launch_plan& what,
                            spawn_options options)
    : io(loop), plan(std::make_unique<const launch_plan>(what)), cgroup_name(name_of(what)),
      limits(what.limits), stdout_to_log(options.stdout_to_log), no_stdin(options.no_stdin),
      log(std::make_shared<log_drain>(loop, what.stderr_log, std::move(options.on_log_line))),
      init_(loop), control_(loop) {}

std::string child_process::state::cannot_start() const {
  return "cannot start '" + (plan && !plan->argv.empty() ? plan->argv[0] : cgroup_name) + "'";
}

result<std::array<descriptor, request_fds>> child_process::state::prepare(const std::string& wire) {
  std::array<descriptor, request_fds> theirs;
  descriptor log_end;
  const bool made =
      (theirs[plan_fd] = plan_file(wire)) &&
      (no_stdin ? bool(theirs[stdin_fd] = descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC)))
                : make_pipe(theirs[stdin_fd], input) && set_nonblocking(input)) &&
      make_pipe(log_end, theirs[stderr_fd]) && set_nonblocking(log_end) &&
      (stdout_to_log ? bool(theirs[stdout_fd] =
                                descriptor(fcntl(theirs[stderr_fd].get(), F_DUPFD_CLOEXEC, 3)))
                     : make_pipe(output, theirs[stdout_fd]) && set_nonblocking(output)) &&
      prepare_kept(log_end) && log->start(std::move(log_end));
  if (!made) return no_pipes();
  return theirs;
}

result<done> child_process::state::connect(descriptor& theirs) {
  descriptor ours;
  if (!make_control(ours, theirs) || !control_.assign(std::move(ours))) return no_pipes();
  return done{};
}

result<done> child_process::state::connect_to(descriptor& spare) {
  if (!control_.assign(std::move(spare))) return no_pipes();
  return done{};
}

error child_process::state::no_pipes() {
  const int number = errno;
  input.reset();
  output.reset();
  log->finish();
  return error{errc::spawn_failed,
               cannot_start() + ": making its pipes failed: " + std::strerror(number)};
}

void child_process::state::adopt(const spawn_reply& reply, descriptor init) {
  init_pid = reply.init_pid;
  held = to_confinement(reply.held);
  note(describe_weakness(reply.weakened, reply.weakened_error));
  if (!init_.assign(std::move(init))) {
    // What cannot be watched must not live. Its death is a matter of microseconds.
    control_.close();
    pidfd_send_signal(init.get(), SIGKILL, nullptr, 0);
    pollfd death{init.get(), POLLIN, 0};
    ::poll(&death, 1, 1000);
    siginfo_t found{};
    waitid(P_PIDFD, static_cast<id_t>(init.get()), &found, WEXITED | WNOHANG);
    return end({true, SIGKILL});
  }
  watch_init();
  watch_control();
  if (killed_) kill(); // Asked for before it could be done.
}

void child_process::state::note(const std::string& text) {
  if (text.empty()) return;
  not_given += (not_given.empty() ? "" : "; ") + text;
}

void child_process::state::give_up(error why) {
  killed_ = true; // Should the spawner's answer still come.
  answer(std::move(why));
  if (init_.is_open()) return kill();
  control_.close();
  input.reset();
  output.reset();
  log->finish();
  leave_cgroup([](auto) {}); // An init that was born unseen ends with the control socket.
}

void child_process::state::answer(result<done> outcome) {
  if (const auto hook = std::exchange(on_started, nullptr)) hook(std::move(outcome));
}

void child_process::state::watch_control() {
  control_.when_readable([self = shared_from_this()](bool ready) {
    if (ready) self->when_due(&state::take_reports);
  });
}

void child_process::state::when_due(void (state::*work)()) {
  const auto whose = owner.lock();
  if (!whose) return (this->*work)();
  whose->when_due([self = shared_from_this(), work] { (self.get()->*work)(); });
}

void child_process::state::take_reports() {
  while (read_report()) {
  }
  if (control_.is_open()) watch_control();
}

/// @returns whether there may be more
bool child_process::state::read_report() {
  if (!control_.is_open()) return false;
  init_report report;
  iovec part{&report, sizeof(report)};
  alignas(cmsghdr) char space[CMSG_SPACE(sizeof(ucred)) + CMSG_SPACE(sizeof(int))];
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = space;
  message.msg_controllen = sizeof(space);
  const auto size = recvmsg(control_.get(), &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
  if (size < 0 && (errno == EINTR || errno == ECONNRESET)) return true;
  if (size < 0 && errno == EAGAIN) return false;
  if (size != sizeof(report)) {
    control_.close(); // The init has ended; its pidfd tells the rest.
    if (end_ && end_->of_keeper) end(*end_->of_keeper);
    return false;
  }
  std::int64_t sender = 0;
  descriptor log_end;
  for (cmsghdr* head = CMSG_FIRSTHDR(&message); head != nullptr;
       head = CMSG_NXTHDR(&message, head)) {
    if (head->cmsg_level != SOL_SOCKET) continue;
    ucred who{};
    int fd = -1;
    if (head->cmsg_type == SCM_CREDENTIALS) {
      std::memcpy(&who, CMSG_DATA(head), sizeof(who));
      sender = who.pid;
    } else if (head->cmsg_type == SCM_RIGHTS) {
      std::memcpy(&fd, CMSG_DATA(head), sizeof(fd));
      log_end.reset(fd);
    }
  }
  take(report, sender, std::move(log_end));
  return true;
}

void child_process::state::take(const init_report& report, std::int64_t sender,
                                descriptor log_end) {
  switch (report.kind) {
  case report_kind::running:
    if (kept && kept->adopted && !log_end) // Nobody would read its log.
      return give_up({errc::spawn_failed, "cannot adopt it: no descriptor is left for its log"});
    if (log_end) take_log(std::move(log_end));
    pid = held == confinement::none ? report.pid : sender;
    if (held == confinement::none)
      inner_init_.reset(
          pidfd_open(static_cast<pid_t>(sender), 0)); // The sender is the init proper.
    return started(report.files_max);
  case report_kind::failed:
    return answer(error{errc::spawn_failed, failure_text(report)});
  case report_kind::exited:
    of_its_end().reported = process_exit{false, report.value};
    break;
  case report_kind::signaled:
    of_its_end().reported = process_exit{true, report.value, report.core_dumped != 0, false, 0, {}};
    break;
  case report_kind::emptied:
    break;
  }
  if (report.empty == 0 || held == confinement::none) return;
  if (const auto whose = owner.lock()) whose->part(control_.release());
  end(killed_exit(usage_in(report)));
}

std::string child_process::state::failure_text(const init_report& report) const {
  if (!plan) return cannot_start(); // It ran already: an init says only one of the two.
  const auto at = static_cast<std::size_t>(report.pid);
  if (report.failed != step::isolation || at >= isolation_orders.size())
    return describe_failure(*plan, report.failed, report.value);
  return describe_isolation_failure(*plan, words_for_order(isolation_orders[at]), report.value);
}

void child_process::state::started(std::uint32_t files_max) {
  running_ = true;
  if (files_max != 0)
    note("limits.files is " + std::to_string(files_max) + ": more is not permitted");
  plan.reset();
  isolation_orders = std::vector<std::string>(); // Braces alone would keep their room.
  answer(done{});
}

void child_process::state::watch_init() {
  init_.when_readable([self = shared_from_this()](bool ready) {
    if (ready) self->when_due(&state::take_end);
  });
}

void child_process::state::take_end() {
  if (!init_.is_open()) return;
  if (kept && kept->adopted) return take_end_of_stranger();
  siginfo_t found{};
  rusage used{};
  const long outcome = wait_with_usage(init_.get(), found, used);
  if (outcome == 0 && found.si_pid == 0) return watch_init(); // A stale event: it lives.
  if (outcome != 0 && errno == EINTR) return watch_init();
  // ECHILD: somebody in this process waits for children that are not theirs. It is dead all
  // the same; the init's report has the exit.
  if (outcome != 0) return reaped({true, SIGKILL});
  reaped({found.si_code != CLD_EXITED, found.si_status, found.si_code == CLD_DUMPED, false, 0,
          to_usage(used)});
}

/// Without a namespace a killed keeper has left its tree to the init proper, which closes the
/// control socket when it has swept it.
void child_process::state::reaped(process_exit of_init) {
  init_.close();
  while (read_report()) {
  }
  if (ending_) return tell_reaped();
  if (held != confinement::none || !control_.is_open()) return end(of_init);
  of_its_end().of_keeper = of_init;
  if (!inner_init_) return;
  pidfd_send_signal(inner_init_.get(), SIGCONT, nullptr, 0);
  pidfd_send_signal(inner_init_.get(), SIGTERM, nullptr, 0);
}

/// The tree is empty, as far as its init and its keepers know: for a namespace the kernel vouches,
/// for keepers a cgroup does. It is waited for where it has something to tell. The init itself may
/// take its time to end.
void child_process::state::end(process_exit of_init) {
  auto& facts = of_its_end();
  facts.of_keeper.reset();
  control_.close();
  inner_init_.reset();
  ending_ = true;
  auto how = facts.reported.value_or(of_init);
  how.usage = facts.before_kill.value_or(of_init.usage);
  if (held != confinement::none && limits.memory_bytes == 0) {
    if (cgroup.directories.empty()) return finish(how);
    const auto whose = owner.lock();
    if (cgroup_rests && whose)
      whose->rest_cgroup(cgroup_name, limits, std::exchange(cgroup, {}));
    else
      leave_cgroup([](auto) {});
    return finish(how);
  }
  leave_cgroup([self = shared_from_this(), how](node_cgroups::farewell told) mutable {
    how.out_of_memory = told.out_of_memory;
    how.memory_limit_bytes = told.out_of_memory ? self->limits.memory_bytes : 0;
    self->finish(how);
  });
}

void child_process::state::leave_cgroup(std::function<void(node_cgroups::farewell)> then) {
  cgroup.joins.clear();
  cgroup.home.reset();
  const auto directories = std::exchange(cgroup.directories, {});
  const auto whose = owner.lock();
  // Without an owner, what it leaves is looked for at the next start.
  if (directories.empty() || !whose) return then({});
  whose->end_cgroup(directories, std::move(then));
}

void child_process::state::finish(process_exit how) {
  log->finish();
  of_its_end().told = how;
  tell_reaped();
  if (on_started)
    answer(error{errc::spawn_failed, cannot_start() + ": its init ended first: " + to_string(how)});
  tell_exit();
}

void child_process::state::tell_reaped() {
  if (!has_ended() || init_.is_open()) return;
  if (!std::exchange(watched, false)) return;
  if (kept) kept->files->forget(kept->note.id);
  if (const auto whose = owner.lock()) whose->on_reaped(shared_from_this());
}

void child_process::state::tell_exit() {
  if (!has_ended() || !exit_hook_) return;
  std::exchange(exit_hook_, nullptr)(*end_->told);
}

void child_process::state::set_exit_hook(std::function<void(process_exit)> hook) {
  exit_hook_ = std::move(hook);
  if (has_ended()) boost::asio::post(io, [self = shared_from_this()] { self->tell_exit(); });
}

void child_process::state::abandon() {
  if (leave()) return;
  exit_hook_ = nullptr;
  log->forget_hook();
  input.reset();
  output.reset();
  if (!has_ended()) kill();
}

} // namespace toolscore
