#include "store/installs_io.hpp"

#include "store/failure_io.hpp"
#include "store/wall_clock.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

namespace toolscore {
namespace {

constexpr const char* columns = "SELECT key, path, version, commit_id, created_us, state "
                                "FROM installs ";

install_state state_of(const std::string& name) {
  for (const auto state : {install_state::building, install_state::complete})
    if (name == to_string(state)) return state;
  return install_state::broken;
}

stored_install row_of(SQLite::Statement& statement) {
  return {statement.getColumn(0).getString(),
          statement.getColumn(1).getString(),
          statement.getColumn(2).getString(),
          statement.getColumn(3).getString(),
          from_microseconds(statement.getColumn(4).getInt64()),
          state_of(statement.getColumn(5).getString())};
}

} // namespace

const char* to_string(install_state x) noexcept {
  switch (x) {
  case install_state::building:
    return "building";
  case install_state::complete:
    return "complete";
  case install_state::broken:
    return "broken";
  }
  return "unknown";
}

result<done> installs::put(const stored_install& install) {
  return guarded("keeping the install " + install.key, [&]() -> result<done> {
    SQLite::Statement statement(
        base_, "INSERT OR REPLACE INTO installs (key, path, version, commit_id, created_us, state) "
               "VALUES (?, ?, ?, ?, ?, ?)");
    statement.bind(1, install.key);
    statement.bind(2, install.path);
    statement.bind(3, install.version);
    statement.bind(4, install.commit);
    statement.bind(5, to_microseconds(install.created));
    statement.bind(6, to_string(install.state));
    statement.exec();
    return done{};
  });
}

result<std::optional<stored_install>> installs::find(const std::string& key) {
  return guarded("reading the install " + key, [&]() -> result<std::optional<stored_install>> {
    SQLite::Statement statement(base_, std::string(columns) + "WHERE key = ?");
    statement.bind(1, key);
    if (!statement.executeStep()) return std::optional<stored_install>();
    return std::optional<stored_install>(row_of(statement));
  });
}

result<done> installs::remove(const std::string& key) {
  return guarded("removing the install " + key, [&]() -> result<done> {
    SQLite::Statement statement(base_, "DELETE FROM installs WHERE key = ?");
    statement.bind(1, key);
    statement.exec();
    return done{};
  });
}

result<std::vector<stored_install>> installs::all() {
  return guarded("reading the installs", [&]() -> result<std::vector<stored_install>> {
    SQLite::Statement statement(base_, std::string(columns) + "ORDER BY created_us, key");
    std::vector<stored_install> out;
    while (statement.executeStep()) out.push_back(row_of(statement));
    return out;
  });
}

} // namespace toolscore
