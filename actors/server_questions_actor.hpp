#pragma once
#include "actors/server_actor.hpp"

#include <chrono>
#include <string>

namespace toolscore {

// What a server asks of its own accord while calls are in flight. A legacy server names
// no call in it: it is the only one in flight on that instance, or one of the only session there,
// and otherwise nobody's. It is never guessed.

/// A caller has so long to answer, and its call's clock stands meanwhile.
inline constexpr std::chrono::minutes answer_wait{10};

/// A request of the server: ping is answered here, a question is put to the caller, and everything
/// else is refused.
void take_question(server_actor_pointer self, replica& one, const std::string& line,
                   const envelope& spans);
/// notifications/cancelled of the server, for a question of its own.
void withdraw_question(server_actor_pointer self, replica& one, const std::string& line,
                       const envelope& spans);

} // namespace toolscore
