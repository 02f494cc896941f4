#pragma once
#include "actors/server_actor.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace toolscore {

// Tools that change after they were approved: "pin" of a definition.

/// Reads "pin" of the definition. One whose changed tools are held back hears at once which they
/// were before the node's start.
void begin_pins(server_actor_pointer self);
/// A whole list of tools has come: the store compares it with what was approved. What changed is
/// told. @returns whether `then` comes later, once it is known what is to be held back; false =
/// nothing waits for that, and `then` is dropped
bool check_tools(server_actor_pointer self, const std::string& tools_array,
                 std::function<void()> then);
/// An instance is ready. Where changed tools are held back, none is called until it is known which.
void begin_look(server_actor_pointer self);
/// The tools of the look that began so are known, and what is held back of them.
void end_look(server_actor_pointer self, std::uint32_t look);
/// They could not be had: nobody knows which of them are as they were approved.
void miss_look(server_actor_pointer self, const replica& one);
/// A person approves a tool as it is now, or with an empty name all of them.
void take_approval(server_actor_pointer self, const approve_request& request);
/// Why a tool, by its server's own name, is not called; nothing where it is.
/// @param looks  whether a look is under way: it may let go what an earlier one held back
std::optional<std::string> refused_tool(const server_actor_state& state, std::string_view tool,
                                        bool looks);
/// A client was given the tools as the server has them now: they are looked at again, if one that
/// changed is to be held back.
void look_again(server_actor_pointer self);

} // namespace toolscore
