#include "node/engine_ask_io.hpp"

#include "loop/asio.hpp"
#include "runners/container/engine_client_io.hpp"

#include <optional>

namespace toolscore {

result<engine_answer> ask_engine(const std::vector<std::string>& places, engine_request request,
                                 std::chrono::milliseconds limit) {
  boost::asio::io_context io;
  engine_client client(io, places);
  std::optional<result<engine_answer>> told;
  const auto asking =
      client.ask(std::move(request), limit, [&](auto answer) { told = std::move(answer); });
  io.run_for(2 * limit);
  if (!told) return error{errc::call_timed_out, "the container engine does not answer"};
  return std::move(*told);
}

} // namespace toolscore
