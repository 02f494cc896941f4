#include "runners/pidfile_io.hpp"

#include "runners/descriptor_io.hpp"
#include "runners/proc_io.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

namespace toolscore {
namespace {

bool write_whole(int fd, const std::string& text) {
  return ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

} // namespace

result<done> pidfile::write(const std::string& path, std::int64_t pid) {
  const auto text =
      std::to_string(pid) + " " + std::to_string(start_time_of(pid)) + " " + boot_id() + "\n";
  const auto draft = path + ".new";
  const auto open_draft = [&] {
    return descriptor(::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  };
  auto file = open_draft();
  if (!file && errno == ENOENT) {
    std::error_code ignored; // If the folder cannot be made, the second try fails.
    std::filesystem::create_directories(std::filesystem::path(path).parent_path(), ignored);
    file = open_draft();
  }
  struct stat facts {};
  if (!file || !write_whole(file.get(), text) || fstat(file.get(), &facts) != 0 ||
      std::rename(draft.c_str(), path.c_str()) != 0) {
    const int error = errno;
    ::unlink(draft.c_str());
    return toolscore::error{errc::spawn_failed,
                            "cannot write the pidfile '" + path + "': " + std::strerror(error)};
  }
  path_ = path;
  inode_ = facts.st_ino;
  return done{};
}

void pidfile::remove() {
  struct stat facts {};
  if (!path_.empty() && ::stat(path_.c_str(), &facts) == 0 && facts.st_ino == inode_)
    ::unlink(path_.c_str());
  path_.clear();
}

} // namespace toolscore
