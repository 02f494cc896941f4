#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace toolscore {

/// Exit codes of toolscore-image.
enum class image_exit : int {
  ok = 0,
  bad_usage = 2,
  no_engine = 3, ///< None answers.
  refused = 4,   ///< The project cannot be sent: no Dockerfile, too large.
  failed = 5,    ///< The build failed.
  io = 6,
};

struct image_failure {
  image_exit code = image_exit::io;
  std::string text; ///< What, why, what to do.
};

struct image_request {
  std::string root;                 ///< The project's files; nothing outside of it is sent.
  std::string subdir;               ///< Of it what is sent; empty = all.
  std::string dockerfile;           ///< Relative to what is sent.
  std::string tag;                  ///< "localhost/name:tag"; what has it already is not built.
  std::string owner;                ///< Value of the label of what is built here.
  std::vector<std::string> engines; ///< Unix sockets, tried in turn.
  std::string scratch;              ///< A file for what is sent; removed.
  std::string note;                 ///< A file that is there from the first build on; empty = none.
  bool pull = false;                ///< Look for newer images to begin from.
};

/// Has an engine build an image; what the build says goes to stdout, "progress ..." a step. Blocks.
std::optional<image_failure> build_image(const image_request& request);

} // namespace toolscore
