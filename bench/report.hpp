#pragma once
#include "bench/calls_io.hpp"
#include "bench/machine_io.hpp"

#include <string>
#include <vector>

namespace toolscore {

/// Everything one run of `calls` found, as JSON for programs and for later comparison.
std::string calls_report(const machine_facts& machine, const std::string& commit,
                         const calls_options& options, const calls_outcome& outcome,
                         const std::vector<summary_row>& rows,
                         const std::vector<std::string>& beyond);

} // namespace toolscore
