#pragma once
#include "loop/blocking_pool.hpp"
#include "runners/http_link.hpp"
#include "runners/pool_io.hpp"
#include "web_peer.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace toolscore::test {

/// A link to a web_peer, and what it tells.
class http_fixture {
public:
  boost::asio::io_context io;
  blocking_pool workers{1};
  http_dialer dialer{io, run_in(workers, io)};
  http_link_options options;
  std::unique_ptr<http_link> wire;

  std::vector<std::string> lines;
  std::vector<std::string> garbage;
  std::vector<std::pair<std::string, error>> unanswered;
  std::vector<std::string> lost;
  std::vector<std::string> overflows;
  std::size_t closed = 0;

  ~http_fixture() {
    wire.reset();
    io.restart();
    io.poll();
  }

  void open(const std::string& url, bool remote = true) {
    const auto place = read_http_place(url);
    BOOST_REQUIRE(place);
    options.endpoint.place = *place;
    options.remote = remote;
    link_events events;
    events.on_lines = [this](std::vector<bytes> all) {
      for (const auto& line : all) lines.push_back(*line);
    };
    events.on_garbage = [this](std::string text) { garbage.push_back(std::move(text)); };
    events.on_overlong = [](std::string, std::size_t) {};
    events.on_overflow = [this](std::string why) { overflows.push_back(std::move(why)); };
    events.on_closed = [this] { ++closed; };
    events.on_unanswered = [this](std::string id, error why) {
      unanswered.emplace_back(std::move(id), std::move(why));
    };
    events.on_lost = [this](std::string why) { lost.push_back(std::move(why)); };
    wire = std::make_unique<http_link>(dialer, options, std::move(events));
  }

  std::uint64_t send(const std::string& line) {
    return wire->send(std::make_shared<const std::string>(line));
  }
  /// Runs the loop until `done` holds. @returns whether it came to that in time
  bool wait(const std::function<bool()>& done,
            std::chrono::milliseconds limit = std::chrono::seconds{20}) {
    const auto end = std::chrono::steady_clock::now() + limit;
    io.restart();
    while (!done() && std::chrono::steady_clock::now() < end)
      io.run_one_for(std::chrono::milliseconds{20});
    return done();
  }
  void run_for(std::chrono::milliseconds time) {
    io.restart();
    io.run_for(time);
  }
  /// Opens a legacy session with a peer that answers as `legacy_peer` does.
  void greet() {
    send(R"({"jsonrpc":"2.0","id":"toolscore-initialize","method":"initialize","params":{}})");
    BOOST_REQUIRE(wait([&] { return !lines.empty(); }));
    lines.clear();
    send(R"({"jsonrpc":"2.0","method":"notifications/initialized"})");
  }
};

inline std::string call_line(int id, const std::string& tool = "t") {
  return R"({"jsonrpc":"2.0","id":)" + std::to_string(id) +
         R"(,"method":"tools/call","params":{"name":")" + tool + R"("}})";
}
inline std::string modern_line(int id, const std::string& method = "tools/call",
                               const std::string& members = R"("name":"t",)") {
  return R"({"jsonrpc":"2.0","id":)" + std::to_string(id) + R"(,"method":")" + method +
         R"(","params":{)" + members +
         R"("_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
         R"("io.modelcontextprotocol/clientCapabilities":{}}}})";
}
inline std::string result_line(int id, const std::string& result = "{}") {
  return R"({"jsonrpc":"2.0","id":)" + std::to_string(id) + R"(,"result":)" + result + "}";
}
inline std::string cancel_line(int id) {
  return R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":)" +
         std::to_string(id) + "}}";
}

/// Answers the opening of a legacy session, and offers no stream of its own; everything else is
/// `calls`'s.
inline web_peer::handler legacy_peer(web_peer::handler calls, const std::string& session = "s-1") {
  return [=](const peer_request& x, const peer_reply_ptr& reply) {
    if (x.says(R"("initialize")"))
      return reply->json(R"({"jsonrpc":"2.0","id":"toolscore-initialize",)"
                         R"("result":{"protocolVersion":"2025-11-25","capabilities":{}}})",
                         session.empty() ? "" : "Mcp-Session-Id: " + session + "\r\n");
    if (x.says("notifications/")) return reply->answer(202, "", "");
    if (x.method == "GET") return reply->answer(405, "", "");
    if (x.method == "DELETE") return reply->answer(200, "", "");
    calls(x, reply);
  };
}

} // namespace toolscore::test
