#pragma once
#include "store/record_block.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct sqlite3_stmt;
namespace SQLite {
class Database;
}

namespace toolscore {

/// A block of records as it is kept. Each has the digest of the one before in its own digest, so
/// that none of them can be changed, taken out or put in later and the others still hold. The
/// functions here throw SQLite::Exception.
struct stored_block {
  std::int64_t first = 0; ///< Numbers of its first and last record.
  std::int64_t last = 0;
  block_labels labels;
  std::string before; ///< The digest of the block before; no digits for the first of a store.
  std::string digest;
  std::string_view kept;  ///< As it stands in the store (store/block_packing.hpp).
  std::string_view bytes; ///< Of block_writer. Both are good while the block is looked at.
};

/// SHA-256, in hexadecimal digits, of all that a block says but its digest.
std::string digest_of(const stored_block& block);

/// The prepared statement that appends blocks to the chain.
class chain_end {
public:
  /// @param first  the number of the first record where there is none yet
  explicit chain_end(SQLite::Database& base, std::int64_t first = 1);
  /// Appends what was written and empties it. @returns the number of the last record
  std::int64_t append(block_writer& records);
  std::int64_t last() const noexcept { return last_; }

private:
  struct finalize {
    void operator()(sqlite3_stmt* statement) const noexcept;
  };
  SQLite::Database& base_;
  std::unique_ptr<sqlite3_stmt, finalize> insert_;
  std::int64_t last_ = 0;
  std::string digest_;
  std::string room_; ///< For a packed block.
};

/// Which blocks are looked at; zeros do not select.
struct block_selection {
  std::int64_t after = 0; ///< Such that hold a record with a higher number.
  std::int64_t until = 0; ///< And none that begin behind this one.
  std::uint64_t servers = 0;
  std::uint64_t tools = 0;
  std::uint64_t outcomes = 0;
  std::optional<std::int64_t> since_us;
  std::optional<std::int64_t> before_us;
};

/// Blocks in their order until `use` returns false.
void each_block(SQLite::Database& base, const block_selection& which,
                const std::function<bool(const stored_block&)>& use);

} // namespace toolscore
