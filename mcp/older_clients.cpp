#include "mcp/older_clients.hpp"

#include "mcp/members.hpp"
#include "mcp/rewrite.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <span>

namespace toolscore::mcp {
namespace {

constexpr std::string_view first_audio = "2025-03-26";
constexpr std::string_view first_structure = "2025-06-18";
constexpr std::string_view first_icons = "2025-11-25";

struct field {
  std::string_view name;
  std::string_view since;
};
constexpr std::array tool_fields{
    field{"annotations", first_audio}, field{"title", first_structure},
    field{"_meta", first_structure},   field{"outputSchema", first_structure},
    field{"icons", first_icons},       field{"execution", first_icons}};
constexpr std::array other_fields{field{"title", first_structure}, field{"icons", first_icons}};
constexpr std::array info_fields{field{"title", first_structure}, field{"icons", first_icons},
                                 field{"description", first_icons},
                                 field{"websiteUrl", first_icons}};
constexpr std::array capability_fields{field{"completions", first_audio}};
constexpr std::array progress_fields{field{"message", first_audio}};

using fields = std::span<const field>;

bool is_dropped(fields all, std::string_view raw_key, std::string_view version) {
  return std::any_of(all.begin(), all.end(),
                     [&](const field& x) { return version < x.since && says(raw_key, x.name); });
}

std::string without(std::string_view object, fields all, std::string_view version) {
  if (!is_object(object)) return std::string(object);
  std::string out = "{";
  bool comma = false;
  append_members(out, object, comma, [&](std::string_view key, std::string_view value) {
    return is_dropped(all, key, version) ? std::string_view{} : value;
  });
  return out += '}';
}

bool is_object_schema(std::string_view schema) {
  return says(member_of(schema, "type"), "object");
}

/// `array` with what `item` makes of each.
template <class Item>
std::string mapped(std::string_view array, Item&& item) {
  if (!array.starts_with('[')) return std::string(array);
  std::string out = "[";
  json_walk walk(array);
  text_span whole;
  walk.array(whole, [&] {
    text_span one;
    if (!walk.value(one)) return false;
    if (out.size() > 1) out += ',';
    out += item(one.of(array));
    return true;
  });
  return out += ']';
}

/// `object` with what `change` makes of the member `name`.
template <class Change>
std::string with_member(std::string_view object, std::string_view name, Change&& change) {
  if (!is_object(object)) return std::string(object);
  std::string out = "{";
  std::string changed;
  bool comma = false;
  append_members(out, object, comma, [&](std::string_view key, std::string_view value) {
    if (!says(key, name)) return value;
    changed = change(value);
    return std::string_view(changed);
  });
  return out += '}';
}

std::string text_block(const std::string& text) {
  return R"({"type":"text","text":)" + quote(text) + "}";
}

std::string older_block(std::string_view block, std::string_view version) {
  const auto type = is_object(block) ? member_of(block, "type") : std::string_view{};
  if (version < first_audio && says(type, "audio"))
    return text_block("[audio, " + decode(member_of(block, "mimeType")) +
                      ", which this protocol version cannot carry]");
  if (version >= first_structure || !says(type, "resource_link")) return std::string(block);
  auto text = decode(member_of(block, "uri"));
  if (const auto name = decode(member_of(block, "name")); !name.empty()) text += " (" + name + ")";
  return text_block(text);
}

std::string older_content(std::string_view value, std::string_view version) {
  if (!value.starts_with('[')) return older_block(value, version);
  return mapped(value, [&](std::string_view block) { return older_block(block, version); });
}

bool has_items(std::string_view array) {
  return array.starts_with('[') && json_walk(array.substr(1)).peek() != ']';
}

/// Without structured content that `keeps` does not let pass.
template <class Keeps>
std::string restructured(std::string_view result, Keeps&& keeps) {
  const auto structured = member_of(result, "structuredContent");
  if (structured.empty() || keeps(structured)) return std::string(result);
  const auto content = member_of(result, "content");
  std::string out = "{";
  bool comma = false;
  const auto twin = "[" + text_block(std::string(structured)) + "]";
  const bool has_text = has_items(content);
  append_members(out, result, comma, [&](std::string_view key, std::string_view value) {
    if (says(key, "structuredContent")) return std::string_view{};
    return !has_text && says(key, "content") ? std::string_view(twin) : value;
  });
  if (content.empty()) out.append(comma ? "," : "").append(R"("content":)").append(twin);
  return out += '}';
}

std::string older_call(std::string_view result, std::string_view version) {
  auto out = restructured(result, [](std::string_view) { return false; });
  return with_member(out, "content",
                     [&](std::string_view value) { return older_content(value, version); });
}

std::string older_prompt(std::string_view result, std::string_view version) {
  return with_member(result, "messages", [&](std::string_view messages) {
    return mapped(messages, [&](std::string_view message) {
      return with_member(message, "content",
                         [&](std::string_view value) { return older_content(value, version); });
    });
  });
}

std::string older_list(std::string_view result, served_list kind, std::string_view version) {
  return with_member(result, words_of(kind).member, [&](std::string_view items) {
    return mapped(items, [&](std::string_view x) { return older_item(x, kind, version); });
  });
}

bool is_list(std::string_view method) noexcept {
  return std::any_of(all_lists.begin(), all_lists.end(),
                     [&](served_list x) { return words_of(x).method == method; });
}

} // namespace

bool is_told_as_it_is(std::string_view method, std::string_view version) noexcept {
  if (is_list(method)) return version >= first_icons;
  if (method == "notifications/progress") return version >= first_audio;
  return version >= first_structure || (method != "tools/call" && method != "prompts/get");
}

std::string older_response(std::string_view line, const envelope& spans, std::string_view method,
                           std::string_view version) {
  if (spans.kind != message_kind::response || is_told_as_it_is(method, version))
    return std::string(line);
  const auto result = spans.result.of(line);
  std::string changed;
  if (method == "tools/call") {
    changed = older_call(result, version);
  } else if (method == "prompts/get") {
    changed = older_prompt(result, version);
  } else {
    for (const auto kind : all_lists)
      if (words_of(kind).method == method) changed = older_list(result, kind, version);
  }
  std::string out(line.substr(0, spans.result.at));
  return out.append(changed).append(line.substr(spans.result.at + spans.result.length));
}

std::string older_item(std::string_view object, served_list kind, std::string_view version) {
  if (kind != served_list::tools) return without(object, other_fields, version);
  if (!is_object(object)) return std::string(object);
  std::string out = "{";
  bool comma = false;
  append_members(out, object, comma, [&](std::string_view key, std::string_view value) {
    const bool unknown = is_dropped(tool_fields, key, version) ||
                         (says(key, "outputSchema") && !is_object_schema(value));
    return unknown ? std::string_view{} : value;
  });
  return out += '}';
}

std::string legacy_structure(std::string_view result_object) {
  return restructured(result_object, is_object);
}

std::string legacy_schemas(std::string_view result_object) {
  return older_list(result_object, served_list::tools, first_icons);
}

std::string older_capabilities(std::string_view object, std::string_view version) {
  return without(object, capability_fields, version);
}

std::string older_info(std::string_view object, std::string_view version) {
  return without(object, info_fields, version);
}

std::string older_form(std::string_view params, std::string_view version) {
  using nlohmann::ordered_json;
  if (version >= first_icons || params.find("requestedSchema") == std::string_view::npos)
    return std::string(params);
  auto form = ordered_json::parse(params, nullptr, false);
  const auto schema = form.is_object() ? form.find("requestedSchema") : form.end();
  if (!form.is_object() || schema == form.end() || !schema->is_object() ||
      !schema->contains("properties") || !(*schema)["properties"].is_object())
    return std::string(params);
  auto asked = ordered_json::object();
  for (auto& [name, property] : (*schema)["properties"].items()) {
    if (property.is_object() && property.value("type", ordered_json()) == "array") continue;
    if (property.is_object() && property.contains("oneOf") && property["oneOf"].is_array()) {
      auto values = ordered_json::array();
      auto titles = ordered_json::array();
      for (const auto& choice : property["oneOf"]) {
        if (!choice.is_object() || !choice.contains("const")) continue;
        values.push_back(choice["const"]);
        titles.push_back(choice.contains("title") ? choice["title"] : choice["const"]);
      }
      property.erase("oneOf");
      property["enum"] = std::move(values);
      property["enumNames"] = std::move(titles);
    }
    asked[name] = std::move(property);
  }
  if (schema->contains("required") && (*schema)["required"].is_array()) {
    auto required = ordered_json::array();
    for (const auto& name : (*schema)["required"])
      if (name.is_string() && asked.contains(name.get_ref<const std::string&>()))
        required.push_back(name);
    (*schema)["required"] = std::move(required);
  }
  (*schema)["properties"] = std::move(asked);
  return form.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

std::string older_progress(std::string_view line, const envelope& spans, std::string_view version) {
  if (version >= first_audio || !spans.params) return std::string(line);
  std::string out(line.substr(0, spans.params.at));
  out += without(spans.params.of(line), progress_fields, version);
  return out.append(line.substr(spans.params.at + spans.params.length));
}

} // namespace toolscore::mcp
