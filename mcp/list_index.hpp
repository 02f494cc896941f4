#pragma once
#include "mcp/list_entries.hpp"
#include "mcp/page_cursor.hpp"
#include "messages/error.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace toolscore::mcp {

/// Whether somebody is shown an item; empty = everything.
using entry_filter = std::function<bool(const list_entry&)>;

/// One list of a joint endpoint, immutable, sorted bytewise by exposed name and so the same
/// whatever order the servers started in.
class list_index {
public:
  list_index() = default;
  /// `exposed` of each entry is set; of several with one name the first is kept.
  list_index(served_list kind, std::vector<list_entry> entries);

  /// @returns nothing for an unknown name; the exposed name is looked up, never taken apart
  const list_entry* find(std::string_view exposed) const noexcept;
  /// `"tools":[...]`, with `,"nextCursor":"..."` where more follow; members of a result object. No
  /// cursor starts at the first item. What is not shown leaves a page shorter.
  /// `version` is a legacy client's, which is not told what it does not know; empty = everything.
  /// @error bad_request  the cursor is not one of ours, or of a list that has changed since
  result<std::string> page(std::optional<std::string_view> cursor, std::size_t limit,
                           const cursor_key& key, const entry_filter& shown = {},
                           std::string_view version = {}) const;

  const std::vector<list_entry>& entries() const noexcept { return entries_; }
  /// Changes whenever the list a client sees changes.
  std::uint64_t generation() const noexcept { return generation_; }
  /// Items hidden because another has their exposed name.
  std::size_t shadowed() const noexcept { return shadowed_; }

private:
  served_list kind_ = served_list::tools;
  std::vector<list_entry> entries_;
  std::uint64_t generation_ = 0;
  std::size_t shadowed_ = 0;
};

} // namespace toolscore::mcp
