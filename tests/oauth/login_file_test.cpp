#include "runners/oauth/login_file_io.hpp"

#include "tests/runners/own_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

using namespace toolscore;
using toolscore::test::own_directory;
namespace fs = std::filesystem;

namespace {

struct login_place {
  login_place() : before(::umask(0)) {} // Nothing is closed by the umask alone.
  ~login_place() { ::umask(before); }

  static unsigned mode_of(const std::string& path) {
    struct stat seen {};
    return ::lstat(path.c_str(), &seen) == 0 ? seen.st_mode & 07777U : 0U;
  }

  mode_t before;
  own_directory own;
  std::string directory = own.path + "/secrets/docs";
  std::string file = directory + "/oauth";
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(login_file, login_place)

BOOST_AUTO_TEST_CASE(it_is_its_owners_alone_whatever_stood_there) {
  BOOST_TEST(!read_login_file(directory).has_value());
  for (const char* text : {"one\n", "two, which is longer\n", "3\n"}) {
    BOOST_TEST(static_cast<bool>(write_login_file(directory, text)));
    BOOST_TEST(read_login_file(directory).value_or("") == text);
    BOOST_TEST(mode_of(file) == 0600U);
    BOOST_TEST(mode_of(directory) == 0700U);
    BOOST_TEST(mode_of(own.path + "/secrets") == 0700U);
    BOOST_TEST(std::distance(fs::directory_iterator(directory), {}) == 1);
    fs::permissions(file, fs::perms::all); // The next one has its own.
  }
}

BOOST_AUTO_TEST_CASE(one_that_cannot_be_written_leaves_the_one_before) {
  BOOST_REQUIRE(write_login_file(directory, "good\n"));
  fs::create_directory(file + ".new"); // Whatever it is that is in the way.
  const auto failed = write_login_file(directory, "new\n");
  BOOST_REQUIRE(!failed);
  BOOST_TEST((failed.failure().code == errc::store_failed));
  BOOST_TEST(failed.failure().detail.find(file) != std::string::npos, failed.failure().detail);
  BOOST_TEST(read_login_file(directory).value_or("") == "good\n");
}

BOOST_AUTO_TEST_CASE(what_is_no_file_is_neither_read_nor_followed) {
  BOOST_REQUIRE(write_login_file(directory, "good\n"));
  const auto elsewhere = own.path + "/elsewhere";
  std::ofstream(elsewhere) << "anothers\n";
  fs::remove(file);
  fs::create_symlink(elsewhere, file);
  BOOST_TEST(!read_login_file(directory).has_value());
  fs::create_symlink(elsewhere, file + ".new");
  BOOST_TEST(!write_login_file(directory, "new\n"));
  std::string kept;
  std::getline(std::ifstream(elsewhere), kept);
  BOOST_TEST(kept == "anothers");
  fs::remove(file);
  fs::create_directory(file);
  BOOST_TEST(!read_login_file(directory).has_value());
  BOOST_REQUIRE(::mkfifo((own.path + "/pipe").c_str(), 0600) == 0);
  fs::remove(file);
  fs::rename(own.path + "/pipe", file);
  BOOST_TEST(read_login_file(directory).value_or("") == ""); // It does not wait for a writer.
}

BOOST_AUTO_TEST_CASE(what_is_removed_is_gone_and_what_is_not_ours_stays) {
  const auto none = remove_login_file(directory);
  BOOST_TEST((none && !*none));
  BOOST_REQUIRE(write_login_file(directory, "good\n"));
  std::ofstream(directory + "/auth.client_secret") << "s";
  const auto was = remove_login_file(directory);
  BOOST_TEST((was && *was));
  BOOST_TEST(fs::exists(directory + "/auth.client_secret"));
  BOOST_REQUIRE(write_login_file(directory, "good\n"));
  fs::remove(directory + "/auth.client_secret");
  const auto again = remove_login_file(directory);
  BOOST_TEST((again && *again));
  BOOST_TEST(!fs::exists(directory));
  fs::create_directories(file + "/x"); // What cannot be removed is told.
  const auto failed = remove_login_file(directory);
  BOOST_REQUIRE(!failed);
  BOOST_TEST((failed.failure().code == errc::store_failed));
}

BOOST_AUTO_TEST_SUITE_END()
