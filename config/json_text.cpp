#include "config/json_text.hpp"

#include <charconv>
#include <optional>
#include <set>
#include <string>

namespace toolscore {
namespace {

using json = nlohmann::ordered_json;

void append_utf8(std::string& out, std::uint32_t point) {
  const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (point < 0x80) {
    put(point);
  } else if (point < 0x800) {
    put(0xC0 | point >> 6);
    put(0x80 | (point & 0x3F));
  } else if (point < 0x10000) {
    put(0xE0 | point >> 12);
    put(0x80 | (point >> 6 & 0x3F));
    put(0x80 | (point & 0x3F));
  } else {
    put(0xF0 | point >> 18);
    put(0x80 | (point >> 12 & 0x3F));
    put(0x80 | (point >> 6 & 0x3F));
    put(0x80 | (point & 0x3F));
  }
}

std::string printable(char c) {
  const auto byte = static_cast<unsigned char>(c);
  if (byte >= 0x20 && byte < 0x7F) return {'\'', c, '\''};
  constexpr char digits[] = "0123456789abcdef";
  return std::string("byte 0x") + digits[byte >> 4] + digits[byte & 15];
}

/// A recursive descent over one text. Every function returns false after the first failure.
class reader {
public:
  reader(std::string_view text, std::string_view file, const json_limits& limits)
      : text_(text), file_(file), limits_(limits) {}

  result<json> read() {
    if (text_.size() > limits_.bytes_max) {
      fail(0, "the text has " + std::to_string(text_.size()) + " bytes, at most " +
                  std::to_string(limits_.bytes_max) + " are read");
      return *failure_;
    }
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
    json value;
    if (skip_blank() && read_value(value, 1) && skip_blank() && at_ != text_.size())
      fail(at_, "unexpected " + printable(text_[at_]) + " after the end of the value, remove it");
    if (failure_) return *failure_;
    return value;
  }

private:
  bool fail(std::size_t at, const std::string& what) {
    std::size_t line = 1;
    std::size_t line_begin = 0;
    for (std::size_t i = 0; i < at && i < text_.size(); ++i)
      if (text_[i] == '\n') {
        ++line;
        line_begin = i + 1;
      }
    failure_ =
        error{errc::bad_config, std::string(file_) + ":" + std::to_string(line) + ":" +
                                    std::to_string(at - line_begin + 1) + ": " + one_line(what)};
    return false;
  }

  bool ended() const { return at_ >= text_.size(); }

  bool skip_blank() {
    while (!ended()) {
      const char c = text_[at_];
      if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
        ++at_;
      } else if (text_.substr(at_).starts_with("//")) {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (text_.substr(at_).starts_with("/*")) {
        const auto end = text_.find("*/", at_ + 2);
        if (end == text_.npos) return fail(at_, "this comment never ends, close it with */");
        at_ = end + 2;
      } else {
        break;
      }
    }
    return true;
  }

  bool read_value(json& out, std::size_t depth) {
    if (ended()) return fail(at_, "the text ends where a value should stand, is it cut off?");
    if (depth > limits_.depth_max)
      return fail(at_, "nested deeper than " + std::to_string(limits_.depth_max) +
                           " levels, flatten it");
    const char c = text_[at_];
    if (c == '{') return read_object(out, depth);
    if (c == '[') return read_array(out, depth);
    if (c == '"') {
      std::string value;
      if (!read_string(value)) return false;
      out = std::move(value);
      return true;
    }
    if (c == '-' || (c >= '0' && c <= '9')) return read_number(out);
    if (c == '\'') return fail(at_, "strings stand in double quotes, write \"...\"");
    return read_word(out);
  }

  bool read_object(json& out, std::size_t depth) {
    const std::size_t begin = at_++;
    out = json::object();
    std::set<std::string> seen; // ordered_json looks keys up one by one
    while (true) {
      if (!skip_blank()) return false;
      if (ended()) return fail(begin, "this { is never closed, add }");
      if (text_[at_] == '}') return ++at_, true;
      const std::size_t key_at = at_;
      std::string key;
      if (text_[at_] != '"')
        return fail(at_, "expected a key in double quotes or }, found " + printable(text_[at_]));
      if (!read_string(key) || !skip_blank()) return false;
      if (!seen.insert(key).second)
        return fail(key_at, "the key \"" + key + "\" stands twice in this object, remove one");
      if (ended() || text_[at_] != ':')
        return fail(at_, "expected ':' after the key \"" + key + "\"");
      ++at_;
      json value;
      if (!skip_blank() || !read_value(value, depth + 1)) return false;
      out.push_back(json::object_t::value_type(std::move(key), std::move(value)));
      if (!separator(begin, '}')) return false;
    }
  }

  bool read_array(json& out, std::size_t depth) {
    const std::size_t begin = at_++;
    out = json::array();
    while (true) {
      if (!skip_blank()) return false;
      if (ended()) return fail(begin, "this [ is never closed, add ]");
      if (text_[at_] == ']') return ++at_, true;
      json value;
      if (!read_value(value, depth + 1)) return false;
      out.push_back(std::move(value));
      if (!separator(begin, ']')) return false;
    }
  }

  /// Passes a comma, or stands before the closing bracket.
  bool separator(std::size_t begin, char close) {
    if (!skip_blank()) return false;
    if (ended())
      return fail(begin, std::string("this ") + (close == '}' ? '{' : '[') +
                             " is never closed, add " + close);
    if (text_[at_] == ',') return ++at_, true;
    if (text_[at_] == close) return true;
    return fail(at_,
                std::string("expected ',' or '") + close + "', found " + printable(text_[at_]));
  }

