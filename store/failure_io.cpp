#include "store/failure_io.hpp"

#include <sqlite3.h>
#include <string>

namespace toolscore {
namespace {

const char* advice(int code) {
  switch (code) {
  case SQLITE_FULL:
    return "; the disk or the quota is full, free some space";
  case SQLITE_IOERR:
    return "; reading or writing the disk failed, look at the kernel's log";
  case SQLITE_READONLY:
    return "; make the state directory and its files writable for this user";
  case SQLITE_CANTOPEN:
    return "; check that the state directory exists and is writable for this user";
  case SQLITE_CORRUPT:
  case SQLITE_NOTADB:
    return "; the file is damaged: stop the node, move toolscore.db, toolscore.db-wal and "
           "toolscore.db-shm away together and put a backup in their place";
  case SQLITE_BUSY:
  case SQLITE_LOCKED:
    return "; another program holds the file, close it";
  default:
    return "";
  }
}

} // namespace

error store_error(std::string_view doing, const SQLite::Exception& thrown) {
  return error{errc::store_failed,
               std::string(doing) + ": " + thrown.what() + advice(thrown.getErrorCode() & 0xFF)};
}

} // namespace toolscore
