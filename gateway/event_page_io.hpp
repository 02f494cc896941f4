#pragma once
#include "gateway/connection.hpp"
#include "loop/asio.hpp"
#include "messages/backend.hpp"

#include <chrono>
#include <cstdint>
#include <memory>

namespace toolscore {

/// The tree for those who may outlive it; null inside once it is gone.
using tree_handle = std::shared_ptr<backend*>;

struct event_page_options {
  std::uint64_t after = 0;
  std::uint64_t limit = 1'000;
  /// The log has no end mark: the page ends when no event came for so long.
  std::chrono::milliseconds quiet{100};
};

/// Answers with the events above `after` as NDJSON, at most `limit` of them.
void answer_event_page(boost::asio::io_context& io, tree_handle tree,
                       std::shared_ptr<client_connection> connection, std::uint64_t turn,
                       event_page_options options);

} // namespace toolscore
