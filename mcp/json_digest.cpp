#include "mcp/json_digest.hpp"

#include "mcp/json_text.hpp"
#include "mcp/json_walk.hpp"

#include <array>

namespace toolscore::mcp {
namespace {

/// What a value is, so that `"1"`, `1`, `[1]` and `{"1":...}` have nothing in common.
enum class sort : char { text = 't', other = 'o', list = 'l', object = 'm', member = 'p' };

class digester {
public:
  digester(const mac_key& key, std::string_view json) : key_(key), json_(json), walk_(json) {}

  std::uint64_t value() {
    switch (walk_.peek()) {
    case '{':
      return object();
    case '[':
      return list();
    default:
      text_span span;
      walk_.value(span);
      const auto raw = span.of(json_);
      if (raw.empty() || raw.front() != '"') return of(sort::other, raw);
      return has_escape(raw) ? of(sort::text, decode(raw))
                             : of(sort::text, raw.substr(1, raw.size() - 2));
    }
  }

private:
  std::uint64_t of(sort what, std::string_view text) const {
    return siphash({key_.low, key_.high ^ static_cast<std::uint64_t>(what)}, text);
  }
  std::uint64_t both(sort what, std::uint64_t a, std::uint64_t b) const {
    std::array<char, 16> text{};
    for (std::size_t i = 0; i < 8; ++i) {
      text[i] = static_cast<char>(a >> (8 * i));
      text[8 + i] = static_cast<char>(b >> (8 * i));
    }
    return of(what, {text.data(), text.size()});
  }
  std::uint64_t list() {
    std::uint64_t digest = of(sort::list, {});
    text_span whole;
    walk_.array(whole, [&] {
      digest = both(sort::list, digest, value());
      return walk_.fault() == nullptr;
    });
    return digest;
  }
  std::uint64_t object() {
    std::uint64_t sum = 0; // Of its members in any order.
    text_span whole;
    walk_.object(whole, [&](std::string_view raw_key) {
      const auto name = of(sort::text, decode(raw_key));
      sum += both(sort::member, name, value());
      return walk_.fault() == nullptr;
    });
    return both(sort::object, sum, 0);
  }

  mac_key key_;
  std::string_view json_;
  json_walk walk_;
};

} // namespace

std::uint64_t json_digest(const mac_key& key, std::string_view json) {
  return digester(key, json.empty() ? std::string_view("{}") : json).value();
}

} // namespace toolscore::mcp
