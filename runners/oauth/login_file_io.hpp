#pragma once
#include "messages/error.hpp"

#include <optional>
#include <string>

namespace toolscore {

// A login's file: <state_dir>/secrets/<server>/oauth, 0600 in a directory of 0700. All of this
// blocks.

inline constexpr const char* login_file_name = "oauth";

/// Nothing where there is none, or none that can be read.
std::optional<std::string> read_login_file(const std::string& directory);
/// Whole or not at all, and on the disk when it returns. Makes the directory and the one above it.
/// @error store_failed
result<done> write_login_file(const std::string& directory, const std::string& text);
/// @returns whether there was one
/// @error store_failed
result<bool> remove_login_file(const std::string& directory);

} // namespace toolscore
