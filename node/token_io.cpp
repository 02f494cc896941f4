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
constexpr std::size_t token_text_max = 4'096;

error failed(const std::string& path, const char* what, const char* advice) {
  return {errc::io_failed, path + ": " + what + ": " + std::strerror(errno) + advice};
}

constexpr const char* state_advice = "; the state directory must belong to the node's user";

result<std::string> read_private(const std::string& path, const char* read_advice,
                                 const char* mode_advice) {
  // A pipe without a writer would block the opening for ever.
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0) return failed(path, "cannot be read", read_advice);
  struct stat facts {};
  std::array<char, token_text_max> text{};
  const auto length = ::read(fd, text.data(), text.size());
  const bool known = ::fstat(fd, &facts) == 0;
  ::close(fd);
  if (length < 0 || !known) return failed(path, "cannot be read", read_advice);
  if ((facts.st_mode & 077U) != 0)
    return error{errc::io_failed,
                 path + ": others may read it; run `chmod 600 " + path + "`" + mode_advice};
  if (length == static_cast<ssize_t>(text.size()))
    return error{errc::io_failed, path + ": too long for a token"};
  std::string token(text.data(), static_cast<std::size_t>(length));
  while (!token.empty() && (token.back() == '\n' || token.back() == '\r')) token.pop_back();
  return token;
}

result<std::string> read_token(const std::string& path) {
  auto token = read_private(path, state_advice, ", or remove it to have a new one written");
  if (token && token->size() < token_bytes)
    return error{errc::io_failed, path + ": too short for a token; remove it to have one written"};
  return token;
}

} // namespace

result<std::string> read_secret(const std::string& path) {
  return read_private(path, "; name a file that the node's user may read",
                      ", or give it to the node's user");
}

result<std::string> owner_token(const std::string& state_dir) {
  const auto path = state_dir + "/token";
  if (::access(path.c_str(), F_OK) == 0) return read_token(path);
  std::array<unsigned char, token_bytes> random{};
  if (::getrandom(random.data(), random.size(), 0) != static_cast<ssize_t>(random.size()))
    return failed(path, "no random bytes", "");
  static constexpr char digits[] = "0123456789abcdef";
  std::string token;
  for (const auto byte : random) {
    token += digits[byte >> 4U];
    token += digits[byte & 15U];
  }
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return failed(path, "cannot be written", state_advice);
  const auto text = token + "\n";
  const bool written = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  ::close(fd);
  if (!written) {
    ::unlink(path.c_str());
    return failed(path, "cannot be written", state_advice);
  }
  return token;
}

} // namespace toolscore
