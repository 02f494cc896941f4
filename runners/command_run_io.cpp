#include "runners/command_run_io.hpp"

#include <cerrno>
#include <utility>

namespace toolscore {

void command_run::run(boost::asio::io_context& io, process_host& host,
                      std::vector<std::string> argv, std::map<std::string, std::string> variables,
                      answer then, command_limits limits) {
  launch_plan plan;
  plan.argv = std::move(argv);
  plan.env = std::move(variables);
  plan.cwd = "/";
  std::make_shared<command_run>(io, std::move(then), limits)->begin(host, std::move(plan));
}

command_run::command_run(boost::asio::io_context& io, answer then, command_limits limits)
    : timer_(io), output_(io), then_(std::move(then)), limits_(limits) {}

void command_run::begin(process_host& host, launch_plan plan) {
  spawn_options options;
  options.no_stdin = true;
  host.spawn(plan, std::move(options),
             [self = shared_from_this()](result<std::unique_ptr<hosted_process>> spawned) {
               if (!spawned) return self->end(spawned.failure());
               self->take_process(std::move(*spawned));
             });
}

void command_run::take_process(std::unique_ptr<hosted_process> process) {
  process_ = std::move(process);
  process_->on_exit([self = shared_from_this()](process_exit how) { self->take_exit(how); });
  timer_.expires_after(limits_.time);
  timer_.async_wait([self = shared_from_this()](auto failed) {
    if (!failed)
      self->give_up("did not end within " + std::to_string(self->limits_.time.count() / 1'000) +
                    " s");
  });
  if (descriptor pipe(process_->take_stdout()); !output_.assign(std::move(pipe)))
    return give_up("its output cannot be read");
  wait();
}

void command_run::wait() {
  output_.when_readable([self = shared_from_this()](bool ready) {
    if (!ready) return;
    while (self->read_some()) {
    }
    if (self->output_.is_open()) self->wait();
  });
}

/// @returns whether there may be more
bool command_run::read_some() {
  std::array<char, 4096> buffer{};
  if (!output_.is_open()) return false;
  const auto size = ::read(output_.get(), buffer.data(), buffer.size());
  if (size < 0 && errno == EINTR) return true;
  if (size < 0 && errno == EAGAIN) return false;
  if (size <= 0) {
    output_.close();
    return false;
  }
  text_.append(buffer.data(), static_cast<std::size_t>(size));
  if (text_.size() <= limits_.bytes) return true;
  give_up("printed more than " + std::to_string(limits_.bytes) + " bytes");
  return false;
}

void command_run::give_up(std::string why) {
  if (!why_.empty() || !process_) return;
  why_ = std::move(why);
  output_.close();
  process_->kill();
}

void command_run::take_exit(const process_exit& how) {
  while (why_.empty() && read_some()) {
  }
  if (!why_.empty()) return end(error{errc::spawn_failed, why_});
  if (how.signaled || how.status != 0)
    return end(error{errc::spawn_failed, "ended with " + to_string(how)});
  end(std::move(text_));
}

void command_run::end(result<std::string> outcome) {
  timer_.cancel();
  output_.close();
  // Not from inside its own hook.
  boost::asio::post(timer_.get_executor(),
                    [held = std::shared_ptr<hosted_process>(std::move(process_))] {});
  if (auto then = std::exchange(then_, nullptr)) then(std::move(outcome));
}

} // namespace toolscore
