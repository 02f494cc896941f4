#pragma once
#include "mcp/served_list.hpp"
#include "messages/envelope.hpp"
#include "messages/ids.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace toolscore::mcp {

/// One item of a server's list, and what it is called at a joint endpoint. Keeps the server's text
/// and copies nothing of it.
struct list_entry {
  std::string exposed;
  server_id server;
  std::string original; ///< Decoded; the server's own name or URI.
  bytes text;           ///< The server's array.
  text_span object;     ///< In `text`.
  text_span key;        ///< In `text`; the raw name or URI.
  text_span told;       ///< In `text`; the raw description, length 0 = none.
  std::string describe; ///< What stands for the description instead; empty = nothing.

  std::string_view object_text() const { return object.of(*text); }
  std::string_view told_text() const { return told.of(*text); }
};

/// Appends the item as the joint endpoint shows it: byte for byte but its name or URI and, where
/// that is configured, its description.
void append_entry(std::string& out, const list_entry& x);

struct read_list {
  std::vector<list_entry> entries; ///< In the server's order; `exposed` is empty yet.
  std::size_t skipped = 0; ///< Items without a valid name, with one twice, or unfit for a parser.
};
/// Takes one server's list apart. An item that some parser of a client would refuse is left out,
/// for its bytes stand in the list of all servers.
read_list read_entries(served_list kind, const server_id& server, const bytes& array);

} // namespace toolscore::mcp
