#include "runners/detect.hpp"
#include "runners/image/build_io.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>

namespace {

using toolscore::image_exit;

int fail(image_exit code, std::string text) {
  for (char& c : text)
    if (c == '\n' || c == '\r') c = ' ';
  std::fprintf(stderr, "toolscore-image: %s\n", text.c_str());
  return static_cast<int>(code);
}

} // namespace

int main(int argc, char** argv) {
  toolscore::image_request request;
  CLI::App app{"Has a container engine build an image of a project by its Dockerfile.\n"
               "Exit codes: 2 bad usage, 3 no engine, 4 nothing to build or too large, 5 the build "
               "failed, 6 disk."};
  app.add_option("--dir", request.root, "the project's files")->required();
  app.add_option("--subdir", request.subdir, "the directory of it that is built");
  app.add_option("--file", request.dockerfile, "the Dockerfile in there")->required();
  app.add_option("--tag", request.tag, "of the image; one that is there is not built")->required();
  app.add_option("--owner", request.owner, "value of the image's label toolscore.image")
      ->required();
  app.add_option("--engine", request.engines, "an engine's unix socket; several are tried in turn")
      ->required();
  app.add_option("--scratch", request.scratch, "a file for what is sent; removed")->required();
  app.add_option("--note", request.note, "a file that is made before the first build");
  app.add_flag("--pull", request.pull, "look for newer images to begin from");
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& wrong) {
    return fail(image_exit::bad_usage, std::string(wrong.what()) + "; see --help");
  }
  request.dockerfile = toolscore::normalise_relative(request.dockerfile);
  if (request.dockerfile.empty())
    return fail(image_exit::bad_usage, "--file leaves the project; give a path inside it");
  const auto failure = toolscore::build_image(request);
  return failure ? fail(failure->code, failure->text) : static_cast<int>(image_exit::ok);
}
