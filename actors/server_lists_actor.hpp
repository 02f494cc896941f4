#pragma once
#include "actors/server_actor.hpp"
#include "mcp/listening.hpp"
#include "mcp/served_list.hpp"

#include <string>

namespace toolscore {

// The lists of a server that its owner keeps for the joint endpoints and tells the catalog of.

/// What the catalog is to know before the server was ever ready, and again when it asks anew.
void tell_catalog(server_actor_pointer self, mcp::list_set changed = {});
/// The last that is known of one; its array is null where none is.
const mcp::kept_list& kept_list_of(const server_actor_state& state, mcp::served_list kind);
/// A replica is ready: all its lists are fetched.
void fetch_lists(server_actor_pointer self, replica& one);
/// The server says that some have changed: they are fetched in a while, together with what it says
/// until then.
void fetch_lists_soon(server_actor_pointer self, mcp::list_set changed);
/// Those of which a server tells together that they have changed.
mcp::list_set lists_of(mcp::list_kind announced);
void take_lists_due(server_actor_pointer self);
/// Somebody wants them: a modern server's are asked for again once they are no more good.
void take_lists_wanted(server_actor_pointer self);
/// The answer to one page.
void take_list_answer(server_actor_pointer self, replica& one, const std::string& line,
                      const envelope& spans);
/// No answer will come: the last list stays, and the next one is asked for.
void give_up_list(server_actor_pointer self, replica& one);
/// The instance is gone; another of the server's goes on.
void lose_list(server_actor_pointer self, replica& one);

} // namespace toolscore
