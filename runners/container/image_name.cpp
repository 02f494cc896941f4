#include "runners/container/image_name.hpp"

#include <algorithm>

namespace toolscore {
namespace {

constexpr std::size_t name_bytes_max = 255;
constexpr std::size_t tag_bytes_max = 128;
constexpr std::size_t digest_hex = 64;

bool is_lower(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}
bool is_word(char c) {
  return is_lower(c) || (c >= 'A' && c <= 'Z') || c == '_';
}

template <class Test>
bool all(std::string_view text, Test test) {
  return !text.empty() && std::all_of(text.begin(), text.end(), test);
}

/// "team": lower case with single separators inside.
bool is_path_part(std::string_view part) {
  if (!all(part, [](char c) { return is_lower(c) || c == '.' || c == '_' || c == '-'; }))
    return false;
  return is_lower(part.front()) && is_lower(part.back()) && part.find("..") == part.npos;
}

/// "registry.example:5000", "localhost", "[::1]:5000".
bool is_registry(std::string_view part) {
  const auto colon = part.rfind(':');
  if (colon != part.npos && !part.ends_with(']')) {
    if (!all(part.substr(colon + 1), [](char c) { return c >= '0' && c <= '9'; })) return false;
    part = part.substr(0, colon);
  }
  if (part.starts_with('[') && part.ends_with(']'))
    return all(part.substr(1, part.size() - 2), [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':';
    });
  return all(part, [](char c) { return (is_word(c) && c != '_') || c == '.' || c == '-'; }) &&
         part.find("..") == part.npos;
}

bool names_registry(std::string_view first) {
  return first == "localhost" || first.find_first_of(".:[") != first.npos;
}

bool is_name(std::string_view name) {
  const auto slash = name.find('/');
  if (slash != name.npos && names_registry(name.substr(0, slash))) {
    if (!is_registry(name.substr(0, slash))) return false;
    name.remove_prefix(slash + 1);
  }
  while (true) {
    const auto end = name.find('/');
    if (!is_path_part(name.substr(0, end))) return false;
    if (end == name.npos) return true;
    name.remove_prefix(end + 1);
  }
}

bool is_tag(std::string_view tag) {
  return tag.size() <= tag_bytes_max &&
         all(tag, [](char c) { return is_word(c) || c == '.' || c == '-'; }) &&
         is_word(tag.front());
}

bool is_digest(std::string_view digest) {
  constexpr std::string_view algorithm = "sha256:";
  if (!digest.starts_with(algorithm)) return false;
  digest.remove_prefix(algorithm.size());
  return digest.size() == digest_hex &&
         all(digest, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

error refused(std::string_view text, const char* why) {
  std::string shown(text.substr(0, 80));
  for (auto& c : shown)
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  return {errc::bad_config, "\"" + shown + "\" is no image: " + why +
                                "; write one such as \"registry.example/team/server:1.2\""};
}

} // namespace

result<image_name> parse_image_name(std::string_view text) {
  image_name out;
  auto rest = text;
  if (rest.empty()) return refused(text, "it is empty");
  if (const auto at = rest.find('@'); at != rest.npos) {
    out.digest = rest.substr(at + 1);
    if (!is_digest(out.digest)) return refused(text, "behind '@' stands no sha256 digest");
    rest = rest.substr(0, at);
  }
  const auto slash = rest.rfind('/');
  const auto colon = rest.find(':', slash == rest.npos ? 0 : slash);
  if (colon != rest.npos) {
    out.tag = rest.substr(colon + 1);
    if (!is_tag(out.tag)) return refused(text, "its tag is none");
    rest = rest.substr(0, colon);
  }
  if (rest.size() > name_bytes_max) return refused(text, "its name is over 255 bytes");
  if (!is_name(rest)) return refused(text, "its name is none (lower case, parts joined by '/')");
  out.name = rest;
  if (out.tag.empty() && out.digest.empty()) out.tag = "latest";
  return out;
}

} // namespace toolscore
