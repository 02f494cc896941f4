#include "gateway/request_reader_io.hpp"

#include "gateway/repeated_head.hpp"
#include "loop/asio.hpp"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <optional>
#include <utility>

namespace toolscore {

namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;

// What simdjson wants to be able to read behind a text.
constexpr std::size_t padding = 64;
// A length that a client merely claims reserves no more than this.
constexpr std::uint64_t reserve_max = 1u << 20;

http_method known(http::verb x) {
  switch (x) {
  case http::verb::get:
    return http_method::get;
  case http::verb::post:
    return http_method::post;
  case http::verb::delete_:
    return http_method::del;
  default:
    return http_method::other;
  }
}

/// Beast calls these hooks; everything lands in one inbound_request.
class hooks final : public http::basic_parser<true> {
public:
  inbound_request request;
  std::shared_ptr<std::string> body;
  bool expects_continue = false;

private:
  using view = boost::beast::string_view;

  void on_request_impl(http::verb method, view, view target, int version, error_code&) override {
    request.method = known(method);
    request.target.assign(target.data(), target.size());
    request.path_length = std::min(request.target.find('?'), request.target.size());
    request.version = static_cast<unsigned>(version);
  }
  void on_response_impl(int, view, int, error_code&) override {}
  void on_field_impl(http::field field, view name, view value, error_code&) override {
    if (is_header_done()) return; // a trailer of a chunked body says nothing that we use
    request.headers.add({name.data(), name.size()}, {value.data(), value.size()});
    if (field == http::field::expect)
      expects_continue = equals_ignoring_case({value.data(), value.size()}, "100-continue");
  }
  void on_header_impl(error_code&) override { request.keep_alive = keep_alive(); }
  void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) override {
    body = std::make_shared<std::string>();
    body->reserve(static_cast<std::size_t>(std::min(length.value_or(0), reserve_max)) + padding);
  }
  std::size_t on_body_impl(view text, error_code&) override { return take(text); }
  void on_chunk_header_impl(std::uint64_t, view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, view text, error_code&) override {
    return take(text);
  }
  void on_finish_impl(error_code&) override {
    if (!body) body = std::make_shared<std::string>();
    request.body = body;
  }
  std::size_t take(view text) {
    body->append(text.data(), text.size());
    return text.size();
  }
};

int status_of(const error_code& ec) {
  if (ec == http::error::body_limit) return 413;
  if (ec == http::error::header_limit || ec == http::error::buffer_overflow) return 431;
  if (ec == http::error::bad_transfer_encoding) return 501;
  return 400;
}

} // namespace

class request_reader::parser {
public:
  explicit parser(reader_limits x) : limits(x) { renew(); }

  /// Of a plain request all but the body stays: the next one may have the same head.
  void renew() {
    failure = 0;
    if (!touched && hook) {
      plain = false;
      hook->request.body = nullptr;
      return;
    }
    touched = plain = false;
    // The lists and texts of the last request keep their room for the next one.
    inbound_request old = hook ? std::move(hook->request) : inbound_request{};
    hook.emplace();
    hook->header_limit(limits.header_bytes_max);
    hook->body_limit(limits.body_bytes_max);
    hook->request.headers = std::move(old.headers);
    hook->request.target = std::move(old.target);
    forget_head();
  }

  void forget_head() {
    head_stands = false;
    hook->request.headers.clear();
    hook->request.target.clear();
    hook->request.found = {};
  }

  /// The request is the library's to read.
  void touch() {
    if (!std::exchange(touched, true)) forget_head();
  }

  /// @returns how much of `data` a plain request took that stands there whole, 0 if none does
  std::size_t take_plain(std::string_view data) {
    if (head_stands)
      if (const auto size = last_head.body_size(data)) {
        hook->request.headers.replace("content-length", last_head.length_in(data));
        return take_body(data, last_head.size(), *size);
      }
    forget_head();
    auto& request = hook->request;
    const auto head = read_plain_head(data, request.headers);
    if (!head || head->size > limits.header_bytes_max) return 0;
    request.method = http_method::post;
    request.target.assign(head->target);
    request.path_length = head->target.size();
    request.version = 11;
    request.keep_alive = true;
    const auto taken = take_body(data, head->size, head->body_size);
    if (taken != 0) {
      last_head.keep(data, *head);
      head_stands = last_head.size() != 0;
    }
    return taken;
  }

  std::size_t take_body(std::string_view data, std::size_t head_size, std::size_t body_size) {
    if (body_size > limits.body_bytes_max || data.size() - head_size < body_size) return 0;
    auto body = std::make_shared<std::string>();
    body->reserve(body_size + padding);
    body->assign(data.substr(head_size, body_size));
    hook->request.body = std::move(body);
    plain = true;
    return head_size + body_size;
  }

  reader_limits limits;
  std::optional<hooks> hook;
  int failure = 0;
  bool touched = false;     ///< The library's parser has seen some of this request.
  bool plain = false;       ///< This request was whole and plain, and is complete.
  bool head_stands = false; ///< What the request says beside its body is that of `last_head`.
  repeated_head last_head;
};

request_reader::request_reader(reader_limits limits) : parser_(std::make_unique<parser>(limits)) {}
request_reader::~request_reader() = default;

std::size_t request_reader::feed(std::string_view data) {
  std::size_t used = 0;
  if (parser_->plain || data.empty()) return 0;
  if (!parser_->touched)
    if (const auto taken = parser_->take_plain(data); taken != 0) return taken;
  parser_->touch();
  hooks& hook = *parser_->hook;
  const bool in_head = !hook.is_header_done();
  while (used < data.size() && !hook.is_done() && parser_->failure == 0) {
    error_code ec;
    const auto rest = data.substr(used);
    const std::size_t taken = hook.put(boost::asio::const_buffer(rest.data(), rest.size()), ec);
    used += taken;
    if (ec == http::error::need_more) break;
    if (ec) parser_->failure = status_of(ec);
    if (in_head && hook.is_header_done()) break;
    if (taken == 0) break;
  }
  return used;
}

bool request_reader::has_head() const {
  return parser_->plain || parser_->hook->is_header_done();
}
bool request_reader::complete() const {
  return parser_->plain || parser_->hook->is_done();
}
int request_reader::failure() const {
  return parser_->failure;
}
inbound_request& request_reader::request() {
  return parser_->hook->request;
}

bool request_reader::wants_continue() const {
  return parser_->hook->expects_continue && has_head() && !complete();
}

std::uint64_t request_reader::body_left() const {
  return has_head() && !complete() ? parser_->hook->content_length_remaining().value_or(0) : 0;
}

void request_reader::reset() {
  parser_->renew();
}

} // namespace toolscore
