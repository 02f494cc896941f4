#include "store/record_reader_io.hpp"

#include "store/failure_io.hpp"
#include "store/record_search_io.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <unistd.h>

namespace toolscore {
namespace {

constexpr int busy_ms = 2'000;

} // namespace

result<done> with_records(const std::string& state_dir,
                          const std::function<result<done>(SQLite::Database&)>& work) {
  const auto path = state_dir + "/toolscore.db";
  if (::access(path.c_str(), R_OK) != 0)
    return error{errc::store_failed,
                 path + " cannot be read; name the node's state directory with --state-dir"};
  return guarded("reading the records in " + path, [&]() -> result<done> {
    SQLite::Database base(path, SQLite::OPEN_READONLY, busy_ms);
    if (!base.tableExists("record_blocks"))
      return error{errc::store_failed,
                   path + " was written by an older program: start its node once, then try again"};
    return work(base);
  });
}

result<done> read_records(const std::string& state_dir, const record_query& query,
                          const std::function<bool(const record_row&)>& use, bool imported) {
  return with_records(state_dir, [&](SQLite::Database& base) {
    return select_records(base, query, use, imported);
  });
}

} // namespace toolscore
