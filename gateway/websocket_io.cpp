#include "gateway/websocket_io.hpp"

#include "gateway/event_text.hpp"
#include "gateway/timer_io.hpp"

#include <algorithm>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/websocket.hpp>
#include <charconv>
#include <deque>
#include <string>
#include <utility>

namespace toolscore {

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
namespace websocket = boost::beast::websocket;
using boost::system::error_code;

// Nothing is expected from the other side but control frames.
constexpr std::size_t inbound_bytes_max = 4 * 1024;

std::uint64_t number_in(const inbound_request& request, std::string_view name,
                        std::uint64_t fallback) {
  const auto text = query_value(request.query(), name);
  std::uint64_t x = fallback;
  if (text) std::from_chars(text->data(), text->data() + text->size(), x);
  return x;
}

} // namespace

/// One WebSocket on the event log. Lives as long as one of its operations is pending.
class event_feed : public beating, public std::enable_shared_from_this<event_feed> {
public:
  event_feed(stream_socket socket, tree_handle tree, std::size_t queued_max)
      : stream_(std::move(socket)), tree_(std::move(tree)), queued_max_(queued_max) {
    stream_.set_option(websocket::stream_base::timeout::suggested(boost::beast::role_type::server));
    stream_.read_message_max(inbound_bytes_max);
    stream_.text(true);
  }
  ~event_feed() override { unsubscribe(); }

  void start(const inbound_request& from) {
    after_ = number_in(from, "after", 0);
    request_.method(http::verb::get);
    request_.target(from.target);
    request_.version(from.version);
    for (std::size_t i = 0; i < from.headers.size(); ++i) {
      const auto name = from.headers.name(i);
      const auto value = from.headers.value(i);
      request_.insert({name.data(), name.size()}, {value.data(), value.size()});
    }
    stream_.async_accept(request_, [self = shared_from_this()](const error_code& ec) {
      if (!ec) self->on_accepted();
    });
  }

  void close(websocket::close_code code, const std::string& reason) {
    if (closing_) return;
    closing_ = true;
    unsubscribe();
    queue_.erase(queue_.begin() + (writing_ ? 1 : 0), queue_.end());
    reason_ = websocket::close_reason{code, reason};
    if (!writing_) send_close();
  }

  bool beat() override { return !closing_; } // The library pings.
  void finish() override { close(websocket::close_code::going_away, "the node is stopping"); }
  void revoke() override {
    close(websocket::close_code::policy_error, "the token is in force no more");
  }

private:
  void on_accepted() {
    if (!*tree_ || closing_) return;
    read();
    subscription_ = (*tree_)->subscribe(after_, [weak = weak_from_this()](const event_ptr& x) {
      if (const auto self = weak.lock()) self->on_event(x);
    });
  }
  void on_event(const event_ptr& x) {
    if (closing_) return;
    if (queue_.size() >= queued_max_) {
      close(websocket::close_code::try_again_later,
            "too slow; resume after " + std::to_string(last_sent_));
      return;
    }
    queue_.push_back(x);
    if (!writing_) write();
  }
  void write() {
    writing_ = true;
    text_ = event_text(*queue_.front());
    stream_.async_write(asio::buffer(text_),
                        [self = shared_from_this()](const error_code& ec, std::size_t) {
                          self->writing_ = false;
                          if (ec)
                            self->unsubscribe();
                          else
                            self->on_written();
                        });
  }
  void on_written() {
    last_sent_ = queue_.front()->number;
    queue_.pop_front();
    if (closing_)
      send_close();
    else if (!queue_.empty())
      write();
  }
  void send_close() {
    stream_.async_close(reason_, [self = shared_from_this()](const error_code&) {});
  }
  void read() {
    stream_.async_read(inbound_, [self = shared_from_this()](const error_code& ec, std::size_t) {
      self->inbound_.clear();
      if (ec)
        self->unsubscribe();
      else
        self->read();
    });
  }
  void unsubscribe() {
    if (*tree_ && subscription_ != 0) (*tree_)->unsubscribe(std::exchange(subscription_, 0));
  }

  websocket::stream<stream_socket> stream_;
  tree_handle tree_;
  std::size_t queued_max_;
  http::request<http::empty_body> request_;
  boost::beast::flat_buffer inbound_;
  std::deque<event_ptr> queue_; ///< The first is being written while writing_.
  std::string text_;
  websocket::close_reason reason_;
  std::uint64_t after_ = 0;
  std::uint64_t last_sent_ = 0;
  std::uint64_t subscription_ = 0;
  bool writing_ = false;
  bool closing_ = false;
};

event_feeds::event_feeds(asio::io_context& io, backend& tree, event_feed_limits limits)
    : io_(io), tree_(std::make_shared<backend*>(&tree)), limits_(limits), pulse_(timer_on(io)) {}

event_feeds::~event_feeds() {
  close();
  *tree_ = nullptr;
}

bool event_feeds::wants_upgrade(const inbound_request& request) {
  const auto upgrade = request.headers.get("upgrade");
  return upgrade && equals_ignoring_case(*upgrade, "websocket");
}

std::size_t event_feeds::size() const noexcept {
  return static_cast<std::size_t>(
      std::count_if(feeds_.begin(), feeds_.end(), [](const auto& x) { return !x.expired(); }));
}

bool event_feeds::full() const noexcept {
  return size() >= limits_.feeds_max;
}

void event_feeds::upgrade(const inbound_request& request, stream_socket socket, standing good) {
  std::erase_if(feeds_, [](const auto& x) { return x.expired(); });
  auto feed = std::make_shared<event_feed>(std::move(socket), tree_, limits_.queued_max);
  feeds_.push_back(feed);
  if (good) pulse_.add(feed, std::move(good));
  feed->start(request);
}

void event_feeds::answer(const inbound_request& request,
                         const std::shared_ptr<client_connection>& connection, std::uint64_t turn) {
  const auto limit =
      std::clamp<std::uint64_t>(number_in(request, "limit", 1'000), 1, limits_.page_max);
  answer_event_page(io_, tree_, connection, turn,
                    {number_in(request, "after", 0), limit, limits_.page_quiet});
}

void event_feeds::close() {
  for (const auto& feed : std::exchange(feeds_, {}))
    if (const auto x = feed.lock()) x->finish();
}

} // namespace toolscore
