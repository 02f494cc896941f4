#pragma once
#include <string>
#include <string_view>

namespace toolscore::mcp {

/// The text that a JSON string stands for, given with its quotes and known to be valid JSON. A lone
/// surrogate escape becomes U+FFFD. Anything that is not a quoted string gives an empty text.
std::string decode(std::string_view raw_json_string);
/// `text` as a JSON string with its quotes; invalid UTF-8 becomes U+FFFD.
std::string quote(std::string_view text);
/// True if a raw JSON string is not what it stands for. For short ones, such as names of members:
/// there a loop is cheaper than the library's search.
constexpr bool has_escape(std::string_view raw_json_string) noexcept {
  for (const char x : raw_json_string)
    if (x == '\\') return true;
  return false;
}
/// says() of a string that may hold escapes.
bool says_decoded(std::string_view raw_json_string, std::string_view text);
/// True if the raw JSON string stands for `text`; allocates only where it holds escapes.
inline bool says(std::string_view raw_json_string, std::string_view text) {
  // An escape is longer than what it stands for, so a shorter text is another one, and one of the
  // same length is the same only letter by letter.
  if (raw_json_string.size() < text.size() + 2 || raw_json_string.front() != '"') return false;
  if (raw_json_string.size() == text.size() + 2)
    return raw_json_string.substr(1, text.size()) == text;
  const bool begins_so =
      text.empty() || raw_json_string[1] == text.front() || raw_json_string[1] == '\\';
  return begins_so && says_decoded(raw_json_string, text);
}

} // namespace toolscore::mcp
