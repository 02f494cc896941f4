#pragma once
#include "mcp/post_head.hpp"

#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace toolscore {

/// One message of a client on stdin, read as far as its way to the node needs it.
struct client_message {
  message_kind kind = message_kind::request;
  era speaks = era::legacy;
  std::string body; ///< The line.
  std::string id;   ///< Raw, in the one spelling that ids are compared in.
  std::string method;
  std::string name;      ///< What Mcp-Name says; empty = no such header.
  std::string arguments; ///< The raw object; empty = none.
  std::string version;   ///< Modern: of its `_meta`.
  std::string meta;      ///< Modern: a `_meta` object for a question of our own in its name.
  std::string cancels;   ///< notifications/cancelled: the id, spelled as `id`.

  bool is_request() const { return kind == message_kind::request; }
  bool opens_session() const {
    return is_request() && speaks == era::legacy && method == "initialize";
  }
  bool listens() const { return is_request() && method == "subscriptions/listen"; }
};

/// Reads a line that begins like an object.
/// @returns the message, or the error response that answers the line
std::variant<client_message, std::string> read_client_message(mcp::scanner& scanner,
                                                              std::string line);

/// The headers of the POST that carries the message, in its era.
mcp::header_pairs post_headers(const client_message& x, const mcp::http_session& session,
                               const mcp::mirrored_tools& mirrored);

/// tools/list in the name of a modern client's call; `cursor` is a raw JSON string or empty.
client_message list_question(const client_message& call, std::string_view cursor);

} // namespace toolscore
