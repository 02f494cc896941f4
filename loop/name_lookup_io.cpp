#include "loop/name_lookup_io.hpp"

#include <netdb.h>

#include <algorithm>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace toolscore {
namespace {

namespace ip = boost::asio::ip;

constexpr std::size_t addresses_max = 8; ///< Each is tried in turn, so more only cost time.

} // namespace

result<name_lookup::addresses> name_lookup::ask_system(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* first = nullptr;
  if (const int failed = ::getaddrinfo(host.c_str(), nullptr, &hints, &first); failed != 0)
    return error{errc::io_failed, ::gai_strerror(failed)};
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owned(first, &::freeaddrinfo);
  name_lookup::addresses out;
  for (const auto* one = first; one != nullptr && out.size() < addresses_max; one = one->ai_next) {
    ip::tcp::endpoint endpoint;
    if (one->ai_addrlen > endpoint.capacity()) continue;
    endpoint.resize(one->ai_addrlen);
    std::copy_n(reinterpret_cast<const char*>(one->ai_addr), one->ai_addrlen,
                reinterpret_cast<char*>(endpoint.data()));
    out.push_back(endpoint.address());
  }
  if (out.empty()) return error{errc::io_failed, "the name has no address"};
  return out;
}

/// The way back to the loop, for who may find it gone.
struct loop_door {
  std::mutex guard;
  boost::asio::io_context* io; ///< Null once it is closed.
};

struct name_lookup::state : std::enable_shared_from_this<name_lookup::state> {
  state(boost::asio::io_context& loop, resolver how)
      : io(loop), ask(how), door(std::make_shared<loop_door>()) {
    door->io = &io;
  }

  void next() {
    while (under_way < at_once_max && !order.empty()) {
      const auto host = order.front();
      order.pop_front();
      ++under_way;
      begin(host);
    }
  }
  void begin(const std::string& host) {
    auto work = [host, how = ask, way = door, weak = weak_from_this()] {
      auto answer = how(host);
      const std::lock_guard hold(way->guard);
      if (way->io != nullptr) boost::asio::post(*way->io, tell_later(weak, host, answer));
    };
    try {
      std::thread(std::move(work)).detach();
    } catch (const std::system_error& failed) {
      const auto why = error{errc::io_failed, std::string("no thread: ") + failed.what()};
      boost::asio::post(io, tell_later(weak_from_this(), host, why));
    }
  }
  static std::function<void()> tell_later(const std::weak_ptr<state>& weak, const std::string& host,
                                          const result<addresses>& answer) {
    return [weak, host, answer] {
      if (const auto self = weak.lock()) self->tell(host, answer);
    };
  }
  void tell(const std::string& host, const result<addresses>& answer) {
    --under_way;
    auto asked = std::exchange(waiting[host], {});
    waiting.erase(host);
    for (const auto& then : asked) then(answer);
    next();
  }
  void close() {
    const std::lock_guard hold(door->guard);
    door->io = nullptr;
  }

  boost::asio::io_context& io;
  resolver ask;
  std::shared_ptr<loop_door> door;
  std::deque<std::string> order;
  std::map<std::string, std::vector<found>> waiting;
  std::size_t under_way = 0;
};

name_lookup::name_lookup(boost::asio::io_context& io, resolver ask)
    : state_(std::make_shared<state>(io, ask)) {}

name_lookup::~name_lookup() {
  state_->close();
}

void name_lookup::find(const std::string& host, found then) {
  const auto answer = [&](result<addresses> known) {
    boost::asio::post(state_->io, [then = std::move(then), known = std::move(known),
                                   weak = std::weak_ptr<state>(state_)] {
      if (weak.lock()) then(known);
    });
  };
  if (host == "localhost")
    return answer(addresses{ip::address_v4::loopback(), ip::address_v6::loopback()});
  boost::system::error_code failed;
  const auto literal = ip::make_address(host, failed);
  if (!failed) return answer(addresses{literal});
  const auto at = state_->waiting.find(host);
  if (at != state_->waiting.end()) return at->second.push_back(std::move(then));
  if (state_->waiting.size() >= waiting_max)
    return answer(error{errc::queue_full, "too many names are being looked up; try again"});
  state_->waiting[host].push_back(std::move(then));
  state_->order.push_back(host);
  state_->next();
}

} // namespace toolscore
