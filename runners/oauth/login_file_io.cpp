#include "runners/oauth/login_file_io.hpp"

#include "runners/descriptor_io.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace toolscore {
namespace {

constexpr std::size_t file_bytes_max = std::size_t{256} << 10U;

error failed(const std::string& path) {
  return {errc::store_failed, "cannot keep a login in " + path + ": " + std::strerror(errno) +
                                  "; check its rights and space"};
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return ::fdatasync(fd) == 0;
}

} // namespace

std::optional<std::string> read_login_file(const std::string& directory) {
  const auto path = directory + "/" + login_file_name;
  const descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!fd) return std::nullopt;
  std::string text(file_bytes_max, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const auto more = ::read(fd.get(), text.data() + size, text.size() - size);
    if (more < 0 && errno == EINTR) continue;
    if (more < 0) return std::nullopt;
    if (more == 0) break;
    size += static_cast<std::size_t>(more);
  }
  text.resize(size);
  return text;
}

result<done> write_login_file(const std::string& directory, const std::string& text) {
  const auto above = directory.substr(0, directory.rfind('/'));
  for (const auto& one : {above, directory})
    if (::mkdir(one.c_str(), 0700) != 0 && errno != EEXIST) return failed(one);
  const auto path = directory + "/" + login_file_name;
  const auto partial = path + ".new";
  const descriptor fd(
      ::open(partial.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd) return failed(path);
  if (write_all(fd.get(), text) && ::rename(partial.c_str(), path.c_str()) == 0) return done{};
  auto why = failed(path);
  ::unlink(partial.c_str());
  return why;
}

result<bool> remove_login_file(const std::string& directory) {
  const auto path = directory + "/" + login_file_name;
  const bool was = ::unlink(path.c_str()) == 0;
  if (!was && errno != ENOENT && errno != ENOTDIR) return failed(path);
  ::rmdir(directory.c_str()); // Where nothing is left in it.
  return was;
}

} // namespace toolscore
