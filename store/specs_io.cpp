#include "store/specs_io.hpp"

#include "store/failure_io.hpp"
#include "store/secret_files_io.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

namespace toolscore {
namespace {

/// While it lives, a commit returns only when the log has reached the disk.
class on_disk {
public:
  explicit on_disk(SQLite::Database& base) : base_(base) {
    base_.exec("PRAGMA synchronous = FULL");
    base_.exec("PRAGMA secure_delete = ON"); // What an older program wrote in clear.
  }
  on_disk(const on_disk&) = delete;
  on_disk& operator=(const on_disk&) = delete;
  ~on_disk() {
    base_.tryExec("PRAGMA secure_delete = OFF");
    base_.tryExec("PRAGMA synchronous = NORMAL");
  }

private:
  SQLite::Database& base_;
};

void set_row(SQLite::Statement& statement, const stored_spec& spec, const std::string& sealed) {
  statement.bind(1, spec.server.value);
  statement.bind(2, sealed);
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

specs::specs(database& base)
    : base_(base.handle()),
      secrets_(base.path().substr(0, base.path().find_last_of('/')) + "/secrets") {}

std::string specs::secrets_of(const server_id& server) const {
  return secrets_ + "/" + server.value;
}

bool specs::is_kept(const stored_spec& stored, const stored_spec& wanted) const {
  const auto sealed = seal_definition(wanted.origin_json, secrets_of(wanted.server));
  return stored.origin_json == sealed.text && are_kept(sealed);
}

result<done> specs::put(const stored_spec& spec) {
  const auto directory = secrets_of(spec.server);
  const auto sealed = seal_definition(spec.origin_json, directory);
  if (auto kept = keep_secrets(sealed, directory); !kept) return kept;
  auto stored = guarded("keeping the definition of " + spec.server.value, [&]() -> result<done> {
    SQLite::Statement statement(base_, put_text);
    set_row(statement, spec, sealed.text);
    keep(base_, statement);
    return done{};
  });
  if (stored) drop_other_secrets(sealed, directory);
  return stored;
}

result<done> specs::change(const std::vector<stored_spec>& kept,
                           const std::vector<server_id>& gone) {
  if (kept.empty() && gone.empty()) return done{};
  std::vector<sealed_definition> sealed;
  for (const auto& spec : kept) {
    sealed.push_back(seal_definition(spec.origin_json, secrets_of(spec.server)));
    if (auto files = keep_secrets(sealed.back(), secrets_of(spec.server)); !files) return files;
  }
  auto changed = guarded("keeping the definitions of the configuration", [&]() -> result<done> {
    const on_disk durable(base_); // Before the transaction: inside one it would count for nothing.
    SQLite::Transaction all(base_);
    SQLite::Statement put(base_, put_text);
    for (std::size_t i = 0; i < kept.size(); ++i) {
      set_row(put, kept[i], sealed[i].text);
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
  if (!changed) return changed;
  for (std::size_t i = 0; i < kept.size(); ++i)
    drop_other_secrets(sealed[i], secrets_of(kept[i].server));
  for (const auto& server : gone) drop_other_secrets({}, secrets_of(server));
  return changed;
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

result<done> specs::set_install(const server_id& server, const install_choice& install) {
  return guarded("keeping the install of " + server.value, [&]() -> result<done> {
    SQLite::Statement statement(base_,
                                "UPDATE servers SET revision = ?, former = ? WHERE name = ?");
    statement.bind(1, static_cast<std::int64_t>(install.revision));
    if (install.former) statement.bind(2, static_cast<std::int64_t>(*install.former));
    statement.bind(3, server.value);
    if (keep(base_, statement) == 0)
      return error{errc::unknown_server, server.value + " has no stored definition, add it first"};
    return done{};
  });
}

result<done> specs::remove(const server_id& server) {
  auto removed = guarded("removing the definition of " + server.value, [&]() -> result<done> {
    SQLite::Statement statement(base_, remove_text);
    statement.bind(1, server.value);
    keep(base_, statement);
    return done{};
  });
  if (removed) drop_other_secrets({}, secrets_of(server));
  return removed;
}

result<std::vector<stored_spec>> specs::all() {
  return guarded("reading the definitions", [&]() -> result<std::vector<stored_spec>> {
    SQLite::Statement statement(base_,
                                "SELECT name, origin_json, desired, revision, former FROM servers "
                                "ORDER BY name");
    std::vector<stored_spec> out;
    while (statement.executeStep()) {
      const auto former = statement.getColumn(4);
      out.push_back({server_id{statement.getColumn(0).getString()},
                     statement.getColumn(1).getString(),
                     statement.getColumn(2).getString() == to_string(desired_state::stopped)
                         ? desired_state::stopped
                         : desired_state::running,
                     {statement.getColumn(3).getUInt(), {}}});
      if (!former.isNull()) out.back().install.former = former.getUInt();
    }
    return out;
  });
}

} // namespace toolscore
