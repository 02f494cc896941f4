#pragma once
#include "messages/envelope.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace toolscore::mcp {

/// Where one answer names resources that its client may read: contents[].uri of resources/read,
/// resource links and embedded resources in the content of tools/call and in the messages of
/// prompts/get, and data.uri of an error. Raw strings with their quotes, in the order of the text.
std::vector<text_span> uri_spans(std::string_view line, const envelope& spans,
                                 std::string_view method);

/// `line` with those URIs replaced for which `replaced` answers with another one (decoded both).
std::string
rewrite_uris(std::string_view line, const std::vector<text_span>& uris,
             const std::function<std::optional<std::string>(const std::string& uri)>& replaced);

} // namespace toolscore::mcp
