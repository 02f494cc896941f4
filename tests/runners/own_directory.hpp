#pragma once
#include <filesystem>
#include <stdlib.h>
#include <string>

namespace toolscore::test {

/// A directory of the test's own, gone with this.
struct own_directory {
  own_directory() {
    char name[] = "/tmp/toolscore-own-XXXXXX";
    path = ::mkdtemp(name);
  }
  ~own_directory() { std::filesystem::remove_all(path); }
  own_directory(const own_directory&) = delete;
  own_directory& operator=(const own_directory&) = delete;

  bool has(const std::string& name) const { return std::filesystem::exists(path + "/" + name); }
  std::size_t files() const {
    const std::filesystem::directory_iterator all(path);
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
  }
  std::string path;
};

} // namespace toolscore::test
