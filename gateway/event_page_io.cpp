#include "gateway/event_page_io.hpp"

#include "gateway/event_text.hpp"

#include <string>
#include <utility>

namespace toolscore {

namespace {

/// Collects events until there are enough or none comes for a while; its timer keeps it alive.
class event_page : public std::enable_shared_from_this<event_page> {
public:
  event_page(boost::asio::io_context& io, tree_handle tree,
             std::shared_ptr<client_connection> connection, std::uint64_t turn,
             event_page_options options)
      : timer_(io), tree_(std::move(tree)), connection_(std::move(connection)), turn_(turn),
        options_(options) {}

  void start() {
    subscription_ = (*tree_)->subscribe(options_.after, [weak = weak_from_this()](event_ptr x) {
      if (const auto self = weak.lock()) self->on_event(*x);
    });
    wait(options_.quiet);
  }

private:
  void on_event(const event& x) {
    if (count_ == options_.limit) return;
    text_ += event_text(x) + '\n';
    ++count_;
    fresh_ = true;
    if (count_ == options_.limit) wait(std::chrono::milliseconds{0});
  }
  void wait(std::chrono::milliseconds time) {
    timer_.expires_after(time);
    timer_.async_wait([self = shared_from_this()](const boost::system::error_code& ec) {
      if (!ec) self->on_timer();
    });
  }
  void on_timer() {
    if (finished_) return;
    if (std::exchange(fresh_, false) && count_ < options_.limit && !connection_->is_over(turn_)) {
      wait(options_.quiet);
      return;
    }
    finished_ = true;
    if (*tree_) (*tree_)->unsubscribe(subscription_);
    outbound_answer x;
    x.content_type = "application/x-ndjson";
    x.body = std::make_shared<const std::string>(std::move(text_));
    connection_->answer(turn_, std::move(x));
  }

  boost::asio::steady_timer timer_;
  tree_handle tree_;
  std::shared_ptr<client_connection> connection_;
  std::uint64_t turn_;
  event_page_options options_;
  std::uint64_t subscription_ = 0;
  std::uint64_t count_ = 0;
  bool fresh_ = false;
  bool finished_ = false;
  std::string text_;
};

} // namespace

void answer_event_page(boost::asio::io_context& io, tree_handle tree,
                       std::shared_ptr<client_connection> connection, std::uint64_t turn,
                       event_page_options options) {
  std::make_shared<event_page>(io, std::move(tree), std::move(connection), turn, options)->start();
}

} // namespace toolscore
