#include "mcp/list_index.hpp"

#include "mcp/hash.hpp"
#include "mcp/older_clients.hpp"
#include "mcp/rewrite.hpp"

#include <algorithm>

namespace toolscore::mcp {

list_index::list_index(served_list kind, std::vector<list_entry> entries)
    : kind_(kind), entries_(std::move(entries)) {
  std::stable_sort(entries_.begin(), entries_.end(),
                   [](const auto& a, const auto& b) { return a.exposed < b.exposed; });
  const auto end = std::unique(entries_.begin(), entries_.end(),
                               [](const auto& a, const auto& b) { return a.exposed == b.exposed; });
  shadowed_ = static_cast<std::size_t>(entries_.end() - end);
  entries_.erase(end, entries_.end());
  generation_ = hash_start;
  for (const auto& x : entries_) {
    generation_ = hash_of(x.exposed, generation_);
    generation_ = hash_of(x.describe, generation_);
    generation_ = hash_of(x.object_text(), generation_);
  }
}

const list_entry* list_index::find(std::string_view exposed) const noexcept {
  const auto found =
      std::lower_bound(entries_.begin(), entries_.end(), exposed,
                       [](const list_entry& x, std::string_view name) { return x.exposed < name; });
  return found != entries_.end() && found->exposed == exposed ? &*found : nullptr;
}

result<std::string> list_index::page(std::optional<std::string_view> cursor, std::size_t limit,
                                     const cursor_key& key, const entry_filter& shown,
                                     std::string_view version) const {
  std::size_t first = 0;
  if (cursor) {
    const auto at = read_cursor(*cursor, kind_, key);
    if (!at) return error{errc::bad_request, "this cursor is not one of ours"};
    if (at->generation != generation_ || at->offset == 0 || at->offset >= entries_.size())
      return error{errc::bad_request, "the list has changed since this cursor: start again"};
    first = static_cast<std::size_t>(at->offset);
  }
  const std::size_t last =
      first + std::min(std::max<std::size_t>(limit, 1), entries_.size() - first);
  std::string text = "\"";
  text.append(words_of(kind_).member).append("\":[");
  for (std::size_t i = first; i < last; ++i) {
    if (shown && !shown(entries_[i])) continue;
    if (!text.ends_with('[')) text += ',';
    if (version.empty()) {
      append_entry(text, entries_[i]);
      continue;
    }
    std::string item;
    append_entry(item, entries_[i]);
    text += older_item(item, kind_, version);
  }
  text += ']';
  if (last != entries_.size())
    text.append(R"(,"nextCursor":")")
        .append(write_cursor({generation_, last}, kind_, key))
        .append("\"");
  make_one_line(text);
  return text;
}

} // namespace toolscore::mcp
