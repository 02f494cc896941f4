#pragma once
#include "mcp/joint_view.hpp"
#include "messages/envelope.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace toolscore {

struct joint_answer {
  int status = 200;
  std::string json;
};

/// How a joint endpoint's lists are told.
struct list_manner {
  era client = era::legacy;
  std::size_t page_max = 1;
  mcp::cursor_key cursors;
  std::chrono::steady_clock::time_point now;
  mcp::entry_filter shown{};  ///< Empty = everything, to everybody.
  std::string_view version{}; ///< Of a legacy client.
};

/// One page of a list. `params` is the raw object, empty = none.
joint_answer list_page(const mcp::joint_view& view, mcp::served_list kind, std::string_view id_raw,
                       std::string_view params, const list_manner& how);

/// A result object with what a modern one needs before `members`, which may be empty.
std::string joint_result(era client, std::string_view members, std::string_view lifetime = {});

/// -32601; modern clients are told by the status too.
joint_answer unknown_method(std::string_view id_raw, std::string_view method, era client);
/// No server has it: -32602 with `data.uri`, and the legacy era's own code there.
std::string unknown_resource(std::string_view id_raw, std::string_view uri, era client);
/// completion/complete where the server has no completions.
std::string no_completions(std::string_view id_raw, era client);

} // namespace toolscore
