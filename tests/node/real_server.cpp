#include "real_server.hpp"

#include "loop/asio.hpp"

#include <algorithm>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <thread>

namespace toolscore::test {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;
using generic = asio::generic::stream_protocol;

temp_dir::temp_dir() {
  std::string name = std::filesystem::temp_directory_path() / "toolscore-node-XXXXXX";
  if (::mkdtemp(name.data()) != nullptr) path_ = name;
}

temp_dir::~temp_dir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string temp_dir::write(const std::string& name, const std::string& text) const {
  const std::string path = path_ + "/" + name;
  std::ofstream(path) << text;
  return path;
}

struct real_server::state {
  asio::io_context io{1};
  asio::basic_socket_acceptor<generic> acceptor{io};
  handler answer;
  http_address address;
  std::vector<std::shared_ptr<generic::socket>> silent;
  std::vector<served_request> seen;
  mutable std::mutex guard; ///< Of `seen`.
  std::thread thread;

  void accept() {
    auto socket = std::make_shared<generic::socket>(io);
    acceptor.async_accept(*socket, [this, socket](const error_code& failure) {
      if (failure) return;
      error_code ignored;
      serve(socket, ignored);
      accept();
    });
  }

  void serve(const std::shared_ptr<generic::socket>& socket, error_code& failure) {
    beast::flat_buffer buffer;
    http::request_parser<http::string_body> parser;
    parser.body_limit(16u << 20);
    http::read(*socket, buffer, parser, failure);
    if (failure) return;
    const auto message = parser.release();
    served_request request{
        std::string(message.method_string()), std::string(message.target()), message.body(), {}};
    for (const auto& field : message) {
      std::string name(field.name_string());
      std::transform(name.begin(), name.end(), name.begin(),
                     [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      request.headers[name] = std::string(field.value());
    }
    {
      const std::lock_guard lock(guard);
      seen.push_back(request);
    }
    const auto reply = answer(request);
    if (reply.silent) return silent.push_back(socket);
    if (!reply.raw.empty()) {
      asio::write(*socket, asio::buffer(reply.raw), failure);
      return;
    }
    http::response<http::string_body> out{static_cast<http::status>(reply.status), 11};
    out.set(http::field::content_type, reply.content_type);
    if (!reply.session.empty()) out.set("Mcp-Session-Id", reply.session);
    out.body() = reply.body;
    out.prepare_payload();
    http::write(*socket, out, failure);
  }
};

real_server::real_server(const std::string& directory, handler answer, server_socket kind)
    : state_(std::make_unique<state>()) {
  auto& x = *state_;
  x.answer = std::move(answer);
  generic::endpoint at;
  if (kind == server_socket::local) {
    x.address.socket_path = directory + "/node.sock";
    at = asio::local::stream_protocol::endpoint(x.address.socket_path);
  } else {
    at = asio::ip::tcp::endpoint(asio::ip::address_v4::loopback(), 0);
  }
  x.acceptor.open(at.protocol());
  x.acceptor.bind(at);
  x.acceptor.listen();
  if (kind == server_socket::tcp) {
    asio::ip::tcp::endpoint bound;
    const auto local = x.acceptor.local_endpoint();
    std::memcpy(bound.data(), local.data(), std::min(bound.capacity(), local.size()));
    x.address.host = "127.0.0.1";
    x.address.port = std::to_string(bound.port());
  }
  x.accept();
  x.thread = std::thread([&x] { x.io.run(); });
}

real_server::~real_server() {
  state_->io.stop();
  state_->thread.join();
}

http_address real_server::address() const {
  return state_->address;
}

std::vector<served_request> real_server::requests() const {
  const std::lock_guard lock(state_->guard);
  return state_->seen;
}

} // namespace toolscore::test
