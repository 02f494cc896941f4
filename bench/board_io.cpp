#include "bench/board_io.hpp"

#include "bench/child_io.hpp"
#include "bench/descriptor_io.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <dirent.h>
#include <fcntl.h>
#include <filesystem>
#include <poll.h>
#include <string_view>
#include <sys/mman.h>
#include <unistd.h>

namespace toolscore {
namespace {

constexpr int poll_every_ms = 1;

std::string board_directory() {
  if (::access("/dev/shm", W_OK) == 0) return "/dev/shm";
  std::error_code ignored;
  return std::filesystem::temp_directory_path(ignored).string();
}

/// The number in the arguments of a child of the board at `path`, as /proc/PID/cmdline has them.
bool read_arguments(std::string_view text, std::string_view path, std::uint32_t& child) {
  std::array<std::string_view, 4> words;
  for (auto& word : words) {
    word = text.substr(0, text.find('\0'));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
  }
  if (words[2] != path || words[3].empty()) return false;
  return std::from_chars(words[3].data(), words[3].data() + words[3].size(), child).ec ==
         std::errc{};
}

/// A zombie has no arguments, so what is found here lives.
bool is_child(const char* pid, std::string_view path, std::uint32_t& child) {
  const std::string name = std::string("/proc/") + pid + "/cmdline";
  const owned_fd file{::open(name.c_str(), O_RDONLY | O_CLOEXEC)};
  char text[1024];
  const ssize_t size = file ? read_some(file.get(), text, sizeof text) : -1;
  return size > 0 && read_arguments({text, static_cast<std::size_t>(size)}, path, child);
}

} // namespace

result<board_file> board_file::create() {
  std::string path = board_directory() + "/toolscore-bench-board-XXXXXX";
  const owned_fd file{::mkstemp(path.data())};
  if (!file) return last_error("make a board in " + board_directory());
  void* at = MAP_FAILED;
  if (::ftruncate(file.get(), sizeof(board)) == 0)
    at = ::mmap(nullptr, sizeof(board), PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
  if (at == MAP_FAILED) {
    const auto why = last_error("map " + path);
    ::unlink(path.c_str());
    return why;
  }
  std::memset(at, 0, sizeof(board)); // Its pages are there before a child needs them.
  return board_file{std::move(path), static_cast<board*>(at)};
}

board_file::board_file(board_file&& other) noexcept
    : path_(std::exchange(other.path_, {})), content_(std::exchange(other.content_, nullptr)) {}

board_file::~board_file() {
  if (content_ == nullptr) return;
  ::munmap(content_, sizeof(board));
  ::unlink(path_.c_str());
}

std::size_t board_file::begun() const noexcept {
  const std::size_t claimed = std::min(content_->lives.load(), board::lives_max);
  std::size_t count = claimed;
  // A row that was claimed is written within microseconds; only the last ones can be open.
  while (count > 0 && content_->rows[count - 1].written.load(std::memory_order_acquire) == 0)
    --count;
  return count;
}

std::vector<life> board_file::lives(std::size_t first) const {
  std::vector<life> found;
  for (std::size_t at = first; at < begun(); ++at) {
    const auto& row = content_->rows[at];
    if (row.written.load(std::memory_order_acquire) == 0) break;
    found.push_back({row.born_ns, row.ended_ns.load(std::memory_order_acquire), row.child});
  }
  return found;
}

bool board_file::wait_for(std::size_t count, std::chrono::milliseconds wait) const {
  const auto end = monotonic_ns() + std::chrono::nanoseconds{wait}.count();
  while (begun() < count) {
    if (was_interrupted() || monotonic_ns() > end) return false;
    ::poll(nullptr, 0, poll_every_ms);
  }
  return true;
}

std::int64_t monotonic_ns() noexcept {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

std::vector<living_child> census(const board_file& of) {
  std::vector<living_child> found;
  DIR* const proc = ::opendir("/proc");
  if (proc == nullptr) return found;
  while (const dirent* entry = ::readdir(proc)) {
    const int pid = std::atoi(entry->d_name);
    std::uint32_t child = 0;
    if (pid > 0 && is_child(entry->d_name, of.path(), child)) found.push_back({pid, child});
  }
  ::closedir(proc);
  return found;
}

} // namespace toolscore
