#pragma once
#include "piped.hpp"
#include "talk.hpp"

#include <boost/test/unit_test.hpp>

namespace toolscore::test {

// What a client says on a pipe, in either era.

inline reply_json meta_of(era speaks, const reply_json& more = reply_json::object()) {
  auto meta = more;
  if (speaks == era::modern) {
    meta["io.modelcontextprotocol/protocolVersion"] = modern_protocol;
    meta["io.modelcontextprotocol/clientCapabilities"] = reply_json::object();
  }
  return meta;
}

inline reply_json request(era speaks, const reply_json& id, const std::string& method,
                          reply_json params = reply_json::object(),
                          const reply_json& meta = reply_json::object()) {
  const auto full = meta_of(speaks, meta);
  if (!full.empty()) params["_meta"] = full;
  return {{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", params}};
}

inline reply_json call(era speaks, const reply_json& id, const std::string& tool,
                       const reply_json& arguments = reply_json::object(),
                       const reply_json& meta = reply_json::object()) {
  return request(speaks, id, "tools/call", {{"name", tool}, {"arguments", arguments}}, meta);
}

inline reply_json cancel(const reply_json& id) {
  return {
      {"jsonrpc", "2.0"}, {"method", "notifications/cancelled"}, {"params", {{"requestId", id}}}};
}

inline const reply_json hello{{"jsonrpc", "2.0"},
                              {"id", 0},
                              {"method", "initialize"},
                              {"params",
                               {{"protocolVersion", legacy_protocol},
                                {"capabilities", reply_json::object()},
                                {"clientInfo", {{"name", "test"}, {"version", "1"}}}}}};
inline const reply_json initialized{{"jsonrpc", "2.0"}, {"method", "notifications/initialized"}};

/// What a client of the era says first.
inline void greet(piped& client, era speaks) {
  client.send(speaks == era::legacy ? hello : request(speaks, 0, "server/discover"));
  const auto answer = client.answer(0);
  BOOST_REQUIRE_MESSAGE(answer.contains("result"), answer.dump() << client.said());
  if (speaks == era::legacy) client.send(initialized);
}

inline std::string said(const reply_json& answer) {
  const auto& content = member_of(member_of(answer, "result"), "content");
  return content.is_array() && !content.empty() ? text_of(content[0], "text") : answer.dump();
}

inline std::int64_t code_of(const reply_json& answer) {
  return number_of(member_of(answer, "error"), "code");
}

inline void check_end(piped& client, int code = 0) {
  client.close_input();
  BOOST_TEST(client.wait_for_end() == code, client.said());
}

inline constexpr era both_eras[]{era::legacy, era::modern};

} // namespace toolscore::test
