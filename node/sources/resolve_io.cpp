#include "node/sources/resolve_io.hpp"

#include "loop/asio.hpp"
#include "node/up_io.hpp"
#include "runners/command_run_io.hpp"
#include "runners/install_io.hpp"
#include "runners/process_io.hpp"

#include <chrono>
#include <optional>

namespace toolscore {
namespace {

constexpr std::chrono::seconds patience{60};
constexpr std::chrono::seconds end_patience{5};
constexpr std::size_t answer_bytes_max = 8u << 20; // npm tells all versions that fit a range.

} // namespace

result<std::string> resolve_version(const loose_package& package) {
  const auto host = find_host_facts({}, libexec_dir(), own_environment());
  auto argv = version_question(package, host.npm, host.python);
  if (!argv) return argv.failure();
  boost::asio::io_context io;
  process_io processes(io, host.libexec_dir);
  std::optional<result<std::string>> answer;
  command_run::run(io, processes, std::move(*argv), install_environment(host.variables),
                   [&](result<std::string> said) {
                     answer = std::move(said);
                     io.stop();
                   },
                   {patience, answer_bytes_max});
  io.run_for(patience + end_patience);
  io.restart();
  bool dead = false;
  processes.kill_all([&] {
    dead = true;
    io.stop();
  });
  if (!dead) io.run_for(end_patience);
  if (!answer) return error{errc::call_timed_out, "no answer came"};
  if (!*answer)
    return error{answer->failure().code,
                 (package.from == loose_package::index::npm ? "npm view " : "pip ") +
                     answer->failure().detail + "; is its registry or index reached from here?"};
  return version_in(package, **answer);
}

} // namespace toolscore
