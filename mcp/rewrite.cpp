#include "mcp/rewrite.hpp"

#include <cstring>

namespace toolscore::mcp {
namespace {

constexpr std::string_view protocol_prefix = "io.modelcontextprotocol/";

bool starts_with(std::string_view raw_key, std::string_view prefix) {
  if (raw_key.find('\\') != std::string_view::npos) return decode(raw_key).starts_with(prefix);
  return raw_key.substr(1).starts_with(prefix);
}

/// No two of the names are of one length.
bool is_hop_name(std::string_view key) noexcept {
  switch (key.size()) {
  case protocol_prefix.size() + 8:
    return key == "io.modelcontextprotocol/logLevel";
  case protocol_prefix.size() + 10:
    return key == "io.modelcontextprotocol/clientInfo";
  case protocol_prefix.size() + 15:
    return key == "io.modelcontextprotocol/protocolVersion";
  case protocol_prefix.size() + 18:
    return key == "io.modelcontextprotocol/clientCapabilities";
  default:
    return false;
  }
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
  if (is_hop_name(raw_key.substr(1, raw_key.size() - 2))) return true;
  return has_escape(raw_key) && is_hop_name(decode(raw_key));
}

bool is_protocol_key(std::string_view raw_key) {
  return starts_with(raw_key, protocol_prefix);
}

} // namespace toolscore::mcp
