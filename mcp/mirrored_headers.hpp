#pragma once
#include "mcp/mirrored_arguments.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace toolscore::mcp {

// The client's side of modern HTTP: what of a body stands in its head too.

/// `value` as a header carries it: as it stands where it is visible ASCII with spaces and tabs
/// inside, else `=?base64?...?=`. The reverse of decode_header().
std::string encode_header(std::string_view value);

/// The `Mcp-Param-*` headers of one call: full name and value.
/// @param arguments  the raw object; empty = none
std::vector<std::pair<std::string, std::string>>
mirror_headers(const std::vector<mirrored_argument>& marked, std::string_view arguments);

} // namespace toolscore::mcp
