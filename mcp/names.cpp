#include "mcp/names.hpp"

#include "mcp/hash.hpp"

#include <algorithm>
#include <cstdint>

namespace toolscore::mcp {
namespace {

bool is_lower(char x) noexcept {
  return x >= 'a' && x <= 'z';
}
bool is_digit(char x) noexcept {
  return x >= '0' && x <= '9';
}
bool is_name_character(char x) noexcept {
  return is_lower(x) || is_digit(x) || (x >= 'A' && x <= 'Z') || x == '_' || x == '-' || x == '.';
}

constexpr std::size_t hash_digits = 8;

} // namespace

bool valid_server_id(std::string_view text) noexcept {
  if (text.empty() || text.size() > server_id_length_max || !is_lower(text.front())) return false;
  return std::all_of(text.begin(), text.end(),
                     [](char x) { return is_lower(x) || is_digit(x) || x == '-'; });
}

bool valid_exposed_name(std::string_view text) noexcept {
  return !text.empty() && text.size() <= exposed_name_length_max &&
         std::all_of(text.begin(), text.end(), is_name_character);
}

std::string legal_name(std::string_view wanted, std::string_view identity) {
  if (valid_exposed_name(wanted)) return std::string(wanted);
  return hashed_name(wanted, identity);
}

std::string hashed_name(std::string_view wanted, std::string_view identity) {
  std::string name;
  for (const char x : wanted) {
    if (name.size() == exposed_name_length_max - hash_digits - 1) break;
    if (is_name_character(x)) name += x;
  }
  if (!name.empty()) name += '_';
  return name += hex(hash_of(identity)).substr(0, hash_digits);
}

bool glob_match(std::string_view pattern, std::string_view text) noexcept {
  std::size_t at = 0;
  std::size_t here = 0;
  std::size_t star = std::string_view::npos; // Where to go back to, and how much it took then.
  std::size_t taken = 0;
  while (here < text.size()) {
    if (at < pattern.size() && pattern[at] == '*') {
      star = ++at;
      taken = here;
    } else if (at < pattern.size() && (pattern[at] == '?' || pattern[at] == text[here])) {
      ++at;
      ++here;
    } else if (star != std::string_view::npos) {
      at = star;
      here = ++taken;
    } else {
      return false;
    }
  }
  while (at < pattern.size() && pattern[at] == '*') ++at;
  return at == pattern.size();
}

} // namespace toolscore::mcp
