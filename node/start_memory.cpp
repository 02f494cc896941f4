#include "node/start_memory.hpp"

#include <charconv>
#include <optional>

namespace toolscore {
namespace {

/// The first number of `text`, which goes on behind it.
std::optional<std::uintptr_t> take_number(std::string_view& text, int base) {
  std::uintptr_t value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (failure != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

bool take(std::string_view& text, std::string_view expected) {
  if (!text.starts_with(expected)) return false;
  text.remove_prefix(expected.size());
  return true;
}

/// "FROM-TO r-xp OFFSET DEVICE INODE   /PATH": nothing where it is no such line or cannot be meant.
std::optional<memory_range> read_only_file(std::string_view line) {
  const auto path = line.find('/');
  auto rest = line;
  const auto from = take_number(rest, 16);
  if (!from || !take(rest, "-")) return std::nullopt;
  const auto to = take_number(rest, 16);
  if (!to || *to <= *from || path == std::string_view::npos) return std::nullopt;
  if (!take(rest, " r-xp ") && !take(rest, " r--p ")) return std::nullopt;
  return memory_range{*from, *to};
}

bool begins_mapping(std::string_view line) {
  const auto word = line.substr(0, line.find(' '));
  return !word.empty() && word.back() != ':';
}

} // namespace

std::vector<memory_range> file_copies(std::string_view smaps) {
  std::vector<memory_range> found;
  std::optional<memory_range> range;
  while (!smaps.empty()) {
    const auto end = smaps.find('\n');
    auto line = smaps.substr(0, end);
    smaps.remove_prefix(end == std::string_view::npos ? smaps.size() : end + 1);
    if (begins_mapping(line)) {
      range = read_only_file(line);
    } else if (range && take(line, "Anonymous:")) {
      const auto digits = line.find_first_not_of(' ');
      if (line.substr(digits == std::string_view::npos ? line.size() : digits) == "0 kB")
        found.push_back(*range);
      range.reset();
    }
  }
  return found;
}

} // namespace toolscore
