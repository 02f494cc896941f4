#include "runners/container/container_process_io.hpp"

namespace toolscore {

hosted_container::hosted_container(std::shared_ptr<state> content) : state_(std::move(content)) {}
hosted_container::~hosted_container() {
  state_->abandon();
}

std::int64_t hosted_container::pid() const {
  return state_->pid;
}
std::int64_t hosted_container::init_pid() const {
  return state_->init_pid;
}
std::string hosted_container::confined() const {
  const auto& settings = state_->plan.container->settings;
  const auto& limits = state_->plan.limits;
  std::string held;
  const auto hold = [&](bool is, const char* what) {
    if (is) held += (held.empty() ? "" : ", ") + std::string(what);
  };
  hold(limits.memory_bytes != 0, "memory");
  hold(limits.cpu > 0, "cpu");
  hold(limits.pids != 0, "pids");
  return "container: network " + std::string(to_string(settings.network)) +
         (settings.writable_root ? "" : ", read-only root") + ", no capabilities" +
         (held.empty() ? "" : ", limits: " + held) + " (" + state_->engine_name + ")";
}
int hosted_container::take_stdin() {
  return state_->streams ? state_->streams->input.release() : -1;
}
int hosted_container::take_stdout() {
  return state_->streams ? state_->streams->output.release() : -1;
}
void hosted_container::signal(int number) {
  state_->signal(number);
}
void hosted_container::kill() {
  state_->kill();
}
void hosted_container::on_exit(std::function<void(process_exit)> hook) {
  state_->set_exit_hook(std::move(hook));
}
std::string hosted_container::log_tail(std::size_t lines_max) const {
  return state_->log->ring().tail(lines_max);
}
std::shared_ptr<const log_ring> hosted_container::log() const {
  return {state_->log, &state_->log->ring()};
}
void hosted_container::note_ready() {
  state_->note_ready();
}
bool hosted_container::was_ready() const {
  return state_->kept && state_->kept->adopted && state_->kept->note.was_ready;
}
bool hosted_container::adopted() const {
  return state_->kept && state_->kept->adopted;
}
bool hosted_container::leave() {
  return state_->leave();
}
std::uint64_t hosted_container::log_bytes() const {
  return state_->log->ring().bytes_seen();
}

} // namespace toolscore
