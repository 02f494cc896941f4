#pragma once
#include "node/exit_code.hpp"

#include <string>
#include <string_view>

namespace toolscore {

/// The JSON-RPC response in an HTTP answer: the body, or of an event stream the last message that
/// is a response. Empty where there is none.
std::string rpc_message(std::string_view content_type, std::string_view body);

/// What `toolscore call` prints for a JSON-RPC response. A result goes to stdout, an error to
/// stderr; either is for programs on stdout where `json`: the result, or {"error": ...}.
/// Failed is a JSON-RPC error, a result with isError, and what is no response at all.
command_output call_text(std::string_view response, bool json);

} // namespace toolscore
