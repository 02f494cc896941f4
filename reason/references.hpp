#pragma once
#include "messages/error.hpp"
#include "reason/bounded_json.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace toolscore::reason {

// What arguments may refer to, in any string at any depth:
//
//   ${vars.NAME}                    a value of the command line (--set NAME=VALUE)
//   ${calls.0.text}                 what the first call of the task said, as text
//   ${calls.0.result.content.0.text}
//                                   a member of its result; numbers are places in an array
//   ${calls.0.error.message}        a member of its error object
//
// Calls count from 0 in the order in which they stand, those of a group included. A string that is
// one reference and nothing else becomes the value, whatever its type; inside a longer one texts
// stand as they are and all else as JSON. "$${" is the text "${".

/// What one earlier call has to offer; null where it has none.
struct referred_call {
  json text;
  json result;
  json error;
};

struct reference_scope {
  std::map<std::string, std::string> vars;
  std::vector<referred_call> calls; ///< Those that have ended.
};

/// @error bad_request  what is referred to is not there, or the reference is malformed
result<json> resolve(const json& value, const reference_scope& scope);

/// Whether all references in `value` are well formed and name calls below `calls` only.
/// @returns what is wrong, in one line; empty = nothing
std::string reference_fault(const json& value, std::size_t calls);

} // namespace toolscore::reason
