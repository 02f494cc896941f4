#include "runners/notification.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace toolscore {
namespace {

/// A year: what is larger is no time that anybody waits, and must not overflow.
constexpr std::uint64_t extend_usec_max = 366ULL * 24 * 3600 * 1'000'000;

std::optional<std::chrono::microseconds> read_usec(std::string_view text) {
  std::uint64_t number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  if (parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size()) return std::nullopt;
  return std::chrono::microseconds(number < extend_usec_max ? number : extend_usec_max);
}

void take(notification& out, std::string_view name, std::string_view value) {
  if (name == "READY")
    out.ready = value == "1";
  else if (name == "STOPPING")
    out.stopping = value == "1";
  else if (name == "WATCHDOG" && value == "1")
    out.alive = true;
  else if (name == "WATCHDOG" && value == "trigger")
    out.trigger = true;
  else if (name == "EXTEND_TIMEOUT_USEC")
    out.extend = read_usec(value);
  else if (name == "STATUS")
    out.status = shown_line(value, status_bytes_max);
}

/// How many bytes the UTF-8 character at the front takes; 0 = it is none.
std::size_t character_bytes(std::string_view text) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const auto first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t count = first >= 0xF0 && first <= 0xF4  ? 4
                            : first >= 0xE0 && first < 0xF0 ? 3
                            : first >= 0xC2 && first < 0xE0 ? 2
                                                            : 0;
  if (count == 0 || text.size() < count) return 0;
  for (std::size_t at = 1; at < count; ++at)
    if ((byte(at) & 0xC0) != 0x80) return 0;
  // Overlong forms, surrogates, and what is behind the last character.
  if ((first == 0xE0 && byte(1) < 0xA0) || (first == 0xED && byte(1) > 0x9F)) return 0;
  if ((first == 0xF0 && byte(1) < 0x90) || (first == 0xF4 && byte(1) > 0x8F)) return 0;
  return count;
}

} // namespace

std::string shown_line(std::string_view text, std::size_t bytes_max) {
  std::string line;
  while (!text.empty()) {
    const auto count = character_bytes(text);
    const auto first = static_cast<unsigned char>(text[0]);
    // C1 controls move a terminal's cursor as C0 ones do.
    const bool control =
        count == 1 ? first < 0x20 || first == 0x7F
                   : count == 2 && first == 0xC2 && static_cast<unsigned char>(text[1]) < 0xA0;
    const auto part = count == 0 ? std::string_view("?")
                      : control  ? std::string_view(" ")
                                 : text.substr(0, count);
    if (line.size() + part.size() > bytes_max) break;
    line += part;
    text.remove_prefix(count == 0 ? 1 : count);
  }
  while (line.ends_with(' ')) line.pop_back();
  return line;
}

notification read_notification(std::string_view datagram) {
  notification out;
  while (!datagram.empty()) {
    const auto line = datagram.substr(0, datagram.find('\n'));
    datagram.remove_prefix(std::min(datagram.size(), line.size() + 1));
    const auto equals = line.find('=');
    if (equals == line.npos) continue;
    take(out, line.substr(0, equals), line.substr(equals + 1));
  }
  return out;
}

} // namespace toolscore
