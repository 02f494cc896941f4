#include "runners/tree_notes_io.hpp"

#include "runners/proc_io.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>

namespace toolscore {
namespace {

/// In the unit and by the clock of /proc/PID/stat.
std::uint64_t ticks_since_boot() {
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  static const auto a_second = static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
  return static_cast<std::uint64_t>(now.tv_sec) * a_second +
         static_cast<std::uint64_t>(now.tv_nsec) * a_second / 1'000'000'000;
}

} // namespace

result<tree_notes> tree_notes::open(const std::string& path) {
  const auto failed = [&] {
    return error{errc::io_failed,
                 "cannot keep notes of processes in '" + path + "': " + std::strerror(errno)};
  };
  descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  struct stat facts {};
  if (!file || fstat(file.get(), &facts) != 0) return failed();
  std::string text(static_cast<std::size_t>(facts.st_size), ' ');
  if (::pread(file.get(), text.data(), text.size(), 0) != static_cast<ssize_t>(text.size()))
    return failed();
  tree_notes made(std::move(file));
  made.places_ = (text.size() + line_bytes - 1) / line_bytes;
  for (std::size_t place = 0; place < made.places_; ++place)
    if (!parse_tree_note(text.substr(place * line_bytes, line_bytes))) made.free_.push_back(place);
  return made;
}

std::size_t tree_notes::note(std::int64_t pid) {
  std::size_t place = places_;
  if (free_.empty()) {
    ++places_;
  } else {
    place = free_.back();
    free_.pop_back();
  }
  write(place, tree_note({pid, 0, boot_id(), ticks_since_boot()}));
  return place;
}

void tree_notes::erase(std::size_t place) {
  write(place, {});
  free_.push_back(place);
}

void tree_notes::write(std::size_t place, std::string line) {
  line.resize(line_bytes - 1, ' ');
  line += '\n';
  while (::pwrite(file_.get(), line.data(), line.size(), static_cast<off_t>(place * line_bytes)) <
             0 &&
         errno == EINTR) {
  }
}

std::vector<process_mark> read_tree_notes(const std::string& path) {
  std::vector<process_mark> marks;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);)
    if (auto mark = parse_tree_note(line)) marks.push_back(std::move(*mark));
  return marks;
}

void rewrite_tree_notes(const std::string& path, const std::vector<process_mark>& kept) {
  std::error_code ignored; // What stays is looked at by the next node.
  if (kept.empty()) {
    std::filesystem::remove(path, ignored);
    return;
  }
  const auto draft = path + ".new";
  {
    std::ofstream file(draft, std::ios::trunc);
    for (const auto& mark : kept) {
      auto line = tree_note(mark);
      line.resize(tree_notes::line_bytes - 1, ' ');
      file << line << '\n';
    }
    if (!file.flush()) return;
  }
  std::filesystem::rename(draft, path, ignored);
}

} // namespace toolscore
