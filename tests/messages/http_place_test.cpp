#include "messages/http_place.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;

namespace {

http_place place(std::string_view url) {
  const auto read = read_http_place(url);
  BOOST_REQUIRE_MESSAGE(read, url << ": " << (read ? "" : read.failure().detail));
  return *read;
}

} // namespace

BOOST_AUTO_TEST_SUITE(http_place)

BOOST_AUTO_TEST_CASE(a_url_is_taken_apart) {
  struct row {
    const char* url;
    bool tls;
    const char* host;
    std::uint16_t port;
    const char* target;
  };
  const row rows[] = {
      {"https://example.org/mcp", true, "example.org", 443, "/mcp"},
      {"HTTP://Example.ORG", false, "example.org", 80, "/"},
      {"http://127.0.0.1:8080/a/b?c=d", false, "127.0.0.1", 8080, "/a/b?c=d"},
      {"http://[::1]:9/x", false, "::1", 9, "/x"},
      {"https://[2001:DB8::1]", true, "2001:db8::1", 443, "/"},
      {"https://example.org?key=x", true, "example.org", 443, "/?key=x"},
      {"https://example.org/a#part", true, "example.org", 443, "/a"},
      {"http://127.0.0.1:${PORT}/mcp", false, "127.0.0.1", 0, "/mcp"},
  };
  for (const auto& x : rows) {
    const auto read = place(x.url);
    BOOST_TEST(read.tls == x.tls, x.url);
    BOOST_TEST(read.host == x.host, x.url);
    BOOST_TEST(read.port == x.port, x.url);
    BOOST_TEST(read.target == x.target, x.url);
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_url_of_ours_is_refused_with_the_reason) {
  const std::pair<std::string, const char*> rows[] = {
      {"ftp://example.org/", "neither https://"},
      {"example.org/mcp", "neither https://"},
      {"", "neither https://"},
      {"https://", "names no host"},
      {"https:///mcp", "names no host"},
      {"https://exa mple.org/", "printable ASCII"},
      {"https://example.org/\r\nX: y", "printable ASCII"},
      {"https://exämple.org/", "printable ASCII"},
      {"https://exa<mple.org/", "names no host"},
      {"https://user:secret@example.org/", "credentials"},
      {"https://example.org:/", "no port"},
      {"https://example.org:0/", "no port"},
      {"https://example.org:65536/", "no port"},
      {"https://example.org:80x/", "no port"},
      {"https://[::1/", "[ without"},
      {"https://[::1]8080/", "no port"},
      {"https://" + std::string(254, 'a') + "/", "names no host"},
      {"https://example.org/" + std::string(5'000, 'a'), "4096"},
  };
  for (const auto& [url, why] : rows) {
    const auto read = read_http_place(url);
    BOOST_TEST(!read, url);
    if (read) continue;
    BOOST_TEST(read.failure().detail.find(why) != std::string::npos, read.failure().detail);
    BOOST_TEST(read.failure().detail.find("secret") == std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(a_reference_means_what_a_browser_takes_it_for) {
  const auto base = place("https://example.org:444/a/b?c");
  const std::pair<const char*, const char*> rows[] = {
      {"/x?y", "https://example.org:444/x"},
      {"x", "https://example.org:444/a/x"},
      {"?z", "https://example.org:444/a/b"},
      {"//other.org/x", "https://other.org/x"},
      {"http://example.org:444/x", "http://example.org:444/x"},
      {"x#y", "https://example.org:444/a/x"},
      {"", "https://example.org:444/a/b"},
      {"a/b:c", "https://example.org:444/a/a/b:c"},
  };
  for (const auto& [reference, expected] : rows) {
    const auto read = resolve_reference(base, reference);
    BOOST_REQUIRE_MESSAGE(read, reference);
    BOOST_TEST(shown_place(*read) == expected, reference);
  }
  for (const char* bad : {"javascript:alert(1)", "file:///etc/passwd", "/a b", "http://@evil/"})
    BOOST_TEST(!resolve_reference(base, bad), bad);
}

BOOST_AUTO_TEST_CASE(an_origin_is_scheme_host_and_port) {
  const auto base = place("https://example.org/mcp");
  BOOST_TEST(same_origin(base, place("https://EXAMPLE.org:443/other?x")));
  for (const char* other : {"http://example.org/mcp", "https://example.org:444/mcp",
                            "https://www.example.org/mcp", "https://example.org.evil/mcp"})
    BOOST_TEST(!same_origin(base, place(other)), other);
}

BOOST_AUTO_TEST_CASE(a_query_is_not_shown) {
  const auto x = place("https://example.org:8443/mcp?key=secret");
  BOOST_TEST(shown_place(x) == "https://example.org:8443/mcp");
  BOOST_TEST(origin_of(x) == "https://example.org:8443");
  BOOST_TEST(authority_of(place("http://[::1]/")) == "[::1]");
  BOOST_TEST(authority_of(place("http://[::1]:81/")) == "[::1]:81");
}

BOOST_AUTO_TEST_CASE(the_loopback_is_known_by_name_and_by_address) {
  for (const char* host : {"localhost", "127.0.0.1", "127.1.2.3", "::1"})
    BOOST_TEST(is_loopback(host), host);
  for (const char* host : {"127.0.0.1.evil.org", "localhost.evil.org", "128.0.0.1", "127.evil.a.b",
                           "::2", "0.0.0.0", ""})
    BOOST_TEST(!is_loopback(host), host);
}

BOOST_AUTO_TEST_SUITE_END()
