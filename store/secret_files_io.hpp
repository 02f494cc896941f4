#pragma once
#include "messages/error.hpp"
#include "store/sealed_definition.hpp"

#include <string>

namespace toolscore {

// The secrets that were taken out of definitions: <state_dir>/secrets/<server>/, 0700, a file each,
// 0600. All of this blocks.

/// Whether each file is there with its content.
bool are_kept(const sealed_definition& sealed);

/// Writes them, each whole or not at all, and waits for the disk.
/// @error store_failed
result<done> keep_secrets(const sealed_definition& sealed, const std::string& directory);

/// Removes what the server had and `sealed` has not; its directory, too, where nothing is left. The
/// file of its login stays as long as it has a definition: it says for whom it is good.
void drop_other_secrets(const sealed_definition& sealed, const std::string& directory);

} // namespace toolscore
