#include "tests/gateway/server_fixture.hpp"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>

namespace toolscore::test {

server_fixture::server_fixture(const std::function<void(gateway_options&)>& change) {
  std::string pattern = (std::filesystem::temp_directory_path() / "gateway-XXXXXX").string();
  if (!::mkdtemp(pattern.data())) throw std::runtime_error("mkdtemp failed");
  directory = pattern;
  std::filesystem::permissions(directory, std::filesystem::perms(0755));
  socket_path = directory + "/node.sock";
  gateway_options options;
  options.port = 0;
  options.unix_path = socket_path;
  options.token = token;
  if (change) change(options);
  node = std::make_unique<gateway>(io, tree, options);
  const auto started = node->start();
  if (!started) throw std::runtime_error(started.failure().detail);
  const auto address = node->tcp_address();
  port = static_cast<std::uint16_t>(std::atoi(address.substr(address.rfind(':') + 1).c_str()));
  thread_ = std::thread([this] { io.run(); });
}

server_fixture::~server_fixture() {
  std::promise<void> closed;
  boost::asio::post(io, [&] { node->close([&] { closed.set_value(); }); });
  closed.get_future().wait();
  on_loop([&] { node.reset(); });
  work_.reset();
  io.stop();
  thread_.join();
  std::filesystem::remove_all(directory);
}

bool server_fixture::eventually(const std::function<bool()>& what) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{10};
  while (std::chrono::steady_clock::now() < end) {
    if (on_loop([&] { return what(); })) return true;
    std::this_thread::yield();
  }
  return false;
}

std::string server_fixture::post(std::string_view path, std::string_view body,
                                 std::string_view headers) const {
  std::string text = "POST " + std::string{path} +
                     " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) +
                     "\r\nContent-Type: application/json\r\nAccept: application/json, "
                     "text/event-stream\r\nContent-Length: " +
                     std::to_string(body.size()) + "\r\n";
  text += headers;
  text += "\r\n";
  text += body;
  return text;
}

std::string server_fixture::get(std::string_view path, std::string_view headers) const {
  return "GET " + std::string{path} + " HTTP/1.1\r\nHost: localhost:" + std::to_string(port) +
         "\r\n" + std::string{headers} + "\r\n";
}

std::string server_fixture::owner_header() const {
  return "Authorization: Bearer " + std::string{token} + "\r\n";
}

std::string call_text(std::string_view id, std::string_view tool) {
  return R"({"jsonrpc":"2.0","id":)" + std::string{id} +
         R"(,"method":"tools/call","params":{"name":")" + std::string{tool} +
         R"(","arguments":{"text":"hello"}}})";
}

std::string initialize_text(std::string_view id) {
  return R"({"jsonrpc":"2.0","id":)" + std::string{id} +
         R"(,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},)"
         R"("clientInfo":{"name":"test","version":"1"}}})";
}

} // namespace toolscore::test
