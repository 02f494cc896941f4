#pragma once
#include "bench/samples.hpp"
#include "messages/error.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace toolscore {

/// The scenario `records`: what reading very many recorded calls costs the command line, in time
/// and memory, beside a floor that only reads the database's bytes; and then what it costs to shed
/// half of them.
struct records_options {
  std::vector<std::string> launcher;
  std::string node_program;
  std::string libexec_dir;
  std::size_t count = 1'000'000;
  unsigned rounds = 3;
};

/// @error as of run_load, and spawn_failed; io_failed  a command failed, or not all was recorded
result<std::vector<sample>> run_records(const records_options& options);
std::vector<sample_limit> records_limits();

} // namespace toolscore
