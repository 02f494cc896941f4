#include "runners/line_framer.hpp"

#include <cstring>
#include <utility>

namespace toolscore {
namespace {

constexpr std::size_t quote_characters_max = 120;

std::string_view without_cr(std::string_view line) {
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

/// Where the line's content begins; npos when it is blank.
std::size_t first_content(std::string_view line) {
  return line.find_first_not_of(" \t\r\n");
}

std::string escaped(char raw) {
  const auto byte = static_cast<unsigned char>(raw);
  switch (raw) {
  case '\\':
    return "\\\\";
  case '\n':
    return "\\n";
  case '\r':
    return "\\r";
  case '\t':
    return "\\t";
  default:
    break;
  }
  if (byte >= 0x20 && byte < 0x7f) return {raw};
  constexpr std::string_view digits = "0123456789abcdef";
  return {'\\', 'x', digits[byte >> 4U], digits[byte & 15U]};
}

} // namespace

std::string quote_start(std::string_view text) {
  constexpr std::string_view cut = "...";
  std::string quoted;
  std::size_t room_for_cut = 0; // How much may stay if it turns out to be too long.
  for (const char raw : text) {
    quoted += escaped(raw);
    if (quoted.size() <= quote_characters_max - cut.size()) room_for_cut = quoted.size();
    if (quoted.size() > quote_characters_max) return quoted.substr(0, room_for_cut).append(cut);
  }
  return quoted;
}

void line_framer::feed(std::string_view chunk, std::vector<framed_line>& lines) {
  while (!chunk.empty()) {
    const void* const found = std::memchr(chunk.data(), '\n', chunk.size());
    if (found == nullptr) return keep(chunk, lines);
    const auto length = static_cast<std::size_t>(static_cast<const char*>(found) - chunk.data());
    if (skipping_)
      skipping_ = false; // Its newline: the next line is a new one.
    else
      complete(chunk.substr(0, length), lines);
    chunk.remove_prefix(length + 1);
  }
}

void line_framer::finish(std::vector<framed_line>& lines) {
  if (!skipping_ && !partial_.empty()) complete({}, lines);
  skipping_ = false;
}

void line_framer::keep(std::string_view part, std::vector<framed_line>& lines) {
  if (skipping_) return;
  if (partial_.size() + part.size() <= line_bytes_max_) {
    partial_.append(part);
    return;
  }
  auto start = partial_.substr(0, kept_start_bytes);
  start.append(part.substr(0, kept_start_bytes - start.size()));
  lines.push_back({line_kind::overlong, std::move(start)});
  std::string().swap(partial_); // Its memory too.
  skipping_ = true;
}

/// `rest` ends the line that `partial_` began.
void line_framer::complete(std::string_view rest, std::vector<framed_line>& lines) {
  if (partial_.size() + rest.size() > line_bytes_max_) {
    keep(rest, lines);
    skipping_ = false; // Its newline has been seen.
    return;
  }
  std::string joined;
  if (!partial_.empty()) {
    joined = std::exchange(partial_, {});
    joined.append(rest);
    rest = joined;
  }
  const auto line = without_cr(rest);
  const auto content = first_content(line);
  if (content == std::string_view::npos) return;
  if (line[content] != '{') {
    lines.push_back({line_kind::garbage, quote_start(line.substr(content))});
    return;
  }
  if (joined.empty()) {
    lines.push_back({line_kind::message, std::string(line)});
    return;
  }
  joined.resize(line.size());
  lines.push_back({line_kind::message, std::move(joined)});
}

} // namespace toolscore
