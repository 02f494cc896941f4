#pragma once
#include <string>
#include <vector>

namespace toolscore::test {

struct program_end {
  int code = -1; ///< The exit code; -1 = it was killed after its 20 s, or by a signal.
  std::string out;
  std::string err;
};

/// Runs build/bin/toolscore to its end in an own directory, with HOME there and nothing else in its
/// environment but PATH.
program_end run_toolscore(const std::string& directory, const std::vector<std::string>& arguments,
                          const std::string& input = {});

} // namespace toolscore::test
