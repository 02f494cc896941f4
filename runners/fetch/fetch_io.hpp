#pragma once
#include <cstdint>
#include <optional>
#include <string>

namespace toolscore {

/// What toolscore-fetch is asked for; exactly one of `archive` and `copy`.
struct fetch_request {
  std::string archive; ///< https, http or file URL, or the path of a file.
  std::string copy;    ///< A directory.
  std::string dir;     ///< Where to; must not exist or be empty. Its parent exists.
  std::string subdir;  ///< That must be in it.
  std::string sha256;  ///< Of the archive; empty = not checked.
  bool strip = true;   ///< An archive whose one entry is a directory becomes that directory.
};

enum class fetch_exit : std::uint8_t {
  ok = 0,
  bad_usage = 2,
  not_found = 3, ///< Or unreachable.
  wrong_sum = 4,
  refused = 5, ///< The archive is broken or holds what must not be unpacked.
  io = 6,
};

struct fetch_failure {
  fetch_exit code = fetch_exit::io;
  std::string text; ///< One line: what, why, what to do.
};

/// Brings the files and prints "sha256 DIGEST" (of the archive, or over paths, modes and texts of
/// what was copied) on stdout. Blocks.
std::optional<fetch_failure> run_fetch(const fetch_request& request);

} // namespace toolscore
