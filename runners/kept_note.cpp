#include "runners/kept_note.hpp"

#include <charconv>
#include <sstream>

namespace toolscore {
namespace {

constexpr std::size_t cgroups_max = 16;

template <class Number>
bool read_number(const std::string& text, Number& out) {
  const auto* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, out);
  return read.ec == std::errc{} && read.ptr == end;
}

/// The values are paths, hashes and words of our own; a line break in one would be another key.
std::string one_line_of(std::string text) {
  for (auto& c : text)
    if (c == '\n') c = ' ';
  return text;
}

bool read_held(const std::string& text, confinement& out) {
  for (const auto held : {confinement::pid_namespace, confinement::user_pid_namespace})
    if (text == to_string(held)) {
      out = held;
      return true;
    }
  return false;
}

bool take(const std::string& key, const std::string& value, kept_note& into) {
  if (key == "server") into.id.server.value = value;
  if (key == "number") return read_number(value, into.id.number);
  if (key == "pid") return read_number(value, into.init.pid);
  if (key == "start_time") return read_number(value, into.init.start_time);
  if (key == "boot_id") into.init.boot_id = value;
  if (key == "held") return read_held(value, into.held);
  if (key == "digest") into.digest = value;
  if (key == "port") return read_number(value, into.port);
  if (key == "ready") into.was_ready = value == "1";
  if (key == "cgroup" && into.cgroups.size() < cgroups_max) into.cgroups.push_back(value);
  if (key == "cgroup_words") into.cgroup_words = value;
  if (key == "not_given") into.not_given = value;
  return true; // A later version's key.
}

} // namespace

std::string kept_text(const kept_note& note) {
  std::ostringstream text;
  text << "server " << one_line_of(note.id.server.value) << "\nnumber " << note.id.number
       << "\npid " << note.init.pid << "\nstart_time " << note.init.start_time << "\nboot_id "
       << note.init.boot_id << "\nheld " << to_string(note.held) << "\ndigest " << note.digest
       << "\nport " << note.port << "\nready " << (note.was_ready ? 1 : 0) << "\n";
  for (const auto& directory : note.cgroups) text << "cgroup " << one_line_of(directory) << "\n";
  text << "cgroup_words " << one_line_of(note.cgroup_words) << "\nnot_given "
       << one_line_of(note.not_given) << "\nend\n";
  return text.str();
}

std::optional<kept_note> parse_kept(const std::string& text) {
  kept_note note;
  bool whole = false;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const auto space = line.find(' ');
    const auto value = space == std::string::npos ? std::string{} : line.substr(space + 1);
    if (!take(line.substr(0, space), value, note)) return std::nullopt;
    whole = line == "end";
  }
  const bool known = note.init.pid > 1 && note.init.start_time != 0 && !note.init.boot_id.empty();
  if (!whole || !known || note.id.server.value.empty() || note.id.number == 0) return std::nullopt;
  return note;
}

const char* to_words(kept_claim claim) noexcept {
  switch (claim) {
  case kept_claim::same:
    return "it is wanted as it is";
  case kept_claim::changed:
    return "its definition has changed";
  case kept_claim::stopped:
    return "it is to be stopped";
  case kept_claim::not_kept:
    return "it is not to outlive its node any more";
  case kept_claim::removed:
    return "it is not defined any more";
  }
  return "";
}

} // namespace toolscore
