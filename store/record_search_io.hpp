#pragma once
#include "messages/error.hpp"
#include "store/record_selection.hpp"

#include <functional>

namespace SQLite {
class Database;
}

namespace toolscore {

/// The records that are meant, in their order, until `use` returns false; `limit` is the caller's.
/// They are the store's own, or in their place those that were imported; never both.
/// One block stands in memory at a time. Throws SQLite::Exception.
/// @error store_failed a block cannot be read; the detail says which
result<done> select_records(SQLite::Database& base, const record_query& query,
                            const std::function<bool(const record_row&)>& use,
                            bool imported = false);

} // namespace toolscore
