#pragma once
#include "messages/envelope.hpp"
#include "messages/server_state.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace toolscore {

/// Who asked. `owner` may use the control plane; everybody else is only a caller of /mcp.
struct principal {
  std::string name; ///< "local", "token", "uid:1000", "library".
  bool owner = false;
};

/// What a server asks of the caller in the middle of a call: sampling/createMessage,
/// elicitation/create or roots/list.
struct input_request {
  std::string method;
  std::string params; ///< The object's text; empty = none.
};
/// What the caller answered: the text of its result object, or of its error object.
struct input_response {
  bool failed = false;
  std::string json;
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
  /// Asks the caller, who must have declared that it can be asked so. `then` is called once, on the
  /// loop and never from inside; not at all once the exchange has ended or the question was
  /// withdrawn.
  /// @returns the question's number; 0 where there is no way to ask this caller
  virtual std::uint64_t ask(input_request question, std::function<void(input_response)> then) = 0;
  /// The server wants no answer any more.
  virtual void withdraw(std::uint64_t question) = 0;
  /// Called by whoever holds the call, so that a caller that goes away cancels it. At most one
  /// hook.
  virtual void on_abandoned(std::function<void()> hook) = 0;
};
using exchange_ptr = std::shared_ptr<exchange>;

} // namespace toolscore
