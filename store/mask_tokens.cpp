#include "store/mask_tokens.hpp"

#include "store/secret_start.hpp"

#include <array>
#include <cstddef>

namespace toolscore {
namespace {

constexpr std::string_view mark = "[redacted]";
constexpr std::size_t cut_least = 4;      ///< Of a token that the text's end may have cut off.
constexpr std::size_t userinfo_max = 256; ///< Of user:password@; bounds the search, too.
constexpr std::size_t jwt_part_least = 6;
constexpr std::size_t look_max = 1'024; ///< Of a token's first part.

struct issuer {
  std::string_view prefix;
  std::size_t least; ///< Characters that must follow.
};
constexpr std::array issuers{
    issuer{"ghp_", 20},        issuer{"gho_", 20},   issuer{"ghu_", 20},  issuer{"ghs_", 20},
    issuer{"ghr_", 20},        issuer{"glpat-", 16}, issuer{"xoxb-", 10}, issuer{"xoxa-", 10},
    issuer{"github_pat_", 20}, issuer{"xoxp-", 10},  issuer{"xoxr-", 10}, issuer{"xoxs-", 10},
    issuer{"xapp-", 10},       issuer{"npm_", 30},   issuer{"AIza", 30},  issuer{"sk-", 16},
    issuer{"sk_live_", 16},    issuer{"hf_", 30},    issuer{"AKIA", 16},  issuer{"ASIA", 16},
};

constexpr bool digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool in_token(char c) {
  return is_alphanumeric(c) || c == '_' || c == '-';
}
constexpr bool in_bearer(char c) {
  return in_token(c) || c == '.' || c == '~' || c == '+' || c == '/' || c == '=';
}

template <class Wanted>
std::size_t run_end(std::string_view text, std::size_t at, Wanted wanted) {
  while (at < text.size() && wanted(text[at])) ++at;
  return at;
}

/// Where a run of a token's characters ends, looked at only so far: what is refused is looked at
/// again by the next candidate, and must not cost more than this each time.
std::size_t near_end(std::string_view text, std::size_t at) {
  return run_end(text.substr(0, at + look_max), at, in_token);
}

bool has_digit(std::string_view text) {
  for (const char c : text)
    if (digit(c)) return true;
  return false;
}

/// The part of a text to hide; empty = none.
struct hidden {
  std::size_t begin = 0;
  std::size_t end = 0;
};

hidden issued_token(std::string_view text, std::size_t at) {
  for (const auto& x : issuers) {
    if (!text.substr(at).starts_with(x.prefix)) continue;
    const auto begin = at + x.prefix.size();
    const auto end = near_end(text, begin);
    const auto length = end - begin;
    const bool long_enough = length >= x.least || (end == text.size() && length >= cut_least);
    if (long_enough && has_digit(text.substr(begin, length)))
      return {at, run_end(text, end, in_token)};
  }
  return {};
}

hidden web_token(std::string_view text, std::size_t at) {
  if (!text.substr(at).starts_with("eyJ")) return {};
  auto end = near_end(text, at);
  if (end == text.size() && end - at >= jwt_part_least + cut_least) return {at, end};
  if (end - at < jwt_part_least || end == text.size() || text[end] != '.') return {};
  const auto second = run_end(text, end + 1, in_token);
  if (second - end <= jwt_part_least && second != text.size()) return {};
  end = second;
  if (end < text.size() && text[end] == '.') end = run_end(text, end + 1, in_token);
  return {at, end};
}

bool says_bearer(std::string_view text, std::size_t at) {
  constexpr std::string_view word = "bearer ";
  if (text.size() - at < word.size()) return false;
  for (std::size_t i = 0; i < word.size(); ++i)
    if ((static_cast<unsigned char>(text[at + i]) | 0x20U) != static_cast<unsigned char>(word[i]))
      return false;
  return true;
}

hidden bearer_token(std::string_view text, std::size_t at) {
  if (!says_bearer(text, at)) return {};
  const auto begin = run_end(text, at + 7, [](char c) { return c == ' '; });
  const auto end = run_end(text, begin, in_bearer);
  const auto token = text.substr(begin, end - begin);
  const bool cut = end == text.size() && token.size() >= cut_least && has_digit(token);
  // "Bearer authentication" is prose.
  if (token.size() >= 24 || cut || (token.size() >= 8 && has_digit(token))) return {begin, end};
  return {};
}

/// `at` is the colon of "://". A password may hold an @ that nobody has escaped: the last one ends
/// it, as every reader of URLs has it.
hidden url_password(std::string_view text, std::size_t at) {
  if (!text.substr(at).starts_with("://")) return {};
  std::size_t colon = 0;
  hidden found;
  const auto limit = at + 3 + userinfo_max < text.size() ? at + 3 + userinfo_max : text.size();
  for (std::size_t i = at + 3; i < limit; ++i) {
    const char c = text[i];
    if (c == '@' && colon == 0) return {};
    if (c == '@' && colon + 1 < i) found = {colon + 1, i};
    if (c == ':' && colon == 0) colon = i;
    if (c == '/' || c == '?' || c == '#' || c == '"' || c == '\\' || c == '<' || c == '>' ||
        static_cast<unsigned char>(c) <= ' ')
      break;
  }
  return found;
}

constexpr bool begins_secret(std::string_view prefix) {
  return may_begin_secret(prefix[0], prefix[1]);
}
static_assert(begins_secret("://") && begins_secret("eyJ") && begins_secret("Bearer "));
static_assert([] {
  for (const auto& x : issuers)
    if (!begins_secret(x.prefix)) return false;
  return true;
}());

/// At one of find_secret_start()'s places.
hidden secret_at(std::string_view text, std::size_t at) {
  if (text[at] == ':') return url_password(text, at);
  if (text[at] == 'e') return web_token(text, at);
  if ((text[at] | 0x20) == 'b') return bearer_token(text, at);
  return issued_token(text, at);
}

} // namespace

std::optional<std::string> mask_tokens(std::string_view text) {
  std::optional<std::string> out;
  std::size_t copied = 0;
  for (std::size_t at = 0; (at = find_secret_start(text, at)) < text.size(); ++at) {
    const auto found = secret_at(text, at);
    if (found.end == found.begin) continue;
    if (!out) out.emplace();
    out->append(text.substr(copied, found.begin - copied)).append(mark);
    copied = found.end;
    at = found.end - 1;
  }
  if (out) out->append(text.substr(copied));
  return out;
}

} // namespace toolscore
