#include "runners/clone/clone_io.hpp"
#include "runners/clone/remote_io.hpp"
#include "runners/install_keys.hpp"

#include <memory>
#include <unistd.h>
#include <vector>

namespace toolscore {
namespace {

constexpr int depth_max = 8; // A repository may contain itself.
constexpr std::size_t submodules_max = 64;

struct submodule_freer {
  void operator()(git_submodule* x) const { git_submodule_free(x); }
};
struct repository_freer {
  void operator()(git_repository* x) const { git_repository_free(x); }
};
using submodule_ptr = std::unique_ptr<git_submodule, submodule_freer>;
using repository_ptr = std::unique_ptr<git_repository, repository_freer>;

/// Where a submodule comes from, relative URLs resolved against the repository's own.
std::string resolved_url(git_repository* repository, git_submodule* submodule) {
  const char* url = git_submodule_url(submodule);
  if (url == nullptr) return {};
  git_buf text{};
  std::string out;
  if (git_submodule_resolve_url(&text, repository, url) == 0) out = text.ptr;
  git_buf_dispose(&text);
  return out;
}

std::optional<clone_failure> update_one(git_repository* repository, const std::string& name,
                                        const std::string& parent, int depth) {
  git_submodule* raw = nullptr;
  if (const int code = git_submodule_lookup(&raw, repository, name.c_str()); code != 0)
    return library_failure(code, "cannot read submodule " + name);
  const submodule_ptr submodule(raw);
  const auto url = resolved_url(repository, submodule.get());
  auto refused = check_url(url);
  if (!refused && is_local(url) && !is_local(parent))
    refused =
        clone_failure{clone_exit::other, "a remote repository points at a local one; refused"};
  if (refused) return clone_failure{clone_exit::other, "submodule " + name + ": " + refused->text};
  remote_connection connection;
  git_submodule_update_options options;
  git_submodule_update_options_init(&options, GIT_SUBMODULE_UPDATE_OPTIONS_VERSION);
  options.fetch_opts = connection.fetch_options();
  options.checkout_opts.checkout_strategy = GIT_CHECKOUT_FORCE;
  // libgit2 looks at the submodule's path from the current directory: that must be the work tree.
  if (::chdir(git_repository_workdir(repository)) != 0)
    return clone_failure{clone_exit::other, "cannot enter the work tree for submodule " + name};
  if (const int code = git_submodule_update(submodule.get(), 1, &options); code != 0)
    return library_failure(code,
                           "cannot fetch submodule " + name + " from " + without_credentials(url));
  git_repository* inner = nullptr;
  if (const int code = git_submodule_open(&inner, submodule.get()); code != 0)
    return library_failure(code, "cannot open submodule " + name);
  const repository_ptr owner(inner);
  return update_submodules(inner, url, depth + 1);
}

} // namespace

std::optional<clone_failure> update_submodules(git_repository* repository, const std::string& url,
                                               int depth) {
  std::vector<std::string> names;
  git_submodule_foreach(
      repository,
      [](git_submodule*, const char* name, void* payload) {
        static_cast<std::vector<std::string>*>(payload)->emplace_back(name);
        return 0;
      },
      &names);
  if (names.empty()) return std::nullopt;
  if (depth >= depth_max || names.size() > submodules_max)
    return clone_failure{clone_exit::other, "submodules go deeper than " +
                                                std::to_string(depth_max) + " or are more than " +
                                                std::to_string(submodules_max) + "; refused"};
  for (const auto& name : names)
    if (auto failure = update_one(repository, name, url, depth)) return failure;
  return std::nullopt;
}

} // namespace toolscore
