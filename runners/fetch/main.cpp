#include "runners/detect.hpp"
#include "runners/fetch/fetch_io.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>

namespace {

using toolscore::fetch_exit;

int fail(fetch_exit code, std::string text) {
  for (char& c : text)
    if (c == '\n' || c == '\r') c = ' ';
  std::fprintf(stderr, "toolscore-fetch: %s\n", text.c_str());
  return static_cast<int>(code);
}

} // namespace

int main(int argc, char** argv) {
  toolscore::fetch_request request;
  CLI::App app{"Brings the files of an archive or a directory into a new one.\n"
               "Exit codes: 2 bad usage, 3 not found or unreachable, 4 wrong sha256, 5 broken or "
               "unsafe archive, 6 disk."};
  auto* from =
      app.add_option("--archive", request.archive,
                     "https, http or file URL, or a file: zip, tar and what compresses it");
  app.add_option("--copy", request.copy, "a directory")->excludes(from);
  app.add_option("--dir", request.dir, "where to; must not exist or be empty")->required();
  app.add_option("--subdir", request.subdir, "a directory that must be in it");
  app.add_option("--sha256", request.sha256, "what the archive's must be");
  app.add_flag("--strip,!--no-strip", request.strip,
               "an archive that holds one directory becomes that directory");
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& wrong) {
    return fail(fetch_exit::bad_usage, std::string(wrong.what()) + "; see --help");
  }
  if (request.archive.empty() == request.copy.empty())
    return fail(fetch_exit::bad_usage, "give one of --archive and --copy; see --help");
  if (!request.subdir.empty()) {
    request.subdir = toolscore::normalise_relative(request.subdir);
    if (request.subdir.empty())
      return fail(fetch_exit::bad_usage, "--subdir leaves the directory; give a path inside it");
  }
  request.dir = std::filesystem::absolute(request.dir).lexically_normal().string();
  while (request.dir.size() > 1 && request.dir.ends_with('/')) request.dir.pop_back();
  const auto failure = toolscore::run_fetch(request);
  return failure ? fail(failure->code, failure->text) : static_cast<int>(fetch_exit::ok);
}
