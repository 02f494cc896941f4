#include "mcp/tool_filter.hpp"

#include "mcp/json_text.hpp"
#include "mcp/names.hpp"
#include "mcp/rewrite.hpp"

#include <algorithm>

namespace toolscore::mcp {
namespace {

bool matches_any(const std::vector<std::string>& globs, std::string_view name) {
  return std::any_of(globs.begin(), globs.end(),
                     [&](const std::string& glob) { return glob_match(glob, name); });
}

bool offers(std::string_view tool_object, const tool_predicate& offered) {
  std::string_view name;
  bool named_twice = false;
  for_members(tool_object, [&](std::string_view key, std::string_view value) {
    if (!says(key, "name")) return true;
    named_twice = named_twice || !name.empty();
    name = value;
    return true;
  });
  return !named_twice && name.starts_with('"') && offered(decode(name));
}

std::string kept_of(std::string_view tools_array, const tool_predicate& offered) {
  std::string kept = "[";
  json_walk walk(tools_array);
  text_span whole;
  walk.array(whole, [&] {
    text_span item;
    if (!walk.value(item)) return false;
    const auto text = item.of(tools_array);
    if (!text.starts_with('{') || !offers(text, offered)) return true;
    if (kept.size() > 1) kept += ',';
    kept += text;
    return true;
  });
  return kept += ']';
}

} // namespace

std::string filtered_tools(std::string_view result_object, const tool_predicate& offered) {
  std::string out = "{";
  std::string kept; // Of one array; its text is taken over before the next.
  bool comma = false;
  append_members(out, result_object, comma, [&](std::string_view key, std::string_view value) {
    if (!says(key, "tools")) return value;
    kept = value.starts_with('[') ? kept_of(value, offered) : "[]";
    return std::string_view{kept};
  });
  return out += '}';
}

tool_filter::tool_filter(std::vector<std::string> allow, std::vector<std::string> deny)
    : allow_(std::move(allow)), deny_(std::move(deny)) {
  open_ = deny_.empty() && std::find(allow_.begin(), allow_.end(), "*") != allow_.end();
}

bool tool_filter::matches(std::string_view name) const {
  return matches_any(allow_, name) && !matches_any(deny_, name);
}

bool tool_filter::allows(std::string_view name) {
  if (open_) return true;
  if (const auto known = verdicts_.find(name); known != verdicts_.end()) return known->second;
  const bool verdict = matches(name);
  // Names that callers made up must not push out those in use for ever, nor grow without end.
  if (verdicts_.size() >= verdicts_max) verdicts_.clear();
  verdicts_.emplace(name, verdict);
  return verdict;
}

std::string tool_filter::filtered(std::string_view result_object) {
  return filtered_tools(result_object, [this](std::string_view name) { return allows(name); });
}

bytes tool_filter::filtered_line(std::string_view line, text_span result) {
  std::string text(line.substr(0, result.at));
  text += filtered(result.of(line));
  text += line.substr(result.at + result.length);
  return std::make_shared<const std::string>(std::move(text));
}

} // namespace toolscore::mcp
