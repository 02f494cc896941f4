#include "runners/proxy_rules.hpp"

#include <boost/test/unit_test.hpp>

#include <map>
#include <string>
#include <vector>

using namespace toolscore;

namespace {

using variables = std::map<std::string, std::string, std::less<>>;

proxy_settings read(const variables& all) {
  return read_proxies([&](std::string_view name) -> std::optional<std::string> {
    const auto at = all.find(name);
    return at == all.end() ? std::nullopt : std::optional(at->second);
  });
}

http_place place(const std::string& url) {
  return *read_dialed_place(url);
}

} // namespace

BOOST_AUTO_TEST_SUITE(proxies)

BOOST_AUTO_TEST_CASE(no_proxy_means_names_with_all_below_them_addresses_and_ports) {
  struct row {
    const char* entry;
    const char* url;
    bool direct;
  };
  const std::vector<row> rows{{"*", "https://a.example", true},
                              {"a.example", "https://a.example", true},
                              {"A.Example", "https://a.example", true},
                              {".a.example", "https://a.example", true},
                              {"a.example", "https://b.a.example", true},
                              {".a.example", "https://b.a.example", true},
                              {"a.example", "https://ba.example", false},
                              {"example", "https://a.example", true},
                              {"b.a.example", "https://a.example", false},
                              {"a.example:443", "https://a.example", true},
                              {"a.example:8443", "https://a.example", false},
                              {"10.0.0.7", "https://10.0.0.7", true},
                              {"10.0.0.7:443", "https://10.0.0.7", true},
                              {"0.0.7", "https://10.0.0.7", true}, // As others read it, too.
                              {"fd12::1", "https://[fd12::1]", true},
                              {"[fd12::1]", "https://[fd12::1]", true},
                              {"[fd12::1]:443", "https://[fd12::1]", true},
                              {"[fd12::1]:444", "https://[fd12::1]", false},
                              {":443", "https://a.example", false},
                              {".", "https://a.example", false}};
  for (const auto& x : rows)
    BOOST_TEST(goes_direct(read({{"NO_PROXY", x.entry}}).direct, place(x.url)) == x.direct,
               x.entry << " " << x.url);
  const auto several = read({{"no_proxy", " a.example, b.example\tc.example ,,"}}).direct;
  BOOST_TEST(several.size() == 3u);
  BOOST_TEST(!goes_direct({}, place("https://a.example")));
}

BOOST_AUTO_TEST_CASE(each_scheme_has_its_proxy_and_this_host_none) {
  const auto all = read({{"HTTP_PROXY", "http://one.example:3128"},
                         {"https_proxy", "two.example:3129"},
                         {"HTTPS_PROXY", "http://hidden.example:1"},
                         {"NO_PROXY", "direct.example"}});
  BOOST_TEST(all.fault == "");
  const auto by = [&](const char* url) {
    const auto* const proxy = proxy_for(all, place(url));
    return proxy == nullptr ? std::string() : authority_of(proxy->place);
  };
  BOOST_TEST(by("http://10.0.0.1/") == "one.example:3128");
  BOOST_TEST(by("ws://10.0.0.1/") == "one.example:3128");
  BOOST_TEST(by("https://a.example/") == "two.example:3129"); // In lower case it comes first.
  BOOST_TEST(by("wss://a.example/") == "two.example:3129");
  for (const char* direct : {"https://localhost/", "http://127.0.0.1:8/", "https://[::1]/",
                             "https://direct.example/", "https://x.direct.example"})
    BOOST_TEST(by(direct) == "", direct);
  BOOST_TEST(connect_target(place("https://a.example/x?y")) == "a.example:443");
  BOOST_TEST(connect_target(place("https://[fd12::1]:8443/")) == "[fd12::1]:8443");
}

BOOST_AUTO_TEST_CASE(a_proxys_user_is_shown_to_it_and_a_bad_one_is_told_without_its_password) {
  const auto good = read({{"HTTPS_PROXY", "http://Aladdin:open%20sesame@proxy.example:3128/"}});
  BOOST_TEST_REQUIRE(good.https.has_value());
  BOOST_TEST(good.https->authorization == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="); // RFC 7617.
  BOOST_TEST(authority_of(good.https->place) == "proxy.example:3128");
  for (const char* bad : {"https://u:hush-hush@proxy.example", "socks5://u:hush-hush@proxy.example",
                          "http://u:hush-hush@", "http://u:hush-hush@proxy.example:x"}) {
    const auto read_bad = read({{"HTTPS_PROXY", bad}});
    BOOST_TEST(!read_bad.https.has_value(), bad);
    BOOST_TEST(read_bad.fault.find("HTTPS_PROXY") == 0u, read_bad.fault);
    BOOST_TEST(read_bad.fault.find("hush-hush") == std::string::npos, read_bad.fault);
  }
  BOOST_TEST(!read({{"HTTPS_PROXY", ""}}).https.has_value());
  // An empty one is as good as none.
  BOOST_TEST(
      read({{"https_proxy", ""}, {"HTTPS_PROXY", "http://proxy.example"}}).https.has_value());
  BOOST_TEST(!read({}).http.has_value());
}

BOOST_AUTO_TEST_SUITE_END()
