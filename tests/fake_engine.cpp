#include "tests/fake_engine.hpp"

#include <cstdio>

namespace toolscore::test {

namespace asio = boost::asio;
using local = asio::local::stream_protocol;

struct fake_engine::connection : std::enable_shared_from_this<connection> {
  explicit connection(local::socket from) : socket(std::move(from)) {}

  void begin(fake_engine& owner) {
    asio::async_read_until(socket, asio::dynamic_buffer(head), "\r\n\r\n",
                           [self = shared_from_this(), &owner](auto failed, auto) {
                             if (failed) return;
                             const auto from = self->head.find(' ') + 1;
                             const auto target =
                                 self->head.substr(from, self->head.find(' ', from) - from);
                             {
                               const std::lock_guard hold(owner.guard_);
                               owner.targets_.push_back(target);
                             }
                             self->pieces = owner.answer_(target);
                             if (self->pieces.empty())
                               self->wait_for_end();
                             else
                               self->write(0);
                           });
  }
  void write(std::size_t which) {
    if (which == pieces.size()) return; // The last owner closes the socket.
    asio::async_write(socket, asio::buffer(pieces[which]),
                      [self = shared_from_this(), which](auto failed, auto) {
                        if (!failed) self->write(which + 1);
                      });
  }
  void wait_for_end() {
    asio::async_read_until(socket, asio::dynamic_buffer(head), "never",
                           [self = shared_from_this()](auto, auto) {});
  }

  local::socket socket;
  std::string head;
  std::vector<std::string> pieces;
};

fake_engine::fake_engine(std::string socket, script answer)
    : socket_(std::move(socket)), answer_(std::move(answer)),
      acceptor_(io_, local::endpoint(socket_)) {
  accept();
  thread_ = std::thread([this] { io_.run(); });
}

fake_engine::~fake_engine() {
  io_.stop();
  thread_.join();
  std::remove(socket_.c_str());
}

void fake_engine::accept() {
  acceptor_.async_accept([this](auto failed, local::socket from) {
    if (failed) return;
    std::make_shared<connection>(std::move(from))->begin(*this);
    accept();
  });
}

std::vector<std::string> fake_engine::targets() const {
  const std::lock_guard hold(guard_);
  return targets_;
}

std::string fake_engine::reply(int status, const std::string& body) {
  return "HTTP/1.1 " + std::to_string(status) +
         " X\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}
std::string fake_engine::chunked_head() {
  return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
}
std::string fake_engine::chunk(const std::string& text) {
  char size[16];
  std::snprintf(size, sizeof(size), "%zx\r\n", text.size());
  return size + text + "\r\n";
}

} // namespace toolscore::test
