#include "mcp/tool_index.hpp"

#include "mcp/hash.hpp"
#include "mcp/json_text.hpp"
#include "mcp/json_walk.hpp"
#include "mcp/names.hpp"
#include "mcp/rewrite.hpp"
#include "mcp/tool_filter.hpp"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <simdjson.h>
#include <unordered_map>
#include <unordered_set>

namespace toolscore::mcp {
namespace {

constexpr std::size_t number_digits = 16;

/// What tells a tool from every other one; no server id holds a space.
std::string identity_of(const tool_index::entry& x) {
  return x.server.value + " " + x.original;
}
std::string prefixed(const tool_index::entry& x) {
  return x.server.value + "__" + x.original;
}

void sort_by_exposed(std::vector<tool_index::entry>& entries) {
  std::stable_sort(entries.begin(), entries.end(),
                   [](const auto& a, const auto& b) { return a.exposed < b.exposed; });
}

/// Some parsers refuse more than the grammar does: lone surrogates, numbers out of range. A tool
/// that they would refuse is left out, for its bytes stand in the list of all servers.
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

bool read_number(std::string_view text, std::uint64_t& out) {
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), out, 16);
  return fault == std::errc{} && end == text.data() + text.size();
}

} // namespace

tool_index::tool_index(const std::vector<server_tools>& servers, prefix_policy policy) {
  for (const auto& server : servers)
    if (server.tools_array) collect(server);
  expose(policy);
  generation_ = hash_start;
  for (const auto& x : entries_) {
    generation_ = hash_of(x.exposed, generation_);
    generation_ = hash_of(x.object.of(*x.text), generation_);
  }
}

void tool_index::collect(const server_tools& from) {
  const std::string_view text = *from.tools_array;
  if (!simdjson::validate_utf8(text.data(), text.size())) {
    ++skipped_;
    return;
  }
  std::unordered_set<std::string> seen;
  strict_reader strict;
  tool_filter filter(from.allow, from.deny);
  json_walk walk(text);
  text_span whole;
  walk.array(whole, [&] {
    entry item{{}, from.server, {}, from.tools_array, {}, {}};
    bool named_twice = false;
    const auto member = [&](std::string_view key) {
      text_span value;
      if (!walk.value(value)) return false;
      if (!says(key, "name")) return true;
      named_twice = named_twice || item.name;
      item.name = value;
      return true;
    };
    if (walk.peek() != '{') return ++skipped_, walk.value(item.object);
    if (!walk.object(item.object, member)) return false;
    item.original = decode(item.name.of(text));
    if (item.original.empty() || named_twice || !strict.accepts(item.object.of(text)) ||
        !seen.insert(item.original).second) {
      ++skipped_;
    } else if (filter.allows(item.original)) {
      entries_.push_back(std::move(item));
    }
    return true;
  });
}

void tool_index::expose(prefix_policy policy) {
  std::unordered_map<std::string_view, std::size_t> owners;
  if (policy == prefix_policy::on_collision)
    for (const auto& x : entries_) ++owners[x.original];
  for (auto& x : entries_) {
    const bool own_name = policy == prefix_policy::never ||
                          (policy == prefix_policy::on_collision && owners[x.original] == 1);
    x.exposed = legal_name(own_name ? x.original : prefixed(x), identity_of(x));
  }
  sort_by_exposed(entries_);
  drop_doubles(policy);
}

void tool_index::drop_doubles(prefix_policy policy) {
  const auto same = [](const entry& a, const entry& b) { return a.exposed == b.exposed; };
  if (policy != prefix_policy::never) {
    // All that would share a name get another one: none of them may pass for the other.
    for (auto at = entries_.begin(); at != entries_.end();) {
      const auto end = std::find_if(at, entries_.end(),
                                    [&](const entry& x) { return x.exposed != at->exposed; });
      if (end - at > 1)
        for (auto x = at; x != end; ++x) x->exposed = hashed_name(prefixed(*x), identity_of(*x));
      at = end;
    }
    sort_by_exposed(entries_);
  }
  const auto end = std::unique(entries_.begin(), entries_.end(), same);
  shadowed_ = static_cast<std::size_t>(entries_.end() - end);
  entries_.erase(end, entries_.end());
}

const tool_index::entry* tool_index::find(std::string_view exposed) const noexcept {
  const auto found =
      std::lower_bound(entries_.begin(), entries_.end(), exposed,
                       [](const entry& x, std::string_view name) { return x.exposed < name; });
  return found != entries_.end() && found->exposed == exposed ? &*found : nullptr;
}

result<std::string> tool_index::page(std::optional<std::string_view> cursor,
                                     std::size_t limit) const {
  std::uint64_t first = 0;
  if (cursor) {
    std::uint64_t generation = 0;
    if (cursor->size() != 2 * number_digits ||
        !read_number(cursor->substr(0, number_digits), generation) ||
        !read_number(cursor->substr(number_digits), first))
      return error{errc::bad_request, "this cursor is not one of ours"};
    if (generation != generation_ || first == 0 || first >= entries_.size())
      return error{errc::bad_request, "the list has changed since this cursor: start again"};
  }
  const std::size_t count =
      std::min(std::max<std::size_t>(limit, 1), entries_.size() - static_cast<std::size_t>(first));
  const std::size_t last = static_cast<std::size_t>(first) + count;
  std::string text = "\"tools\":[";
  for (auto i = static_cast<std::size_t>(first); i < last; ++i) {
    const entry& x = entries_[i];
    const std::string_view whole = *x.text;
    if (i != first) text += ',';
    text += whole.substr(x.object.at, x.name.at - x.object.at);
    text.append("\"").append(x.exposed).append("\"");
    const std::size_t rest = x.name.at + x.name.length;
    text += whole.substr(rest, x.object.at + x.object.length - rest);
  }
  text += ']';
  if (last != entries_.size())
    text.append(R"(,"nextCursor":")").append(hex(generation_)).append(hex(last)).append("\"");
  make_one_line(text);
  return text;
}

} // namespace toolscore::mcp
