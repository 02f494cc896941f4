#pragma once
#include "config/environment.hpp"
#include "config/fields.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace toolscore {

/// Reads a text and puts in what it refers to (expand()). Leaves `out` as it is where the key is
/// absent, or on a failure; so does the next.
void read_expanded(fields& object, std::string_view key, std::string& out, const environment& env);

/// The same for what may hold a secret (expand_late()).
void read_late(fields& object, std::string_view key, std::string& out, const environment& env);

/// The same for a path, whose "~" is HOME.
void read_path(fields& object, std::string_view key, std::string& out, const environment& env);

/// The same for a text whose files and inputs are read here (expand_now()).
void read_now(fields& object, std::string_view key, std::string& out, const environment& env);

/// The same for a list of at most `count_max` texts.
void read_expanded_list(fields& object, std::string_view key, std::vector<std::string>& out,
                        std::size_t count_max, const environment& env);

} // namespace toolscore
