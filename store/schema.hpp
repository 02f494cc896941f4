#pragma once
#include <span>

namespace toolscore {

/// One step of the schema forward, done in one transaction. Step n makes version n + 1.
struct migration {
  const char* what; ///< One line, kept in the table schema_version.
  const char* sql;
  bool moves_records = false; ///< Then what the table `calls` holds is moved into blocks.
};

/// All steps, oldest first. Append only: a step that was released is never edited.
std::span<const migration> migrations() noexcept;

} // namespace toolscore
