#include "node/sources/registry_document.hpp"

#include "config/server_config.hpp"

#include <algorithm>

namespace toolscore {
namespace {

constexpr std::size_t depth_max = 32;
constexpr std::size_t name_bytes_max = 200;

std::string camel_case(std::string_view key) {
  std::string out;
  bool upper = false;
  for (const char c : key) {
    if (c == '_' && !out.empty()) {
      upper = true;
      continue;
    }
    out += upper && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    upper = false;
  }
  return out;
}

/// Keys of the schema alone: names of inputs stand in values, but for "variables".
reply_json with_camel_case(const reply_json& value, std::size_t depth = 0) {
  if (depth > depth_max) return nullptr;
  if (value.is_array()) {
    auto out = reply_json::array();
    for (const auto& each : value) out.push_back(with_camel_case(each, depth + 1));
    return out;
  }
  if (!value.is_object()) return value;
  auto out = reply_json::object();
  for (const auto& [key, member] : value.items()) {
    if (key != "variables" || !member.is_object()) {
      out[key.starts_with("_") ? key : camel_case(key)] = with_camel_case(member, depth + 1);
      continue;
    }
    auto variables = reply_json::object();
    for (const auto& [name, each] : member.items())
      variables[name] = with_camel_case(each, depth + 1);
    out[key] = std::move(variables);
  }
  return out;
}

bool legal_name(std::string_view name) {
  const auto slash = name.find('/');
  constexpr std::string_view plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-";
  return slash != name.npos && slash > 0 && slash + 1 < name.size() &&
         name.size() <= name_bytes_max &&
         name.substr(0, slash).find_first_not_of(plain) == name.npos &&
         name.substr(slash + 1).find_first_not_of(std::string(plain) + "_") == name.npos;
}

const reply_json& list_of(const reply_json& object, std::string_view key) {
  static const reply_json none = reply_json::array();
  const auto& list = member_of(object, key);
  return list.is_array() ? list : none;
}

/// The newer and the older name of one thing.
std::string package_kind(const reply_json& package) {
  const auto kind = text_of(package, "registryType");
  return kind.empty() ? text_of(package, "registryName") : kind;
}

bool is_newest(const reply_json& document, const reply_json& wrapping) {
  for (const auto* const object : {&document, &wrapping}) {
    const auto& meta = member_of(*object, "_meta");
    if (!meta.is_object()) continue;
    if (member_of(meta, "isLatest") == true) return true;
    for (const auto& [key, value] : meta.items())
      if (value.is_object() &&
          (member_of(value, "isLatest") == true || member_of(value, "is_latest") == true))
        return true;
  }
  return false;
}

} // namespace

std::optional<registry_entry> read_registry_entry(const reply_json& document) {
  if (!document.is_object()) return std::nullopt;
  const auto& inner = member_of(document, "server");
  registry_entry entry;
  entry.document = with_camel_case(inner.is_object() ? inner : document);
  entry.name = text_of(entry.document, "name");
  if (!legal_name(entry.name)) return std::nullopt;
  entry.description = text_of(entry.document, "description");
  entry.version = text_of(entry.document, "version");
  if (entry.version.empty()) // As before July 2025.
    entry.version = text_of(member_of(entry.document, "versionDetail"), "version");
  entry.newest = is_newest(inner.is_object() ? inner : document, document);
  const auto add = [&](std::string kind) {
    if (!kind.empty() &&
        std::find(entry.kinds.begin(), entry.kinds.end(), kind) == entry.kinds.end())
      entry.kinds.push_back(std::move(kind));
  };
  for (const auto& package : list_of(entry.document, "packages")) add(package_kind(package));
  if (!list_of(entry.document, "remotes").empty()) add("remote");
  return entry;
}

result<registry_page> read_registry_page(std::string_view body) {
  const auto tree = parse_reply(body);
  if (!tree || !member_of(*tree, "servers").is_array())
    return error{errc::bad_answer, "the registry's answer has no list \"servers\""};
  registry_page page;
  for (const auto& each : member_of(*tree, "servers"))
    if (auto entry = read_registry_entry(each)) page.entries.push_back(std::move(*entry));
  const auto& metadata = member_of(*tree, "metadata");
  page.next_cursor = text_of(metadata, "nextCursor");
  if (page.next_cursor.empty()) page.next_cursor = text_of(metadata, "next_cursor");
  return page;
}

std::string server_name_of_registry(std::string_view name) {
  const auto last = name.substr(name.rfind('/') + 1);
  return legal_server_name(last) ? std::string(last) : suggest_server_name(last);
}

} // namespace toolscore
