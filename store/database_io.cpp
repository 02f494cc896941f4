#include "store/database_io.hpp"

#include "store/failure_io.hpp"
#include "store/migrate_io.hpp"
#include "store/state_lock_io.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sqlite3.h>
#include <SQLiteCpp/SQLiteCpp.h>
#include <sys/stat.h>
#include <unistd.h>

namespace toolscore {
namespace {

/// Makes the file ours alone before SQLite writes into it; its -wal and -shm take over the mode.
result<std::uint64_t> prepare_file(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  const auto refused = [&](int number) {
    return error{errc::store_failed, "cannot open " + path +
                                         " for writing: " + std::strerror(number) +
                                         "; make the state directory writable for this user or "
                                         "name another (node.state_dir)"};
  };
  if (fd < 0) return refused(errno);
  struct stat found {};
  const bool good =
      fstat(fd, &found) == 0 && ((found.st_mode & 0777) == 0600 || fchmod(fd, 0600) == 0);
  const int number = errno;
  close(fd);
  if (!good) return refused(number);
  return static_cast<std::uint64_t>(found.st_size);
}

/// The first complaint of a check; empty where all is well.
std::string complaint(SQLite::Database& base, const std::string& pragma) {
  SQLite::Statement check(base, pragma);
  if (!check.executeStep()) return "the check gave no answer";
  const std::string text = check.getColumn(0).getString();
  return text == "ok" ? "" : text;
}

/// A large file is nearly all recorded calls: checking them would hold up the start for long, and
/// damage in them loses records, not servers.
result<done> check(SQLite::Database& base, std::uint64_t bytes, const database_options& options) {
  std::string found;
  if (bytes <= options.full_check_bytes_max) {
    found = complaint(base, "PRAGMA quick_check(1)");
  } else {
    for (const char* table :
         {"sqlite_schema", "schema_version", "servers", "installs", "instances"})
      if (found.empty() && (table == std::string("sqlite_schema") || base.tableExists(table)))
        found = complaint(base, "PRAGMA quick_check(" + std::string(table) + ")");
  }
  if (found.empty()) return done{};
  for (char& c : found)
    if (c == '\n') c = ' ';
  return error{errc::store_failed,
               base.getFilename() + " is damaged (" + found +
                   "): move it, its -wal and its -shm away together and put a backup in their "
                   "place; nothing was changed"};
}

void configure(SQLite::Database& base, const database_options& options) {
  base.exec("PRAGMA foreign_keys = ON");
  base.exec("PRAGMA synchronous = NORMAL");
  // 32 MiB: a page that changes often is written to the file once, not with every few batches.
  base.exec("PRAGMA wal_autocheckpoint = 1024");
  base.exec("PRAGMA journal_size_limit = 67108864");
  if (options.pages_max != 0)
    base.exec("PRAGMA max_page_count = " + std::to_string(options.pages_max));
}

} // namespace

result<database> database::open(const std::string& state_dir, const database_options& options) {
  if (const auto made = ensure_state_dir(state_dir); !made) return made.failure();
  std::string path = state_dir + "/toolscore.db";
  const auto bytes = prepare_file(path);
  if (!bytes) return bytes.failure();
  return guarded("opening " + path, [&]() -> result<database> {
    auto base =
        std::make_unique<SQLite::Database>(path, SQLite::OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
                                           static_cast<int>(options.busy_timeout.count()));
    // Checked before the first write, so that a damaged file is left as it was found.
    if (const auto good = check(*base, *bytes, options); !good) return good.failure();
    // Counts for a new file alone. Records of 2 KB in pages of 4 KiB waste a fourth of the file and
    // cost twice the processor time of pages of 32 KiB (7.3 and 3.6 us a record).
    base->exec("PRAGMA page_size = 32768");
    if (base->execAndGet("PRAGMA journal_mode = WAL").getString() != "wal")
      return error{errc::store_failed,
                   path + ": this file system has no write-ahead log (shared memory), name a "
                          "state directory on a local disk"};
    configure(*base, options);
    if (const auto moved = migrate(*base, migrations()); !moved) return moved.failure();
    return database(std::move(path), std::move(base));
  });
}

database::database(std::string path, std::unique_ptr<SQLite::Database> handle)
    : path_(std::move(path)), handle_(std::move(handle)) {}
database::database(database&&) noexcept = default;
database& database::operator=(database&&) noexcept = default;
database::~database() = default;

} // namespace toolscore
