// The trees of process_io: what each tells it, and who of them lives.
#include "runners/process_state_io.hpp"

#include <utility>

namespace toolscore {

process_io::state::child process_io::state::make_child(const launch_plan& plan,
                                                       spawn_options options) {
  const auto keep = std::exchange(options.keep, std::nullopt);
  auto who = std::make_shared<child_process::state>(io, plan, std::move(options));
  who->owner = weak_from_this();
  if (keep) {
    who->kept = std::make_unique<kept_hold>();
    who->kept->files = kept_files;
    who->kept->term = keep->term;
    who->kept->note.id = keep->id;
    who->kept->note.digest = keep->digest;
    who->kept->note.port = keep->port;
  }
  return who;
}

void process_io::state::watch_living(const child& who, std::size_t place) {
  living.insert(who);
  who->watched = true;
  who->note_place = place;
}

void process_io::state::on_reaped(const child& who) {
  if (notes && who->note_place != tree_notes::no_place) notes->erase(who->note_place);
  forget(who);
}

void process_io::state::on_left(const child& who) {
  forget(who);
}

void process_io::state::ring_later(std::weak_ptr<child_process::state> who) {
  unrung.push_back(std::move(who));
  bells->wait();
}

void process_io::state::part(descriptor control) {
  ended->add(std::move(control));
}

void process_io::state::ring() {
  for (const auto& one : std::exchange(unrung, {}))
    if (const auto who = one.lock()) who->ring_if_it_lives();
}

} // namespace toolscore
