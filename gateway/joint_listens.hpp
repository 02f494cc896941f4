#pragma once
#include "gateway/sessions.hpp"
#include "mcp/joint_view.hpp"
#include "mcp/listening.hpp"
#include "messages/backend.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace toolscore {

/// Who listens at the joint endpoints. Of lists they hear once the endpoint itself shows others, of
/// a resource from the server that it belongs to. Where that server's owner has ended or refuses,
/// it is asked again in a while, and at once when servers have come. While somebody listens, lists
/// of modern servers are fetched anew when they are good no more. On the loop's thread.
class joint_listens {
public:
  using time_point = std::chrono::steady_clock::time_point;
  static constexpr std::size_t listens_max = 20'000;

  using timer = std::function<void(std::chrono::milliseconds, std::function<void()>)>;
  static constexpr std::chrono::milliseconds again_first{1'000};
  static constexpr std::chrono::milliseconds again_max{60'000};
  /// However short lists are good for; rarer where nothing comes of it.
  static constexpr std::chrono::milliseconds look_pause{5'000};
  static constexpr std::chrono::milliseconds look_pause_max{300'000};

  joint_listens(backend& tree, timer after, std::function<time_point()> now)
      : tree_(tree), after_(std::move(after)), now_(std::move(now)) {}

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
  bool open(request what, const exchange_ptr& reply);

  /// Servers have come or gone.
  void take_up();

  /// A view shows other lists than before.
  void tell(std::string_view group, const std::vector<mcp::list_kind>& changed);
  std::size_t size() const noexcept { return streams_.size() + sessions_.size(); }

private:
  using uri_names = std::map<std::string, std::string>; ///< What the client knows, by the server's.
  /// The same, to one server of which resources are watched; its owner holds the way back.
  struct part {
    server_id server;
    uri_names exposed;
    std::weak_ptr<exchange> reply;
    bool over = false;
  };
  struct stream {
    request what;
    exchange_ptr reply;
    std::vector<part> parts;
  };
  struct listening_session {
    std::string group;
    std::weak_ptr<mcp_session> session;
  };
  void watch(stream& one, part& of, bool again);
  void lose(const exchange* reply, const server_id& server);
  void try_again_later();
  void close(const exchange* reply);
  std::vector<std::string> listened_groups() const;
  void look_later();
  void look();

  backend& tree_;
  timer after_;
  std::function<time_point()> now_;
  std::chrono::milliseconds again_after_ = again_first;
  std::chrono::milliseconds look_after_ = look_pause;
  bool tries_later_ = false;
  bool looks_later_ = false;
  std::list<stream> streams_;
  std::vector<listening_session> sessions_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

} // namespace toolscore
