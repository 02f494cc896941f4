#pragma once
#include "actors/server_actor.hpp"

namespace toolscore {

// Who hears of a server's changes outside calls, and what is asked of its instances for that.

/// A modern client's `subscriptions/listen`. It stays open: acknowledged once it is known what the
/// server can tell, and ended when the client goes or the server does.
void admit_listen(server_actor_pointer self, call_request&& request,
                  std::optional<std::chrono::steady_clock::time_point> wait_until);
/// A session listens from now on.
void take_session_listen(server_actor_pointer self, const session_listen& message);
/// A client's roots have changed: the instance that it has to itself is told.
void take_session_notice(server_actor_pointer self, const session_notice& message);
/// Of a legacy client whose server is modern, and of one whose resource others watch, too.
/// @returns false where the server is to answer
bool answer_subscription(server_actor_pointer self, const call_request& request);
inline bool is_subscription(const std::string& method) {
  return method == "resources/subscribe" || method == "resources/unsubscribe";
}
/// A server has answered resources/subscribe or resources/unsubscribe with success.
void note_subscription(server_actor_pointer self, replica& one, const call_request& request);
/// @returns false where `reply` is no stream of such a kind
bool end_listen(server_actor_pointer self, const exchange* reply);
void end_session_listen(server_actor_pointer self, const std::string& session);
/// The server ends: all streams do.
void end_listens(server_actor_pointer self);

/// An instance is ready, or others want to hear of it now.
void sync_listens(server_actor_pointer self, replica& one);
/// A fresh instance may offer something else than the one before: who watched is told to look.
void announce_new_instance(server_actor_pointer self, replica& one);
/// Notifications of lists and resources, and the acknowledgement of our own stream.
/// @returns false where it is none of those
bool take_change(server_actor_pointer self, replica& one, const std::string& method,
                 const std::string& line, const envelope& spans);
/// An answer to nothing in the call table may be the end of our own stream.
void take_listen_end(server_actor_pointer self, std::int64_t id, bool failed);
void take_listen_due(server_actor_pointer self, const listen_due& due);
/// Its list differs from the one that another instance of it had; whoever listens is told.
void tell_list_differs(server_actor_pointer self, const replica& one, mcp::list_kind kind);
/// It says that a list has changed: that is told, and the list fetched.
void tell_list_changed(server_actor_pointer self, replica& one, mcp::list_kind kind);

} // namespace toolscore
