#pragma once
#include "bench/calls_io.hpp"
#include "bench/machine_io.hpp"
#include "bench/samples.hpp"

#include <map>
#include <string>
#include <vector>

namespace toolscore {

/// Everything one run of `calls` found, as JSON for programs and for later comparison.
std::string calls_report(const machine_facts& machine, const std::string& commit,
                         const calls_options& options, const calls_outcome& outcome,
                         const std::vector<summary_row>& rows,
                         const std::vector<std::string>& beyond);

/// The same for a scenario whose figures are samples.
/// @param options  what the run was asked for, by name
std::string samples_report(const std::string& scenario, const machine_facts& machine,
                           const std::string& commit, const std::map<std::string, double>& options,
                           const std::vector<sample>& samples, const std::vector<sample_row>& rows);

} // namespace toolscore
