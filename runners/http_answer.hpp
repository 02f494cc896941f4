#pragma once
#include "messages/error.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace toolscore {

/// What of an answer's head means something to a link.
struct http_answer_head {
  int status = 0;
  std::string content_type;
  std::string session;     ///< Mcp-Session-Id
  std::string location;    ///< Of a redirection.
  std::string retry_after; ///< As it came; empty = none.
  std::string challenge;   ///< WWW-Authenticate; several are joined by commas.
  /// Of a 403: its token is too little for this, and what to do; `unauthorized` = log in. None of
  /// its body comes.
  std::optional<error> lacks;
};

/// What the answer to a POST is, by its head alone.
enum class answer_way : std::uint8_t {
  body,         ///< One message, once all of it has come.
  stream,       ///< Messages as events.
  accepted,     ///< Nothing was to be answered.
  elsewhere,    ///< It is to be asked at another place.
  session_lost, ///< The server does not know our session; the request has not been run.
  refused,      ///< An error, of which the body may tell as a JSON-RPC error.
};
/// @param is_request  it is to be answered
/// @param in_session  it carried a session's id
answer_way way_of(const http_answer_head& head, bool is_request, bool in_session);

/// Whether a refusal of the first request says something of the server's era. Who is not let in,
/// comes too often or meets a fault learns nothing.
bool tells_era(int status) noexcept;
/// Whether a POST that is refused so may be met by a server of 2024-11-05, which takes a GET.
bool may_be_older(int status) noexcept;

/// "HTTP 401 Unauthorized", and what to do where that is known.
std::string status_words(int status);

/// How long a stream that has ended stays closed before it is opened again.
/// @param asked  what the server has asked for
/// @param ends   in a row, without a message on it; counts from 0
std::chrono::milliseconds reopen_after(std::optional<std::chrono::milliseconds> asked,
                                       unsigned ends) noexcept;
/// So many times in a row without a message, and it stays closed.
inline constexpr unsigned reopen_max = 10;

} // namespace toolscore
