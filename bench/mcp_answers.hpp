#pragma once
#include <string>
#include <string_view>

namespace toolscore {

/// The parts of a request that the bench's servers look at, raw. Views point into the line.
struct request_parts {
  std::string_view id; ///< Empty for a notification.
  std::string_view method;
  std::string_view name;           ///< params.name
  std::string_view arguments;      ///< params.arguments, the object
  std::string_view version;        ///< params.protocolVersion, with its quotes
  std::string_view progress_token; ///< params._meta.progressToken
  bool modern = false;             ///< params._meta names a protocol version.
};

/// @returns false if the line is no JSON object with a method
bool read_request(std::string_view line, request_parts& request);

/// These append one JSON-RPC answer, without its newline.
void append_result(std::string& out, const request_parts& to, std::string_view members);
void append_error(std::string& out, const request_parts& to, int code, std::string_view message);
/// @param raw_text  a JSON string token, quotes included
void append_text(std::string& out, const request_parts& to, std::string_view raw_text,
                 bool is_error = false);
/// @param tools  the raw JSON array
void append_tools(std::string& out, const request_parts& to, std::string_view tools);
/// The answer to `initialize`: whatever version was asked for.
void append_initialized(std::string& out, const request_parts& to, std::string_view server_name);
void append_discovered(std::string& out, const request_parts& to, std::string_view server_name);

/// The whole instant server: appends the answer to one line and its newline, or nothing if the line
/// asks for none.
/// @param legacy  server/discover is an unknown method
void append_instant_answer(std::string& out, std::string_view line, bool legacy);

} // namespace toolscore
