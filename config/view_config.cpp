#include "config/view_config.hpp"

#include <algorithm>
#include <set>

namespace toolscore {
namespace {

using json = nlohmann::ordered_json;

constexpr std::size_t tools_max = 10'000;
constexpr std::size_t name_length_max = 64;
constexpr std::size_t description_bytes_max = 64 << 10;

/// What a host and a model's API take for a tool's name.
bool tool_name_like(const std::string& text) {
  return !text.empty() && text.size() <= name_length_max &&
         std::all_of(text.begin(), text.end(), [](char x) {
           return (x >= 'a' && x <= 'z') || (x >= 'A' && x <= 'Z') || (x >= '0' && x <= '9') ||
                  x == '_' || x == '-' || x == '.';
         });
}

std::map<std::string, std::string> read_texts(fields section) {
  std::map<std::string, std::string> found;
  if (section.object().size() > tools_max) {
    section.fail("", "has more than " + std::to_string(tools_max) + " entries");
    return found;
  }
  for (const auto& [name, value] : section.object().items()) section.text(name, found[name]);
  return found;
}

void read_renames(const fields& tools, std::map<std::string, std::string>& out) {
  if (tools.find("rename") == nullptr) return;
  fields section = tools.section("rename");
  auto found = read_texts(section);
  std::set<std::string_view> taken;
  for (const auto& [before, after] : found) {
    if (!tool_name_like(after))
      section.fail(before, "\"" + after.substr(0, 80) +
                               "\" is no name of a tool, write 1 to 64 of [A-Za-z0-9_.-]");
    if (!taken.insert(after).second)
      section.fail(before, "another tool is renamed to \"" + after + "\", choose another name");
  }
  out = std::move(found);
}

void read_descriptions(const fields& tools, std::map<std::string, std::string>& out) {
  if (tools.find("describe") == nullptr) return;
  fields section = tools.section("describe");
  auto found = read_texts(section);
  for (const auto& [name, text] : found)
    if (text.size() > description_bytes_max)
      section.fail(name, "is longer than 64 KiB, shorten it");
  out = std::move(found);
}

void read_choice(fields& object, tool_choice& out) {
  const json* const value = object.find("tools");
  if (value != nullptr && value->is_array()) // as Copilot writes it
    return object.texts("tools", out.allow, tools_max);
  fields section = object.section("tools");
  section.only({"allow", "deny", "rename", "describe"});
  section.texts("allow", out.allow, tools_max);
  section.texts("deny", out.deny, tools_max);
  read_renames(section, out.rename);
  read_descriptions(section, out.describe);
}

} // namespace

void read_view_policy(fields& object, server_policy& out) {
  object.word("prefix", out.prefix, {"always", "on_collision", "never"});
  object.flag("instructions", out.instructions);
  tool_choice tools{std::move(out.tools_allow), std::move(out.tools_deny),
                    std::move(out.tools_rename), std::move(out.tools_describe)};
  read_choice(object, tools);
  out.tools_allow = std::move(tools.allow);
  out.tools_deny = std::move(tools.deny);
  out.tools_rename = std::move(tools.rename);
  out.tools_describe = std::move(tools.describe);
}

void write_view_policy(json& out, const server_policy& policy) {
  out["prefix"] = to_string(policy.prefix);
  out["instructions"] = policy.instructions;
  out["tools"] = {{"allow", policy.tools_allow}, {"deny", policy.tools_deny}};
  if (!policy.tools_rename.empty()) out["tools"]["rename"] = policy.tools_rename;
  if (!policy.tools_describe.empty()) out["tools"]["describe"] = policy.tools_describe;
}

void read_group_view(fields& group, group_view& out) {
  if (group.find("prefix") != nullptr) {
    auto mode = prefix_mode::always;
    group.word("prefix", mode, {"always", "on_collision", "never"});
    out.prefix = mode;
  }
  read_choice(group, out.tools);
  group.flag("search", out.search);
}

} // namespace toolscore
