#include "bench/path_io.hpp"

#include "bench/stdio_child_io.hpp"
#include "loop/asio.hpp"

#include <array>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <memory>
#include <simdjson.h>
#include <unordered_map>
#include <utility>

namespace toolscore {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;

constexpr std::size_t read_bytes = 64 * 1024;

/// Where a message's id stands, and what it asks for; offsets into the text.
struct id_place {
  std::size_t at = 0;
  std::size_t size = 0; ///< 0 = none.
  bool opens_session = false;
};

class id_finder {
public:
  /// Grows `text`'s capacity, not its length. Stops at the id, or with `whole` at the end.
  id_place find(std::string& text, bool whole) {
    const auto size = text.size();
    text.reserve(size + simdjson::SIMDJSON_PADDING);
    id_place found;
    simdjson::ondemand::document document;
    simdjson::ondemand::object object;
    if (parser_.iterate(text.data(), size, text.capacity()).get(document) ||
        document.get_object().get(object))
      return found;
    for (auto field : object) {
      std::string_view key;
      if (field.unescaped_key().get(key)) return found;
      if (key == "id") {
        auto raw = std::string_view(field.value().raw_json_token());
        while (!raw.empty() && (raw.back() == ' ' || raw.back() == '\n')) raw.remove_suffix(1);
        found.at = static_cast<std::size_t>(raw.data() - text.data());
        found.size = raw.size();
        if (!whole) return found;
      } else if (key == "method") {
        std::string_view method;
        if (!field.value().get_string().get(method)) found.opens_session = method == "initialize";
      }
    }
    return found;
  }

private:
  simdjson::ondemand::parser parser_;
};

class path_session;

/// Both pipes of the server and the table of calls.
class path_server {
public:
  path_server(asio::io_context& io, stdio_child child)
      : io_(io), child_(std::move(child)), to_(io, child_.to.get()), from_(io, child_.from.get()) {}
  ~path_server() {
    to_.release(); // The child's ends are closed by their owner.
    from_.release();
  }
  path_server(const path_server&) = delete;
  path_server& operator=(const path_server&) = delete;

  void call(std::string body, const id_place& id, std::shared_ptr<path_session> caller);
  void notify(const std::string& body) {
    queued_ += body;
    queued_ += '\n';
    write();
  }

  void read() {
    from_.async_read_some(asio::buffer(scratch_), [this](error_code failed, std::size_t got) {
      if (failed) return io_.stop();
      text_.append(scratch_.data(), got);
      std::size_t begin = 0;
      for (auto end = text_.find('\n'); end != std::string::npos; end = text_.find('\n', begin)) {
        take_answer(text_.substr(begin, end - begin));
        begin = end + 1;
      }
      text_.erase(0, begin);
      read();
    });
  }

private:
  struct open_call {
    std::shared_ptr<path_session> caller;
    std::string id;
    bool opens_session = false;
  };

  void take_answer(std::string line);
  /// What comes while a write is under way goes out with the next one.
  void write() {
    if (writing_ || queued_.empty()) return;
    writing_ = true;
    leaving_.swap(queued_);
    asio::async_write(to_, asio::buffer(leaving_), [this](error_code failed, std::size_t) {
      if (failed) return io_.stop();
      writing_ = false;
      leaving_.clear();
      write();
    });
  }

  asio::io_context& io_;
  stdio_child child_;
  asio::posix::stream_descriptor to_;
  asio::posix::stream_descriptor from_;
  std::array<char, read_bytes> scratch_;
  std::string text_;
  std::string queued_; ///< Bounded by one call for each connection.
  std::string leaving_;
  bool writing_ = false;
  std::unordered_map<std::uint64_t, open_call> calls_;
  std::uint64_t last_id_ = 0;
  id_finder finder_;
};

class path_session : public std::enable_shared_from_this<path_session> {
public:
  path_session(asio::ip::tcp::socket socket, path_server& server)
      : socket_(std::move(socket)), server_(server) {}

  void read() {
    request_ = {};
    http::async_read(socket_, buffer_, request_,
                     [self = shared_from_this()](error_code failed, std::size_t) {
                       if (!failed) self->take();
                     });
  }

  void answer(http::status status, std::string body, bool opens_session = false) {
    response_ = {status, 11};
    if (!body.empty()) response_.set(http::field::content_type, "application/json");
    if (opens_session) response_.set("Mcp-Session-Id", "path");
    response_.keep_alive(true);
    response_.body() = std::move(body);
    response_.prepare_payload();
    http::async_write(socket_, response_,
                      [self = shared_from_this()](error_code failed, std::size_t) {
                        if (!failed) self->read();
                      });
  }

private:
  void take() {
    if (request_.method() != http::verb::post) return answer(http::status::ok, {});
    std::string body = std::move(request_.body());
    const auto id = finder_.find(body, true);
    if (id.size != 0) return server_.call(std::move(body), id, shared_from_this());
    server_.notify(body);
    answer(http::status::accepted, {});
  }

  asio::ip::tcp::socket socket_;
  path_server& server_;
  boost::beast::flat_buffer buffer_;
  http::request<http::string_body> request_;
  http::response<http::string_body> response_;
  id_finder finder_;
};

void path_server::call(std::string body, const id_place& id, std::shared_ptr<path_session> caller) {
  const auto own = ++last_id_;
  calls_.emplace(own, open_call{std::move(caller), body.substr(id.at, id.size), id.opens_session});
  queued_.append(body, 0, id.at).append(std::to_string(own));
  queued_.append(body, id.at + id.size, std::string::npos) += '\n';
  write();
}

void path_server::take_answer(std::string line) {
  const auto id = finder_.find(line, false);
  std::uint64_t own = 0;
  const char* const digits = line.data() + id.at;
  if (std::from_chars(digits, digits + id.size, own).ec != std::errc{}) return;
  const auto found = calls_.find(own);
  if (found == calls_.end()) return;
  const auto call = std::move(found->second);
  calls_.erase(found);
  line.replace(id.at, id.size, call.id);
  call.caller->answer(http::status::ok, std::move(line), call.opens_session);
}

class path_listener {
public:
  path_listener(asio::io_context& io, std::uint16_t port, path_server& server)
      : acceptor_(io, {asio::ip::address_v4::loopback(), port}), server_(server) {}

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  void accept() {
    acceptor_.async_accept([this](error_code failed, asio::ip::tcp::socket socket) {
      if (!failed) {
        socket.set_option(asio::ip::tcp::no_delay(true));
        std::make_shared<path_session>(std::move(socket), server_)->read();
      }
      accept();
    });
  }

private:
  asio::ip::tcp::acceptor acceptor_;
  path_server& server_;
};

} // namespace

int run_path(const path_options& options, const std::function<void(std::uint16_t)>& on_listening) {
  std::signal(SIGPIPE, SIG_IGN);
  auto child = start_stdio_child(options.server);
  if (!child) {
    std::fprintf(stderr, "path: %s\n", child.failure().detail.c_str());
    return 1;
  }
  asio::io_context io{1};
  path_server server{io, std::move(*child)};
  path_listener listener{io, options.port, server};
  listener.accept();
  server.read();
  on_listening(listener.port());
  io.run();
  end_stdio_child();
  std::fprintf(stderr, "path: the server has ended\n");
  return 1;
}

} // namespace toolscore
