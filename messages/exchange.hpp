#pragma once
#include "messages/envelope.hpp"
#include "messages/server_state.hpp"

#include <functional>
#include <memory>
#include <string>

namespace toolscore {

/// Who asked. `owner` may use the control plane; everybody else is only a caller of /mcp.
struct principal {
  std::string name; ///< "local", "token", "uid:1000", "library".
  bool owner = false;
};

/// The way back to one caller: headers committed late, zero or more events, exactly one end.
/// Used on the loop's thread only. Dropping it without an end is a bug that its destructor repairs
/// by ending it with an internal error.
class exchange {
public:
  exchange() = default;
  exchange(const exchange&) = delete;
  exchange& operator=(const exchange&) = delete;
  virtual ~exchange() = default;

  virtual const principal& who() const = 0;
  /// True once the caller has gone; answers are then swallowed.
  virtual bool abandoned() const = 0;
  /// One JSON-RPC notification on its way to the caller; commits the answer to a stream.
  virtual void event(bytes json) = 0;
  /// The final JSON-RPC response. `http_status` counts only while no event was sent.
  virtual void end(int http_status, bytes json) = 0;
  /// Called by whoever holds the call, so that a caller that goes away cancels it. At most one
  /// hook.
  virtual void on_abandoned(std::function<void()> hook) = 0;
};
using exchange_ptr = std::shared_ptr<exchange>;

} // namespace toolscore
