#pragma once
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace toolscore {

/// What an option of `docker run` or `podman run` says, as far as a container server has a word
/// for it.
enum class run_meaning : std::uint8_t {
  implied,    ///< It is so anyway.
  unsaid,     ///< There is no word for it.
  variable,   ///< "NAME=VALUE", or "NAME".
  volume,     ///< "SOURCE:TARGET", ":ro" behind it.
  mount,      ///< "type=bind,source=...,target=...".
  network,    ///< "none", "bridge".
  user,       ///< "1000:1000".
  directory,  ///< Where it starts.
  entrypoint, ///< The program in place of the image's.
  read_only,  ///< Its root directory.
  pull,       ///< "always", "missing", "never".
  memory,     ///< "512m".
  cpus,       ///< "1.5".
  processes,  ///< "100".
  security    ///< What is dropped of its rights.
};

struct run_option {
  std::string name; ///< "--env", also where "-e" is written.
  run_meaning meaning = run_meaning::unsaid;
  std::string value; ///< "true" of one that takes none.
};

struct run_options {
  std::vector<run_option> options; ///< In their order.
  std::size_t rest = 0;            ///< Where the words behind them begin.
};

/// Pure. @param at  the first word behind "run"
/// @returns nothing where an option is not known, so that its words cannot be told from the image
std::optional<run_options> read_run_options(const std::vector<std::string>& words, std::size_t at);

} // namespace toolscore
