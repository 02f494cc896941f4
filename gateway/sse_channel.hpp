#pragma once
#include "gateway/connection.hpp"
#include "gateway/event_stream.hpp"
#include "gateway/stream_pulse.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string_view>
#include <utility>

namespace toolscore {

/// What the POSTs of one client of the HTTP+SSE transport (2024-11-05) answer on. Each message has
/// a turn of its own, and all that is said in it goes out on the one stream that the client's GET
/// opened. On the loop's thread.
class sse_channel final : public client_connection, public beating {
public:
  explicit sse_channel(std::shared_ptr<event_stream> stream) : stream_(std::move(stream)) {}

  /// A message has come.
  std::uint64_t begin_turn();
  void event(const bytes& json) { stream_->send(json); }
  /// The client has gone, and with it whoever could be answered.
  void close();
  /// Ends the session, whose only stream is over.
  void on_revoked(std::function<void()> hook) { revoked_ = std::move(hook); }

  void answer(std::uint64_t turn, outbound_answer x) override;
  // A call says its events by event(): there is no second stream to begin.
  void begin_stream(std::uint64_t, std::string_view, std::string_view, std::string_view) override {}
  void stream(std::uint64_t, std::string_view) override {}
  void end_stream(std::uint64_t turn, std::string_view) override { answer(turn, {}); }
  std::size_t unsent() const override { return 0; } ///< The stream has a bound of its own.
  void cut_off(std::uint64_t) override {}
  void watch(std::uint64_t turn, gone_watcher* watcher) override;
  bool is_over(std::uint64_t turn) const override { return !turns_.contains(turn); }

  bool beat() override { return stream_->beat(); }
  /// The node stops: the stream ends once all has been answered.
  void finish() override;
  void revoke() override;

private:
  std::shared_ptr<event_stream> stream_;
  std::map<std::uint64_t, gone_watcher*> turns_; ///< Those that are not answered yet.
  std::uint64_t last_ = 0;
  bool finishing_ = false;
  std::function<void()> revoked_;
};

} // namespace toolscore
