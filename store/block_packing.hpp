#pragma once
#include <string>
#include <string_view>

namespace toolscore {

/// A block's bytes as they are kept: by LZ4's block format where that makes them shorter, and as
/// they are where not. Records resemble each other, so that most are a sixth of their length then;
/// packing them costs less than the digest, the pages and the writes of what it saves.
void pack_block(std::string_view bytes, std::string& kept);

/// The bytes again, in `room` or where they were.
/// @returns what was kept, and so no block, where it cannot be unpacked
std::string_view unpack_block(std::string_view kept, std::string& room);

} // namespace toolscore
