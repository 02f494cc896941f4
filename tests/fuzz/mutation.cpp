#include "tests/fuzz/fuzzing.hpp"

#include <algorithm>
#include <array>

namespace toolscore::test {
namespace {

using namespace std::string_view_literals;

/// What readers of JSON, headers and lines turn at.
constexpr std::array pieces{"{"sv,
                            "}"sv,
                            "["sv,
                            "]"sv,
                            "\""sv,
                            ","sv,
                            ":"sv,
                            "\\"sv,
                            "\\u0069d"sv,
                            "\\ud83d"sv,
                            "\n"sv,
                            "\r\n"sv,
                            "\r"sv,
                            "\t"sv,
                            " "sv,
                            "\0"sv,
                            "\x7f"sv,
                            "\xff"sv,
                            "\xc3\xa9"sv,
                            "\xef\xbb\xbf"sv,
                            "\xc5\xbf"sv,
                            "0"sv,
                            "-0"sv,
                            "1e9"sv,
                            "0.5"sv,
                            "9223372036854775808"sv,
                            "null"sv,
                            "true"sv,
                            "{}"sv,
                            "[]"sv,
                            "\"id\":1,"sv,
                            "\"ID\":2,"sv,
                            "\"result\":{},"sv,
                            "\"method\":\"ping\","sv,
                            "\"params\":{},"sv,
                            "\"_meta\":{},"sv,
                            "\"_meta\":null,"sv,
                            "\"id\":0.5,"sv,
                            "\"params\":[],"sv,
                            "\"name\":\"x\","sv,
                            "\"isError\":true,"sv,
                            "\"progressToken\":5,"sv,
                            "//"sv,
                            "/*"sv,
                            "*/"sv,
                            "${KEY}"sv,
                            "%41"sv,
                            "&"sv,
                            "="sv,
                            "=?base64?"sv,
                            "?="sv};

} // namespace

std::string mutator::next(const std::vector<std::string>& seeds) {
  std::string text = seeds[below(seeds.size())];
  for (auto times = below(9); times > 0; --times) spoil(text, seeds);
  if (text.size() > input_bytes_max) text.resize(input_bytes_max);
  return text;
}

void mutator::spoil(std::string& text, const std::vector<std::string>& seeds) {
  const auto at = below(text.size() + 1);
  const auto rest = text.size() - at;
  switch (below(7)) {
  case 0:
    if (rest != 0) text[at] = static_cast<char>(below(256));
    break;
  case 1:
    text.erase(at, 1 + below(6));
    break;
  case 2: // Where a member of an object can stand.
    if (const auto before = text.find_first_of("{,", at); before != text.npos)
      text.insert(before + 1, pieces[below(pieces.size())]);
    break;
  case 3:
    text.insert(at, pieces[below(pieces.size())]);
    break;
  case 4: // A part of it once more, elsewhere.
    text.insert(below(text.size() + 1), text.substr(at, below(40)));
    break;
  case 5: // The end of another.
    if (const auto& other = seeds[below(seeds.size())]; !other.empty())
      text.replace(at, rest, other.substr(below(other.size())));
    break;
  default:
    if (rest != 0) text[at] = static_cast<char>(text[at] ^ (1 << below(8)));
  }
}

std::uint64_t choice_of(std::string_view input) {
  std::uint64_t hash = 1469598103934665603U;
  for (const char x : input) hash = (hash ^ static_cast<unsigned char>(x)) * 1099511628211U;
  return hash ^ hash >> 29U;
}

std::string hex_of(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (const char x : bytes) {
    out += digits[static_cast<unsigned char>(x) >> 4U];
    out += digits[static_cast<unsigned char>(x) & 15U];
  }
  return out;
}

std::string bytes_of(std::string_view hex) {
  if (hex.size() % 2 != 0) throw std::invalid_argument("an odd number of hexadecimal digits");
  const auto digit = [](char x) {
    constexpr std::string_view digits = "0123456789abcdef";
    const auto value = digits.find(x);
    if (value == std::string_view::npos) throw std::invalid_argument("no hexadecimal digit");
    return static_cast<unsigned>(value);
  };
  std::string out;
  for (std::size_t i = 0; i < hex.size(); i += 2)
    out += static_cast<char>(digit(hex[i]) * 16 + digit(hex[i + 1]));
  return out;
}

} // namespace toolscore::test
