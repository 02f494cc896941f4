#pragma once
#include "messages/admin.hpp"
#include "messages/http_place.hpp"
#include "messages/ids.hpp"
#include "runners/bearer_source.hpp"

#include <functional>
#include <memory>
#include <string>

namespace toolscore {

/// Where remote servers are logged in to, and where their tokens are. One a node; used on the
/// loop's thread. What is handed in is called there, and never from inside. Endpoints have no late
/// values any more.
class login_desk {
public:
  login_desk() = default;
  login_desk(const login_desk&) = delete;
  login_desk& operator=(const login_desk&) = delete;
  virtual ~login_desk() = default;

  using place = std::shared_ptr<const http_endpoint>;
  /// The tokens of its requests; null where it has none, for its `headers` authorize already.
  virtual std::shared_ptr<bearer_source> source(const server_id& server, place endpoint) = 0;

  /// Begins a login, in the place of one that is under way.
  /// @param told       with the page on which a person logs in, and how it stands
  /// @param logged_in  once it has come true, if it does
  /// @error as login_answer: no such server, no authorization server, none that will do
  virtual void begin(const server_id& server, place endpoint,
                     std::function<void(result<login_answer>)> told,
                     std::function<void()> logged_in) = 0;
  /// How the last one stands.
  virtual login_answer look(const server_id& server) const = 0;
  /// Forgets its tokens, here and on the disk, and ends a login that is under way.
  /// @param told  whether there was anything
  virtual void end(const server_id& server, std::function<void(result<bool>)> told) = 0;
};

} // namespace toolscore
