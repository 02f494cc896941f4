// Serves the gateway over a backend that answers at once, for measuring what the gateway itself
// costs a call: gateway_floor PORT. Ends with its standard input.
#include "gateway/gateway_io.hpp"
#include "tests/gateway/fake_backend.hpp"

#include <cstdio>
#include <cstdlib>
#include <unistd.h>

int main(int argc, char** argv) {
  boost::asio::io_context io{1};
  toolscore::test::fake_backend tree{io};
  toolscore::gateway_options options;
  options.port = static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 0);
  toolscore::gateway gateway{io, tree, options};
  const auto started = gateway.start();
  if (!started) {
    std::fprintf(stderr, "%s\n", started.failure().detail.c_str());
    return 1;
  }
  std::printf("%s\n", gateway.tcp_address().c_str());
  std::fflush(stdout);
  boost::asio::posix::stream_descriptor input{io, ::dup(STDIN_FILENO)};
  char byte = 0;
  input.async_read_some(boost::asio::buffer(&byte, 1),
                        [&](const auto&, std::size_t) { io.stop(); });
  io.run();
}
