#pragma once
#include "messages/error.hpp"
#include "store/database_io.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace toolscore {

enum class install_state : std::uint8_t { building, complete, broken };
const char* to_string(install_state x) noexcept;

/// One installed tree on the disk, addressed by what it was made from.
struct stored_install {
  std::string key;     ///< Hash of source, ref, lock file and runtime version.
  std::string path;    ///< Absolute directory.
  std::string version; ///< npm: the version; git: empty.
  std::string commit;  ///< git: the commit.
  std::chrono::system_clock::time_point created; ///< Kept to the microsecond.
  install_state state = install_state::building;
};

/// @error store_failed from every function; then nothing has changed
class installs {
public:
  explicit installs(database& base) : base_(base.handle()) {}
  result<done> put(const stored_install& install);
  result<std::optional<stored_install>> find(const std::string& key);
  result<done> remove(const std::string& key);
  /// Oldest first.
  result<std::vector<stored_install>> all();

private:
  SQLite::Database& base_;
};

} // namespace toolscore
