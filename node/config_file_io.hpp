#pragma once
#include "config/environment.hpp"
#include "config/node_config.hpp"
#include "messages/error.hpp"
#include "node/command_server.hpp"

#include <string>

namespace toolscore {

inline constexpr std::size_t referred_file_bytes_max = 1u << 20;
inline constexpr const char* config_file_default = "toolscore.json";

/// The whole text of a regular file. Blocks.
/// @error io_failed it cannot be opened or read, or is no file
/// @error too_large it has more than `bytes_max`
result<std::string> read_text_file(const std::string& path, std::size_t bytes_max);

/// stdin to its end. @error too_large @error io_failed
result<std::string> read_standard_input(std::size_t bytes_max);

bool file_exists(const std::string& path);

/// An absolute path for one that may be relative to the working directory.
std::string absolute_path(const std::string& path);

/// This process's variables, files for `${file:...}` up to `referred_file_bytes_max`, and as the
/// workspace the directory of `config_file` (empty = the working directory).
environment process_environment(const std::string& config_file = {});

/// Reads and checks a whole configuration. Blocks.
/// @param path empty = ./toolscore.json where it exists, else the defaults
/// @error bad_config, not_supported, io_failed, too_large
result<node_config> read_node_config(const std::string& path, const environment& env);

} // namespace toolscore
