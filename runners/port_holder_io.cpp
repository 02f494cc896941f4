#include "runners/port_holder_io.hpp"

#include <dirent.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <set>
#include <sstream>

namespace toolscore {
namespace {

constexpr int listening = 0x0a; // Its state in the kernel's table.

/// The inodes of the sockets of one table that listen on the port.
void add_listeners(const char* table, std::uint16_t port, std::set<std::string>& inodes) {
  std::ifstream file(table);
  std::string line;
  std::getline(file, line); // Titles.
  while (std::getline(file, line)) {
    std::istringstream words(line);
    std::string number, local, remote, state, queues, timer, retransmits, uid, timeout, inode;
    words >> number >> local >> remote >> state >> queues >> timer >> retransmits >> uid >>
        timeout >> inode;
    const auto colon = local.rfind(':');
    if (!words || colon == local.npos) continue;
    if (std::strtol(local.c_str() + colon + 1, nullptr, 16) == port &&
        std::strtol(state.c_str(), nullptr, 16) == listening)
      inodes.insert("socket:[" + inode + "]");
  }
}

using directory = std::unique_ptr<DIR, int (*)(DIR*)>;

bool holds_any(const std::string& process, const std::set<std::string>& sockets) {
  const directory all(::opendir((process + "/fd").c_str()), &::closedir);
  if (!all) return false;
  while (const auto* entry = ::readdir(all.get())) {
    std::array<char, 64> to{};
    const auto path = process + "/fd/" + entry->d_name;
    const auto size = ::readlink(path.c_str(), to.data(), to.size());
    if (size > 0 && sockets.count(std::string(to.data(), static_cast<std::size_t>(size))) != 0)
      return true;
  }
  return false;
}

std::string name_of(const std::string& process) {
  std::ifstream file(process + "/comm");
  std::string name;
  std::getline(file, name);
  for (char& x : name)
    if (static_cast<unsigned char>(x) < 0x20) x = '?';
  return name;
}

} // namespace

std::string holder_of_port(std::uint16_t port) {
  std::set<std::string> sockets;
  for (const char* table : {"/proc/net/tcp", "/proc/net/tcp6"}) add_listeners(table, port, sockets);
  if (sockets.empty()) return {};
  const directory all(::opendir("/proc"), &::closedir);
  while (all) {
    const auto* entry = ::readdir(all.get());
    if (entry == nullptr) break;
    const std::string pid = entry->d_name;
    if (pid.find_first_not_of("0123456789") != pid.npos || !holds_any("/proc/" + pid, sockets))
      continue;
    return "pid " + pid + " (" + name_of("/proc/" + pid) + ")";
  }
  return "another program";
}

} // namespace toolscore
