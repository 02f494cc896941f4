#include "runners/clone/clone_io.hpp"
#include "runners/detect.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <git2.h>

namespace {

using toolscore::clone_exit;

int fail(clone_exit code, std::string text) {
  for (char& c : text)
    if (c == '\n' || c == '\r') c = ' ';
  std::fprintf(stderr, "toolscore-clone: %s\n", text.c_str());
  return static_cast<int>(code);
}

} // namespace

#ifdef __SANITIZE_ADDRESS__
// libgit2 1.5 never frees what it matched with PCRE; the program ends anyway.
extern "C" const char* __lsan_default_suppressions() {
  return "leak:libpcre2\n";
}
extern "C" const char* __lsan_default_options() {
  return "print_suppressions=0";
}
#endif

int main(int argc, char** argv) {
  toolscore::clone_request request;
  CLI::App app{"Clones a git repository with its submodules and checks out one ref.\n"
               "Exit codes: 2 bad usage, 3 not found or unreachable, 4 ref not found, 5 other."};
  app.add_option("--url", request.url, "https, http, ssh, user@host:path or file:///")->required();
  app.add_option("--dir", request.dir, "where to; must not exist or be empty")->required();
  app.add_option("--ref", request.ref, "branch, tag or commit; default: the remote's HEAD");
  app.add_option("--subdir", request.subdir, "a directory that must be in it");
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& wrong) {
    return fail(clone_exit::bad_usage, std::string(wrong.what()) + "; see --help");
  }
  if (request.ref.starts_with('-'))
    return fail(clone_exit::bad_usage, "\"" + request.ref + "\" is no name of a ref");
  if (!request.subdir.empty()) {
    request.subdir = toolscore::normalise_relative(request.subdir);
    if (request.subdir.empty())
      return fail(clone_exit::bad_usage, "--subdir leaves the repository; give a path inside it");
  }
  request.dir = std::filesystem::absolute(request.dir).lexically_normal().string();
  while (request.dir.size() > 1 && request.dir.ends_with('/')) request.dir.pop_back();
  git_libgit2_init();
  const auto failure = toolscore::run_clone(request);
  git_libgit2_shutdown();
  return failure ? fail(failure->code, failure->text) : static_cast<int>(clone_exit::ok);
}
