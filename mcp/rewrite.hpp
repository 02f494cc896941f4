#pragma once
#include "mcp/json_text.hpp"
#include "mcp/json_walk.hpp"

#include <string>
#include <string_view>

namespace toolscore::mcp {

/// Raw newlines of a valid JSON text stand between its tokens only, so that spaces may take their
/// place: stdio needs one line a message, and a server-sent event ends its line at a lone \r too.
void make_one_line(std::string& json) noexcept;

/// The four keys of a modern request's `_meta` that belong to one hop and are never passed on.
bool is_hop_key(std::string_view raw_key);
/// Any key of the protocol's own in `_meta`.
bool is_protocol_key(std::string_view raw_key);

/// Appends the members of `object_text` but its braces, each byte for byte. `member(raw_key,
/// raw_value)` answers what to put in the value's place: the value itself keeps it, a view without
/// data drops the member. `comma` tells whether a member was written before, and is kept up to
/// date.
template <class Member>
void append_members(std::string& out, std::string_view object_text, bool& comma, Member&& member) {
  for_members(object_text, [&](std::string_view key, std::string_view value) {
    const std::string_view written = member(key, value);
    if (written.data() == nullptr) return true;
    if (comma) out += ',';
    comma = true;
    out += key;
    out += ':';
    out += written;
    return true;
  });
}

} // namespace toolscore::mcp
