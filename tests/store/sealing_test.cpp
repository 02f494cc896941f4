#include "store/sealed_definition.hpp"
#include "store/specs_io.hpp"
#include "tests/store/store_support.hpp"

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>

using namespace toolscore;

namespace {

std::string text_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

stored_spec spec_of(const std::string& config) {
  return {server_id{"fs"}, R"({"from":"api","config":)" + config + "}", desired_state::running};
}

constexpr const char* clear =
    R"({"command":"x","env":{"API_KEY":"plum-7731","PATH":"/bin"},"headers":{"Authorization":"Bearer plum-7731"}})";

} // namespace

BOOST_AUTO_TEST_SUITE(sealing)

BOOST_AUTO_TEST_CASE(only_a_secret_in_clear_is_taken_out) {
  struct row {
    const char* config;
    const char* sealed;
    std::size_t files;
  };
  const row rows[] = {
      {R"({"env":{"API_KEY":"v"}})", R"({"env":{"API_KEY":"${file:/s/fs/env.API_KEY}"}})", 1},
      {R"({"env":{"API_KEY":"${KEY}","PLAIN":"v"}})", R"({"env":{"API_KEY":"${KEY}","PLAIN":"v"}})",
       0},
      {R"({"env":{"x/../token":7}})",
       R"({"env":{"x/../token":"${file:/s/fs/env.x%2f%2e%2e%2ftoken}"}})", 1},
      {R"({"headers":{"Authorization":"v"},"user_config":{"password":"w"}})",
       R"({"headers":{"Authorization":"${file:/s/fs/headers.Authorization}"},"user_config":{"password":"${file:/s/fs/user_config.password}"}})",
       2},
      {R"({"env":{"API_KEY":""},"args":["--token","v"]})",
       R"({"env":{"API_KEY":""},"args":["--token","v"]})", 0},
      {R"({"env":[1],"headers":null})", R"({"env":[1],"headers":null})", 0},
  };
  for (const auto& x : rows) {
    const auto sealed =
        seal_definition(R"({"from":"api","config":)" + std::string(x.config) + "}", "/s/fs");
    BOOST_TEST(sealed.text == R"({"from":"api","config":)" + std::string(x.sealed) + "}");
    BOOST_TEST(sealed.files.size() == x.files);
  }
  BOOST_TEST(seal_definition("no json", "/s/fs").text == "no json");
}

BOOST_AUTO_TEST_CASE(the_database_holds_no_secret_and_its_file_goes_with_the_definition) {
  test::state_dir dir;
  const auto secrets = dir.path + "/secrets/fs";
  {
    auto base = test::open_in(dir.path);
    specs definitions(base);
    BOOST_REQUIRE(definitions.put(spec_of(clear)));
    const auto all = definitions.all();
    BOOST_REQUIRE(all);
    BOOST_TEST(definitions.is_kept(all->front(), spec_of(clear)));
    BOOST_TEST(!definitions.is_kept(all->front(), spec_of(R"({"command":"x"})")));
    BOOST_TEST(all->front().origin_json.find("plum-7731") == std::string::npos);
    BOOST_TEST(text_of(secrets + "/env.API_KEY") == "plum-7731\n");
    BOOST_TEST(text_of(secrets + "/headers.Authorization") == "Bearer plum-7731\n");
    struct stat about {};
    BOOST_TEST(::stat((secrets + "/env.API_KEY").c_str(), &about) == 0);
    BOOST_TEST((about.st_mode & 0777U) == 0600u);
    BOOST_TEST(::stat(secrets.c_str(), &about) == 0);
    BOOST_TEST((about.st_mode & 0777U) == 0700u);
    // What is sealed already is kept as it is, and keeps its files.
    BOOST_REQUIRE(definitions.put(all->front()));
    BOOST_TEST(text_of(secrets + "/env.API_KEY") == "plum-7731\n");
  }
  for (const auto& entry : std::filesystem::directory_iterator(dir.path))
    if (entry.is_regular_file())
      BOOST_TEST(text_of(entry.path()).find("plum-7731") == std::string::npos, entry.path());
  auto base = test::open_in(dir.path);
  specs definitions(base);
  BOOST_REQUIRE(definitions.put(spec_of(R"({"command":"x","env":{"API_KEY":"other-22"}})")));
  BOOST_TEST(text_of(secrets + "/env.API_KEY") == "other-22\n");
  BOOST_TEST(!std::filesystem::exists(secrets + "/headers.Authorization"));
  BOOST_REQUIRE(definitions.change({}, {server_id{"fs"}}));
  BOOST_TEST(!std::filesystem::exists(secrets));
}

BOOST_AUTO_TEST_CASE(a_logins_file_stays_as_long_as_its_server_has_a_definition) {
  test::state_dir dir;
  const auto secrets = dir.path + "/secrets/fs";
  auto base = test::open_in(dir.path);
  specs definitions(base);
  const auto with_secret = R"({"url":"https://a","auth":{"client_secret":"plum-7731"}})";
  BOOST_REQUIRE(definitions.put(spec_of(with_secret)));
  BOOST_TEST(text_of(secrets + "/auth.client_secret") == "plum-7731\n");
  std::ofstream(secrets + "/oauth") << "tokens";
  BOOST_REQUIRE(definitions.put(spec_of(R"({"url":"https://b"})")));
  BOOST_TEST(!std::filesystem::exists(secrets + "/auth.client_secret"));
  BOOST_TEST(text_of(secrets + "/oauth") == "tokens");
  BOOST_REQUIRE(definitions.remove(server_id{"fs"}));
  BOOST_TEST(!std::filesystem::exists(secrets));
}

BOOST_AUTO_TEST_SUITE_END()
