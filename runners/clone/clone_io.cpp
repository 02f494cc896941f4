#include "runners/clone/clone_io.hpp"

#include "runners/clone/remote_io.hpp"
#include "runners/install_keys.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>

namespace toolscore {
namespace {

namespace fs = std::filesystem;

template <auto Free>
struct freer {
  template <class T>
  void operator()(T* x) const {
    Free(x);
  }
};
using repository_ptr = std::unique_ptr<git_repository, freer<git_repository_free>>;
using object_ptr = std::unique_ptr<git_object, freer<git_object_free>>;

/// The directory everything happens in until it is complete; removed unless it was kept.
class partial_directory {
public:
  ~partial_directory() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  bool make_beside(const std::string& dir) {
    auto pattern = dir + ".partial-XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr) return false;
    path_ = pattern;
    return true;
  }
  const std::string& path() const { return path_; }
  void keep() { path_.clear(); }

private:
  std::string path_;
};

bool scp_like(std::string_view url) {
  const auto colon = url.find(':');
  const auto at = url.find('@');
  return at != std::string_view::npos && colon != std::string_view::npos && at < colon &&
         url.find('/') > colon && at > 0;
}

clone_failure about_dir(const std::string& dir, const std::string& why) {
  return {clone_exit::other, "cannot use " + dir + ": " + why + "; make its parent writable"};
}

std::optional<clone_failure> check_dir(const std::string& dir) {
  std::error_code failed;
  if (!fs::exists(dir, failed)) return std::nullopt;
  if (fs::is_directory(dir, failed) && fs::is_empty(dir, failed)) return std::nullopt;
  return clone_failure{clone_exit::bad_usage, dir + " exists and is not empty; name another --dir"};
}

/// A branch of the remote wins over a tag, a tag over a commit, as in `git checkout`.
object_ptr find_ref(git_repository* repository, const std::string& ref) {
  git_object* found = nullptr;
  if (ref.empty()) {
    if (git_revparse_single(&found, repository, "HEAD^{commit}") != 0) return nullptr;
    return object_ptr(found);
  }
  for (const auto* prefix : {"refs/remotes/origin/", "refs/tags/", ""}) {
    const auto name = prefix + ref;
    const bool commit = *prefix == '\0' && ref.size() >= 7 &&
                        ref.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
    const bool full = *prefix == '\0' && ref.starts_with("refs/");
    if (*prefix == '\0' && !commit && !full) return nullptr;
    // The name goes into a revision expression, so it must be a plain one.
    int valid = 0;
    if (!commit && (git_reference_name_is_valid(&valid, name.c_str()) != 0 || valid == 0)) continue;
    if (git_revparse_single(&found, repository, (name + "^{commit}").c_str()) == 0)
      return object_ptr(found);
  }
  return nullptr;
}

std::optional<clone_failure> check_out(git_repository* repository, const clone_request& request,
                                       std::string& commit) {
  const auto object = find_ref(repository, request.ref);
  const auto url = without_credentials(request.url);
  if (!object && request.ref.empty())
    return clone_failure{clone_exit::ref_not_found, url + " has no commit; push one first"};
  if (!object)
    return clone_failure{clone_exit::ref_not_found, "ref \"" + request.ref + "\" is not in " + url +
                                                        "; name a branch, a tag or a commit of it"};
  git_checkout_options options;
  git_checkout_options_init(&options, GIT_CHECKOUT_OPTIONS_VERSION);
  options.checkout_strategy = GIT_CHECKOUT_FORCE;
  if (const int code = git_checkout_tree(repository, object.get(), &options); code != 0)
    return library_failure(code, "cannot check out " + url);
  if (const int code = git_repository_set_head_detached(repository, git_object_id(object.get()));
      code != 0)
    return library_failure(code, "cannot check out " + url);
  std::array<char, GIT_OID_HEXSZ + 1> hex{};
  commit = git_oid_tostr(hex.data(), hex.size(), git_object_id(object.get()));
  return std::nullopt;
}

/// The directory must be there and, links followed, inside the repository.
std::optional<clone_failure> check_subdir(const std::string& root, const std::string& subdir) {
  std::error_code failed;
  const auto inside = fs::canonical(root, failed);
  const auto path = fs::canonical(fs::path(root) / subdir, failed);
  if (failed || !fs::is_directory(path, failed))
    return clone_failure{clone_exit::other, "subdir \"" + subdir +
                                                "\" is no directory of the repository at this ref; "
                                                "mend \"subdir\" or \"ref\""};
  const auto relative = path.lexically_relative(inside);
  if (relative.empty() || *relative.begin() == "..")
    return clone_failure{clone_exit::other,
                         "subdir \"" + subdir + "\" is a link out of the repository; refused"};
  return std::nullopt;
}

std::optional<clone_failure> clone_into(const std::string& path, const clone_request& request,
                                        std::string& commit) {
  remote_connection connection;
  git_clone_options options;
  git_clone_options_init(&options, GIT_CLONE_OPTIONS_VERSION);
  options.checkout_opts.checkout_strategy = GIT_CHECKOUT_NONE;
  options.fetch_opts = connection.fetch_options();
  git_repository* raw = nullptr;
  const int code = git_clone(&raw, request.url.c_str(), path.c_str(), &options);
  const repository_ptr repository(raw);
  if (code != 0) return library_failure(code, "cannot clone " + without_credentials(request.url));
  if (auto failure = check_out(repository.get(), request, commit)) return failure;
  if (auto failure = update_submodules(repository.get(), request.url, 0)) return failure;
  if (!request.subdir.empty()) return check_subdir(path, request.subdir);
  return std::nullopt;
}

} // namespace

bool is_local(std::string_view url) {
  return url.starts_with("file://");
}

std::optional<clone_failure> check_url(const std::string& url) {
  for (const auto* scheme : {"https://", "http://", "ssh://", "file:///"})
    if (url.starts_with(scheme) && url.size() > std::strlen(scheme)) return std::nullopt;
  if (url.find("://") == std::string::npos && url.find("::") == std::string::npos && scp_like(url))
    return std::nullopt;
  return clone_failure{clone_exit::bad_usage,
                       "\"" + without_credentials(url) +
                           "\" is no URL this program speaks; use https://, http://, ssh://, "
                           "user@host:path or file:///"};
}

clone_failure library_failure(int code, const std::string& what) {
  const auto* last = git_error_last();
  std::string why = last == nullptr ? "unknown" : without_credentials(last->message);
  for (char& c : why)
    if (c == '\n' || c == '\r') c = ' ';
  const int kind = last == nullptr ? GIT_ERROR_NONE : last->klass;
  const bool remote = kind == GIT_ERROR_NET || kind == GIT_ERROR_HTTP || kind == GIT_ERROR_SSL ||
                      kind == GIT_ERROR_SSH || code == GIT_EAUTH || code == GIT_ECERTIFICATE ||
                      code == GIT_ENOTFOUND || why.find("connect") != std::string::npos ||
                      why.find("resolve path") != std::string::npos;
  const char* advice = remote ? "check the URL and the network" : "see what the message names";
  if (code == GIT_EAUTH)
    advice = "give it a key in the ssh agent or in ~/.ssh, or credentials in the URL";
  if (code == GIT_ECERTIFICATE || kind == GIT_ERROR_SSL)
    advice = "name the certificates to trust in SSL_CERT_FILE";
  if (why.find("content-type") != std::string::npos ||
      why.find("content type") != std::string::npos)
    advice = "it does not speak git's smart HTTP protocol; use a server that does, or ssh";
  return {remote ? clone_exit::unreachable : clone_exit::other, what + ": " + why + "; " + advice};
}

std::optional<clone_failure> run_clone(const clone_request& request) {
  if (auto failure = check_url(request.url)) return failure;
  if (auto failure = check_dir(request.dir)) return failure;
  std::error_code failed;
  fs::create_directories(fs::path(request.dir).parent_path(), failed);
  partial_directory partial;
  if (!partial.make_beside(request.dir)) return about_dir(request.dir, std::strerror(errno));
  // A local repository belongs to whoever made it, and the user named it: the check of its owner is
  // for repositories one stumbles into.
  if (is_local(request.url)) git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
  use_certificates_of_environment();
  std::string commit;
  if (auto failure = clone_into(partial.path(), request, commit)) return failure;
  fs::permissions(partial.path(),
                  fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec |
                      fs::perms::others_read | fs::perms::others_exec,
                  failed);
  fs::rename(partial.path(), request.dir, failed);
  if (failed) return about_dir(request.dir, failed.message());
  partial.keep();
  std::printf("commit %s\n", commit.c_str());
  std::fflush(stdout);
  return std::nullopt;
}

} // namespace toolscore
