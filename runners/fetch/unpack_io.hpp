#pragma once
#include "messages/error.hpp"
#include "runners/fetch/unpack_rules.hpp"

#include <string>

namespace toolscore {

/// Unpacks a zip, tar, tar.gz, tar.xz, tar.zst or tar.bz2 into `directory`, which exists and is
/// empty. Blocks.
/// @error install_failed  it is no archive, is damaged, or holds what must not be unpacked
/// @error io_failed       the disk
result<done> unpack(const std::string& archive, const std::string& directory,
                    const unpack_limits& limits);

} // namespace toolscore
