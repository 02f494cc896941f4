#pragma once
#include "loop/asio.hpp"
#include "messages/error.hpp"
#include "runners/pool_io.hpp"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace toolscore {

/// Finds the addresses of hosts without holding up the loop: the system's resolver blocks, so it is
/// asked on the pool, one name at a time, so that a name server that does not answer leaves the
/// pool's other thread alone. Used on the loop's thread.
class name_lookup {
public:
  using addresses = std::vector<boost::asio::ip::address>;
  using found = std::function<void(result<addresses>)>;
  static constexpr std::size_t waiting_max = 256; ///< Names, however many ask for each.

  name_lookup(boost::asio::io_context& io, blocking_runner pool);

  /// An address is its own, "localhost" is the loopback's two. `then` is called once, on the loop,
  /// never from inside; not at all once this is gone.
  /// @error io_failed   the name is unknown or nobody could say
  /// @error queue_full  too many names are asked for already
  void find(const std::string& host, found then);

private:
  struct state;
  std::shared_ptr<state> state_;
};

} // namespace toolscore
