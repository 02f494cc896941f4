// What a node is to process_io, and nothing more: `node_stand_in LIBEXEC PROGRAM COUNT MARKER HOLD`
// starts COUNT trees of `PROGRAM 3`, says "started" at each, "ready HOLD" when all of them have
// said that they are, and waits to be killed. HOLD is "strongest" or "none".
#include "runners/process_io.hpp"
#include "runners/stdio_link.hpp"
#include "tests/census.hpp"

#include <cstdlib>
#include <iostream>
#include <string_view>
#include <vector>

using namespace toolscore;

namespace {

struct tree {
  std::unique_ptr<hosted_process> process;
  std::unique_ptr<stdio_link> wire;
};

launch_plan plan_of(char** argv) {
  launch_plan plan;
  plan.argv = {argv[2], "3"};
  plan.env = {{"PATH", "/usr/bin:/bin"}, {test::census_variable, argv[4]}};
  plan.cwd = "/";
  return plan;
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 6) return 2;
  const auto count = static_cast<std::size_t>(std::atoi(argv[3]));
  boost::asio::io_context io;
  process_io processes(io, argv[1]);
  std::vector<tree> trees;
  std::size_t ready = 0;
  for (std::size_t i = 0; i < count; ++i) {
    spawn_options options;
    if (std::string_view(argv[5]) == "none") options.held_by = confinement::none;
    processes.spawn(plan_of(argv), options, [&](result<std::unique_ptr<hosted_process>> started) {
      if (!started) {
        std::cout << started.failure().detail << std::endl;
        std::_Exit(1);
      }
      std::cout << "started" << std::endl;
      link_events events;
      events.on_garbage = [&, held = (*started)->held_by()](const std::string&) {
        if (++ready == count) std::cout << "ready " << to_string(held) << std::endl;
      };
      auto wire = std::make_unique<stdio_link>(io, (*started)->take_stdin(),
                                               (*started)->take_stdout(), std::move(events));
      trees.push_back({std::move(*started), std::move(wire)});
    });
  }
  io.run();
}
