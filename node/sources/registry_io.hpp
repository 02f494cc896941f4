#pragma once
#include "messages/error.hpp"
#include "node/sources/registry_document.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace toolscore {

/// Entries whose name, title or description holds `text`, of a registry at an http or https URL
/// (the official API: GET <URL>/v0/servers) or of the *.json documents in a directory. The newest
/// version of each name alone, by name. Blocks.
/// @error bad_config  `registry` is neither
/// @error bad_answer, io_failed, server_gone, call_timed_out, too_large
result<std::vector<registry_entry>> search_registry(const std::string& registry,
                                                    const std::string& text,
                                                    const std::string& authorities,
                                                    std::size_t entries_max);

/// The entry of exactly that name, its newest version. @error unknown_server there is none
result<registry_entry> find_in_registry(const std::string& registry, const std::string& name,
                                        const std::string& authorities);

} // namespace toolscore
