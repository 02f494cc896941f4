#pragma once
#include "gateway/connection.hpp"
#include "gateway/stream_pulse.hpp"
#include "messages/envelope.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace toolscore {

/// Where a client's stream broke off, as its Last-Event-ID says: `<stream>-<event>`.
struct event_place {
  std::uint64_t stream = 0;
  std::uint64_t event = 0;
};
/// Nothing where the text is no such id.
std::optional<event_place> read_event_id(std::string_view text);

/// What all streams keep together, and how they ended.
struct stream_counters {
  std::size_t kept_bytes = 0;
  std::uint64_t cut_off = 0; ///< Readers that took too little for too long.
  std::uint64_t resumed = 0;
};
struct stream_limits {
  std::size_t unsent_max = 1u << 20;       ///< Of one connection; above it the reader is cut off.
  std::size_t kept_events_max = 64;        ///< Of one stream, for a client that comes back.
  std::size_t kept_bytes_max = 256u << 10; ///< Of one stream.
  std::size_t kept_bytes_all_max = std::size_t{32} << 20;
};

enum class event_numbering : std::uint8_t {
  none,     ///< Nobody comes back to it.
  numbered, ///< Each event has its id.
  primed,   ///< Its client understands an event without data, which tells it the first id.
};

/// One stream of events of a legacy session: that of a GET, or that of a call whose answer began
/// with an event. It outlives its connection: events are numbered, the last of them kept, and
/// attached to another connection it goes on behind the last one that the client has seen
/// (Last-Event-ID). On the loop's thread.
class event_stream final : public beating,
                           private gone_watcher,
                           public std::enable_shared_from_this<event_stream> {
public:
  event_stream(std::uint64_t number, event_numbering numbering, stream_limits limits,
               std::shared_ptr<stream_counters> counters);
  ~event_stream() override;

  /// Begins a stream on this connection, with what was sent behind the event numbered `after`.
  /// `opening` stands before all else.
  void attach(std::shared_ptr<client_connection> connection, std::uint64_t turn,
              std::uint64_t after, std::string opening = {});
  void send(const bytes& json);
  /// The last event; null = none more is said.
  void end(const bytes& json);
  /// Told when the connection has gone, not when it was replaced.
  void on_detached(std::function<void()> hook) { detached_ = std::move(hook); }

  std::uint64_t number() const noexcept { return number_; }
  bool attached() const noexcept { return connection_ != nullptr; }
  bool ended() const noexcept { return ended_; }
  bool beat() override;
  void finish() override { end(nullptr); }

private:
  struct kept_event {
    std::uint64_t number = 0;
    bytes json;
  };

  void on_gone() override;
  void let_go();
  void keep(std::uint64_t number, const bytes& json);
  void write(std::string_view text, bool last);
  std::string text_of(std::uint64_t number, const bytes& json) const;

  std::uint64_t number_;
  event_numbering numbering_;
  stream_limits limits_;
  std::shared_ptr<stream_counters> counters_;
  std::shared_ptr<client_connection> connection_; ///< Null while the client is away.
  std::uint64_t turn_ = 0;
  std::uint64_t last_ = 0;
  std::vector<kept_event> kept_; ///< A few; an empty deque takes half a KiB.
  std::size_t kept_bytes_ = 0;
  bool ended_ = false;
  std::function<void()> detached_;
};

} // namespace toolscore
