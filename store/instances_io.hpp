#pragma once
#include "messages/error.hpp"
#include "messages/ids.hpp"
#include "store/database_io.hpp"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace toolscore {

/// What a later node needs to find a process again and be sure that it is the same one.
struct stored_instance {
  instance_id id;
  std::int64_t pid = 0;
  std::int64_t init_pid = 0;
  std::uint64_t start_time =
      0;               ///< Of the init, field 22 of /proc/PID/stat: clock ticks since boot.
  std::string boot_id; ///< /proc/sys/kernel/random/boot_id; of another boot = long gone.
};

/// An instance that began, or the id of one that ended.
using live_change = std::variant<stored_instance, instance_id>;

/// The instances that live, as far as is known. @error store_failed from every function
class instances {
public:
  explicit instances(database& base) : base_(base.handle()) {}
  /// Adds or replaces.
  result<done> add(const stored_instance& instance);
  result<done> remove(const instance_id& id);
  /// Several of both, in their order and in one transaction.
  result<done> change(const std::vector<live_change>& changes);
  result<std::vector<stored_instance>> all();
  result<done> clear();

private:
  SQLite::Database& base_;
};

} // namespace toolscore
