#pragma once
#include "loop/asio.hpp"
#include "messages/error.hpp"
#include "runners/oauth/oauth_text.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace toolscore {

/// Where a browser comes back to from an authorization server (RFC 8252, 7.3): a port of
/// 127.0.0.1 that the kernel chooses, and one path on it. Used on the loop's thread; closed with
/// its last owner, but for what is still being written.
class redirect_listener {
public:
  static constexpr std::size_t connections_max = 8;
  static constexpr std::size_t head_bytes_max = 16 * 1024;
  static constexpr const char* path = "/callback";

  /// What the person reads. Called once.
  using page = std::function<void(int status, const std::string& text)>;
  using came = std::function<void(form_fields query, page answer)>;

  /// @param heard  each request of that path that can be read
  /// @error io_failed  no port is to be had
  static result<std::unique_ptr<redirect_listener>> open(boost::asio::io_context& io, came heard);
  ~redirect_listener();
  redirect_listener(const redirect_listener&) = delete;
  redirect_listener& operator=(const redirect_listener&) = delete;

  /// "http://127.0.0.1:PORT/callback"
  std::string uri() const;

  struct state;

private:
  explicit redirect_listener(std::shared_ptr<state> content) : state_(std::move(content)) {}
  std::shared_ptr<state> state_;
};

} // namespace toolscore
