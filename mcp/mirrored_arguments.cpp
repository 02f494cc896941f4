#include "mcp/mirrored_arguments.hpp"

#include "mcp/era.hpp"
#include "mcp/json_text.hpp"
#include "mcp/members.hpp"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>

namespace toolscore::mcp {
namespace {

using nlohmann::json;

constexpr std::string_view mark = "x-mcp-header";
constexpr std::size_t depth_max = 16;
constexpr std::string_view token_marks = "!#$%&'*+-.^_`|~"; // RFC 9110, 5.6.2

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char x) {
    return (x >= '0' && x <= '9') || (x >= 'a' && x <= 'z') || (x >= 'A' && x <= 'Z') ||
           token_marks.find(x) != std::string_view::npos;
  });
}

std::string lower(std::string text) {
  for (char& x : text)
    if (x >= 'A' && x <= 'Z') x = static_cast<char>(x + ('a' - 'A'));
  return text;
}

bool can_be_mirrored(const json& schema) {
  const auto type = schema.find("type");
  return type != schema.end() && (*type == "string" || *type == "integer" || *type == "boolean");
}

void collect(const json& schema, std::vector<std::string>& path,
             std::vector<mirrored_argument>& out) {
  const auto properties = schema.is_object() ? schema.find("properties") : schema.end();
  if (properties == schema.end() || !properties->is_object() || path.size() >= depth_max) return;
  for (const auto& [name, property] : properties->items()) {
    if (!property.is_object()) continue;
    path.push_back(name);
    const auto header = property.find(mark);
    if (header != property.end() && header->is_string() && can_be_mirrored(property) &&
        is_token(header->get_ref<const std::string&>()))
      out.push_back({lower(header->get<std::string>()), path});
    collect(property, path, out);
    path.pop_back();
  }
}

void drop_repeated(std::vector<mirrored_argument>& all) {
  const auto is_repeated = [&](const std::string& header) {
    return std::count_if(all.begin(), all.end(),
                         [&](const auto& x) { return x.header == header; }) > 1;
  };
  std::vector<std::string> repeated;
  for (const auto& x : all)
    if (is_repeated(x.header)) repeated.push_back(x.header);
  std::erase_if(all, [&](const mirrored_argument& x) {
    return std::find(repeated.begin(), repeated.end(), x.header) != repeated.end();
  });
}

std::string_view value_at(std::string_view arguments, const std::vector<std::string>& path) {
  std::string_view at = arguments;
  for (const auto& name : path) {
    if (!is_object(at)) return {};
    at = member_of(at, name);
  }
  return at == "null" ? std::string_view{} : at;
}

std::optional<double> number_of(std::string_view text) {
  double value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || read.ec != std::errc{} || read.ptr != text.data() + text.size())
    return std::nullopt;
  return value;
}

bool means(std::string_view raw_value, const std::string& header) {
  if (is_string(raw_value)) return decode(raw_value) == header;
  if (raw_value == header) return true;
  const auto number = number_of(raw_value); // 42.0 is 42.
  return number && number == number_of(header);
}

} // namespace

mirrored_tools mirrored_in(std::string_view tools_array) {
  mirrored_tools out;
  if (tools_array.find(mark) == std::string_view::npos) return out;
  const auto tools = json::parse(tools_array, nullptr, false);
  if (!tools.is_array()) return out;
  for (const auto& tool : tools) {
    if (!tool.is_object()) continue;
    const auto name = tool.find("name");
    const auto schema = tool.find("inputSchema");
    if (name == tool.end() || !name->is_string() || schema == tool.end()) continue;
    std::vector<mirrored_argument> marked;
    std::vector<std::string> path;
    collect(*schema, path, marked);
    drop_repeated(marked);
    if (!marked.empty()) out.emplace(name->get<std::string>(), std::move(marked));
  }
  return out;
}

std::string mirror_fault(const std::vector<mirrored_argument>& marked, std::string_view arguments,
                         const std::vector<std::pair<std::string, std::string>>& headers) {
  for (const auto& x : marked) {
    const auto value = value_at(arguments, x.path);
    const auto at = std::find_if(headers.begin(), headers.end(),
                                 [&](const auto& header) { return header.first == x.header; });
    const auto title = "the header Mcp-Param-" + x.header;
    if (at == headers.end()) {
      if (value.empty()) continue;
      return title + " is missing";
    }
    const auto decoded = decode_header(at->second);
    if (!decoded) return title + " is not valid Base64";
    if (value.empty() || !means(value, *decoded)) return title + " does not say what the body says";
  }
  return {};
}

} // namespace toolscore::mcp
