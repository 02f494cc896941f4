#pragma once
#include "bench/http_text.hpp"
#include "messages/envelope.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace toolscore {

/// Where an MCP endpoint listens: what `http://127.0.0.1:8088/mcp/bench` says.
struct endpoint_address {
  std::string host; ///< A dotted IPv4 address; `localhost` is read as 127.0.0.1.
  std::uint16_t port = 0;
  std::string path = "/";
};
/// Reads `http://HOST:PORT/PATH`. @returns false if it is not of that form
bool read_endpoint(std::string_view url, endpoint_address& address);

/// The first id of a run. All ids have ten digits, so that every request of a run is equally long.
constexpr std::uint64_t first_call_id = 1'000'000'000;

/// Builds one client's requests, of one era.
class call_writer {
public:
  /// @param text_bytes  length of the text that each call has echoed (at least the id's ten digits)
  call_writer(const endpoint_address& at, era spoken, std::size_t text_bytes);

  /// What opens the conversation: `initialize`, or `server/discover` of the modern era.
  std::string opening() const;
  /// Legacy only: `notifications/initialized`.
  std::string initialized() const;
  /// Legacy: the session that the opening's answer named; empty if it named none.
  void use_session(std::string_view session);

  /// One `tools/call` of `echo`, whole request; valid until the next one is written.
  std::string_view call(std::uint64_t id);
  std::size_t request_bytes() const noexcept { return request_.size(); }
  std::size_t body_bytes() const noexcept { return body_bytes_; }
  /// What the answer to `call(id)` must echo.
  std::string_view expected_text() const noexcept;

private:
  std::string post(std::string_view method, std::string_view name, std::string_view body) const;
  void build();

  endpoint_address at_;
  era era_;
  std::size_t text_bytes_;
  std::string session_;
  std::string request_;
  std::size_t body_bytes_ = 0;
  std::size_t id_at_ = 0;
  std::size_t text_at_ = 0;
};

/// True if the answer is 200, carries exactly this id, and echoes the text. An event stream counts
/// if one of its data lines does.
bool answers_call(const http_answer& answer, std::uint64_t id, std::string_view expected_text);
/// True if the answer is 200 and carries a JSON-RPC result.
bool answers_result(const http_answer& answer);

} // namespace toolscore
