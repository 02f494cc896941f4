#include "store/tool_pins_io.hpp"

#include "store/failure_io.hpp"
#include "store/sha256_io.hpp"
#include "store/tool_texts.hpp"

#include <map>
#include <nlohmann/json.hpp>
#include <SQLiteCpp/SQLiteCpp.h>

namespace toolscore {
namespace {

constexpr std::size_t tools_max = 10'000;

struct digests {
  std::string approved;
  std::string seen;
};

std::map<std::string, digests> known(SQLite::Database& base, const server_id& server) {
  SQLite::Statement statement(base, "SELECT tool, approved, seen FROM tool_pins WHERE server = ?");
  statement.bind(1, server.value);
  std::map<std::string, digests> out;
  while (statement.executeStep())
    out[statement.getColumn(0).getString()] = {statement.getColumn(1).getString(),
                                               statement.getColumn(2).getString()};
  return out;
}

void run(SQLite::Database& base, const char* sql, std::initializer_list<std::string> values) {
  SQLite::Statement statement(base, sql);
  int at = 0;
  for (const auto& value : values) statement.bind(++at, value);
  statement.exec();
}

} // namespace

result<tools_seen> tool_pins::see(const server_id& server, std::string_view tools_array) {
  return guarded("keeping the tools of " + server.value, [&]() -> result<tools_seen> {
    const auto texts = tool_texts(tools_array);
    const auto before = known(base_, server);
    tools_seen out;
    SQLite::Transaction all(base_);
    for (const auto& [tool, text] : texts) {
      const auto digest = sha256_hex(text);
      const auto at = before.find(tool);
      if (at == before.end()) {
        if (before.size() + texts.size() <= tools_max)
          run(base_, "INSERT INTO tool_pins (server, tool, approved, was) VALUES (?, ?, ?, ?)",
              {server.value, tool, digest, text});
        continue;
      }
      const auto& row = at->second;
      if (digest == row.approved) {
        if (!row.seen.empty())
          run(base_, "UPDATE tool_pins SET seen = NULL, now = NULL WHERE server = ? AND tool = ?",
              {server.value, tool});
        continue;
      }
      if (digest == row.seen) continue;
      out.changed.push_back(tool);
      run(base_, "UPDATE tool_pins SET seen = ?3, now = ?4 WHERE server = ?1 AND tool = ?2",
          {server.value, tool, digest, text});
    }
    all.commit();
    out.held = held(server);
    return out;
  });
}

std::vector<std::string> tool_pins::held(const server_id& server) {
  std::vector<std::string> out;
  for (const auto& [tool, row] : known(base_, server))
    if (!row.seen.empty()) out.push_back(tool);
  return out;
}

result<std::vector<std::string>> tool_pins::approve(const server_id& server,
                                                    const std::string& tool) {
  using names = std::vector<std::string>;
  return guarded("approving tools of " + server.value, [&]() -> result<names> {
    SQLite::Statement statement(base_,
                                "UPDATE tool_pins SET approved = seen, was = now, seen = NULL, "
                                "now = NULL WHERE server = ?1 AND seen IS NOT NULL AND "
                                "(?2 = '' OR tool = ?2)");
    statement.bind(1, server.value);
    statement.bind(2, tool);
    if (statement.exec() == 0)
      return error{errc::bad_request, server.value + " has no " +
                                          (tool.empty() ? "tool" : "tool \"" + tool + "\"") +
                                          " that has changed since it was approved"};
    return held(server);
  });
}

result<std::string> tool_pins::report(const server_id& server) {
  return guarded("reading the tools of " + server.value, [&]() -> result<std::string> {
    SQLite::Statement statement(
        base_, "SELECT tool, approved, seen, was, now FROM tool_pins WHERE server = ? "
               "ORDER BY tool");
    statement.bind(1, server.value);
    auto list = nlohmann::ordered_json::array();
    while (statement.executeStep()) {
      nlohmann::ordered_json row{{"name", statement.getColumn(0).getString()},
                                 {"approved", statement.getColumn(1).getString()}};
      if (!statement.getColumn(2).isNull()) {
        row["seen"] = statement.getColumn(2).getString();
        row["was"] = statement.getColumn(3).getString();
        row["is"] = statement.getColumn(4).getString();
      }
      list.push_back(std::move(row));
    }
    const nlohmann::ordered_json body{{"server", server.value}, {"tools", list}};
    return body.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  });
}

result<done> tool_pins::remove(const server_id& server) {
  return guarded("forgetting the tools of " + server.value, [&]() -> result<done> {
    run(base_, "DELETE FROM tool_pins WHERE server = ?", {server.value});
    return done{};
  });
}

} // namespace toolscore
