#pragma once
#include "messages/exchange.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace toolscore {

/// Where a legacy client's session hears what belongs to no call of its, and can be asked outside
/// of them. Used on the loop's thread only. Whoever drops the last of it knows nothing any more of
/// what the session had subscribed to, so that its client has to begin anew.
class session_listener {
public:
  session_listener() = default;
  session_listener(const session_listener&) = delete;
  session_listener& operator=(const session_listener&) = delete;
  virtual ~session_listener() = default;

  /// One JSON-RPC notification. It is kept, within bounds, while the client listens to no stream.
  virtual void event(bytes json) = 0;
  /// As exchange::ask.
  virtual std::uint64_t ask(input_request question, std::function<void(input_response)> then) = 0;
  virtual void withdraw(std::uint64_t question) = 0;
};
using session_listener_ptr = std::shared_ptr<session_listener>;

/// A session wants to hear of changes, until it is over. Said once more it changes nothing.
struct session_listen {
  std::string session;
  std::string principal;
  session_listener_ptr sink;
  bool lists = true; ///< Else it hears of lists from somebody else.
};

/// A notification of a session's client that belongs to no call: its roots have changed.
struct session_notice {
  std::string session;
  std::string method;
};

} // namespace toolscore
