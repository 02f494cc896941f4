#pragma once
#include "messages/error.hpp"

#include <string>

namespace toolscore {

/// The owner's token for TCP: read from `<state_dir>/token`, which the first start writes (0600)
/// with 256 bits from the kernel.
/// @error io_failed  it cannot be read or written, or others may read it
result<std::string> owner_token(const std::string& state_dir);

/// The first line of a file that only its owner may read. Blocks.
/// @error io_failed  it cannot be read, is no file, is too long, or others may read or write it
result<std::string> read_secret(const std::string& path);

} // namespace toolscore
