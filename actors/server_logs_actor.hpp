#pragma once
#include "actors/server_actor.hpp"

namespace toolscore {

// What a legacy server's log is told to whom. It has one level for everybody: the least severe that
// anybody wants to hear of. Each hears what belongs to its own calls, from its own level on.

/// logging/setLevel of a session. @returns true if it is done without the server
bool answer_log_level(server_actor_pointer self, const call_request& request);
/// A call is about to be written to a legacy server: its log is to tell what the caller wants.
void want_log_level(server_actor_pointer self, replica& one, const call_request& request);
/// The level of one that is ready, where it is not the one that it was told last.
void sync_log_level(server_actor_pointer self, replica& one);
void end_session_log(server_actor_pointer self, const std::string& session);
/// notifications/message, for the caller that it is about if that wants to hear it. What comes
/// outside of calls is told to the session that the instance is for alone.
void tell_log(server_actor_pointer self, replica& one, const std::string& line,
              const envelope& spans);

} // namespace toolscore
