#include "reason/node_wait_io.hpp"

#include "node/printable.hpp"

#include <cstddef>
#include <optional>
#include <utility>

namespace toolscore::reason {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds look_limit{5'000};

std::string seconds_text(milliseconds x) {
  return std::to_string(x.count() / 1'000) + " s";
}

/// @returns whether it had to wait
bool await_readiness(node_talk& node, const node_patience& patience,
                     const std::function<void(const std::string&)>& tell) {
  const auto until = steady_clock::now() + patience.ready;
  bool waited = false;
  while (!node.interrupted()) {
    const auto why = node.unready(look_limit);
    if (why.empty()) return waited;
    if (steady_clock::now() >= until) {
      tell("the node is not ready after " + seconds_text(patience.ready) +
           ", so its tools may not be all: " + printable(why) + "\n");
      return waited;
    }
    if (!std::exchange(waited, true))
      tell("waiting for the node, " + seconds_text(patience.ready) + " at most: " + printable(why) +
           "\n");
    node.pause(patience.every);
  }
  return waited;
}

} // namespace

void await_tools(node_talk& node, const std::string& path, const node_patience& patience,
                 const std::function<void(const std::string&)>& tell) {
  const bool waited = patience.ready.count() > 0 && await_readiness(node, patience, tell);
  const auto until = steady_clock::now() + patience.tools;
  std::optional<std::size_t> before;
  while (!node.interrupted()) {
    const auto listed = node.list_tools(path, look_limit);
    if (!listed.fault.empty()) return; // Whoever asks next is told.
    const auto count = listed.tools.size();
    // Where it has just become ready, two looks must agree.
    if (count > 0 && (!waited || before == count)) return;
    before = count;
    if (steady_clock::now() >= until) {
      if (count == 0)
        tell("no tools are shown at " + printable(path) + " after " + seconds_text(patience.tools) +
             "\n");
      return;
    }
    node.pause(patience.every);
  }
}

} // namespace toolscore::reason
