#pragma once
#include "loop/asio.hpp"
#include "loop/blocking_pool.hpp"

#include <functional>

namespace toolscore {

/// Runs `work` on a thread that may block, then `then` on the loop's. `then` always comes, even
/// where `work` threw or was never run: work that matters says so itself that it was done.
using blocking_runner = std::function<void(std::function<void()> work, std::function<void()> then)>;

/// Both must outlive what is given to the runner: end the pool before the loop.
blocking_runner run_in(blocking_pool& pool, boost::asio::io_context& io);

} // namespace toolscore
