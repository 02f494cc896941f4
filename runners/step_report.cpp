#include "runners/step_report.hpp"

#include "runners/install_keys.hpp"
#include "runners/step_hint.hpp"

#include <algorithm>
#include <array>

namespace toolscore {
namespace {

constexpr std::size_t command_bytes_max = 500;
// What npm and pip put around the line that says why.
constexpr std::array noise{
    "npm error A complete log", "npm ERR! A complete log",
    "npm error  ", // Indented: its stack and the dump of an error object.
    "npm error }",
    // Its page of help, behind the line that says what it is for.
    "npm error Clean install a project", "npm error Usage:", "npm error npm ci",
    "npm error Options:", "npm error [", "npm error alias", "npm error Run \"npm help",
    "npm error If you are behind a proxy", "[notice]", "[end of output]",
    "error: subprocess-exited-with-error", "note: This error originates",
    "note: This is an issue with the package", "╰─>", "│ exit code"};

constexpr std::string_view progress_mark = "progress ";

// What toolscore-clone and toolscore-fetch say of what they brought.
constexpr std::array versions{std::pair{std::string_view("commit "), std::size_t{40}},
                              std::pair{std::string_view("sha256 "), std::size_t{64}}};

/// Cuts in front of a UTF-8 sequence, never inside one.
std::string cut(std::string text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  auto end = bytes_max - 3;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end) + "...";
}

/// Drops colours and other control sequences; every other control character becomes a blank.
std::string printable(std::string_view line) {
  std::string out;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const auto byte = static_cast<unsigned char>(line[i]);
    if (byte == 0x1b && i + 1 < line.size() && line[i + 1] == '[') {
      i += 2;
      while (i < line.size() && (line[i] < 0x40 || line[i] > 0x7e)) ++i;
      continue;
    }
    out += byte < 32 || byte == 127 ? ' ' : line[i];
  }
  const auto first = out.find_first_not_of(' ');
  if (first == std::string::npos) return {};
  return out.substr(first, out.find_last_not_of(' ') - first + 1);
}

} // namespace

void step_report::add(std::string_view line) {
  const auto text = printable(line);
  if (text.empty() || text == "npm error") return;
  if (text.starts_with(progress_mark)) {
    progress_ = cut(without_credentials(text.substr(progress_mark.size())), line_bytes_max);
    return;
  }
  if (std::any_of(noise.begin(), noise.end(), [&](const char* x) { return text.starts_with(x); }))
    return;
  for (const auto& [mark, digits] : versions)
    if (text.starts_with(mark) && text.size() == mark.size() + digits) {
      version_ = text.substr(mark.size());
      return;
    }
  lines_.push_back(cut(without_credentials(text), line_bytes_max));
  if (lines_.size() > lines_max) lines_.pop_front();
}

std::string step_report::failure(std::string_view step, const launch_plan& launch,
                                 std::string_view how) const {
  std::string text(step);
  text.append(": ").append(command_text(launch)).append(": ").append(how);
  const char* mark = ": ";
  for (const auto& line : lines_) {
    text.append(mark).append(line);
    mark = " | ";
  }
  for (const auto& line : lines_)
    if (const auto hint = step_hint(line); !hint.empty()) {
      text.append("; ").append(hint);
      break;
    }
  return text;
}

std::string command_text(const launch_plan& launch) {
  std::string text;
  for (const auto& word : launch.argv) {
    const bool quoted = word.empty() || word.find(' ') != std::string::npos;
    text += (text.empty() ? "" : " ") + (quoted ? "'" + printable(word) + "'" : printable(word));
  }
  return cut(without_credentials(text), command_bytes_max);
}

} // namespace toolscore
