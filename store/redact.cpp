#include "store/redact.hpp"

#include "messages/known_secrets.hpp"
#include "store/mask_tokens.hpp"

namespace toolscore {
namespace {

constexpr std::size_t key_bytes_max = 64; ///< Longer keys are no names of secrets.
constexpr std::string_view mark = "[redacted]";

bool blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/// Backslashes that stand directly before `at`, and not before `begin`.
std::size_t backslashes_before(std::string_view text, std::size_t at, std::size_t begin) {
  std::size_t count = 0;
  while (at > begin + count && text[at - count - 1] == '\\') ++count;
  return count;
}

/// JSON inside a string writes its quotes as \", inside that as \\\": `escapes` is how many
/// backslashes a quote has at the level being read, 0 for the text itself.
struct string_end {
  std::size_t content; ///< One past the string's last character.
  std::size_t after;   ///< One past its closing quote, or where the enclosing string ends.
};

/// Where the string ends whose first character is at `begin`.
string_end end_of_string(std::string_view text, std::size_t begin, std::size_t escapes) {
  std::size_t at = begin;
  while (true) {
    const auto quote = text.find('"', at);
    if (quote == text.npos) return {text.size(), text.size()};
    const std::size_t run = backslashes_before(text, quote, begin);
    if (run < escapes) return {quote - run, quote - run}; // the enclosing string ends here
    if ((run - escapes) / (escapes + 1) % 2 == 0) return {quote - escapes, quote + 1};
    at = quote + 1;
  }
}

/// One past the object or array that begins at `begin`.
std::size_t end_of_group(std::string_view text, std::size_t begin, std::size_t escapes) {
  std::size_t depth = 0;
  for (std::size_t at = begin; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '{' || c == '[') ++depth;
    if ((c == '}' || c == ']') && --depth == 0) return at + 1;
    if (c == '"') {
      if (backslashes_before(text, at, begin) < escapes) return at;
      at = end_of_string(text, at + 1, escapes).after - 1;
    }
  }
  return text.size();
}

/// The part of `text` to replace, and whether the mark needs quotes of its own.
struct secret {
  std::size_t begin = 0;
  std::size_t end = 0;
  bool bare = false;
};

/// The value that begins behind the colon. true, false and null hide nothing and are no secret.
std::optional<secret> value_at(std::string_view text, std::size_t at, std::size_t escapes) {
  while (at < text.size() && blank(text[at])) ++at;
  if (at == text.size()) return std::nullopt;
  const char c = text[at];
  if (c == '{' || c == '[') return secret{at, end_of_group(text, at, escapes), true};
  if (c == '-' || (c >= '0' && c <= '9')) {
    const auto end = text.find_first_not_of("+-.0123456789eE", at);
    return secret{at, end == text.npos ? text.size() : end, true};
  }
  const std::size_t quote = at + escapes;
  if (quote >= text.size() || text[quote] != '"' || backslashes_before(text, quote, at) != escapes)
    return std::nullopt;
  return secret{quote + 1, end_of_string(text, quote + 1, escapes).content, false};
}

/// The key that ends before the colon; `escapes` becomes its level. Empty where there is none.
std::string_view key_before(std::string_view text, std::size_t colon, std::size_t& escapes) {
  while (colon > 0 && blank(text[colon - 1])) --colon;
  if (colon == 0 || text[colon - 1] != '"') return {};
  const std::size_t quote = colon - 1;
  const std::size_t floor = quote > key_bytes_max + 8 ? quote - key_bytes_max - 8 : 0;
  escapes = backslashes_before(text, quote, floor);
  const std::size_t end = quote - escapes;
  std::size_t begin = end;
  while (begin > floor && text[begin - 1] != '"') --begin;
  return text.substr(begin, end - begin);
}

} // namespace

namespace {

constexpr char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Few keys end like the name of a secret: two letters spare nearly all of the comparisons.
bool ends_like_a_secret(std::string_view key) noexcept {
  if (key.size() < 5) return false;
  const char before = lower(key[key.size() - 2]);
  const bool separated = before == '_' || before == '-' || before == '.' || before == ' ';
  const auto after = [&](std::string_view letters) {
    return separated || letters.find(before) != letters.npos;
  };
  switch (lower(key.back())) {
  case 'n':
    return after("eo"); // token, authorization
  case 'd':
    return after("rw"); // password, passwd
  case 'e':
    return after("si"); // passphrase, cookie
  case 't':
    return after("e"); // secret
  case 'y':
    return after("e"); // apikey
  case 'l':
    return after("a"); // credential
  case 's':
    return after("l"); // credentials
  case 'r':
    return after("e"); // bearer
  default:
    return false;
  }
}

std::optional<std::string> hide_values(std::string_view json) {
  std::optional<std::string> out;
  std::size_t copied = 0;
  for (std::size_t at = json.find(':'); at != json.npos; at = json.find(':', at)) {
    const std::size_t colon = at++;
    std::size_t escapes = 0;
    const auto key = key_before(json, colon, escapes);
    if (!ends_like_a_secret(key) || !names_a_secret(key)) continue;
    const auto value = value_at(json, at, escapes);
    if (!value) continue;
    if (!out) out.emplace();
    out->append(json.substr(copied, value->begin - copied));
    const std::string quote = value->bare ? std::string(escapes, '\\') + '"' : std::string();
    out->append(quote).append(mark).append(quote);
    copied = at = value->end;
  }
  if (out) out->append(json.substr(copied));
  return out;
}

} // namespace

std::optional<std::string> redact(std::string_view json) {
  auto hidden = hide_values(json);
  if (auto masked = mask_tokens(hidden ? std::string_view(*hidden) : json)) return masked;
  return hidden;
}

} // namespace toolscore
