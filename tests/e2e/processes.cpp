#include "processes.hpp"

#include "runners/node_cgroups_io.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>
#include <unistd.h>

namespace toolscore::test {
namespace {

std::string text_of_file(const std::string& path) {
  // A file of /proc may vanish while it is read; a stream swallows that, a bare iterator throws.
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

/// Others come and go meanwhile: what vanishes is passed over.
void look_below(const std::string& directory, const std::string& name,
                std::vector<std::string>& found) {
  std::error_code failed;
  for (std::filesystem::directory_iterator at(directory, failed), end; !failed && at != end;
       at.increment(failed)) {
    std::error_code gone;
    if (at->is_symlink(gone) || !at->is_directory(gone)) continue;
    const auto path = at->path().string();
    if (path.find(name) != std::string::npos) found.push_back(path);
    look_below(path, name, found);
  }
}

} // namespace

bool eventually(const std::function<bool()>& what, std::chrono::milliseconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!what()) {
    if (std::chrono::steady_clock::now() >= end) return false;
    std::this_thread::sleep_for(10ms);
  }
  return true;
}

bool is_root() {
  return ::geteuid() == 0;
}

bool is_gone(pid_t pid) {
  const auto stat = text_of_file("/proc/" + std::to_string(pid) + "/stat");
  const auto name_end = stat.rfind(')');
  return name_end == std::string::npos || stat.substr(name_end + 2, 1) == "Z";
}

std::vector<pid_t> children_of(pid_t pid) {
  std::vector<pid_t> found;
  std::error_code failed;
  const auto tasks = "/proc/" + std::to_string(pid) + "/task";
  for (const auto& task : std::filesystem::directory_iterator(tasks, failed)) {
    std::ifstream children(task.path() / "children");
    for (pid_t child = 0; children >> child;) found.push_back(child);
  }
  return found;
}

std::string comm_of(pid_t pid) {
  std::string name;
  std::getline(std::ifstream("/proc/" + std::to_string(pid) + "/comm"), name);
  return name;
}

pid_t spawner_of(pid_t node) {
  for (const pid_t child : children_of(node))
    if (comm_of(child) == "toolscore-spawn") return child;
  return 0;
}

std::vector<pid_t> spares_of(pid_t node) {
  auto found = children_of(node);
  std::erase_if(found, [](pid_t pid) { return comm_of(pid) != "toolscore-spare" || is_gone(pid); });
  return found;
}

bool is_helper(pid_t pid) {
  const auto name = comm_of(pid);
  return name == "toolscore-spawn" || name == "toolscore-spare";
}

std::vector<std::string> cgroups_of(const std::string& state_dir) {
  std::vector<std::string> found;
  look_below("/sys/fs/cgroup", "/toolscore-" + cgroup_id_of(state_dir), found);
  return found;
}

std::string program_of(pid_t pid) {
  const auto line = text_of_file("/proc/" + std::to_string(pid) + "/cmdline");
  return std::filesystem::path(line.substr(0, line.find('\0'))).filename().string();
}

} // namespace toolscore::test
