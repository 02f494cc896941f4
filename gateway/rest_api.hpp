#pragma once
#include "gateway/connection.hpp"
#include "gateway/http_types.hpp"
#include "messages/backend.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace toolscore {

/// The control plane's requests, each turned into one question to the tree and its answer into
/// JSON. Pure: connections and the tree are given. On the loop's thread.
class rest_api {
public:
  using values = std::vector<std::pair<std::string, double>>;
  /// `own_counters` are the gateway's, for /metrics.
  rest_api(backend& tree, std::function<values()> own_counters)
      : tree_(tree), own_counters_(std::move(own_counters)) {}

  /// `request.where` is none of the mcp and events kinds.
  void handle(const inbound_request& request, const std::shared_ptr<client_connection>& connection,
              std::uint64_t turn);

private:
  /// Where one request's answer goes; it may come late, when the client has gone.
  struct way_back {
    std::shared_ptr<client_connection> connection;
    std::uint64_t turn;
    void answer(outbound_answer x) const { connection->answer(turn, std::move(x)); }
    void fail(errc code, std::string_view detail) const;
  };
  void on_server(const inbound_request& request, way_back back);
  void add(const inbound_request& request, way_back back);
  void show(std::string name, way_back back);
  void act(std::string name, server_verb verb, way_back back);
  void logs(const inbound_request& request, std::string name, way_back back);
  void pins(std::string name, way_back back);
  void approve(const inbound_request& request, std::string name, way_back back);
  void update(const inbound_request& request, std::string name, way_back back);
  /// `name` empty = of all servers.
  void login(std::string name, login_verb verb, way_back back);
  void crashes(const inbound_request& request, std::string name, way_back back);
  void trajectories(const inbound_request& request, way_back back);
  void readiness(way_back back);

  backend& tree_;
  std::function<values()> own_counters_;
};

} // namespace toolscore
