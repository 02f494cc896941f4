#pragma once
#include "gateway/sessions.hpp"
#include "mcp/joint_view.hpp"
#include "mcp/listening.hpp"
#include "messages/backend.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace toolscore {

/// Who listens at the joint endpoints. Of lists they hear once the endpoint itself shows others, of
/// a resource from the server that it belongs to. On the loop's thread.
class joint_listens {
public:
  using time_point = std::chrono::steady_clock::time_point;
  static constexpr std::size_t listens_max = 20'000;

  explicit joint_listens(backend& tree) : tree_(tree) {}

  /// A legacy session has a stream of its own; said again it changes nothing.
  void add(const std::string& group, const std::shared_ptr<mcp_session>& session);

  struct request {
    std::string group;                        ///< Empty = `/mcp`.
    std::string id_raw;                       ///< Of the client's `subscriptions/listen`.
    mcp::listen_filter filter;                ///< As it is honoured.
    std::vector<mcp::resource_place> watched; ///< Where the URIs of `filter` belong, in its order.
  };
  /// A modern client's stream: acknowledged here, and open until its client goes.
  /// @returns false where as many are open as there may be
  bool open(request what, const exchange_ptr& reply, time_point now);

  /// A view shows other lists than before.
  void tell(std::string_view group, const std::vector<mcp::list_kind>& changed);
  std::size_t size() const noexcept { return streams_.size() + sessions_.size(); }

private:
  struct part {
    server_id server;
    exchange_ptr reply;
  };
  struct stream {
    request what;
    exchange_ptr reply;
    std::vector<part> parts; ///< The same, to each server of which resources are watched.
  };
  struct listening_session {
    std::string group;
    std::weak_ptr<mcp_session> session;
  };
  void watch(stream& one, time_point now);
  void close(const exchange* reply);

  backend& tree_;
  std::list<stream> streams_;
  std::vector<listening_session> sessions_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

} // namespace toolscore
