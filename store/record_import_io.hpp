#pragma once
#include "messages/error.hpp"
#include "store/database_io.hpp"
#include "store/record_import.hpp"
#include "store/record_line.hpp"

#include <memory>

namespace toolscore {

/// Puts what another store has written behind the records of this one, marked as imported, under
/// numbers and in blocks of its own. All of it is kept, or none: without commit() nothing is. What
/// looks like a secret is masked on the way. The store must have no node meanwhile, which would not
/// know of the chain's new end: hold its state_lock. Blocks; one block stands in memory.
/// @error store_failed from every function
class record_import {
public:
  /// What a killed node may have lost is written down first, for it was before.
  static result<record_import> begin(database& base);
  record_import(record_import&&) noexcept;
  ~record_import();

  /// `row.number` means nothing.
  result<done> add(const record_row& row);
  result<imported_records> commit();

private:
  struct state;
  explicit record_import(std::unique_ptr<state> made);
  std::unique_ptr<state> state_;
};

} // namespace toolscore
