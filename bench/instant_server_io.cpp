#include "bench/instant_server_io.hpp"

#include "bench/descriptor_io.hpp"
#include "bench/mcp_answers.hpp"

#include <string>
#include <unistd.h>

namespace toolscore {
namespace {

constexpr std::size_t read_bytes = 256 * 1024;
constexpr std::size_t line_bytes_max = 64 * 1024 * 1024;

void work_for(std::chrono::microseconds duration) {
  if (duration.count() == 0) return;
  const auto end = std::chrono::steady_clock::now() + duration;
  while (std::chrono::steady_clock::now() < end) {
  }
}

} // namespace

int run_instant_server(const instant_server_options& options) {
  std::string piece(read_bytes,
                    '\0'); // Made once: to clear it for each read costs more than a call.
  std::string in;
  std::string out;
  for (;;) {
    const std::size_t had = in.size();
    if (had > line_bytes_max) return 1;
    const auto got = read_some(STDIN_FILENO, piece.data(), piece.size());
    if (got <= 0) return got == 0 ? 0 : 1;
    in.append(piece, 0, static_cast<std::size_t>(got));
    std::size_t begin = 0;
    // Only what has just come can hold a line's end.
    for (std::size_t end = in.find('\n', had); end != std::string::npos;
         end = in.find('\n', begin)) {
      work_for(options.work);
      append_instant_answer(out, std::string_view(in).substr(begin, end - begin), options.legacy);
      begin = end + 1;
    }
    in.erase(0, begin);
    if (!write_all(STDOUT_FILENO, out)) return 1;
    out.clear();
  }
}

} // namespace toolscore
