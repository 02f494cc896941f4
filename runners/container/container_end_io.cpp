// How a container ends, and how it is ended and removed.
#include "loop/log_io.hpp"
#include "runners/container/container_process_io.hpp"
#include "runners/pidfd_exit_io.hpp"
#include "runners/spawner/pidfd.hpp"

#include <csignal>

namespace toolscore {
namespace {

using namespace std::chrono_literals;

constexpr auto exit_limit = 10s;    // Until the engine tells how a dead container ended.
constexpr auto last_words = 500ms;  // For what a dead one has written.
constexpr auto kill_patience = 10s; // After which the engine is to use force.
constexpr auto removal_pause = 500ms;
constexpr int removals_max = 20;
constexpr std::size_t signals_max = 8;

} // namespace

void hosted_container::state::take_death() {
  const auto how = exit_of_stranger(pidfd_.get(), mark_);
  pidfd_.close();
  if (!memory_->is_open()) return take_verdict(how, std::nullopt);
  memory_->judge([weak = weak_from_this(), how](std::optional<bool> out_of_memory) {
    if (const auto self = weak.lock()) self->take_verdict(how, out_of_memory);
  });
}

/// @param how            as the kernel tells it of the init
/// @param out_of_memory  nothing where nobody here knows
void hosted_container::state::take_verdict(process_exit how, std::optional<bool> out_of_memory) {
  if (!running_) { // The engine has not answered yet whether it was started at all.
    died_early_ = early_death{how, out_of_memory};
    return;
  }
  memory_known_ = out_of_memory.has_value();
  how.out_of_memory = out_of_memory.value_or(false);
  if (!how.signaled && how.status != process_exit::unknown) {
    const auto code = exit_from_code(how.status);
    how.signaled = code.signaled;
    how.status = code.status;
  }
  if (!how.signaled && how.status == process_exit::unknown) {
    if (!how.out_of_memory) return ask_exit(exit_limit);
    how.signaled = true;
    how.status = SIGKILL;
  }
  take_manner(how);
}

/// Killed under a limit of memory, and nobody here knows whether for that: the engine may.
void hosted_container::state::take_manner(process_exit how) {
  const bool killed = how.signaled && how.status == SIGKILL;
  if (killed && !killed_ && !memory_known_ && plan.limits.memory_bytes != 0) return ask_memory(how);
  take_exit(how);
}

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
                          if (code) return self->take_manner(exit_from_code(*code));
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
  memory_->close();
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
  if (number != SIGTERM) return;
  asked_to_end_ = true;
  send(SIGCONT);
}

void hosted_container::state::kill() {
  if (left_ || std::exchange(killed_, true) || !is_running()) return;
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
  if (kept) kept->files->forget(kept->note.id);
  if (const auto hook = std::exchange(owner.on_removed, nullptr))
    boost::asio::post(io, hook); // It is the last that keeps this.
}

void hosted_container::state::abandon() {
  exit_hook_ = nullptr;
  log->forget_hook();
  streams->input.reset();
  streams->output.reset();
  if (!ended_ && !left_) kill();
}

void hosted_container::state::close() {
  asking_ = removing_ = nullptr;
  signals_.clear();
  timer_.cancel();
  pidfd_.close();
  memory_->close();
  streams->close();
  owner = {};
  exit_hook_ = nullptr;
}

} // namespace toolscore
