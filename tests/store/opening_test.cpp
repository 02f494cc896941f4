#include "store/migrate_io.hpp"
#include "store/records_io.hpp"
#include "store/specs_io.hpp"
#include "tests/store/store_support.hpp"

#include <array>
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <SQLiteCpp/SQLiteCpp.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace toolscore;

namespace {

SQLite::Database raw(const std::string& dir) {
  return SQLite::Database(dir + "/toolscore.db", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
}

mode_t mode_of(const std::string& path) {
  struct stat found {};
  BOOST_REQUIRE(stat(path.c_str(), &found) == 0);
  return found.st_mode & 0777;
}

int version_of(const std::string& dir) {
  auto base = raw(dir);
  return base.execAndGet("SELECT max(version) FROM schema_version").getInt();
}

void put(const std::string& dir, const char* name) {
  auto base = test::open_in(dir);
  BOOST_REQUIRE(specs(base).put({server_id{name}, "{}", desired_state::running}));
}

/// The refusal's detail; the file must be as it was, byte for byte.
std::string refusal_of(const std::string& dir, const database_options& options = {}) {
  const auto before = test::file_text(dir + "/toolscore.db");
  const auto opened = database::open(dir, options);
  BOOST_REQUIRE(!opened);
  BOOST_TEST((opened.failure().code == errc::store_failed));
  BOOST_TEST((test::file_text(dir + "/toolscore.db") == before));
  BOOST_TEST(opened.failure().detail.find('\n') == std::string::npos);
  return opened.failure().detail;
}

void overwrite(const std::string& path, std::streamoff at, const std::string& text) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(at);
  file << text;
}

} // namespace

BOOST_AUTO_TEST_SUITE(opening)

BOOST_AUTO_TEST_CASE(a_new_store_is_made_for_its_owner_alone) {
  const test::state_dir dir;
  const std::string deep = dir.path + "/a/b";
  const auto base = test::open_in(deep);
  BOOST_TEST(mode_of(deep) == 0700u);
  for (const char* name : {"/toolscore.db", "/toolscore.db-wal", "/toolscore.db-shm"})
    BOOST_TEST(mode_of(deep + name) == 0600u, name);
}

BOOST_AUTO_TEST_CASE(a_store_that_others_could_read_is_closed_to_them) {
  const test::state_dir dir;
  put(dir.path, "fs");
  BOOST_REQUIRE(chmod((dir.path + "/toolscore.db").c_str(), 0644) == 0);
  put(dir.path, "fs");
  BOOST_TEST(mode_of(dir.path + "/toolscore.db") == 0600u);
}

BOOST_AUTO_TEST_CASE(a_store_of_an_older_schema_is_brought_forward_with_its_content) {
  const test::state_dir dir;
  {
    auto base = raw(dir.path);
    BOOST_REQUIRE(migrate(base, migrations().first(1)));
    base.exec("INSERT INTO servers VALUES ('fs', '{\"command\":\"x\"}', 'stopped')");
  }
  BOOST_TEST(version_of(dir.path) == 1);
  auto base = test::open_in(dir.path);
  const auto all = specs(base).all();
  BOOST_REQUIRE(all);
  BOOST_REQUIRE(all->size() == 1u);
  BOOST_TEST(all->front().origin_json == "{\"command\":\"x\"}");
  BOOST_TEST((all->front().desired == desired_state::stopped));
  const std::array batch{test::record_of()};
  BOOST_TEST(bool(records(base).append(batch)));
  BOOST_TEST(version_of(dir.path) == static_cast<int>(migrations().size()));
}

