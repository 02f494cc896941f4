#pragma once
#include "gateway/gateway_io.hpp"
#include "tests/gateway/fake_backend.hpp"
#include "tests/gateway/http_client.hpp"

#include <functional>
#include <future>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace toolscore::test {

inline constexpr std::string_view token = "0123456789abcdef0123456789abcdef";

/// A gateway on a loop of its own, with TCP on a free port and a unix socket in a directory of its
/// own, over a fake tree. Everything of it is touched on the loop's thread: use on_loop.
class server_fixture {
public:
  explicit server_fixture(const std::function<void(gateway_options&)>& change = {});
  ~server_fixture();

  /// Runs `work` on the loop and waits for it.
  template <class Work>
  auto on_loop(Work work) {
    std::packaged_task<decltype(work())()> task{std::move(work)};
    auto done = task.get_future();
    boost::asio::post(io, [&task] { task(); });
    return done.get();
  }
  /// Waits until `what`, asked on the loop, is true; false after 10 seconds.
  bool eventually(const std::function<bool()>& what);

  http_client connect() const { return http_client::tcp(port); }
  /// The text of a POST with what MCP clients send; `headers` are further lines.
  std::string post(std::string_view path, std::string_view body,
                   std::string_view headers = {}) const;
  std::string get(std::string_view path, std::string_view headers = {}) const;
  std::string owner_header() const;

  boost::asio::io_context io{1};
  fake_backend tree{io};
  std::string directory;
  std::string socket_path;
  std::uint16_t port = 0;
  std::unique_ptr<gateway> node;

private:
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io.get_executor()};
  std::thread thread_;
};

std::string call_text(std::string_view id, std::string_view tool = "echo");
std::string initialize_text(std::string_view id = "1");

} // namespace toolscore::test
