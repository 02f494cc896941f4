#pragma once
#include "reason/node_talk_io.hpp"

#include <chrono>
#include <functional>
#include <string>

namespace toolscore::reason {

/// How long a node that has just begun is waited for.
struct node_patience {
  /// Until each of its servers is ready or has its verdict; 0 = nobody asks.
  std::chrono::milliseconds ready{60'000};
  std::chrono::milliseconds tools{3'000}; ///< Until tools stand at the joint endpoint.
  std::chrono::milliseconds every{200};
};

/// Waits until what `path`, a joint endpoint, lists is what the node has to offer: a node's servers
/// start after its endpoint, and their tools come a moment after they are ready. Goes on without
/// once its patience is over. Blocks the loop's thread; an interruption ends it.
/// @param tell  is told in one line each what is waited for, and in vain
void await_tools(node_talk& node, const std::string& path, const node_patience& patience,
                 const std::function<void(const std::string&)>& tell);

} // namespace toolscore::reason
