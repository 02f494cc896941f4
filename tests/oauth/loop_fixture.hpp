#pragma once
#include "loop/blocking_pool.hpp"
#include "runners/http_dialer_io.hpp"
#include "runners/pool_io.hpp"
#include "tests/runners/own_directory.hpp"

#include <chrono>
#include <functional>

namespace toolscore::test {

/// A loop with a dialer on it, which the test runs.
struct loop_fixture {
  own_directory own; ///< Goes last: the pool ends what it does in it.
  boost::asio::io_context io;
  blocking_pool workers{1};
  http_dialer dialer{io, run_in(workers, io)};

  /// Runs the loop until `done` holds. @returns whether it came to that in time
  bool wait(const std::function<bool()>& done,
            std::chrono::milliseconds limit = std::chrono::seconds{20}) {
    const auto end = std::chrono::steady_clock::now() + limit;
    io.restart();
    while (!done() && std::chrono::steady_clock::now() < end)
      io.run_one_for(std::chrono::milliseconds{20});
    return done();
  }
  void run_for(std::chrono::milliseconds time) {
    io.restart();
    io.run_for(time);
  }
};

} // namespace toolscore::test
