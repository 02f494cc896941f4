#pragma once
#include "messages/error.hpp"

#include <functional>
#include <string>

namespace toolscore {

/// Where the bearer tokens of requests to one server come from. Used on the loop's thread; `then`
/// is called once, from inside where the answer is known, and not at all once the source is gone.
class bearer_source {
public:
  bearer_source() = default;
  bearer_source(const bearer_source&) = delete;
  bearer_source& operator=(const bearer_source&) = delete;
  virtual ~bearer_source() = default;

  using got = std::function<void(result<std::string>)>;
  /// The token for a request that is about to be written; empty = it goes without one.
  /// @error unauthorized  somebody has to log in first; one line that says how
  /// @error io_failed     none is to be had now; so with every other code
  virtual void token(got then) = 0;
  /// The server has answered a request with this token by 401, or by a 403 for want of a scope:
  /// another one, for one more try.
  /// @param challenge  its WWW-Authenticate
  /// @param again      it was the second try
  /// @error as token(); not_supported  the server asks for no bearer token
  virtual void refused(const std::string& token, const std::string& challenge, bool again,
                       got then) = 0;
};

} // namespace toolscore
