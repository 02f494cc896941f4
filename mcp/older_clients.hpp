#pragma once
#include "mcp/served_list.hpp"
#include "messages/envelope.hpp"

#include <string>
#include <string_view>

namespace toolscore::mcp {

// What a legacy client of an older protocol version does not know is not told to it: fields are
// dropped, and content of a type that it has never heard of becomes text. All else stays byte for
// byte. `version` is what the client negotiated; versions are dates, and are compared as texts.

/// True where nothing of an answer to `method` is ever told otherwise to that version.
bool is_told_as_it_is(std::string_view method, std::string_view version) noexcept;
/// A response to `method`, as one line like `line`. Error responses stay as they are.
std::string older_response(std::string_view line, const envelope& spans, std::string_view method,
                           std::string_view version);
/// One item of a list.
std::string older_item(std::string_view object, served_list kind, std::string_view version);
/// A result of tools/call of a modern server: in the legacy era structured content is an object.
/// What is dropped stands as text where there is no other content.
std::string legacy_structure(std::string_view result_object);
/// The same of tools/list: an output schema says `"type":"object"`.
std::string legacy_schemas(std::string_view result_object);

/// Capabilities of a server, and what it says of itself, in the answer to initialize.
std::string older_capabilities(std::string_view object, std::string_view version);
std::string older_info(std::string_view object, std::string_view version);
/// Params of elicitation/create: choices with titles become enum and enumNames, and what lets
/// somebody choose several is not asked.
std::string older_form(std::string_view params, std::string_view version);
/// A progress notification.
std::string older_progress(std::string_view line, const envelope& spans, std::string_view version);

} // namespace toolscore::mcp
