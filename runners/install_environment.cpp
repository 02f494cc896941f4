#include "runners/install_environment.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace toolscore {
namespace {

constexpr const char* path_default = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

// A name that ends in '*' stands for all that begin so; names of installers come in any case.
constexpr std::array server_names{"HOME", "LOGNAME", "PATH", "SHELL", "TERM", "USER"};
constexpr std::array step_names{"LANG", "TZ", "LANGUAGE", "LC_*", "TMPDIR"};
constexpr std::array install_names{"HTTP_PROXY",
                                   "HTTPS_PROXY",
                                   "ALL_PROXY",
                                   "NO_PROXY",
                                   "SSL_CERT_FILE",
                                   "SSL_CERT_DIR",
                                   "CURL_CA_BUNDLE",
                                   "REQUESTS_CA_BUNDLE",
                                   "NODE_EXTRA_CA_CERTS",
                                   "NPM_CONFIG_*",
                                   "PIP_*",
                                   "UV_*",
                                   "CARGO_*",
                                   "RUSTUP_*",
                                   "GOPROXY",
                                   "GOPRIVATE",
                                   "GOFLAGS",
                                   "GOCACHE",
                                   "GOMODCACHE",
                                   "GOPATH"};
constexpr std::array clone_names{"SSH_AUTH_SOCK", "GIT_SSL_CAINFO"};

bool matches(std::string_view name, std::string_view pattern) {
  if (pattern.ends_with('*')) return name.starts_with(pattern.substr(0, pattern.size() - 1));
  return name == pattern;
}

template <std::size_t Count>
bool listed(std::string_view name, const std::array<const char*, Count>& patterns) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [name](const char* pattern) { return matches(name, pattern); });
}

std::string upper(std::string_view name) {
  std::string out(name);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return out;
}

} // namespace

bool is_install_setting(std::string_view name) {
  return listed(upper(name), install_names);
}

variable_map server_environment(const variable_map& node) {
  variable_map out;
  for (const auto& [name, value] : node)
    if (listed(name, server_names) && !value.starts_with("()")) out.emplace(name, value);
  out.emplace("PATH", path_default); // Kept only where the node itself has none.
  return out;
}

variable_map minimal_environment(const variable_map& node) {
  auto out = server_environment(node);
  for (const auto& [name, value] : node)
    if (listed(name, step_names)) out.emplace(name, value);
  return out;
}

variable_map install_environment(const variable_map& node) {
  auto out = minimal_environment(node);
  for (const auto& [name, value] : install_settings_of(node)) out.emplace(name, value);
  return out;
}

variable_map clone_environment(const variable_map& node) {
  auto out = install_environment(node);
  for (const auto& [name, value] : node)
    if (listed(name, clone_names)) out.emplace(name, value);
  return out;
}

variable_map install_settings_of(const variable_map& server) {
  variable_map out;
  for (const auto& [name, value] : server)
    if (is_install_setting(name)) out.emplace(name, value);
  return out;
}

void prepend_path(variable_map& target, std::string_view directory) {
  auto& path = target["PATH"];
  path = path.empty() ? std::string(directory) : std::string(directory) + ":" + path;
}

} // namespace toolscore
