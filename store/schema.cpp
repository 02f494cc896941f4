#include "store/schema.hpp"

#include <array>

namespace toolscore {
namespace {

constexpr const char* definitions_sql = R"(
CREATE TABLE servers (
  name        TEXT PRIMARY KEY,
  origin_json TEXT NOT NULL,
  desired     TEXT NOT NULL CHECK (desired IN ('running', 'stopped'))
) STRICT, WITHOUT ROWID;
CREATE TABLE installs (
  key         TEXT PRIMARY KEY,
  path        TEXT NOT NULL,
  version     TEXT NOT NULL,
  commit_id   TEXT NOT NULL,
  created_us  INTEGER NOT NULL,
  state       TEXT NOT NULL CHECK (state IN ('building', 'complete', 'broken'))
) STRICT, WITHOUT ROWID;
CREATE TABLE instances (
  server      TEXT NOT NULL,
  number      INTEGER NOT NULL,
  pid         INTEGER NOT NULL,
  init_pid    INTEGER NOT NULL,
  start_time  INTEGER NOT NULL,
  boot_id     TEXT NOT NULL,
  PRIMARY KEY (server, number)
) STRICT, WITHOUT ROWID;
)";

// Outcomes are 0 not reached, 1 ok, 2 failed. arguments_cut and result_cut hold the whole length of
// a text that was cut off, NULL where it is complete. Empty texts are NULL. AUTOINCREMENT is not
// used: trim() always leaves the newest record, so no number is given twice. trajectories bounds
// the records to be searched for one; an index on calls would cost every record 2 us, this costs
// every trajectory of a batch about as much.
constexpr const char* calls_sql = R"(
CREATE TABLE calls (
  number         INTEGER PRIMARY KEY,
  at_us          INTEGER NOT NULL,
  server         TEXT,
  instance       INTEGER NOT NULL,
  server_version TEXT,
  server_commit  TEXT,
  trajectory     TEXT,
  task           TEXT,
  trace          TEXT,
  principal      TEXT,
  method         TEXT,
  tool           TEXT,
  admission      INTEGER NOT NULL,
  transport      INTEGER NOT NULL,
  rpc            INTEGER NOT NULL,
  tool_outcome   INTEGER NOT NULL,
  failure        TEXT,
  attempt        INTEGER NOT NULL,
  queued_us      INTEGER NOT NULL,
  wire_us        INTEGER NOT NULL,
  total_us       INTEGER NOT NULL,
  arguments_cut  INTEGER,
  result_cut     INTEGER,
  arguments      TEXT,
  result         TEXT
) STRICT;
CREATE TABLE trajectories (
  name  TEXT PRIMARY KEY,
  first INTEGER NOT NULL,
  last  INTEGER NOT NULL,
  count INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE gaps (
  number  INTEGER PRIMARY KEY,
  count   INTEGER NOT NULL,
  from_us INTEGER NOT NULL,
  to_us   INTEGER NOT NULL,
  reason  TEXT NOT NULL
) STRICT;
)";

// signaled to major_faults are NULL where no process ended, uptime_ms where none ran, delay_ms
// where no restart was planned. calls and log are JSON arrays (store/crash_row.hpp). Here the
// newest row may be deleted with its server, so AUTOINCREMENT keeps its number from being given
// again.
constexpr const char* crashes_sql = R"(
CREATE TABLE crashes (
  number             INTEGER PRIMARY KEY AUTOINCREMENT,
  at_us              INTEGER NOT NULL,
  server             TEXT NOT NULL,
  instance           INTEGER NOT NULL,
  pid                INTEGER NOT NULL,
  kind               TEXT NOT NULL,
  reason             TEXT NOT NULL,
  signaled           INTEGER,
  status             INTEGER,
  core_dumped        INTEGER,
  out_of_memory      INTEGER,
  memory_limit_bytes INTEGER,
  user_us            INTEGER,
  system_us          INTEGER,
  memory_max_bytes   INTEGER,
  major_faults       INTEGER,
  uptime_ms          INTEGER,
  was_ready          INTEGER NOT NULL,
  in_flight          INTEGER NOT NULL,
  calls              TEXT NOT NULL,
  log                TEXT NOT NULL,
  attempt            INTEGER NOT NULL,
  delay_ms           INTEGER
) STRICT;
CREATE INDEX crashes_of_server ON crashes (server, number);
)";

// As approved, and as seen last where that differs (else NULL): SHA-256 and canonical JSON.
constexpr const char* tool_pins_sql = R"(
CREATE TABLE tool_pins (
  server   TEXT NOT NULL,
  tool     TEXT NOT NULL,
  approved TEXT NOT NULL,
  seen     TEXT,
  was      TEXT NOT NULL,
  now      TEXT,
  PRIMARY KEY (server, tool)
) STRICT, WITHOUT ROWID;
)";

// Records stand in blocks, each with the digest of the one before (store/record_block.hpp,
// store/record_chain_io.hpp). The names' and outcomes' bits let a search pass blocks by. A row in
// `recording` while a node records: found at the next start, it says how the last one ended.
constexpr const char* blocks_sql = R"(
CREATE TABLE record_blocks (
  last     INTEGER PRIMARY KEY,
  first    INTEGER NOT NULL,
  from_us  INTEGER NOT NULL,
  to_us    INTEGER NOT NULL,
  servers  INTEGER NOT NULL,
  tools    INTEGER NOT NULL,
  outcomes INTEGER NOT NULL,
  before   TEXT NOT NULL,
  digest   TEXT NOT NULL,
  records  BLOB NOT NULL
) STRICT;
CREATE TABLE recording (id INTEGER PRIMARY KEY CHECK (id = 1)) STRICT;
)";

// From which of its installs a server starts, and which one it can go back to; NULL = none.
constexpr const char* revisions_sql = R"(
ALTER TABLE servers ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
ALTER TABLE servers ADD COLUMN former INTEGER;
)";

// Blocks from here on may be packed (store/block_packing.hpp), which an older program cannot read.
constexpr const char* packed_sql = "-- Nothing to change.";

// Blocks from here on may say how an instance ended (store/record_block.hpp), which an older
// program takes for broken.
constexpr const char* ended_sql = "-- Nothing to change.";

constexpr std::array steps{
    migration{"definitions, installs and instances", definitions_sql},
    migration{"recorded calls and their gaps", calls_sql},
    migration{"crash reports", crashes_sql},
    migration{"approved tools", tool_pins_sql},
    migration{"recorded calls in a chain of blocks", blocks_sql, true},
    migration{"revisions of installs", revisions_sql},
    migration{"blocks of records that are packed", packed_sql},
    migration{"how an instance ended, in its calls' records", ended_sql},
};

} // namespace

std::span<const migration> migrations() noexcept {
  return steps;
}

} // namespace toolscore