  bool read_number(json& out) {
    const std::size_t begin = at_;
    const auto digits = [&] {
      const std::size_t from = at_;
      while (!ended() && text_[at_] >= '0' && text_[at_] <= '9') ++at_;
      return at_ - from;
    };
    bool integral = true;
    if (text_[at_] == '-') ++at_;
    const bool zero = !ended() && text_[at_] == '0';
    const std::size_t whole = digits();
    bool good = whole > 0 && !(zero && whole > 1);
    if (good && !ended() && text_[at_] == '.') {
      integral = false;
      ++at_;
      good = digits() > 0;
    }
    if (good && !ended() && (text_[at_] == 'e' || text_[at_] == 'E')) {
      integral = false;
      ++at_;
      if (!ended() && (text_[at_] == '+' || text_[at_] == '-')) ++at_;
      good = digits() > 0;
    }
    if (!good) return fail(begin, "this is no JSON number, write it like 5, -2 or 0.25");
    return store_number(out, text_.substr(begin, at_ - begin), integral, begin);
  }

  bool store_number(json& out, std::string_view digits, bool integral, std::size_t begin) {
    const char* const end = digits.data() + digits.size();
    std::int64_t whole = 0;
    if (integral && std::from_chars(digits.data(), end, whole).ec == std::errc{}) {
      out = whole;
      return true;
    }
    double real = 0;
    if (std::from_chars(digits.data(), end, real).ec != std::errc{})
      return fail(begin, "the number is too large, write a smaller one");
    out = real;
    return true;
  }

  bool read_word(json& out) {
    std::size_t length = 0;
    while (at_ + length < text_.size() &&
           (std::isalnum(static_cast<unsigned char>(text_[at_ + length])) != 0 ||
            text_[at_ + length] == '_'))
      ++length;
    const std::string_view word = text_.substr(at_, length);
    if (word == "true" || word == "false") {
      out = word == "true";
    } else if (word == "null") {
      out = nullptr;
    } else if (length == 0) {
      return fail(at_, "expected a value, found " + printable(text_[at_]));
    } else {
      return fail(at_, "unknown word \"" + std::string(word.substr(0, 40)) +
                           "\", texts stand in double quotes");
    }
    at_ += length;
    return true;
  }

  bool read_string(std::string& out) {
    const std::size_t begin = at_++;
    while (true) {
      if (ended()) return fail(begin, "this string is never closed, add \"");
      const char c = text_[at_];
      if (c == '"') return ++at_, true;
      if (c == '\n' || c == '\r')
        return fail(begin, "this string is not closed on its line, add \" or write \\n");
      if (static_cast<unsigned char>(c) < 0x20)
        return fail(at_, "a raw control character in a string, write it as \\u00XX");
      if (c == '\\') {
        if (!read_escape(out)) return false;
      } else if (static_cast<unsigned char>(c) < 0x80) {
        out += c;
        ++at_;
      } else if (!read_utf8(out)) {
        return false;
      }
    }
  }

  bool read_escape(std::string& out) {
    const std::size_t begin = at_++;
    if (ended()) return fail(begin, "the text ends inside an escape");
    constexpr std::string_view from = "\"\\/bfnrt";
    constexpr std::string_view to = "\"\\/\b\f\n\r\t";
    const char c = text_[at_++];
    if (const auto i = from.find(c); i != from.npos) {
      out += to[i];
      return true;
    }
    if (c != 'u')
      return fail(begin, "unknown escape \\" + std::string(1, c) + ", write \\\\ for a backslash");
    std::uint32_t point = 0;
    if (!read_hex(point, begin)) return false;
    if (point >= 0xD800 && point < 0xDC00 && text_.substr(at_).starts_with("\\u")) {
      at_ += 2;
      std::uint32_t low = 0;
      if (!read_hex(low, begin)) return false;
      if (low < 0xDC00 || low > 0xDFFF) return fail(begin, "half a surrogate pair, complete it");
      point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
    } else if (point >= 0xD800 && point <= 0xDFFF) {
      return fail(begin, "half a surrogate pair, complete it");
    }
    append_utf8(out, point);
    return true;
  }

  bool read_hex(std::uint32_t& out, std::size_t begin) {
    const std::string_view digits = text_.substr(at_, 4);
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), out, 16);
    if (digits.size() != 4 || parsed.ptr != digits.data() + 4)
      return fail(begin, "\\u needs four hexadecimal digits");
    at_ += 4;
    return true;
  }

  /// One character of two to four bytes, refused where it is overlong, a surrogate or cut off.
  bool read_utf8(std::string& out) {
    const auto byte = [&](std::size_t i) {
      return at_ + i < text_.size() ? static_cast<unsigned char>(text_[at_ + i]) : 0u;
    };
    const unsigned first = byte(0);
    const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    bool good = first >= 0xC2 && first <= 0xF4;
    for (std::size_t i = 1; i < length; ++i) good = good && (byte(i) & 0xC0) == 0x80;
    good = good && !(first == 0xE0 && byte(1) < 0xA0) && !(first == 0xED && byte(1) > 0x9F) &&
           !(first == 0xF0 && byte(1) < 0x90) && !(first == 0xF4 && byte(1) > 0x8F);
    if (!good) return fail(at_, "this is no UTF-8, save the file as UTF-8");
    out.append(text_.substr(at_, length));
    at_ += length;
    return true;
  }

  std::string_view text_;
  std::string_view file_;
  json_limits limits_;
  std::size_t at_ = 0;
  std::optional<error> failure_;
};

} // namespace

std::string one_line(std::string text) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
  return text;
}

result<nlohmann::ordered_json> parse_json_text(std::string_view text, std::string_view file_name,
                                               const json_limits& limits) {
  return reader(text, file_name, limits).read();
}

} // namespace toolscore
