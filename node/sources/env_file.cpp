#include "node/sources/env_file.hpp"

#include <algorithm>
#include <optional>

namespace toolscore {
namespace {

constexpr std::string_view blanks = " \t\r";

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(blanks);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

bool is_name(std::string_view text) {
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  return !text.empty() && letter(text.front()) &&
         std::all_of(text.begin(), text.end(),
                     [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

/// Behind the closing quote only a comment may stand.
bool is_rest(std::string_view text) {
  text = trimmed(text);
  return text.empty() || text.front() == '#';
}

std::optional<std::string> quoted(std::string_view text) {
  const char mark = text.front();
  std::string out;
  for (std::size_t at = 1; at < text.size(); ++at) {
    const char c = text[at];
    if (c == mark) return is_rest(text.substr(at + 1)) ? std::optional(out) : std::nullopt;
    const bool escapes = mark == '"' && c == '\\' && at + 1 < text.size();
    if (!escapes) {
      out += c;
      continue;
    }
    const char next = text[++at];
    if (next != 'n' && next != '"' && next != '\\') out += '\\';
    out += next == 'n' ? '\n' : next;
  }
  return std::nullopt; // Not closed.
}

std::optional<std::string> value_of(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('"') || text.starts_with('\'')) return quoted(text);
  if (text.starts_with('#')) return std::string();
  return std::string(trimmed(text.substr(0, text.find(" #"))));
}

} // namespace

result<std::vector<std::pair<std::string, std::string>>> read_env_file(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> all;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = std::min(text.find('\n'), text.size());
    auto line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.front() == '#') continue;
    if (line.starts_with("export ")) line = trimmed(line.substr(7));
    const auto equals = line.find('=');
    const auto name = trimmed(line.substr(0, equals));
    const auto value = equals == line.npos ? std::nullopt : value_of(line.substr(equals + 1));
    if (!is_name(name) || !value)
      return error{errc::bad_config, "line " + std::to_string(number) + " is no NAME=VALUE"};
    all.emplace_back(name, *value);
  }
  return all;
}

} // namespace toolscore
