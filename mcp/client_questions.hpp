#pragma once
#include "messages/client_capabilities.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace toolscore::mcp {

/// Of a ClientCapabilities object. `"elicitation":{}` means forms alone, as it did when there was
/// nothing else; members of another kind than the protocol's count as not declared. Never fails.
client_capabilities read_client_capabilities(std::string_view object_text);
/// By the params object of an initialize request.
client_capabilities declared_by_initialize(std::string_view params_text);
/// The object that declares them to a server; nothing beside them, for nothing else is relayed.
/// @param of_session  the server hears it once, at initialize, and may be told of changes later
std::string client_capabilities_json(const client_capabilities& declared, bool of_session = false);

/// True for what a server may ask of a client: sampling/createMessage, elicitation/create,
/// roots/list.
bool is_input_request(std::string_view method) noexcept;

/// -32021 of the modern era: the call needs that the client can be asked by `method`.
std::string missing_capability_response(std::string_view id_raw, std::string_view method);

/// The request that puts one to a legacy client, as one line. `params` empty = none.
std::string input_request_line(std::uint64_t id, std::string_view method, std::string_view params);
/// The answer of the caller for the server that asked as `id_raw`: `json` is a result object, or an
/// error object if `failed`.
std::string input_response_line(std::string_view id_raw, bool failed, std::string_view json);

/// The requests in the middle of which a server may ask: tools/call, prompts/get, resources/read.
bool may_ask_in(std::string_view method) noexcept;

/// Why a question must not reach a client.
struct unasked {
  int code = 0; ///< JSON-RPC, for the server; 0 = it may be asked.
  std::string message;
};
/// `params` is the question's object, empty = none.
unasked check_input_request(std::string_view method, std::string_view params,
                            const client_capabilities& declared);

} // namespace toolscore::mcp
