#include "runners/image/context_io.hpp"

#include "runners/image/context_rules.hpp"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <vector>

namespace toolscore {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t block_bytes = 64 * 1024;
constexpr std::uintmax_t text_bytes_max = std::uintmax_t{1} << 20U;

struct end_archive {
  void operator()(archive* x) const { archive_write_free(x); }
};
struct end_entry {
  void operator()(archive_entry* x) const { archive_entry_free(x); }
};

image_failure too_large(const std::string& what) {
  return {image_exit::refused, "what the Dockerfile's directory holds is over " + what +
                                   "; name in .dockerignore what the build does not need"};
}

/// By .dockerignore, or the Dockerfile's own ("build/Dockerfile.dockerignore").
context_rules rules_of(const std::string& directory, const std::string& dockerfile) {
  auto text = project_text(directory, dockerfile + ".dockerignore");
  if (!text) text = project_text(directory, ".dockerignore");
  return context_rules(text.value_or(""));
}

/// All that is sent, sorted.
class listing {
public:
  listing(const std::string& directory, const std::string& dockerfile)
      : rules_(rules_of(directory, dockerfile)), dockerfile_(dockerfile) {}

  std::optional<image_failure> read(const fs::path& directory, const context_limits& limits) {
    std::uint64_t bytes = 0;
    fs::recursive_directory_iterator at(directory);
    for (const fs::recursive_directory_iterator end; at != end; ++at) {
      const auto path = at->path().lexically_relative(directory).string();
      const bool is_directory = at->is_directory() && !at->is_symlink();
      if (is_left_out(path)) {
        const bool final = rules_.is_final() && !dockerfile_.starts_with(path + "/");
        if (is_directory && (final || path == ".git")) at.disable_recursion_pending();
        continue;
      }
      if (!is_directory && !at->is_symlink() && !at->is_regular_file()) continue;
      if (at->is_regular_file() && !at->is_symlink()) bytes += at->file_size();
      if (bytes > limits.bytes_max)
        return too_large(std::to_string(limits.bytes_max >> 20U) + " MiB");
      paths.push_back(path);
      if (paths.size() > limits.entries_max)
        return too_large(std::to_string(limits.entries_max) + " entries");
    }
    std::sort(paths.begin(), paths.end());
    return std::nullopt;
  }

  std::vector<std::string> paths;

private:
  /// An engine needs the file that it builds by, whatever is said of it.
  bool is_left_out(const std::string& path) const {
    if (path == ".git" || path.starts_with(".git/")) return true;
    return path != dockerfile_ && path != ".dockerignore" && rules_.is_left_out(path);
  }

  context_rules rules_;
  std::string dockerfile_;
};

class tar_writer {
public:
  bool open(const std::string& file) {
    return archive_write_set_format_pax_restricted(tar_.get()) == ARCHIVE_OK &&
           archive_write_open_filename(tar_.get(), file.c_str()) == ARCHIVE_OK;
  }
  bool add(const fs::path& from, const std::string& path) {
    const std::unique_ptr<archive_entry, end_entry> entry(archive_entry_new());
    const auto status = fs::symlink_status(from);
    archive_entry_set_pathname(entry.get(), path.c_str());
    archive_entry_set_perm(entry.get(), static_cast<unsigned>(status.permissions()) & 0777U);
    archive_entry_set_mtime(entry.get(), 0, 0);
    if (fs::is_symlink(status)) {
      archive_entry_set_filetype(entry.get(), AE_IFLNK);
      archive_entry_set_symlink(entry.get(), fs::read_symlink(from).c_str());
    } else if (fs::is_directory(status)) {
      archive_entry_set_filetype(entry.get(), AE_IFDIR);
    } else {
      archive_entry_set_filetype(entry.get(), AE_IFREG);
      return add_file(from, entry.get());
    }
    return is_good(archive_write_header(tar_.get(), entry.get()));
  }
  bool close() { return archive_write_close(tar_.get()) == ARCHIVE_OK; }
  std::string why() const {
    const char* text = archive_error_string(tar_.get());
    return text == nullptr ? "it cannot be read" : text;
  }

private:
  /// A warning is about names that are no text of the locale; they are written as they are.
  static bool is_good(int outcome) { return outcome >= ARCHIVE_WARN; }
  bool add_file(const fs::path& from, archive_entry* entry) {
    std::ifstream in(from, std::ios::binary);
    auto left = static_cast<std::int64_t>(fs::file_size(from));
    archive_entry_set_size(entry, left);
    if (!in || !is_good(archive_write_header(tar_.get(), entry))) return false;
    std::string block(block_bytes, '\0');
    while (left > 0) {
      in.read(block.data(), std::min<std::int64_t>(left, block_bytes));
      const auto got = in.gcount();
      if (got <= 0) return false; // It has become shorter meanwhile.
      if (archive_write_data(tar_.get(), block.data(), static_cast<std::size_t>(got)) != got)
        return false;
      left -= got;
    }
    return true;
  }

  std::unique_ptr<archive, end_archive> tar_{archive_write_new()};
};

} // namespace

std::string context_directory(const std::string& root, const std::string& subdir,
                              std::optional<image_failure>& failure) {
  std::error_code failed;
  const auto whole = fs::canonical(root, failed);
  const auto part = failed ? fs::path() : fs::canonical(whole / subdir, failed);
  if (!failed && fs::is_directory(part, failed)) {
    const auto inside = part.lexically_relative(whole);
    if (part == whole || *inside.begin() != "..") return part.string();
    failure = {image_exit::refused, "\"" + subdir + "\" leaves the source; check \"subdir\""};
    return {};
  }
  failure = {image_exit::refused, "it has no directory \"" + subdir + "\"; check \"subdir\""};
  return {};
}

std::optional<std::string> project_text(const std::string& directory, const std::string& path) {
  std::error_code failed;
  const auto file = fs::canonical(fs::path(directory) / path, failed);
  if (failed || *file.lexically_relative(directory).begin() == "..") return std::nullopt;
  if (!fs::is_regular_file(file, failed) || fs::file_size(file, failed) > text_bytes_max)
    return std::nullopt;
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

std::optional<image_failure> write_context(const std::string& directory,
                                           const std::string& dockerfile, const std::string& to,
                                           const context_limits& limits) {
  listing all(directory, dockerfile);
  try {
    if (auto failure = all.read(directory, limits)) return failure;
    tar_writer tar;
    if (!tar.open(to)) return image_failure{image_exit::io, to + ": " + tar.why()};
    for (const auto& path : all.paths)
      if (!tar.add(fs::path(directory) / path, path))
        return image_failure{image_exit::io, path + ": " + tar.why()};
    if (!tar.close()) return image_failure{image_exit::io, to + ": " + tar.why()};
  } catch (const fs::filesystem_error& x) {
    return image_failure{image_exit::io, x.path1().string() + ": " + x.code().message()};
  }
  return std::nullopt;
}

} // namespace toolscore
