#include "runners/clone/remote_io.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <unistd.h>

namespace toolscore {
namespace {

constexpr auto progress_every = std::chrono::milliseconds(250);

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

/// Tries the agent, then each key file once. libgit2 asks again after each refusal, so the count of
/// what was tried is what ends the loop.
int ssh_key(git_credential** out, const char* user, remote_connection& connection) {
  if (connection.credentials_tried == 0) {
    ++connection.credentials_tried;
    if (!variable("SSH_AUTH_SOCK").empty()) return git_credential_ssh_key_from_agent(out, user);
  }
  constexpr std::array names{"id_ed25519", "id_ecdsa", "id_rsa"};
  while (connection.credentials_tried <= static_cast<int>(names.size())) {
    const auto name = names[static_cast<std::size_t>(connection.credentials_tried++ - 1)];
    const auto key = variable("HOME") + "/.ssh/" + name;
    if (::access(key.c_str(), R_OK) != 0) continue;
    return git_credential_ssh_key_new(out, user, nullptr, key.c_str(), nullptr);
  }
  git_error_set_str(GIT_ERROR_SSH, "no key of the ssh agent or of ~/.ssh was accepted");
  return GIT_EAUTH;
}

int on_credentials(git_credential** out, const char*, const char* user_of_url, unsigned allowed,
                   void* payload) {
  auto& connection = *static_cast<remote_connection*>(payload);
  const char* user = user_of_url == nullptr ? "git" : user_of_url;
  if ((allowed & GIT_CREDENTIAL_USERNAME) != 0) return git_credential_username_new(out, user);
  if ((allowed & GIT_CREDENTIAL_SSH_KEY) != 0) return ssh_key(out, user, connection);
  git_error_set_str(GIT_ERROR_HTTP, "the server asks for a user name and password");
  return GIT_EAUTH;
}

int on_progress(const git_indexer_progress* stats, void* payload) {
  auto& connection = *static_cast<remote_connection*>(payload);
  const auto now = std::chrono::steady_clock::now();
  const bool complete = stats->received_objects == stats->total_objects &&
                        stats->indexed_objects == stats->total_objects;
  if (!complete && now - connection.told < progress_every) return 0;
  connection.told = now;
  std::printf("progress %u/%u\n", stats->received_objects, stats->total_objects);
  std::fflush(stdout);
  return 0;
}

} // namespace

git_fetch_options remote_connection::fetch_options() {
  git_fetch_options options;
  git_fetch_options_init(&options, GIT_FETCH_OPTIONS_VERSION);
  options.callbacks.credentials = on_credentials;
  options.callbacks.transfer_progress = on_progress;
  options.callbacks.payload = this;
  options.proxy_opts.type = GIT_PROXY_AUTO;
  options.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_ALL;
  return options;
}

void use_certificates_of_environment() {
  auto file = variable("SSL_CERT_FILE");
  if (file.empty()) file = variable("GIT_SSL_CAINFO");
  const auto directory = variable("SSL_CERT_DIR");
  std::error_code failed;
  // A path that is not there would make every connection fail: the library's own default is better.
  const bool has_file = std::filesystem::is_regular_file(file, failed);
  const bool has_directory = std::filesystem::is_directory(directory, failed);
  if (has_file || has_directory)
    git_libgit2_opts(GIT_OPT_SET_SSL_CERT_LOCATIONS, has_file ? file.c_str() : nullptr,
                     has_directory ? directory.c_str() : nullptr);
}

} // namespace toolscore
