#pragma once
#include "mcp/tool_index.hpp"
#include "messages/envelope.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace toolscore {

struct joint_answer {
  int status = 200;
  std::string json;
};

/// tools/list at the joint endpoint. `params` is the raw object, empty = none.
joint_answer list_tools(const mcp::tool_index& tools, std::string_view id_raw,
                        std::string_view params, era client, std::size_t page_max);

/// -32601; modern clients are told by the status too.
joint_answer unknown_method(std::string_view id_raw, std::string_view method, era client);

} // namespace toolscore
