#pragma once
#include "gateway/sessions.hpp"
#include "messages/listening.hpp"

#include <functional>
#include <memory>

namespace toolscore {

/// A session as its server's owner knows it: what it is told outside of calls goes out on one of
/// the streams that its client listens to, or waits for one.
class session_ear final : public session_listener {
public:
  /// @param lost     the owner is gone, and with it what the client had subscribed to
  /// @param exposed  what its client is told instead of an event; null = the event itself
  session_ear(std::shared_ptr<mcp_session> session, std::function<void(mcp_session&)> lost,
              std::function<bytes(const bytes&)> exposed = {});
  ~session_ear() override;

  void event(bytes json) override;
  /// Only while the client listens: nobody knows when it will.
  std::uint64_t ask(input_request question, std::function<void(input_response)> then) override;
  void withdraw(std::uint64_t question) override;

private:
  std::weak_ptr<mcp_session> session_;
  std::function<void(mcp_session&)> lost_;
  std::function<bytes(const bytes&)> exposed_;
};

} // namespace toolscore
