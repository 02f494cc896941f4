#include "runners/install_cache_io.hpp"

#include "runners/install_io.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

namespace toolscore {
namespace {

namespace fs = std::filesystem;

std::string installs_of(const std::string& state_dir) {
  return state_dir + "/installs";
}

/// What its files take on the disk; links are not followed.
std::uint64_t bytes_below(const fs::path& directory) {
  std::uint64_t bytes = 0;
  std::error_code failed;
  fs::recursive_directory_iterator at(directory, fs::directory_options::skip_permission_denied,
                                      failed);
  for (const fs::recursive_directory_iterator end; !failed && at != end; at.increment(failed)) {
    struct stat found {};
    if (::lstat(at->path().c_str(), &found) == 0)
      bytes += static_cast<std::uint64_t>(found.st_blocks) * 512;
  }
  return bytes;
}

cached_install read_cached(const fs::path& directory) {
  cached_install out;
  out.key = directory.filename().string();
  out.bytes = bytes_below(directory);
  struct stat found {};
  const auto marker = (directory / marker_name).string();
  if (::stat(marker.c_str(), &found) != 0 && ::stat(directory.c_str(), &found) != 0) return out;
  out.used = std::chrono::system_clock::from_time_t(found.st_mtim.tv_sec);
  std::ostringstream text;
  text << std::ifstream(marker).rdbuf();
  const auto said = nlohmann::json::parse(text.str(), nullptr, false);
  if (!said.is_object() || said.value("key", nlohmann::json()) != out.key) return out;
  const auto word = [&](const char* name) {
    const auto at = said.find(name);
    return at != said.end() && at->is_string() ? at->get<std::string>() : std::string();
  };
  out.from = word("from");
  out.version = word("version");
  return out;
}

} // namespace

std::vector<cached_install> find_installs(const std::string& state_dir) {
  std::vector<cached_install> all;
  std::error_code failed;
  for (fs::directory_iterator at(installs_of(state_dir), failed), end; !failed && at != end;
       at.increment(failed)) {
    std::error_code none;
    if (at->is_directory(none) && !at->is_symlink(none)) all.push_back(read_cached(at->path()));
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.key < b.key; });
  return all;
}

result<done> remove_cached(const std::string& state_dir, const std::string& key) {
  const auto directory = fs::path(installs_of(state_dir)) / key;
  std::error_code failed;
  fs::remove(directory / marker_name, failed);
  if (!failed) fs::remove_all(directory, failed);
  if (failed)
    return error{errc::io_failed, "cannot remove " + directory.string() + ": " + failed.message() +
                                      "; check its rights, or remove it by hand"};
  return done{};
}

} // namespace toolscore
