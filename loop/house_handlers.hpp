#pragma once
#include <caf/fwd.hpp>
#include <caf/result.hpp>
#include <type_traits>

namespace toolscore {

/// The first line of every actor. CAF's defaults print on stdout, which may be a protocol: here a
/// message that nobody handles is dropped, and an exception ends the actor with an error whose
/// context is its what(), so that the reason reaches the supervisor.
void set_house_handlers(caf::scheduled_actor* self);

/// What becomes of a message that nobody handles. caf::drop answers even what was no request, with
/// an error; an actor that gets such an answer ends. Here it does not end its sender.
caf::result<caf::message> ignored_message(caf::scheduled_actor* self);

/// CAF 0.17 makes a state from the actor's pointer where it can, and in C++20 it can with every
/// aggregate whose first member takes a pointer: a bool would start as true. Such a state declares
/// its default constructor.
template <class State>
void set_house_handlers(caf::stateful_actor<State>* self) {
  static_assert(
      !(std::is_aggregate_v<State> && std::is_constructible_v<State, caf::stateful_actor<State>*>),
      "this state would be made from a pointer: declare its default constructor");
  set_house_handlers(static_cast<caf::scheduled_actor*>(self));
}

} // namespace toolscore
