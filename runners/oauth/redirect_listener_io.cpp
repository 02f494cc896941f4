#include "runners/oauth/redirect_listener_io.hpp"

#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include <algorithm>
#include <chrono>
#include <set>

namespace toolscore {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::chrono::seconds head_patience{10};
/// The answer waits for a token, which has its own deadline.
constexpr std::chrono::seconds answer_patience{60};

std::string escaped(std::string_view text) {
  std::string out;
  for (const char x : text) {
    if (x == '<')
      out += "&lt;";
    else if (x == '>')
      out += "&gt;";
    else if (x == '&')
      out += "&amp;";
    else if (x == '"')
      out += "&quot;";
    else
      out += x;
  }
  return out;
}

std::string page_text(const std::string& text) {
  return "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>toolscore</title>"
         "<body><h1>toolscore</h1><p>" +
         escaped(text) + "</p></body></html>\n";
}

} // namespace

/// One connection: a request, an answer, the end.
class visit : public std::enable_shared_from_this<visit> {
public:
  visit(tcp::socket socket, std::weak_ptr<redirect_listener::state> owner)
      : stream_(std::move(socket)), owner_(std::move(owner)) {
    parser_.header_limit(redirect_listener::head_bytes_max);
    parser_.body_limit(0);
  }
  void begin();
  void close() { stream_.close(); }

private:
  void take(error_code failed);
  void answer(int status, const std::string& text);

  beast::tcp_stream stream_;
  std::weak_ptr<redirect_listener::state> owner_;
  beast::flat_buffer read_;
  http::request_parser<http::empty_body> parser_;
  std::string written_;
};

struct redirect_listener::state : std::enable_shared_from_this<redirect_listener::state> {
  state(asio::io_context& io, came hook) : acceptor(io), heard(std::move(hook)) {}

  void accept() {
    acceptor.async_accept([weak = weak_from_this()](error_code failed, tcp::socket socket) {
      const auto self = weak.lock();
      if (!self || !self->acceptor.is_open() || failed == asio::error::operation_aborted) return;
      if (!failed && self->visits.size() < connections_max) {
        auto one = std::make_shared<visit>(std::move(socket), self);
        self->visits.insert(one);
        one->begin();
      }
      if (!failed || ++self->failures < failures_max) self->accept();
    });
  }

  static constexpr int failures_max = 100; ///< Such as for want of descriptors.
  tcp::acceptor acceptor;
  came heard;
  std::set<std::shared_ptr<visit>> visits;
  int failures = 0;
};

void visit::begin() {
  stream_.expires_after(head_patience);
  http::async_read_header(
      stream_, read_, parser_,
      [self = shared_from_this()](error_code failed, std::size_t) { self->take(failed); });
}

void visit::take(error_code failed) {
  const auto owner = owner_.lock();
  if (!owner) return;
  if (failed) {
    owner->visits.erase(shared_from_this());
    return;
  }
  const auto target = std::string(parser_.get().target());
  const auto mark = std::min(target.find('?'), target.size());
  if (parser_.get().method() != http::verb::get ||
      target.substr(0, mark) != redirect_listener::path)
    return answer(404, "There is nothing here.");
  auto query = read_form(std::string_view(target).substr(std::min(mark + 1, target.size())));
  if (!query) return answer(400, "The authorization server's answer cannot be read.");
  stream_.expires_after(answer_patience);
  const auto hook = owner->heard; // Which may close all this.
  hook(std::move(*query), [self = shared_from_this()](int status, const std::string& text) {
    self->answer(status, text);
  });
}

void visit::answer(int status, const std::string& text) {
  const auto page = page_text(text);
  written_ = "HTTP/1.1 " + std::to_string(status) + (status == 200 ? " OK" : " Refused") +
             "\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: " +
             std::to_string(page.size()) +
             "\r\nCache-Control: no-store\r\nReferrer-Policy: no-referrer\r\n"
             "Content-Security-Policy: default-src 'none'\r\nConnection: close\r\n\r\n" +
             page;
  stream_.expires_after(head_patience);
  asio::async_write(stream_, asio::buffer(written_),
                    [self = shared_from_this()](error_code, std::size_t) {
                      error_code ignored;
                      self->stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
                      if (const auto owner = self->owner_.lock()) owner->visits.erase(self);
                    });
}

result<std::unique_ptr<redirect_listener>> redirect_listener::open(asio::io_context& io,
                                                                   came heard) {
  auto content = std::make_shared<state>(io, std::move(heard));
  error_code failed;
  content->acceptor.open(tcp::v4(), failed);
  if (!failed) content->acceptor.bind({asio::ip::address_v4::loopback(), 0}, failed);
  if (!failed) content->acceptor.listen(static_cast<int>(connections_max), failed);
  if (failed)
    return error{errc::io_failed, "no port of 127.0.0.1 for the login: " + failed.message()};
  content->accept();
  return std::unique_ptr<redirect_listener>(new redirect_listener(std::move(content)));
}

redirect_listener::~redirect_listener() {
  error_code ignored;
  state_->acceptor.close(ignored);
}

std::string redirect_listener::uri() const {
  error_code failed;
  const auto place = state_->acceptor.local_endpoint(failed);
  return "http://127.0.0.1:" + std::to_string(place.port()) + path;
}

} // namespace toolscore
