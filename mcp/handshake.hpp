#pragma once
#include "messages/envelope.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace toolscore::mcp {

/// What one server told about itself. The *_json are compact JSON texts; empty = absent.
struct handshake_result {
  era server = era::legacy;
  std::string protocol_version;
  std::string server_name;
  std::string server_version;
  std::string capabilities_json = "{}";
  std::string server_info_json;  ///< The Implementation object.
  std::string instructions_json; ///< A JSON string, with its quotes.
  std::string raw;               ///< The result object as it came.
};

/// Finds out a stdio server's era and opens it. Pure: it is told messages and times, and answers
/// what to do, in order. The deadline of the whole is its owner's.
class handshake {
public:
  using time_point = std::chrono::steady_clock::time_point;
  struct options {
    /// After so long without an answer to server/discover initialize is sent too; and where that
    /// answer comes then, the one to initialize is waited for as long again, or for as long as
    /// this one took.
    std::chrono::milliseconds probe_wait{3'000};
    /// What a legacy server is told that its client can be asked; JSON.
    std::string client_capabilities = "{}";
  };
  struct send {
    std::string line; ///< Without its newline.
  };
  struct arm {
    time_point at; ///< Call on_timer then; a later arm replaces it.
  };
  struct succeeded {
    handshake_result result;
  };
  struct failed {
    std::string reason; ///< One line.
  };
  using action = std::variant<send, arm, succeeded, failed>;

  handshake() : handshake(options{}) {}
  explicit handshake(options chosen) : options_(chosen) {}

  std::vector<action> start(time_point now);
  /// Every message from the server until the handshake has ended; those that are none of its
  /// business are ignored, requests are answered. After the end it answers nothing.
  std::vector<action> on_message(std::string_view line, const envelope& spans, time_point now);
  std::vector<action> on_timer(time_point now);
  bool ended() const noexcept { return phase_ == phase::ended; }
  /// One line for a timeout's reason: what it is waiting for.
  const char* waiting_for() const noexcept;

private:
  enum class phase : std::uint8_t { idle, probing, both, initializing, ended };
  std::vector<action> send_initialize(phase next);
  std::vector<action> on_discover(std::string_view line, const envelope& spans, time_point now);
  std::vector<action> on_initialize(std::string_view line, const envelope& spans);
  std::vector<action> succeed(handshake_result found);
  std::vector<action> fail(std::string reason);

  options options_;
  phase phase_ = phase::idle;
  time_point started_{};
  bool initialize_failed_ = false; ///< While server/discover was still open.
  /// A good DiscoverResult that came when initialize had been sent: a server of both eras that has
  /// read both is of the legacy one now, so its answer to initialize is waited for.
  std::optional<handshake_result> modern_;
  bool asked_again_ = false; ///< server/discover was repeated with a version that the server named.
};

/// The answer to a request that a server sent us: ping gets an empty result and everything else
/// -32601, for we declare no client capabilities. Nothing for messages that are no requests.
std::optional<std::string> answer_to_server_request(std::string_view line, const envelope& spans);

/// A liveness probe: `ping` for a legacy server, `server/discover` for a modern one.
std::string ping_line(era server, std::int64_t id);

} // namespace toolscore::mcp
