#pragma once
#include "messages/call.hpp"
#include "messages/error.hpp"
#include "store/records_io.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace toolscore {

/// Which records belong to a trajectory, as a range of numbers. Functions throw SQLite::Exception.

/// Notes the trajectories, by name, of records that were just kept and of which the last one has
/// number `last`. An empty name is none.
void note_trajectories(SQLite::Database& base, std::span<const std::string_view> names,
                       std::int64_t last);
/// The same of a batch.
void note_trajectories(SQLite::Database& base, std::span<const call_record> batch,
                       std::int64_t last);
std::optional<trajectory_summary> find_trajectory(SQLite::Database& base, const std::string& name);
std::vector<trajectory_summary> list_trajectories(SQLite::Database& base, std::size_t limit);
/// Forgets those whose last record is older than the oldest that is kept.
void trim_trajectories(SQLite::Database& base);

} // namespace toolscore
