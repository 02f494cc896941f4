#pragma once
#include "node/sources/pinning.hpp"

#include <string>

namespace toolscore {

/// The version of a package that an install would bring now, asked of the package manager that
/// would install it, with this program's own settings of it. Blocks for a minute at most.
/// @error  why it is not known, without the package's name
result<std::string> resolve_version(const loose_package& package);

} // namespace toolscore
