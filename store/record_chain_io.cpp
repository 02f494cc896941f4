#include "store/record_chain_io.hpp"

#include "store/block_packing.hpp"
#include "store/sha256_io.hpp"

#include <sqlite3.h>
#include <SQLiteCpp/SQLiteCpp.h>

namespace toolscore {
namespace {

constexpr std::string_view insert_sql =
    "INSERT INTO record_blocks (last, first, from_us, to_us, servers, tools, outcomes, before, "
    "digest, records) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
constexpr const char* select_sql =
    "SELECT last, first, from_us, to_us, servers, tools, outcomes, before, digest, records FROM "
    "record_blocks WHERE last > ?1";

/// SQLite's integers have a sign; the bits are the same.
std::int64_t bits_of(std::uint64_t mask) {
  return static_cast<std::int64_t>(mask);
}

stored_block block_of(SQLite::Statement& statement) {
  const auto whole = [&](int i) { return statement.getColumn(i).getInt64(); };
  stored_block block;
  block.last = whole(0);
  block.first = whole(1);
  block.labels = {whole(2), whole(3), static_cast<std::uint64_t>(whole(4)),
                  static_cast<std::uint64_t>(whole(5)), static_cast<std::uint64_t>(whole(6))};
  block.before = statement.getColumn(7).getString();
  block.digest = statement.getColumn(8).getString();
  const auto column = statement.getColumn(9);
  const auto* begin = static_cast<const char*>(column.getBlob());
  block.kept = begin == nullptr ? std::string_view{}
                                : std::string_view(begin, static_cast<std::size_t>(column.size()));
  return block;
}

} // namespace

std::string digest_of(const stored_block& block) {
  std::string head = block.before;
  for (const auto number :
       {block.first, block.last, block.labels.from_us, block.labels.to_us,
        bits_of(block.labels.servers), bits_of(block.labels.tools), bits_of(block.labels.outcomes)})
    (head += ' ') += std::to_string(number);
  return sha256_hex(head += '\n', block.kept);
}

void chain_end::finalize::operator()(sqlite3_stmt* statement) const noexcept {
  sqlite3_finalize(statement);
}

chain_end::chain_end(SQLite::Database& base, std::int64_t first) : base_(base), last_(first - 1) {
  sqlite3_stmt* made = nullptr;
  const int status =
      sqlite3_prepare_v3(base.getHandle(), insert_sql.data(), static_cast<int>(insert_sql.size()),
                         SQLITE_PREPARE_PERSISTENT, &made, nullptr);
  insert_.reset(made);
  if (status != SQLITE_OK) throw SQLite::Exception(base.getHandle(), status);
  SQLite::Statement end(base, "SELECT last, digest FROM record_blocks ORDER BY last DESC LIMIT 1");
  if (!end.executeStep()) return;
  last_ = end.getColumn(0).getInt64();
  digest_ = end.getColumn(1).getString();
}

std::int64_t chain_end::append(block_writer& records) {
  if (records.records() == 0) return last_;
  stored_block block;
  block.first = last_ + 1;
  block.last = last_ + static_cast<std::int64_t>(records.records());
  block.labels = records.labels();
  block.before = digest_;
  pack_block(records.bytes(), room_);
  block.kept = room_;
  block.digest = digest_of(block);
  auto* statement = insert_.get();
  int index = 0;
  for (const auto number :
       {block.last, block.first, block.labels.from_us, block.labels.to_us,
        bits_of(block.labels.servers), bits_of(block.labels.tools), bits_of(block.labels.outcomes)})
    sqlite3_bind_int64(statement, ++index, number);
  for (const auto* text : {&block.before, &block.digest})
    sqlite3_bind_text64(statement, ++index, text->data(), text->size(), SQLITE_STATIC, SQLITE_UTF8);
  sqlite3_bind_blob64(statement, ++index, block.kept.data(), block.kept.size(), SQLITE_STATIC);
  const int stepped = sqlite3_step(statement);
  // Reset before anything is thrown: a statement left open would keep the transaction from ending.
  if (stepped != SQLITE_DONE) {
    SQLite::Exception failure(base_.getHandle(), stepped);
    sqlite3_reset(statement);
    throw failure;
  }
  sqlite3_reset(statement);
  records.clear();
  last_ = block.last;
  digest_ = std::move(block.digest);
  return last_;
}

void each_block(SQLite::Database& base, const block_selection& which,
                const std::function<bool(const stored_block&)>& use) {
  std::string sql = select_sql;
  if (which.until != 0) sql += " AND first <= ?2";
  if (which.servers != 0) sql += " AND servers & ?3";
  if (which.tools != 0) sql += " AND tools & ?4";
  if (which.outcomes != 0) sql += " AND outcomes & ?5";
  if (which.since_us) sql += " AND to_us >= ?6";
  if (which.before_us) sql += " AND from_us < ?7";
  SQLite::Statement statement(base, sql + " ORDER BY last");
  statement.bind(1, which.after);
  if (which.until != 0) statement.bind(2, which.until);
  if (which.servers != 0) statement.bind(3, bits_of(which.servers));
  if (which.tools != 0) statement.bind(4, bits_of(which.tools));
  if (which.outcomes != 0) statement.bind(5, bits_of(which.outcomes));
  if (which.since_us) statement.bind(6, *which.since_us);
  if (which.before_us) statement.bind(7, *which.before_us);
  std::string room;
  while (statement.executeStep()) {
    auto block = block_of(statement);
    block.bytes = unpack_block(block.kept, room);
    if (!use(block)) return;
  }
}

} // namespace toolscore
