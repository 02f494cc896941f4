#pragma once
#include "messages/error.hpp"
#include "store/record_selection.hpp"

#include <functional>
#include <string>

namespace SQLite {
class Database;
}

namespace toolscore {

/// The records of a state directory for other programs than its node, which may be writing them.
/// Only reads; blocks. The first reader of a store that an older program wrote is the node.

/// Runs `work` on the open file; it may throw SQLite::Exception.
/// @error store_failed there is no such file, it has no such records, or SQLite cannot read it
result<done> with_records(const std::string& state_dir,
                          const std::function<result<done>(SQLite::Database&)>& work);

/// The records that are meant, in their order, until `use` returns false. `query.limit` is ignored.
/// They are the store's own, or those that were imported. One block stands in memory at a time.
/// @error as above, and a block that cannot be read
result<done> read_records(const std::string& state_dir, const record_query& query,
                          const std::function<bool(const record_row&)>& use, bool imported = false);

} // namespace toolscore
