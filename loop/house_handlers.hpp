#pragma once

namespace caf {
class scheduled_actor;
} // namespace caf

namespace toolscore {

/// The first line of every actor. CAF's defaults print on stdout, which may be a protocol: here a
/// message that nobody handles is dropped, and an exception ends the actor with an error whose
/// context is its what(), so that the reason reaches the supervisor.
void set_house_handlers(caf::scheduled_actor* self);

} // namespace toolscore
