#include "node/token_io.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

namespace toolscore {
namespace {

constexpr std::size_t token_bytes = 32;
constexpr std::size_t token_text_max = 256;

error failed(const std::string& path, const char* what) {
  return {errc::io_failed, path + ": " + what + ": " + std::strerror(errno) +
                               "; the state directory must belong to the node's user"};
}

result<std::string> read_token(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) return failed(path, "cannot be read");
  struct stat facts {};
  std::array<char, token_text_max> text{};
  const auto length = ::read(fd, text.data(), text.size());
  const bool known = ::fstat(fd, &facts) == 0;
  ::close(fd);
  if (length < 0 || !known) return failed(path, "cannot be read");
  if ((facts.st_mode & 077U) != 0)
    return error{errc::io_failed, path + ": others may read it; run `chmod 600 " + path +
                                      "`, or remove it to have a new one written"};
  std::string token(text.data(), static_cast<std::size_t>(length));
  while (!token.empty() && (token.back() == '\n' || token.back() == '\r')) token.pop_back();
  if (token.size() < token_bytes)
    return error{errc::io_failed, path + ": too short for a token; remove it to have one written"};
  return token;
}

} // namespace

result<std::string> owner_token(const std::string& state_dir) {
  const auto path = state_dir + "/token";
  if (::access(path.c_str(), F_OK) == 0) return read_token(path);
  std::array<unsigned char, token_bytes> random{};
  if (::getrandom(random.data(), random.size(), 0) != static_cast<ssize_t>(random.size()))
    return failed(path, "no random bytes");
  static constexpr char digits[] = "0123456789abcdef";
  std::string token;
  for (const auto byte : random) {
    token += digits[byte >> 4U];
    token += digits[byte & 15U];
  }
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return failed(path, "cannot be written");
  const auto text = token + "\n";
  const bool written = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  ::close(fd);
  if (!written) {
    ::unlink(path.c_str());
    return failed(path, "cannot be written");
  }
  return token;
}

} // namespace toolscore
