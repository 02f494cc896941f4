#pragma once
#include <cassert>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>

namespace toolscore {

/// Append only: the numbers are in logs, in stored trajectories and in the REST API.
enum class errc : std::uint8_t {
  unknown_server = 1, ///< No server of that name.
  server_not_ready, ///< It did not become ready while the call waited, or it is parked or stopped.
  call_timed_out,   ///< The call's own deadline passed.
  queue_full,       ///< A bounded queue had no room; the detail names it.
  bad_config,       ///< The configuration is wrong; the detail has the place and a suggestion.
  bad_request,      ///< What the caller sent is malformed.
  install_failed,   ///< An install step failed; the detail has its command, exit and last lines.
  spawn_failed,     ///< clone, exec or a namespace failed.
  handshake_failed, ///< The server started but did not complete the MCP handshake.
  server_gone,      ///< The instance ended while the call was in flight.
  stopping,         ///< The server or the node is stopping.
  store_failed,     ///< SQLite refused.
  io_failed,        ///< A descriptor or a socket failed.
  too_large,        ///< A message is over its limit.
  not_supported,    ///< Known, but this build or this host cannot do it.
  unauthorized,     ///< The control plane did not recognise its owner.
  already_exists,   ///< The name is taken.
  bad_answer,       ///< The server answered something that is not its protocol.
  cancelled,        ///< The caller cancelled, or went away.
  tool_denied,      ///< The server's policy (tools.allow, tools.deny) does not offer this tool.
};

const char* to_string(errc code) noexcept;

/// What went wrong: `code` for programs, `detail` (one line: what, why, what to do) for people.
struct error {
  errc code = errc::bad_request;
  std::string detail;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, error& x) {
  return f(x.code, x.detail);
}

/// A value or the error that stood in its way. Expected failures travel so; exceptions do not.
template <class T>
class [[nodiscard]] result {
public:
  result(T value) : content_(std::move(value)) {}
  result(error failure) : content_(std::move(failure)) {}
  explicit operator bool() const noexcept { return content_.index() == 0; }
  T& operator*() {
    assert(*this);
    return *std::get_if<0>(&content_);
  }
  const T& operator*() const {
    assert(*this);
    return *std::get_if<0>(&content_);
  }
  T* operator->() { return &**this; }
  const T* operator->() const { return &**this; }
  const error& failure() const {
    assert(!*this);
    return *std::get_if<1>(&content_);
  }

private:
  std::variant<T, error> content_;
};

/// The result of work that has no value.
struct done {};

} // namespace toolscore
