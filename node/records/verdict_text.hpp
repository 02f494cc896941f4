#pragma once
#include "node/exit_code.hpp"
#include "store/chain_report.hpp"
#include "store/record_import.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace toolscore {

/// What a verification found, for people or as JSON; it failed where there are problems.
command_output store_verdict(const chain_report& report, bool json);
command_output file_verdict(std::uint64_t lines, const std::string& hash,
                            const std::vector<std::string>& problems, bool json);

/// What an import has added, for people or as JSON.
command_output import_note(const imported_records& made, bool json);

/// What an export says on stderr.
std::string export_note(std::uint64_t lines, const std::string& hash);

} // namespace toolscore
