#include "runners/pool_io.hpp"

#include <utility>

namespace toolscore {

blocking_runner run_in(blocking_pool& pool, boost::asio::io_context& io) {
  return [&pool, &io](std::function<void()> work, std::function<void()> then) {
    const bool taken = pool.post([&io, work = std::move(work), then] {
      try {
        work();
      } catch (...) {
        boost::asio::post(io, then);
        throw; // The pool counts it.
      }
      boost::asio::post(io, then);
    });
    if (!taken) boost::asio::post(io, std::move(then));
  };
}

} // namespace toolscore
