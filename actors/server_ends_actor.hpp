#pragma once
#include "actors/server_actor.hpp"

namespace toolscore {

// How calls end other than by their answer, and what is written down of every end.

inline bool is_recorded(const call_request& request) {
  return request.method == "tools/call";
}
/// Raw, as its caller wrote it.
inline std::string_view id_of(const call_request& request) {
  return request.spans.id.of(*request.body);
}

/// What is known of a call that ends now.
call_end end_of(server_actor_pointer self, std::uint64_t instance,
                std::chrono::steady_clock::time_point written);
/// Counts the call and hands its record to the store.
void record(server_actor_pointer self, call_record&& entry);
/// Ends a call that got no answer: an error for the caller, a failed record. `of` is the replica
/// that it was written to, where that matters to the caller.
void fail_call(server_actor_pointer self, call_request request, errc code, std::string detail,
               std::uint64_t instance = 0, std::chrono::steady_clock::time_point written = {},
               bool admitted = false, const replica* of = nullptr);

/// The caller went away or cancelled.
void cancel_call(server_actor_pointer self, const call_cancel& request);
/// Calls in flight on an instance that is gone: kept until the supervisor's decision is known.
/// Those over `lines_begun`, which it never saw, wait for the next instance.
void lose_calls(server_actor_pointer self, replica& one, std::uint64_t lines_begun,
                const gone_reason& reason);
/// Fails them with that decision.
void fail_lost(server_actor_pointer self, replica& one);
/// Fails all that waits, because the server will not become ready.
void fail_waiting(server_actor_pointer self);
/// Wakes sweep() then, if nothing does so earlier.
void arm_sweep(server_actor_pointer self, std::chrono::steady_clock::time_point due);
/// One more call was taken and not answered: from some number on calls are refused at once.
void count_failure(server_actor_pointer self);
/// Fails what is over its deadline.
void sweep(server_actor_pointer self);
/// Tells a draining instance once its last call is answered.
void check_drained(server_actor_pointer self, replica& one);

} // namespace toolscore
