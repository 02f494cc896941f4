#include "runners/name_lookup_io.hpp"

#include <netdb.h>

#include <utility>

namespace toolscore {
namespace {

namespace ip = boost::asio::ip;

constexpr std::size_t addresses_max = 8; ///< Each is tried in turn, so more only cost time.

/// Blocks as long as the system's resolver does.
result<name_lookup::addresses> ask_system(const std::string& host) {
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

} // namespace

struct name_lookup::state : std::enable_shared_from_this<name_lookup::state> {
  state(boost::asio::io_context& loop, blocking_runner runner)
      : io(loop), pool(std::move(runner)) {}

  void next() {
    if (busy || order.empty()) return;
    busy = true;
    const auto host = order.front();
    order.pop_front();
    auto answer = std::make_shared<result<addresses>>(
        error{errc::io_failed, "the pool for names is full; try again"});
    pool([host, answer] { *answer = ask_system(host); },
         [weak = weak_from_this(), host, answer] {
           if (const auto self = weak.lock()) self->tell(host, *answer);
         });
  }
  void tell(const std::string& host, const result<addresses>& answer) {
    busy = false;
    auto asked = std::exchange(waiting[host], {});
    waiting.erase(host);
    for (const auto& then : asked) then(answer);
    next();
  }

  boost::asio::io_context& io;
  blocking_runner pool;
  std::deque<std::string> order;
  std::map<std::string, std::vector<found>> waiting;
  bool busy = false;
};

name_lookup::name_lookup(boost::asio::io_context& io, blocking_runner pool)
    : state_(std::make_shared<state>(io, std::move(pool))) {}

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
