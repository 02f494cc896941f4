#pragma once
#include "messages/crash.hpp"
#include "messages/error.hpp"
#include "store/database_io.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace toolscore {

struct crash_bounds {
  std::uint64_t rows_max = 10'000; ///< Over it the oldest of all are deleted.
  std::uint64_t server_rows_max = 100;
};

/// The crash reports, bounded. @error store_failed from every function
class crashes {
public:
  explicit crashes(database& base, const crash_bounds& bounds = {})
      : base_(base.handle()), bounds_(bounds) {}
  /// Keeps all or none, in one transaction; their `number` is ignored. A report of a server that
  /// has no definition any more is left out.
  result<done> put(std::span<const crash_report> reports);
  /// The newest first.
  /// @error unknown_server it has no definition
  result<std::vector<crash_report>> find(const crash_query& query);
  result<done> remove(const server_id& server);
  /// Deletes those of servers without a definition.
  result<done> keep_defined();

private:
  void trim(std::span<const crash_report> put);

  SQLite::Database& base_;
  crash_bounds bounds_;
};

} // namespace toolscore
