#include "runners/fetch/copy_io.hpp"

#include "runners/fetch/digest_io.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <vector>

namespace toolscore {
namespace {

namespace fs = std::filesystem;

constexpr std::array left_out{".git",  ".hg",         ".svn", "node_modules",
                              ".venv", "__pycache__", ".tox", ".mypy_cache"};
constexpr std::size_t block_bytes = 64 * 1024;

bool is_left_out(const fs::path& name) {
  return std::any_of(left_out.begin(), left_out.end(), [&](const char* x) { return name == x; });
}

struct failed_at {
  std::string path;
  std::string why;
};

/// Every entry that is to be copied, sorted, so that the digest does not hang on the disk's order.
std::vector<fs::path> entries_of(const fs::path& root) {
  std::vector<fs::path> found;
  fs::recursive_directory_iterator at(root);
  for (const fs::recursive_directory_iterator end; at != end; ++at) {
    if (is_left_out(at->path().filename())) {
      if (at->is_directory() && !at->is_symlink()) at.disable_recursion_pending();
      continue;
    }
    found.push_back(at->path().lexically_relative(root));
  }
  std::sort(found.begin(), found.end());
  return found;
}

void copy_file(const fs::path& from, const fs::path& to, unpack_rules& rules, sha256& sum) {
  std::ifstream in(from, std::ios::binary);
  std::ofstream out(to, std::ios::binary);
  if (!in) throw failed_at{from.string(), "cannot be read"};
  std::string block(block_bytes, '\0');
  while (in) {
    in.read(block.data(), static_cast<std::streamsize>(block.size()));
    const std::string_view got(block.data(), static_cast<std::size_t>(in.gcount()));
    if (!rules.grow(got.size())) throw failed_at{from.string(), rules.why()};
    sum.add(got);
    if (!out.write(got.data(), static_cast<std::streamsize>(got.size())))
      throw failed_at{to.string(), "cannot be written; is the disk full?"};
  }
  out.close();
  if (!out) throw failed_at{to.string(), "cannot be written; is the disk full?"};
  fs::permissions(to, fs::status(from).permissions() & ~fs::perms::group_write &
                          ~fs::perms::others_write & fs::perms::all);
}

void copy_entry(const fs::path& root, const fs::path& to, const fs::path& path, unpack_rules& rules,
                sha256& sum) {
  const auto from = root / path;
  const auto status = fs::symlink_status(from);
  const auto marked = [&](const char* kind) { sum.add(std::string(kind) + path.string() + '\0'); };
  if (fs::is_symlink(status)) {
    marked("link ");
    sum.add(fs::read_symlink(from).string() + '\0');
    fs::copy_symlink(from, to / path);
  } else if (fs::is_directory(status)) {
    marked("directory ");
    fs::create_directory(to / path);
  } else if (fs::is_regular_file(status)) {
    const bool runs = (status.permissions() & fs::perms::owner_exec) != fs::perms::none;
    marked(runs ? "program " : "file ");
    sum.add(std::to_string(fs::file_size(from)) + '\0');
    copy_file(from, to / path, rules, sum);
  } // Sockets, pipes and devices are nothing of a project.
}

} // namespace

std::optional<fetch_failure> copy_project(const std::string& from, const std::string& to,
                                          const unpack_limits& limits, std::string& digest) {
  std::error_code failed;
  if (!fs::is_directory(from, failed))
    return fetch_failure{fetch_exit::not_found, "\"" + from + "\" is no directory; check \"path\""};
  auto bounded = limits;
  bounded.free_bytes = bounded.bytes_max; // Nothing was compressed.
  unpack_rules rules(bounded, 0);
  sha256 sum;
  try {
    const auto root = fs::canonical(from);
    const auto all = entries_of(root);
    if (all.size() > limits.entries_max)
      return fetch_failure{fetch_exit::refused, "\"" + from + "\" has more than " +
                                                    std::to_string(limits.entries_max) +
                                                    " entries"};
    for (const auto& path : all) copy_entry(root, to, path, rules, sum);
  } catch (const failed_at& x) {
    return fetch_failure{fetch_exit::io, x.path + " " + x.why};
  } catch (const fs::filesystem_error& x) {
    return fetch_failure{fetch_exit::io, x.path1().string() + ": " + x.code().message()};
  }
  digest = sum.hex();
  return std::nullopt;
}

} // namespace toolscore
