#include "node/pins_text.hpp"

#include "node/printable.hpp"
#include "node/reply_json.hpp"

namespace toolscore {
namespace {

constexpr std::size_t digest_shown = 12;

std::string value_text(const reply_json& object, std::string_view key) {
  const auto& value = member_of(object, key);
  if (value.is_null()) return {};
  return printable(value.is_string() ? value.get<std::string>() : compact(value));
}

/// "description" and what stands before and after; of texts that are no JSON, themselves.
std::string difference(const std::string& was, const std::string& is) {
  const auto before = parse_reply(was);
  const auto after = parse_reply(is);
  if (!before || !after || !before->is_object() || !after->is_object())
    return "    - " + printable(was) + "\n    + " + printable(is) + "\n";
  std::string out;
  for (const char* member :
       {"name", "title", "description", "inputSchema", "outputSchema", "annotations"}) {
    const auto old_text = value_text(*before, member);
    const auto new_text = value_text(*after, member);
    if (old_text == new_text) continue;
    out += "  " + std::string(member) + "\n";
    if (!old_text.empty()) out += "    - " + old_text + "\n";
    if (!new_text.empty()) out += "    + " + new_text + "\n";
  }
  return out;
}

} // namespace

std::optional<std::string> pins_text(std::string_view body) {
  const auto tree = parse_reply(body);
  if (!tree || !member_of(*tree, "tools").is_array()) return std::nullopt;
  std::string out;
  std::size_t tools = 0;
  for (const auto& tool : member_of(*tree, "tools")) {
    ++tools;
    const auto seen = text_of(tool, "seen");
    if (seen.empty()) continue;
    out += printable(text_of(tool, "name")) + "  approved sha256 " +
           printable(text_of(tool, "approved").substr(0, digest_shown)) + ", now " +
           printable(seen.substr(0, digest_shown)) + "\n" +
           difference(text_of(tool, "was"), text_of(tool, "is"));
  }
  if (out.empty()) out = "all " + std::to_string(tools) + " tools are as they were approved\n";
  return out;
}

} // namespace toolscore
