// What process_io's owners see of a tree; the work is in child_process_io.cpp.
#include "runners/child_process_io.hpp"

#include "runners/confinement.hpp"

namespace toolscore {

child_process::child_process(std::shared_ptr<state> content) : state_(std::move(content)) {}
child_process::~child_process() {
  state_->abandon();
}

std::int64_t child_process::pid() const {
  return state_->pid;
}
std::int64_t child_process::init_pid() const {
  return state_->init_pid;
}
confinement child_process::held_by() const {
  return state_->held;
}
std::string child_process::confined() const {
  return confinement_text(state_->held, state_->cgroup.words, state_->not_given,
                          state_->isolation_in_force);
}
std::string child_process::not_given() const {
  return state_->not_given;
}
int child_process::take_stdin() {
  return state_->input.release();
}
int child_process::take_stdout() {
  return state_->output.release();
}
void child_process::signal(int number) {
  state_->signal(number);
}
void child_process::kill() {
  state_->note_usage();
  state_->kill();
}
void child_process::on_exit(std::function<void(process_exit)> hook) {
  state_->set_exit_hook(std::move(hook));
}
std::string child_process::log_tail(std::size_t lines_max) const {
  return state_->log->ring().tail(lines_max);
}
std::shared_ptr<const log_ring> child_process::log() const {
  return {state_->log, &state_->log->ring()};
}
std::uint64_t child_process::log_bytes() const {
  return state_->log->ring().bytes_seen();
}
void child_process::note_ready() {
  state_->note_ready();
}
bool child_process::was_ready() const {
  return state_->kept && state_->kept->was_ready;
}
bool child_process::adopted() const {
  return state_->kept && state_->kept->adopted;
}
bool child_process::leave() {
  return state_->leave();
}

} // namespace toolscore