BOOST_AUTO_TEST_CASE(a_step_that_fails_leaves_the_version_before_it) {
  const test::state_dir dir;
  auto base = raw(dir.path);
  const std::array bad{
      migrations()[0],
      migration{"breaks", "CREATE TABLE half (x); INSERT INTO nowhere VALUES (1);"}};
  const auto moved = migrate(base, bad);
  BOOST_REQUIRE(!moved);
  BOOST_TEST((moved.failure().code == errc::store_failed));
  BOOST_TEST(version_of(dir.path) == 1);
  BOOST_TEST(!base.tableExists("half"));
  BOOST_TEST(bool(migrate(base, migrations())));
}

BOOST_AUTO_TEST_CASE(a_store_of_a_newer_program_is_refused) {
  const test::state_dir dir;
  put(dir.path, "fs");
  raw(dir.path).exec("INSERT INTO schema_version (version, what) VALUES (99, 'future')");
  const auto detail = refusal_of(dir.path);
  BOOST_TEST(detail.find("schema version 99") != std::string::npos, detail);
  BOOST_TEST(detail.find("start the newer program") != std::string::npos, detail);
}

BOOST_AUTO_TEST_CASE(a_database_of_another_program_is_refused) {
  const test::state_dir dir;
  raw(dir.path).exec("PRAGMA journal_mode = WAL; CREATE TABLE theirs (x)");
  const auto detail = refusal_of(dir.path);
  BOOST_TEST(detail.find("database of another program") != std::string::npos, detail);
}

BOOST_AUTO_TEST_CASE(a_damaged_store_is_refused_with_the_way_to_restore_and_left_alone) {
  const std::pair<std::streamoff, std::string> damages[] = {
      {0, "this is no database at all"},
      {100, std::string(64, '\xFF')},         // the first page's header
      {32'768 * 2, std::string(512, '\xAB')}, // a page of content
  };
  for (const auto& [at, text] : damages) {
    const test::state_dir dir;
    put(dir.path, "fs");
    overwrite(dir.path + "/toolscore.db", at, text);
    for (const std::uint64_t full_check_max : {std::uint64_t{1} << 40, std::uint64_t{0}}) {
      database_options options;
      options.full_check_bytes_max = full_check_max;
      const auto detail = refusal_of(dir.path, options);
      BOOST_TEST(detail.find("damaged") != std::string::npos, detail);
      BOOST_TEST(detail.find("put a backup in") != std::string::npos, detail);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_store_cut_short_is_refused) {
  const test::state_dir dir;
  put(dir.path, "fs");
  BOOST_REQUIRE(truncate((dir.path + "/toolscore.db").c_str(), 32'768 * 2 + 100) == 0);
  const auto detail = refusal_of(dir.path);
  BOOST_TEST(detail.find("damaged") != std::string::npos, detail);
}

BOOST_AUTO_TEST_CASE(a_directory_that_cannot_be_written_is_refused_in_clear_words) {
  const test::state_dir dir;
  BOOST_REQUIRE(chmod(dir.path.c_str(), 0555) == 0);
  const uid_t me = geteuid();
  if (me == 0) BOOST_REQUIRE(seteuid(65'534) == 0); // modes do not bind root
  const auto opened = database::open(dir.path);
  const auto below = database::open(dir.path + "/below");
  if (me == 0) BOOST_REQUIRE(seteuid(me) == 0);
  BOOST_REQUIRE(!opened);
  BOOST_TEST((opened.failure().code == errc::store_failed));
  BOOST_TEST(opened.failure().detail ==
             "cannot open " + dir.path +
                 "/toolscore.db for writing: Permission denied; make the state directory writable "
                 "for this user or name another (node.state_dir)");
  BOOST_REQUIRE(!below);
  BOOST_TEST(below.failure().detail.starts_with("cannot make " + dir.path + "/below: Permission"));
}

BOOST_AUTO_TEST_CASE(a_file_in_the_place_of_the_directory_is_refused) {
  const test::state_dir dir;
  std::ofstream(dir.path + "/file") << "x";
  const auto opened = database::open(dir.path + "/file");
  BOOST_REQUIRE(!opened);
  BOOST_TEST(opened.failure().detail.find("Not a directory") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
