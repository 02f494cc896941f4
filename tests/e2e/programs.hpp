#pragma once
#include <string>

namespace toolscore::test {

/// What a test starts, by absolute path.
struct programs {
  std::string toolscore;
  std::string fault_server;
};

/// Those of the build tree.
programs built_programs();

/// Copies of them in `directory`/programs, with what a node itself starts, where any account may
/// run them: the build tree may lie below a folder that only its owner enters, such as root's home.
/// What has been copied before stays. @throws std::filesystem::filesystem_error
programs public_programs(const std::string& directory);

} // namespace toolscore::test
