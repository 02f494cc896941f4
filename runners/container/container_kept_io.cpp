// Containers that outlive their node: how they are noted, adopted and left.
#include "runners/container/container_process_io.hpp"

#include <csignal>

namespace toolscore {

/// Before it is started, where the engine shows its init by then: what runs has its note.
bool hosted_container::state::note_kept() {
  if (!kept) return true;
  kept->note.init = mark_;
  auto written = mark_.start_time != 0
                     ? kept->files->note(kept->note)
                     : error{errc::io_failed, "/proc does not tell when its init was born"};
  if (!written)
    give_up(
        {errc::spawn_failed, "cannot keep '" + identity.server + "': " + written.failure().detail});
  return static_cast<bool>(written);
}

void hosted_container::state::note_ready() {
  if (!kept || std::exchange(kept->note.was_ready, true)) return;
  // Should the disk refuse it, the next node waits for its readiness once more.
  static_cast<void>(kept->files->note(kept->note));
}

void hosted_container::state::adopt(std::string container) {
  id_ = std::move(container);
  kept->adopted = true;
  attach();
}

void hosted_container::state::look_again() {
  asking_ = engine->ask(inspect_request(id_), step_limit,
                        [weak = weak_from_this()](const result<engine_answer>& answer) {
                          const auto self = weak.lock();
                          if (!self) return;
                          const auto facts = answer && answer->is_good()
                                                 ? read_inspect(*answer)
                                                 : result<container_facts>(error{});
                          self->take_adopted(facts ? *facts : container_facts{});
                        });
}

void hosted_container::state::take_adopted(const container_facts& facts) {
  const bool same = facts.running && facts.pid == kept->note.init.pid && watch(facts.pid) &&
                    mark_ == kept->note.init;
  if (!same || killed_)
    return give_up({errc::spawn_failed, "what a former node kept is no more to be adopted"});
  running_ = true;
  pid = init_pid = facts.pid;
  find_server();
}

void hosted_container::state::end_former(std::string container, std::chrono::milliseconds term) {
  id_ = std::move(container);
  running_ = watch(kept->note.init.pid) && mark_ == kept->note.init;
  if (!running_) return remove();
  signal(SIGTERM);
  later(term, &state::kill);
}

/// The engine's own watcher goes on reading what it writes; its log has nobody until the next node.
bool hosted_container::state::leave() {
  if (!kept || !is_running() || killed_ || asked_to_end_) return false;
  if (!owner.leaves || !owner.leaves()) return false;
  left_ = true;
  exit_hook_ = nullptr;
  const auto hook = std::exchange(owner.on_left, nullptr);
  answer(error{errc::stopping, "the node is stopping"});
  close();
  log->finish();
  if (hook) boost::asio::post(io, hook);
  return true;
}

} // namespace toolscore
