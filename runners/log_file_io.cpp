#include "runners/log_file_io.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>

namespace toolscore {

log_file::log_file(std::string path, std::uint64_t file_bytes_max, unsigned files_max)
    : path_(std::move(path)), file_bytes_max_(file_bytes_max), files_max_(files_max) {}

bool log_file::open() {
  if (file_) return true;
  std::error_code ignored; // If the folder cannot be made, the open below fails.
  std::filesystem::create_directories(std::filesystem::path(path_).parent_path(), ignored);
  file_.reset(::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0640));
  struct stat facts {};
  if (!file_ || fstat(file_.get(), &facts) != 0) return false;
  size_ = static_cast<std::uint64_t>(facts.st_size);
  return true;
}

void log_file::rotate() {
  file_.reset();
  for (auto number = files_max_ - 1; number > 0; --number) {
    const auto older = path_ + "." + std::to_string(number);
    const auto newer = number == 1 ? path_ : path_ + "." + std::to_string(number - 1);
    std::rename(newer.c_str(), older.c_str());
  }
  if (files_max_ <= 1) ::unlink(path_.c_str());
}

void log_file::append(std::string_view text) {
  if (path_.empty()) return;
  while (!text.empty()) {
    if (!open()) break;
    if (size_ >= file_bytes_max_) {
      rotate();
      if (!open()) break;
    }
    // A file that could not be rotated away must not grow without bound.
    if (size_ >= file_bytes_max_) break;
    const auto part = std::min<std::uint64_t>(text.size(), file_bytes_max_ - size_);
    const auto written = ::write(file_.get(), text.data(), part);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) break;
    size_ += static_cast<std::uint64_t>(written);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  lost_ += text.size();
}

} // namespace toolscore
