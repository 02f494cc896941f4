#include "runners/isolation_paths.hpp"

#include <algorithm>

namespace toolscore {
namespace {

constexpr std::size_t directories_max = 64;

} // namespace

const std::vector<std::string>& system_paths() {
  // Of /etc what programs look up; what only administrators are to see is in none of these.
  static const std::vector<std::string> paths{"/usr",
                                              "/bin",
                                              "/sbin",
                                              "/lib",
                                              "/lib32",
                                              "/lib64",
                                              "/libx32",
                                              "/nix/store",
                                              "/proc",
                                              "/sys/devices/system/cpu",
                                              "/sys/devices/system/node",
                                              "/etc/alternatives",
                                              "/etc/bash.bashrc",
                                              "/etc/ca-certificates",
                                              "/etc/crypto-policies",
                                              "/etc/debian_version",
                                              "/etc/fonts",
                                              "/etc/gai.conf",
                                              "/etc/group",
                                              "/etc/host.conf",
                                              "/etc/hosts",
                                              "/etc/inputrc",
                                              "/etc/java",
                                              "/etc/ld.so.cache",
                                              "/etc/ld.so.conf",
                                              "/etc/ld.so.conf.d",
                                              "/etc/locale.alias",
                                              "/etc/localtime",
                                              "/etc/magic",
                                              "/etc/mime.types",
                                              "/etc/networks",
                                              "/etc/nsswitch.conf",
                                              "/etc/npmrc",
                                              "/etc/os-release",
                                              "/etc/passwd",
                                              "/etc/pki",
                                              "/etc/profile",
                                              "/etc/protocols",
                                              "/etc/python3",
                                              "/etc/python3.11",
                                              "/etc/resolv.conf",
                                              "/etc/rpc",
                                              "/etc/services",
                                              "/etc/shells",
                                              "/etc/ssl/certs",
                                              "/etc/ssl/openssl.cnf",
                                              "/etc/terminfo",
                                              "/etc/timezone"};
  return paths;
}

const std::vector<std::string>& device_paths() {
  static const std::vector<std::string> paths{"/dev/null",   "/dev/zero",    "/dev/full",
                                              "/dev/random", "/dev/urandom", "/dev/tty"};
  return paths;
}

const std::vector<std::string>& resolver_paths() {
  static const std::vector<std::string> paths{"/run/systemd/resolve", "/run/resolvconf",
                                              "/run/NetworkManager/resolv.conf"};
  return paths;
}

bool is_within(const std::string& path, const std::string& top) {
  if (top.empty() || !path.starts_with(top)) return false;
  return path.size() == top.size() || top == "/" || path[top.size()] == '/';
}

std::vector<std::string> program_directories(const launch_plan& plan) {
  std::vector<std::string> found;
  const auto variable = plan.env.find("PATH");
  if (variable == plan.env.end()) return found;
  const auto& text = variable->second;
  for (std::size_t at = 0; at < text.size() && found.size() < directories_max;) {
    const auto end = std::min(text.find(':', at), text.size());
    auto path = text.substr(at, end - at);
    while (path.size() > 1 && path.ends_with('/')) path.pop_back();
    // The whole host is nobody's directory of programs.
    if (path.starts_with('/') && path.size() > 1) found.push_back(std::move(path));
    at = end + 1;
  }
  return found;
}

std::vector<std::string> own_reads(const launch_plan& plan) {
  std::vector<std::string> found;
  if (!plan.isolation.install_dir.empty()) found.push_back(plan.isolation.install_dir);
  if (plan.cwd.size() > 1) found.push_back(plan.cwd);
  if (!plan.argv.empty() && plan.argv[0].starts_with('/')) found.push_back(plan.argv[0]);
  for (auto& directory : program_directories(plan)) found.push_back(std::move(directory));
  return found;
}

} // namespace toolscore
