#include "node/config_file_io.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace toolscore {
namespace {

error failed(const std::string& path) {
  return {errc::io_failed, path + ": " + std::strerror(errno)};
}

result<std::string> read_to_end(int fd, const std::string& path, std::size_t bytes_max) {
  std::string text;
  char chunk[16 << 10];
  for (;;) {
    const auto count = ::read(fd, chunk, sizeof chunk);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failed(path);
    if (count == 0) return text;
    text.append(chunk, static_cast<std::size_t>(count));
    if (text.size() > bytes_max)
      return error{errc::too_large, path + ": more than " + std::to_string(bytes_max) + " bytes"};
  }
}

} // namespace

result<std::string> read_text_file(const std::string& path, std::size_t bytes_max) {
  // A pipe without a writer would block the opening for ever.
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return failed(path);
  struct stat about {};
  if (::fstat(fd, &about) == 0 && S_ISDIR(about.st_mode)) {
    ::close(fd);
    return error{errc::io_failed, path + ": is a directory, name a file"};
  }
  auto text = read_to_end(fd, path, bytes_max);
  ::close(fd);
  return text;
}

result<std::string> read_standard_input(std::size_t bytes_max) {
  return read_to_end(STDIN_FILENO, "stdin", bytes_max);
}

bool file_exists(const std::string& path) {
  return ::access(path.c_str(), F_OK) == 0;
}

std::string absolute_path(const std::string& path) {
  std::error_code failure;
  auto absolute = std::filesystem::absolute(path, failure).lexically_normal().string();
  if (failure) return path;
  while (absolute.size() > 1 && absolute.ends_with('/')) absolute.pop_back();
  return absolute;
}

environment process_environment(const std::string& config_file) {
  environment env;
  env.variable = [](std::string_view name) -> std::optional<std::string> {
    const char* value = std::getenv(std::string(name).c_str());
    if (value == nullptr) return std::nullopt;
    return std::string(value);
  };
  env.file = [](std::string_view path) {
    return read_text_file(std::string(path), referred_file_bytes_max);
  };
  env.workspace = absolute_path(".");
  if (!config_file.empty())
    env.workspace = std::filesystem::path(absolute_path(config_file)).parent_path().string();
  return env;
}

result<node_config> read_node_config(const std::string& path, const environment& env) {
  std::string file = path;
  if (file.empty() && file_exists(config_file_default)) file = config_file_default;
  if (file.empty()) return default_config(env);
  const auto text = read_text_file(file, config_bytes_max);
  if (!text) return text.failure();
  environment of_file = env;
  of_file.workspace = process_environment(file).workspace;
  return parse_config(*text, file, of_file);
}

} // namespace toolscore
