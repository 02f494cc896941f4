#include "mcp/rewrite.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace toolscore::mcp {
namespace {

constexpr std::string_view protocol_prefix = "io.modelcontextprotocol/";

bool starts_with(std::string_view raw_key, std::string_view prefix) {
  if (raw_key.find('\\') != std::string_view::npos) return decode(raw_key).starts_with(prefix);
  return raw_key.substr(1).starts_with(prefix);
}

void replace_all(std::string& text, char from, char to) noexcept {
  char* at = text.data();
  char* const end = at + text.size();
  while ((at = static_cast<char*>(std::memchr(at, from, static_cast<std::size_t>(end - at)))))
    *at++ = to;
}

} // namespace

void make_one_line(std::string& json) noexcept {
  replace_all(json, '\n', ' ');
  replace_all(json, '\r', ' ');
}

bool is_hop_key(std::string_view raw_key) {
  static constexpr std::array<std::string_view, 4> names{"protocolVersion", "clientCapabilities",
                                                         "clientInfo", "logLevel"};
  std::string decoded;
  auto key = raw_key.substr(1, raw_key.size() - 2);
  if (has_escape(key)) key = decoded = decode(raw_key);
  if (!key.starts_with(protocol_prefix)) return false;
  const auto name = key.substr(protocol_prefix.size());
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_protocol_key(std::string_view raw_key) {
  return starts_with(raw_key, protocol_prefix);
}

} // namespace toolscore::mcp
