#include "actors/event_log.hpp"

#include "messages/known_secrets.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace toolscore {
namespace {

// What is kept of an event is one text: the time, then each text of it. As it comes, in a map of
// strings, it takes eight times the room. A text is a byte and what follows it: a word that nearly
// every event has is its place among them alone, a short text stands behind its length, a long one
// behind `long_text` and four bytes of length.

using ticks = std::chrono::system_clock::rep;

constexpr std::array<std::string_view, 20> words{
    "server.state", "process_status", "pid",         "init_pid", "instance",
    "confinement",  "reason",         "attempt",     "delay_ms", "starting",
    "ready",        "waiting",        "backing_off", "stopping", "stopped",
    "crash_loop",   "code",           "1",           "server",   ""};
constexpr std::size_t long_text = 255;
constexpr std::size_t short_bytes_max = long_text - words.size() - 1;

void append_text(std::string& out, std::string_view text) {
  const auto word = std::find(words.begin(), words.end(), text);
  if (word != words.end()) {
    out += static_cast<char>(word - words.begin());
  } else if (text.size() <= short_bytes_max) {
    out += static_cast<char>(words.size() + text.size());
    out += text;
  } else {
    const auto length = static_cast<std::uint32_t>(text.size());
    char digits[sizeof length];
    std::memcpy(digits, &length, sizeof length);
    out += static_cast<char>(long_text);
    out.append(digits, sizeof length).append(text);
  }
}

std::string pack(const event& content) {
  const ticks at = content.at.time_since_epoch().count();
  std::string out;
  char digits[sizeof at];
  std::memcpy(digits, &at, sizeof at);
  out.append(digits, sizeof at);
  append_text(out, content.kind);
  append_text(out, content.server.value);
  for (const auto& [name, value] : content.fields) {
    append_text(out, name);
    append_text(out, value);
  }
  out.shrink_to_fit();
  return out;
}

std::string take_text(std::string_view& packed) {
  const auto first = static_cast<unsigned char>(packed.front());
  packed.remove_prefix(1);
  if (first < words.size()) return std::string(words[first]);
  std::size_t size = first - words.size();
  if (first == long_text) {
    std::uint32_t length = 0;
    std::memcpy(&length, packed.data(), sizeof length);
    packed.remove_prefix(sizeof length);
    size = length;
  }
  std::string text(packed.substr(0, size));
  packed.remove_prefix(size);
  return text;
}

event_ptr unpack(std::string_view packed, std::uint64_t number) {
  auto entry = std::make_shared<event>();
  entry->number = number;
  ticks at = 0;
  std::memcpy(&at, packed.data(), sizeof at);
  packed.remove_prefix(sizeof at);
  entry->at = std::chrono::system_clock::time_point(std::chrono::system_clock::duration(at));
  entry->kind = take_text(packed);
  entry->server.value = take_text(packed);
  while (!packed.empty()) {
    auto name = take_text(packed);
    entry->fields.emplace_hint(entry->fields.end(), std::move(name), take_text(packed));
  }
  return entry;
}

} // namespace

event_ptr event_log::append(event content) {
  content.number = ++last_;
  if (const auto secrets = known_secrets::here().all(); !secrets->empty())
    for (auto& [name, value] : content.fields)
      if (auto hidden = secrets->scrub(value)) value = std::move(*hidden);
  events_.push_back(pack(content));
  if (events_.size() > events_max_) events_.pop_front();
  return std::make_shared<const event>(std::move(content));
}

void event_log::tell_after(std::uint64_t number, const std::function<void(event_ptr)>& take) const {
  const auto first = last_ - events_.size(); // The number before the oldest kept event.
  const auto skip = number > first ? number - first : 0;
  for (auto i = skip; i < events_.size(); ++i) take(unpack(events_[i], first + i + 1));
}

} // namespace toolscore
