#pragma once
#include "loop/asio.hpp"
#include "messages/error.hpp"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace toolscore {

/// Finds the addresses of hosts without holding up the loop: the system's resolver blocks, and
/// nobody can cut it short, so it is asked on threads of its own, a few names at a time. A name
/// server that does not answer holds up nothing else, and not the end of this: such a thread is
/// left behind with its question. Used on the loop's thread.
class name_lookup {
public:
  using addresses = std::vector<boost::asio::ip::address>;
  using found = std::function<void(result<addresses>)>;
  static constexpr std::size_t waiting_max = 256; ///< Names, however many ask for each.
  static constexpr std::size_t at_once_max = 4;
  /// Blocks. It may run when all else is gone.
  using resolver = result<addresses> (*)(const std::string& host);
  static result<addresses> ask_system(const std::string& host);

  explicit name_lookup(boost::asio::io_context& io, resolver ask = ask_system);
  ~name_lookup();
  name_lookup(const name_lookup&) = delete;
  name_lookup& operator=(const name_lookup&) = delete;

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
