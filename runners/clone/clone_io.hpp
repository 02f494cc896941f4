#pragma once
#include <optional>
#include <string>
#include <string_view>

struct git_repository;

namespace toolscore {

/// The program's exit codes; the node and scripts rely on the numbers.
enum class clone_exit : int {
  ok = 0,
  bad_usage = 2,
  unreachable = 3,
  ref_not_found = 4,
  other = 5
};

struct clone_request {
  std::string url;
  std::string dir;    ///< Absolute. Must not exist yet, or be empty.
  std::string ref;    ///< Branch, tag or commit; empty = the remote's HEAD.
  std::string subdir; ///< Must exist in what was checked out; empty = not asked.
};

/// What went wrong, why and what to do, in one line.
struct clone_failure {
  clone_exit code = clone_exit::other;
  std::string text;
};

/// Only https, http, ssh (also "git@host:path") and file are spoken. Anything else is refused
/// before a library sees it.
std::optional<clone_failure> check_url(const std::string& url);
bool is_local(std::string_view url);

/// Clones with submodules into a sibling of `request.dir` and renames when all is there. Progress
/// ("progress received/total", objects) and, last, "commit SHA" go to stdout.
std::optional<clone_failure> run_clone(const clone_request& request);

/// The last error of libgit2 with its code, as a failure about `what`.
clone_failure library_failure(int code, const std::string& what);

/// Fetches and checks out the submodules of `repository` and theirs. `url` is where the repository
/// came from: only a local one may point at local ones.
std::optional<clone_failure> update_submodules(git_repository* repository, const std::string& url,
                                               int depth);

} // namespace toolscore
