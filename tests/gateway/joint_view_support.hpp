#pragma once
#include "mcp/joint_view.hpp"

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace toolscore::test {

/// One server's lists for a joint endpoint, as JSON arrays; empty = none.
struct shown_server {
  std::string id{};
  std::string tools{};
  std::string prompts{};
  std::string resources{};
  std::string templates{};
  std::string capabilities = R"({"tools":{},"prompts":{},"resources":{},"completions":{}})";
  std::string instructions_json{};
  era speaks = era::legacy;
};

inline mcp::view_ptr view_of(const std::vector<shown_server>& servers, const group_view& how = {},
                             prefix_mode prefix = prefix_mode::always) {
  std::vector<mcp::offer_ptr> offers;
  for (const auto& x : servers) {
    mcp::kept_lists lists;
    const std::array texts{&x.tools, &x.prompts, &x.resources, &x.templates};
    for (std::size_t i = 0; i < mcp::list_count; ++i)
      if (!texts[i]->empty()) lists[i].array = std::make_shared<const std::string>(*texts[i]);
    auto handshake = std::make_shared<mcp::handshake_result>();
    handshake->server = x.speaks;
    handshake->capabilities_json = x.capabilities;
    handshake->instructions_json = x.instructions_json;
    mcp::offer_policy policy;
    policy.prefix = prefix;
    offers.push_back(std::make_shared<const mcp::server_offer>(
        server_id{x.id}, std::move(policy), std::move(handshake), std::move(lists)));
  }
  return std::make_shared<const mcp::joint_view>(std::move(offers), how);
}

} // namespace toolscore::test
