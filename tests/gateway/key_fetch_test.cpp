#include "gateway/key_fetch_io.hpp"

#include "gateway/tls_front_io.hpp"
#include "tests/gateway/server_fixture.hpp"
#include "tests/gateway/signing.hpp"

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <thread>

using namespace toolscore;
using namespace toolscore::test;
using namespace std::chrono_literals;

namespace {

/// What a fetch from this loop comes back with: the text, or "! " and why not.
std::string fetched(const std::string& url, fetch_limits limits = {}) {
  boost::asio::io_context io;
  std::string out = "never called";
  fetch_text(io, url, limits, [&](const result<std::string>& x) {
    out = x ? *x : "! " + x.failure().detail;
    io.stop();
  });
  io.run_for(10s);
  return out;
}

std::string local_url(const server_fixture& node, const std::string& path) {
  return "http://127.0.0.1:" + std::to_string(node.port) + path;
}

} // namespace

BOOST_AUTO_TEST_SUITE(key_fetch)

BOOST_AUTO_TEST_CASE(a_text_is_fetched_and_nothing_else_is_taken_for_one) {
  server_fixture node;
  BOOST_TEST(fetched(local_url(node, "/healthz")) == R"({"status":"ok"})");
  BOOST_TEST(fetched(local_url(node, "/nothing")) == "! answered with status 404");
  BOOST_TEST(fetched("http://127.0.0.1:1/x").starts_with("! "));
  BOOST_TEST(fetched("ftp://127.0.0.1/x") == "! no such URL");
  BOOST_TEST(
      fetched("https://127.0.0.1:" + std::to_string(node.port) + "/healthz").starts_with("! "));
  fetch_limits small;
  small.bytes_max = 4;
  BOOST_TEST(fetched(local_url(node, "/healthz"), small) == "! body limit exceeded");
}

BOOST_AUTO_TEST_CASE(who_does_not_answer_is_given_up) {
  boost::asio::io_context io;
  boost::asio::ip::tcp::acceptor silent(io, {boost::asio::ip::address_v4::loopback(), 0});
  fetch_limits limits;
  limits.patience = 100ms;
  const auto begun = std::chrono::steady_clock::now();
  BOOST_TEST(fetched("http://127.0.0.1:" + std::to_string(silent.local_endpoint().port()) + "/k",
                     limits) == "! no answer in time");
  BOOST_TEST((std::chrono::steady_clock::now() - begun < 5s));
}

std::atomic<bool> name_server_answers = false;
std::atomic<bool> name_server_done = false;

BOOST_AUTO_TEST_CASE(a_name_server_that_does_not_answer_is_given_up_too) {
  fetch_limits limits;
  limits.patience = 100ms;
  limits.ask = [](const std::string&) -> result<name_lookup::addresses> {
    while (!name_server_answers) std::this_thread::yield();
    name_server_done = true;
    return name_lookup::addresses{boost::asio::ip::address_v4::loopback()};
  };
  const auto begun = std::chrono::steady_clock::now();
  BOOST_TEST(fetched("http://silent.example/k", limits) == "! no answer in time");
  // The loop ends with its question open.
  BOOST_TEST((std::chrono::steady_clock::now() - begun < 5s));
  BOOST_TEST(!name_server_done);
  name_server_answers = true;
  while (!name_server_done) std::this_thread::yield();
}

BOOST_AUTO_TEST_CASE(an_unknown_name_and_a_port_that_is_none_are_told) {
  fetch_limits limits;
  limits.ask = [](const std::string&) -> result<name_lookup::addresses> {
    return error{errc::io_failed, "Name or service not known"};
  };
  BOOST_TEST(fetched("http://unknown.example/k", limits) == "! Name or service not known");
  for (const char* port : {"0", "65536", "http", "80x", ""})
    BOOST_TEST(fetched(std::string("http://127.0.0.1:") + port + "/k") == "! no such URL");
}

BOOST_AUTO_TEST_CASE(over_tls_the_servers_name_must_be_vouched_for) {
  std::string place = (std::filesystem::temp_directory_path() / "fetch-XXXXXX").string();
  BOOST_REQUIRE(::mkdtemp(place.data()) != nullptr);
  const tls_spec files{place + "/cert.pem", place + "/key.pem"};
  const auto made = make_certificate("localhost");
  std::ofstream(files.certificate) << made.certificate;
  std::ofstream(files.key) << made.key;
  ::chmod(files.key.c_str(), 0600);
  {
    server_fixture node([&](gateway_options& x) {
      x.tls = files;
      x.hosts = {"localhost", "127.0.0.1", "127.0.0.2"};
    });
    const auto at = [&](const std::string& host) {
      return fetched("https://" + host + ":" + std::to_string(node.port) + "/healthz");
    };
    BOOST_TEST(at("127.0.0.1").starts_with("! ")); // Nobody vouches for it.
    ::setenv("SSL_CERT_FILE", files.certificate.c_str(), 1);
    BOOST_TEST(at("127.0.0.1") == R"({"status":"ok"})");
    BOOST_TEST(at("localhost") == R"({"status":"ok"})");
    BOOST_TEST(at("127.0.0.2").starts_with("! ")); // Its certificate is of another name.
    ::unsetenv("SSL_CERT_FILE");
  }
  std::filesystem::remove_all(place);
}

BOOST_AUTO_TEST_SUITE_END()
