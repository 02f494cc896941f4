#include "store/record_import_io.hpp"

#include "messages/known_secrets.hpp"
#include "store/failure_io.hpp"
#include "store/kept_text.hpp"
#include "store/record_chain_io.hpp"
#include "store/records_io.hpp"
#include "store/trajectories_io.hpp"

#include <chrono>
#include <limits>
#include <span>
#include <SQLiteCpp/SQLiteCpp.h>
#include <string>
#include <utility>
#include <vector>

namespace toolscore {
namespace {

constexpr const char* doing = "importing records";
constexpr auto whole = std::numeric_limits<std::size_t>::max(); ///< Nothing is cut: it was before.

} // namespace

struct record_import::state {
  explicit state(SQLite::Database& database)
      : base(database), transaction(database, SQLite::TransactionBehavior::IMMEDIATE),
        chain(database) {
    made.first = chain.last() + 1;
  }

  void put(record_row row) {
    const kept_text arguments(row.arguments, whole, *secrets);
    const kept_text result(row.result, whole, *secrets);
    const auto hidden = secrets->scrub(row.failure);
    row.arguments = arguments.view();
    row.result = result.view();
    if (hidden) row.failure = *hidden;
    row.imported = true;
    block.add(row);
    names.emplace_back(row.gap ? std::string_view{} : row.trajectory);
    ++(row.gap ? made.gaps : made.records);
    if (block.records() >= limits.block_records_max ||
        block.bytes().size() >= limits.block_bytes_max)
      end_block();
  }

  void end_block() {
    made.last = chain.append(block);
    const std::vector<std::string_view> of_block(names.begin(), names.end());
    note_trajectories(base, std::span<const std::string_view>(of_block), made.last);
    names.clear();
  }

  SQLite::Database& base;
  SQLite::Transaction transaction;
  chain_end chain;
  record_limits limits;
  block_writer block;
  std::vector<std::string> names; ///< The trajectories of the records in `block`.
  std::shared_ptr<const secret_set> secrets = known_secrets::here().all();
  imported_records made;
};

record_import::record_import(std::unique_ptr<state> made) : state_(std::move(made)) {}
record_import::record_import(record_import&&) noexcept = default;
record_import::~record_import() = default;

result<record_import> record_import::begin(database& base) {
  records former(base);
  if (auto begun = former.begin(std::chrono::system_clock::now()); !begun) return begun.failure();
  if (auto ended = former.end(); !ended) return ended.failure();
  return guarded(doing, [&]() -> result<record_import> {
    return record_import(std::make_unique<state>(base.handle()));
  });
}

result<done> record_import::add(const record_row& row) {
  return guarded(doing, [&]() -> result<done> {
    state_->put(row);
    return done{};
  });
}

result<imported_records> record_import::commit() {
  return guarded(doing, [&]() -> result<imported_records> {
    state_->end_block();
    state_->transaction.commit();
    return state_->made;
  });
}

} // namespace toolscore
