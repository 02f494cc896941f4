#include "small_disk.hpp"

#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sched.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <vector>

namespace toolscore::test {
namespace {

bool write_file(const char* path, const std::string& text) {
  return static_cast<bool>(std::ofstream(path) << text << std::flush);
}

/// Once for the whole program; everything it starts from then on sees the same mounts.
bool own_mounts() {
  static const bool done = [] {
    const auto uid = std::to_string(::geteuid());
    const auto gid = std::to_string(::getegid());
    if (::geteuid() == 0) {
      if (::unshare(CLONE_NEWNS) != 0) return false;
    } else if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0 ||
               !write_file("/proc/self/setgroups", "deny") ||
               !write_file("/proc/self/uid_map", uid + " " + uid + " 1") ||
               !write_file("/proc/self/gid_map", gid + " " + gid + " 1")) {
      return false;
    }
    return ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
  }();
  return done;
}

} // namespace

small_disk::small_disk(const std::string& directory, std::size_t bytes) : directory_(directory) {
  std::filesystem::create_directories(directory_);
  const auto options = "mode=0700,size=" + std::to_string(bytes);
  there_ = own_mounts() && ::mount("tmpfs", directory_.c_str(), "tmpfs", MS_NOSUID | MS_NODEV,
                                   options.c_str()) == 0;
}

small_disk::~small_disk() {
  if (there_) ::umount2(directory_.c_str(), MNT_DETACH);
}

void small_disk::fill() const {
  const int fd = ::open((directory_ + "/ballast").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  const std::vector<char> block(4096, 'x');
  while (::write(fd, block.data(), block.size()) > 0) {
  }
  ::close(fd);
}

void small_disk::make_room() const {
  ::unlink((directory_ + "/ballast").c_str());
}

bool small_disk::is_full() const {
  struct statvfs facts {};
  return ::statvfs(directory_.c_str(), &facts) == 0 && facts.f_bfree == 0;
}

} // namespace toolscore::test
