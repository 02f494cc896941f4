#pragma once
#include "messages/envelope.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace toolscore::mcp {

// Multi round-trip requests of the modern era: a result that asks, and the same request again with
// the answers (2026-07-28, "Multi Round-Trip Requests").

/// One question of a result that asks.
struct asked_input {
  std::string key; ///< Raw, with its quotes.
  std::string method;
  std::string params; ///< The object's text; empty = none.
};
struct input_required {
  std::vector<asked_input> requests;
  std::string state; ///< requestState, raw; empty = none.
};

/// True if a result object's resultType is "input_required"; of two of them, if one is.
bool asks_for_input(std::string_view result_object);
/// @returns nothing where it asks nothing and has no state either, or is malformed
std::optional<input_required> read_input_required(std::string_view result_object);
/// The members of params that answer it, for upstream_call::more_params: each key with the text of
/// its result object.
std::string retry_params(const std::vector<std::pair<std::string, std::string>>& responses,
                         std::string_view state);
/// True if params have a requestState: they go on from a result that asked. Without one they do
/// not, for none of ours asks without.
bool carries_state(std::string_view params_object);

/// The result object that asks. `state` is plain text.
std::string input_required_result(const std::vector<asked_input>& requests, std::string_view state);
/// What a modern client is told otherwise of a result that asks.
struct asking_changes {
  std::function<std::string(const std::string& state)> state; ///< Decoded both; null = as it is.
  /// Whose forms they are, for the people who read them; empty = they are not told.
  std::string_view asks_as;
};
/// `line` with those changes, all else byte for byte.
std::string changed_asking(std::string_view line, text_span result, const asking_changes& what);
/// A form's message begins so where it is told who asks. A server's name needs no escapes.
std::string asked_by(std::string_view server);

/// Of params that go on: the decoded requestState, empty where there is none or it is no string.
std::string state_of(std::string_view params_object);
/// True if inputResponses are there and no object.
bool has_malformed_responses(std::string_view params_object);
/// Of the same params: key (decoded) and raw value of each member of inputResponses.
std::vector<std::pair<std::string, std::string>> responses_of(std::string_view params_object);
/// Whether `value` has the shape of an answer to `method`.
bool is_input_response(std::string_view method, std::string_view value);

} // namespace toolscore::mcp
