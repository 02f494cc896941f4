#include "reason/line_file_io.hpp"

#include <cerrno>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>

namespace toolscore::reason {
namespace {

error failed(const std::string& what) {
  return {errc::io_failed, what + ": " + std::generic_category().message(errno)};
}

} // namespace

result<line_file> line_file::open(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return failed(path + " cannot be written");
  return line_file(descriptor);
}

line_file::~line_file() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

result<done> line_file::add(std::string line) {
  line += '\n';
  std::size_t written = 0;
  while (written < line.size()) {
    const auto count = ::write(descriptor_, line.data() + written, line.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return failed("a trajectory could not be written");
    written += static_cast<std::size_t>(count);
  }
  return done{};
}

} // namespace toolscore::reason
