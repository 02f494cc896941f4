#include "mcp/list_entries.hpp"

#include "mcp/json_text.hpp"
#include "mcp/json_walk.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <simdjson.h>
#include <unordered_set>

namespace toolscore::mcp {
namespace {

/// Some parsers refuse more than the grammar does: lone surrogates, numbers out of range.
class strict_reader {
public:
  bool accepts(std::string_view object) {
    simdjson::dom::element tree;
    return parser_.parse(object.data(), object.size()).get(tree) == simdjson::SUCCESS ||
           nlohmann::json::accept(
               object); // simdjson alone refuses long integers, which are harmless.
  }

private:
  simdjson::dom::parser parser_;
};

/// Reads one item. @returns false where the text stops being JSON
bool read_item(json_walk& walk, std::string_view text, std::string_view key_name, list_entry& item,
               bool& twice) {
  return walk.object(item.object, [&](std::string_view key) {
    text_span value;
    if (!walk.value(value)) return false;
    if (says(key, key_name)) {
      twice = twice || item.key;
      item.key = value;
    } else if (says(key, "description") && text[value.at] == '"') {
      item.told = value;
    }
    return true;
  });
}

} // namespace

void append_entry(std::string& out, const list_entry& x) {
  struct edit {
    text_span span;
    const std::string* text;
  };
  std::array<edit, 2> edits{edit{x.key, &x.exposed}, edit{x.told, &x.describe}};
  const bool describes = !x.describe.empty();
  if (describes && x.told && x.told.at < x.key.at) std::swap(edits[0], edits[1]);
  const std::string_view whole = *x.text;
  std::size_t from = x.object.at;
  for (const auto& [span, text] : edits) {
    if (!span || (text == &x.describe && !describes)) continue;
    out += whole.substr(from, span.at - from);
    out += quote(*text);
    from = span.at + span.length;
  }
  const std::size_t end = x.object.at + x.object.length;
  if (!describes || x.told) {
    out += whole.substr(from, end - from);
    return;
  }
  out += whole.substr(from, end - 1 - from); // There is a member, its name.
  out.append(R"(,"description":)").append(quote(x.describe)).append("}");
}

read_list read_entries(served_list kind, const server_id& server, const bytes& array) {
  read_list out;
  if (!array) return out;
  const std::string_view text = *array;
  if (!simdjson::validate_utf8(text.data(), text.size())) {
    ++out.skipped;
    return out;
  }
  const auto key_name = words_of(kind).key;
  std::unordered_set<std::string> seen;
  strict_reader strict;
  json_walk walk(text);
  text_span whole;
  walk.array(whole, [&] {
    list_entry item;
    item.server = server;
    item.text = array;
    bool twice = false;
    if (walk.peek() != '{') return ++out.skipped, walk.value(item.object);
    if (!read_item(walk, text, key_name, item, twice)) return false;
    item.original = decode(item.key.of(text));
    if (item.original.empty() || twice || !strict.accepts(item.object_text()) ||
        !seen.insert(item.original).second)
      ++out.skipped;
    else
      out.entries.push_back(std::move(item));
    return true;
  });
  return out;
}

} // namespace toolscore::mcp
