#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace toolscore {

/// The address of an install: a readable part from `name`, then 128 bits over all `parts` (source,
/// version, runtime ...), in hexadecimal. The order of the parts counts and so do their borders.
/// Safe as the name of a directory: `[a-z0-9-]`, at most 65 characters.
std::string install_key(std::string_view name, const std::vector<std::string>& parts);

/// The last component of a URL or a package name, without ".git" and scope: "weather".
std::string readable_name(std::string_view source);

/// "https://user:secret@host/x" becomes "https://***@host/x", wherever it stands in `text`.
std::string without_credentials(std::string_view text);

} // namespace toolscore
