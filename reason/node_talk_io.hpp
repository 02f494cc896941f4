#pragma once
#include "loop/blocking_pool.hpp"
#include "loop/event_loop.hpp"
#include "reason/mcp_client_io.hpp"
#include "reason/scripted_run.hpp"
#include "runners/http_dialer_io.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace toolscore::reason {

/// Where the node is, and how it is spoken to.
struct node_choice {
  http_endpoint place;       ///< Its target means nothing.
  std::optional<era> speaks; ///< Nothing = found out by asking.
  std::string trajectory;    ///< That its records carry.
  std::size_t parallel = 8;  ///< Calls at once.
  std::chrono::milliseconds call_limit{630'000};
};

/// The tools of an endpoint, as it lists them.
struct tool_list {
  std::vector<json> tools;
  std::string fault; ///< Why they are not known, in one line; empty = they are.
};

/// A node, asked and waited for: everything here blocks its thread, which is the loop's.
class node_talk {
public:
  explicit node_talk(node_choice choice);
  ~node_talk();
  node_talk(const node_talk&) = delete;
  node_talk& operator=(const node_talk&) = delete;

  /// Finds out which era is spoken, once.
  /// @error server_gone   nobody accepts connections there
  /// @error unauthorized  it wants a token, or another one
  result<era> find_era();
  /// One answer each, in order; `choice.parallel` at a time.
  std::vector<call_answer> call(const std::vector<wanted_call>& calls, const std::string& task_id,
                                std::chrono::milliseconds limit);
  tool_list list_tools(const std::string& path, std::chrono::milliseconds limit);
  /// Why the node says that it is not ready; empty = it is, or does not say.
  std::string unready(std::chrono::milliseconds limit);
  /// An interruption ends it.
  void pause(std::chrono::milliseconds time);

  /// What is under way ends as cancelled, and so does all that comes. From any handler.
  void interrupt();
  bool interrupted() const { return interrupted_; }

  event_loop& loop() { return loop_; }
  http_dialer& dialer() { return dialer_; }

private:
  mcp_client& client_at(const std::string& path);

  node_choice choice_;
  event_loop loop_;
  blocking_pool pool_{1};
  http_dialer dialer_;
  std::map<std::string, std::unique_ptr<mcp_client>> clients_; ///< By path.
  era speaks_ = era::modern;
  bool interrupted_ = false;
};

} // namespace toolscore::reason
