#include "store/secret_files_io.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

namespace toolscore {
namespace {

namespace fs = std::filesystem;

error failed(const std::string& path) {
  return error{errc::store_failed, "cannot keep a secret in " + path + ": " + std::strerror(errno) +
                                       "; check its rights and space"};
}

bool write_whole(const std::string& path, std::string_view text) {
  const auto partial = path + ".new";
  const int fd =
      ::open(partial.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return false;
  bool good = true;
  while (good && !text.empty()) {
    const auto written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    good = written > 0;
    if (good) text.remove_prefix(static_cast<std::size_t>(written));
  }
  good = good && ::fdatasync(fd) == 0;
  const int why = errno;
  ::close(fd);
  if (good && ::rename(partial.c_str(), path.c_str()) == 0) return true;
  const int last = good ? errno : why;
  ::unlink(partial.c_str());
  errno = last;
  return false;
}

bool make_directory(const std::string& path) {
  return ::mkdir(path.c_str(), 0700) == 0 || errno == EEXIST;
}

std::string text_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

} // namespace

bool are_kept(const sealed_definition& sealed) {
  return std::all_of(sealed.files.begin(), sealed.files.end(),
                     [](const auto& x) { return text_of(x.first) == x.second; });
}

result<done> keep_secrets(const sealed_definition& sealed, const std::string& directory) {
  if (sealed.files.empty() || are_kept(sealed)) return done{};
  if (!make_directory(fs::path(directory).parent_path().string()) || !make_directory(directory))
    return failed(directory);
  for (const auto& [path, text] : sealed.files)
    if (!write_whole(path, text)) return failed(path);
  return done{};
}

void drop_other_secrets(const sealed_definition& sealed, const std::string& directory) {
  std::error_code ignored;
  for (fs::directory_iterator at(directory, ignored), end; !ignored && at != end;
       at.increment(ignored)) {
    const auto path = at->path().string();
    const bool login = !sealed.text.empty() && at->path().filename().string().starts_with("oauth");
    const bool needed = login || sealed.text.find("${file:" + path + "}") != std::string::npos;
    std::error_code unremoved;
    if (!needed) fs::remove(at->path(), unremoved);
  }
  fs::remove(directory, ignored); // Where nothing is left in it.
}

} // namespace toolscore
