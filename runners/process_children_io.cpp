// The trees of process_io: what each tells it, and who of them lives.
#include "runners/process_state_io.hpp"

#include <utility>

namespace toolscore {

process_io::state::child process_io::state::make_child(const launch_plan& plan,
                                                       spawn_options options) {
  const auto keep = std::exchange(options.keep, std::nullopt);
  auto who = std::make_shared<child_process::state>(io, plan, std::move(options));
  if (keep) {
    who->kept = std::make_unique<kept_hold>();
    who->kept->files = kept_files;
    who->kept->term = keep->term;
    who->kept->note.id = keep->id;
    who->kept->note.digest = keep->digest;
    who->kept->note.port = keep->port;
  }
  who->owner.leaves = [weak = weak_from_this()] {
    const auto self = weak.lock();
    return self && self->leaving;
  };
  who->owner.when_due = [weak = weak_from_this()](auto work) {
    const auto self = weak.lock();
    return self ? self->when_due(std::move(work)) : work();
  };
  who->owner.ring_later = [weak = weak_from_this()](auto tree) {
    const auto self = weak.lock();
    if (!self) return;
    self->unrung.push_back(std::move(tree));
    self->bells->wait();
  };
  who->owner.part = [weak = weak_from_this()](auto control) {
    if (const auto self = weak.lock()) self->ended->add(std::move(control));
  };
  who->owner.end_cgroup = [weak = weak_from_this()](auto directories, auto told) {
    if (const auto self = weak.lock()) return self->end_cgroup(std::move(directories), told);
    told({}); // What it leaves is looked for at the next start.
  };
  who->owner.rest_cgroup = [weak = weak_from_this()](const auto& of, auto cgroup) {
    if (const auto self = weak.lock()) self->rest_cgroup(of, std::move(cgroup));
  };
  who->owner.kill_cgroup = [weak = weak_from_this()](auto directories) {
    if (const auto self = weak.lock()) self->kill_cgroup(std::move(directories));
  };
  return who;
}

void process_io::state::watch_living(const child& who, std::size_t place) {
  living.insert(who);
  who->owner.on_reaped = [weak = weak_from_this(), weak_who = std::weak_ptr(who), place] {
    const auto self = weak.lock();
    const auto reaped = weak_who.lock();
    if (self && self->notes && place != tree_notes::no_place) self->notes->erase(place);
    if (reaped && reaped->kept) reaped->kept->files->forget(reaped->kept->note.id);
    if (self && reaped) self->forget(reaped);
  };
  who->owner.on_left = [weak = weak_from_this(), weak_who = std::weak_ptr(who)] {
    const auto self = weak.lock();
    if (const auto left = weak_who.lock(); self && left) self->forget(left);
  };
}

void process_io::state::ring() {
  for (const auto& one : std::exchange(unrung, {}))
    if (const auto tree = one.lock()) tree->ring_if_it_lives();
}

} // namespace toolscore
