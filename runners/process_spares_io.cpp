// Starts for which an init stands already, as process_io gives them to it.
#include "runners/process_state_io.hpp"

namespace toolscore {

using namespace spawner;

/// @returns false where none stands that would do, and the spawner is to make one
bool process_io::state::begin_with_spare(const waiting_start& next,
                                         std::span<const descriptor> theirs) {
  if (!spares || next.who->kept) return false; // What is kept is noted before it lives.
  const auto who = next.who;
  while (auto spare = spares->take(next.wanted)) {
    start_order order;
    order.joins = static_cast<std::uint32_t>(who->cgroup.joins.size());
    order.homes = who->cgroup.home ? 1 : 0;
    const int socket = spare->control.get();
    if (const auto taken = who->connect_to(spare->control); !taken) {
      spares->give_back(std::move(*spare));
      who->give_up(taken.failure());
      return true;
    }
    if (send_packet(socket, &order, sizeof(order), fds_of(*who, theirs)) != 0) {
      spares->give_back(std::move(*spare)); // It has just died, and has heard nothing.
      continue;
    }
    watch_living(who, spare->place);
    note_sent(who);
    who->adopt(spare->born, std::move(spare->pidfd));
    return true;
  }
  return false;
}

std::uint64_t process_io::state::ask_for_spare(int control) {
  spawn_request request;
  request.number = ++last_number;
  request.spare = 1;
  return client->send(request, {&control, 1}) == 0 ? request.number : 0;
}

bool process_io::state::is_quiet() const {
  return waiting.empty() && unanswered.empty() && preparing == 0 && client && client->running();
}

void process_io::keep_spares(std::size_t count) {
  spare_inits::hooks hooks;
  const std::weak_ptr<state> weak = state_;
  hooks.ask = [weak](int control) {
    const auto self = weak.lock();
    return self ? self->ask_for_spare(control) : 0;
  };
  hooks.is_quiet = [weak] {
    const auto self = weak.lock();
    return self && self->is_quiet();
  };
  hooks.is_possible = [weak] {
    const auto self = weak.lock();
    return self && self->client && self->client->strength() &&
           *self->client->strength() != hold::sweep;
  };
  hooks.note = [weak](pid_t pid) {
    const auto self = weak.lock();
    return self && self->notes ? self->notes->note(pid) : tree_notes::no_place;
  };
  hooks.forget = [weak](std::size_t place) {
    const auto self = weak.lock();
    if (self && self->notes && place != tree_notes::no_place) self->notes->erase(place);
  };
  hooks.on_empty = [weak] {
    if (const auto self = weak.lock()) self->check_empty();
  };
  state_->spares = std::make_shared<spare_inits>(state_->io, count, std::move(hooks));
}

} // namespace toolscore
