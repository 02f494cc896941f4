#include "programs.hpp"

#include <filesystem>

namespace toolscore::test {
namespace {

namespace fs = std::filesystem;

std::string copy_into(const fs::path& folder, const fs::path& program) {
  fs::create_directories(folder);
  const auto copy = folder / program.filename();
  fs::copy_file(program, copy, fs::copy_options::skip_existing);
  return copy.string();
}

} // namespace

programs built_programs() {
  return {TOOLSCORE_BIN_DIR "/toolscore", TOOLSCORE_FAKES_DIR "/fault_server"};
}

programs public_programs(const std::string& directory) {
  const auto built = built_programs();
  const auto top = fs::path(directory) / "programs";
  // A node looks for its helpers beside its own folder.
  for (const char* helper : {"/toolscore-spawner", "/toolscore-clone"})
    copy_into(top / "libexec" / "toolscore", std::string(TOOLSCORE_LIBEXEC_DIR) + helper);
  programs copies{copy_into(top / "bin", built.toolscore), copy_into(top, built.fault_server)};
  // Whatever mask the tests run under.
  for (const auto& entry : fs::recursive_directory_iterator(top))
    fs::permissions(entry.path(), fs::perms(0755));
  fs::permissions(top, fs::perms(0755));
  return copies;
}

} // namespace toolscore::test
