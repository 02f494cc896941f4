#pragma once
#include "mcp/handshake.hpp"
#include "messages/server_state.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace toolscore::mcp {

/// Without an id where `id_raw` is empty, never with null. `data_json` empty = no data.
std::string error_response(std::string_view id_raw, int code, std::string_view message,
                           std::string_view data_json = {});
/// `{"code":...,"message":...}`, the object in an error response.
std::string error_object(int code, std::string_view message);
/// -32603 (-32602 for a tool that is not offered) with one line for people and `data.toolscore` for
/// programs.
/// @param ended  of server_gone: how the instance ended that had the call
std::string failure_response(std::string_view id_raw, const call_failure& failure,
                             std::optional<gone_kind> ended = {});
/// What happened and its detail, without the server's name: "did not answer in time: ...". The
/// detail repeats nothing of it; it is empty where there is no more to say.
std::string failure_reason(const call_failure& failure, std::optional<gone_kind> ended = {});
/// The line for people in failure_response.
std::string failure_message(const call_failure& failure, std::optional<gone_kind> ended = {});
/// `{"server":...,"state":...,"code":...}`, the object in failure_response's `data.toolscore`;
/// `"ended"` is a gone_kind's word.
std::string failure_json(const call_failure& failure, std::optional<gone_kind> ended = {});
/// The same as an error's data, of a call that reached no server: `{"toolscore":{...}}`.
std::string refusal_data(errc code, std::string_view server);
/// Whether failure_reason's words, as a record keeps them, are of a server that was found hung.
bool tells_hung(std::string_view reason) noexcept;

/// A response with the result object as it stands.
std::string result_response(std::string_view id_raw, std::string_view result_object);
/// `{}` for legacy clients, `{"resultType":"complete"}` for modern ones.
std::string empty_response(std::string_view id_raw, era client);

/// A server's capabilities without those that we do not relay: extensions, experiments and tasks.
std::string restrict_capabilities(std::string_view capabilities_json);

/// `initialize` at one server's own endpoint: its own serverInfo, instructions and capabilities.
std::string initialize_response(std::string_view id_raw, const handshake_result& server,
                                std::string_view client_version);
/// `server/discover` there.
std::string discover_response(std::string_view id_raw, const handshake_result& server);
/// `initialize` at a joint endpoint. `instructions` is plain text, empty = none.
std::string gateway_initialize_response(std::string_view id_raw, std::string_view client_version,
                                        std::string_view instructions = {},
                                        std::string_view capabilities = R"({"tools":{}})");
std::string gateway_discover_response(std::string_view id_raw, std::string_view instructions = {},
                                      std::string_view capabilities = R"({"tools":{}})");

} // namespace toolscore::mcp
