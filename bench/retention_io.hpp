#pragma once
#include "bench/records_io.hpp"
#include "bench/samples.hpp"
#include "messages/error.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace toolscore {

/// Times how a store of `recorded` calls sheds what `keep_max` does not keep any more: in each
/// round a node with half of what is left is called by 64 clients until it has done so, and then
/// as much again. Beside the time, what these calls take is the figure: the subject `node` sheds,
/// the floor is the same node with nothing to shed.
/// @param directory  of the node that has recorded, which has ended; its store is spent
/// @error as of run_load; io_failed  it is not done after 50 times as many calls as it should take
result<std::vector<sample>> run_retention(const records_options& options,
                                          const std::string& directory, std::uint64_t recorded);
std::vector<sample_limit> retention_limits();

} // namespace toolscore
