#include "store/instances_io.hpp"

#include "store/failure_io.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

namespace toolscore {

namespace {

constexpr const char* add_text = "INSERT OR REPLACE INTO instances (server, number, pid, init_pid, "
                                 "start_time, boot_id) VALUES (?, ?, ?, ?, ?, ?)";
constexpr const char* remove_text = "DELETE FROM instances WHERE server = ? AND number = ?";

void execute(SQLite::Statement& statement, const stored_instance& instance) {
  statement.bind(1, instance.id.server.value);
  statement.bind(2, static_cast<std::int64_t>(instance.id.number));
  statement.bind(3, instance.pid);
  statement.bind(4, instance.init_pid);
  statement.bind(5, static_cast<std::int64_t>(instance.start_time));
  statement.bind(6, instance.boot_id);
  statement.exec();
}

void execute(SQLite::Statement& statement, const instance_id& id) {
  statement.bind(1, id.server.value);
  statement.bind(2, static_cast<std::int64_t>(id.number));
  statement.exec();
}

} // namespace

result<done> instances::add(const stored_instance& instance) {
  return guarded("keeping the instance " + to_string(instance.id), [&]() -> result<done> {
    SQLite::Statement statement(base_, add_text);
    execute(statement, instance);
    return done{};
  });
}

result<done> instances::remove(const instance_id& id) {
  return guarded("removing the instance " + to_string(id), [&]() -> result<done> {
    SQLite::Statement statement(base_, remove_text);
    execute(statement, id);
    return done{};
  });
}

result<done> instances::change(const std::vector<live_change>& changes) {
  return guarded("keeping which instances live", [&]() -> result<done> {
    SQLite::Transaction all(base_);
    SQLite::Statement add_one(base_, add_text);
    SQLite::Statement remove_one(base_, remove_text);
    for (const auto& change : changes) {
      if (const auto* begun = std::get_if<stored_instance>(&change)) {
        execute(add_one, *begun);
        add_one.reset();
      } else {
        execute(remove_one, std::get<instance_id>(change));
        remove_one.reset();
      }
    }
    all.commit();
    return done{};
  });
}

result<std::vector<stored_instance>> instances::all() {
  return guarded("reading the instances", [&]() -> result<std::vector<stored_instance>> {
    SQLite::Statement statement(base_, "SELECT server, number, pid, init_pid, start_time, boot_id "
                                       "FROM instances ORDER BY server, number");
    std::vector<stored_instance> out;
    while (statement.executeStep())
      out.push_back({instance_id{server_id{statement.getColumn(0).getString()},
                                 static_cast<std::uint64_t>(statement.getColumn(1).getInt64())},
                     statement.getColumn(2).getInt64(), statement.getColumn(3).getInt64(),
                     static_cast<std::uint64_t>(statement.getColumn(4).getInt64()),
                     statement.getColumn(5).getString()});
    return out;
  });
}

result<done> instances::clear() {
  return guarded("forgetting the instances", [&]() -> result<done> {
    base_.exec("DELETE FROM instances");
    return done{};
  });
}

} // namespace toolscore
