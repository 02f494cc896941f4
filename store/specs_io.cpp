#include "store/specs_io.hpp"

#include "store/failure_io.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

namespace toolscore {
namespace {

/// While it lives, a commit returns only when the log has reached the disk.
class on_disk {
public:
  explicit on_disk(SQLite::Database& base) : base_(base) {
    base_.exec("PRAGMA synchronous = FULL");
  }
  on_disk(const on_disk&) = delete;
  on_disk& operator=(const on_disk&) = delete;
  ~on_disk() { base_.tryExec("PRAGMA synchronous = NORMAL"); }

private:
  SQLite::Database& base_;
};

void bind(SQLite::Statement& statement, const stored_spec& spec) {
  statement.bind(1, spec.server.value);
  statement.bind(2, spec.origin_json);
  statement.bind(3, to_string(spec.desired));
}

constexpr const char* put_text = "INSERT INTO servers (name, origin_json, desired) "
                                 "VALUES (?1, ?2, ?3) ON CONFLICT (name) DO UPDATE "
                                 "SET origin_json = ?2, desired = ?3";
constexpr const char* remove_text = "DELETE FROM servers WHERE name = ?";

/// One statement of its own transaction, kept for good when it returns.
int keep(SQLite::Database& base, SQLite::Statement& statement) {
  const on_disk durable(base);
  return statement.exec();
}

} // namespace

result<done> specs::put(const stored_spec& spec) {
  return guarded("keeping the definition of " + spec.server.value, [&]() -> result<done> {
    SQLite::Statement statement(base_, put_text);
    bind(statement, spec);
    keep(base_, statement);
    return done{};
  });
}

result<done> specs::change(const std::vector<stored_spec>& kept,
                           const std::vector<server_id>& gone) {
  if (kept.empty() && gone.empty()) return done{};
  return guarded("keeping the definitions of the configuration", [&]() -> result<done> {
    const on_disk durable(base_); // Before the transaction: inside one it would count for nothing.
    SQLite::Transaction all(base_);
    SQLite::Statement put(base_, put_text);
    for (const auto& spec : kept) {
      bind(put, spec);
      put.exec();
      put.reset();
    }
    SQLite::Statement remove(base_, remove_text);
    for (const auto& server : gone) {
      remove.bind(1, server.value);
      remove.exec();
      remove.reset();
    }
    all.commit();
    return done{};
  });
}

result<done> specs::set_desired(const server_id& server, desired_state desired) {
  return guarded("keeping the desired state of " + server.value, [&]() -> result<done> {
    SQLite::Statement statement(base_, "UPDATE servers SET desired = ? WHERE name = ?");
    statement.bind(1, to_string(desired));
    statement.bind(2, server.value);
    if (keep(base_, statement) == 0)
      return error{errc::unknown_server, server.value + " has no stored definition, add it first"};
    return done{};
  });
}

result<done> specs::remove(const server_id& server) {
  return guarded("removing the definition of " + server.value, [&]() -> result<done> {
    SQLite::Statement statement(base_, remove_text);
    statement.bind(1, server.value);
    keep(base_, statement);
    return done{};
  });
}

result<std::vector<stored_spec>> specs::all() {
  return guarded("reading the definitions", [&]() -> result<std::vector<stored_spec>> {
    SQLite::Statement statement(base_,
                                "SELECT name, origin_json, desired FROM servers ORDER BY name");
    std::vector<stored_spec> out;
    while (statement.executeStep())
      out.push_back({server_id{statement.getColumn(0).getString()},
                     statement.getColumn(1).getString(),
                     statement.getColumn(2).getString() == to_string(desired_state::stopped)
                         ? desired_state::stopped
                         : desired_state::running});
    return out;
  });
}

} // namespace toolscore
