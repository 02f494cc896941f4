#pragma once
#include "loop/asio.hpp"
#include "messages/http_place.hpp"
#include "messages/server_state.hpp"
#include "reason/call_fate.hpp"
#include "runners/http_client_io.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace toolscore::reason {

/// A client of one MCP endpoint, of either era. In the legacy one its session is opened by the
/// first request, and opened again where the endpoint has forgotten it: such a request was not run.
/// Arguments that a schema wants in headers too are learned of when a call is refused for it.
/// On the loop's thread.
class mcp_client {
public:
  using answered = std::function<void(call_answer)>;

  mcp_client(http_dialer& dialer, http_endpoint endpoint, era speaks);
  ~mcp_client();
  mcp_client(const mcp_client&) = delete;
  mcp_client& operator=(const mcp_client&) = delete;

  /// `then` comes once, never from inside; `limit` holds for all that the request takes.
  void request(const std::string& method, json params, std::chrono::milliseconds limit,
               answered then);
  /// Every tool, all pages: the answer's result is {"tools": [...]}.
  void list_tools(std::chrono::milliseconds limit, answered then);
  /// A plain GET of the endpoint's target, beside the protocol. `then` has the answer's status, 0
  /// where there is none, and in one line why it is no success.
  void look(std::chrono::milliseconds limit, std::function<void(int, std::string)> then);
  /// Requests under way end as cancelled; the endpoint is told.
  void cancel_all();
  /// Waits for what is being told, then ends the session, if there is one. The client outlives it.
  void close(std::chrono::milliseconds limit, std::function<void()> then);

  struct state;

private:
  std::shared_ptr<state> state_;
};

} // namespace toolscore::reason
