#include "gateway/issuer_tokens_io.hpp"
#include "tests/gateway/signing.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;
using namespace toolscore::test;
using namespace std::chrono_literals;

namespace {

using time_point = std::chrono::system_clock::time_point;
const time_point noon{std::chrono::seconds{1'800'000'000}};

const issuer_spec issuer{"https://id.example", "https://id.example/keys",
                         "https://gateway.example/mcp", 30s};

/// The claims of a token that is good at noon, with some of them put otherwise.
std::string claims(const std::string& changed = {}) {
  const std::pair<const char*, const char*> usual[] = {
      {"iss", R"("https://id.example")"},
      {"aud", R"("https://gateway.example/mcp")"},
      {"sub", R"("ann")"},
      {"exp", "1800000060"},
      {"scope", R"("openid mcp:call")"},
  };
  std::string out = "{";
  for (const auto& [name, value] : usual) {
    if (changed.find("\"" + std::string(name) + "\"") != changed.npos) continue;
    out += (out.size() > 1 ? ",\"" : "\"") + std::string(name) + "\":" + value;
  }
  return out + (changed.empty() ? "" : "," + changed) + "}";
}
std::string without(const char* name) {
  auto text = claims(std::string("\"") + name + "\"");
  return text.substr(0, text.rfind(',')) + "}";
}

/// An issuer's verifier whose clocks and fetches are the test's.
struct verifier {
  time_point now = noon;
  std::chrono::steady_clock::time_point steady{1h};
  std::vector<std::function<void(result<std::string>)>> fetches;
  issuer_tokens tokens{issuer,
                       {[this](auto then) { fetches.push_back(std::move(then)); },
                        [this] { return now; }, [this] { return steady; }}};

  void know(std::initializer_list<const signing_key*> keys) {
    std::string set = R"({"keys":[)";
    for (const auto* key : keys) set += (set.back() == '[' ? "" : ",") + key->public_half();
    BOOST_REQUIRE(tokens.take_keys(set + "]}"));
  }
  bool takes(const std::string& token) {
    return tokens.verify(token).what == token_verdict::kind::good;
  }
  std::string why(const std::string& token) { return tokens.verify(token).why; }
};

const signing_key& rsa() {
  static const signing_key key(jwt_algorithm::rs256, "rsa");
  return key;
}
const signing_key& curve() {
  static const signing_key key(jwt_algorithm::es256, "ec");
  return key;
}
const signing_key& edwards() {
  static const signing_key key(jwt_algorithm::eddsa, "ed");
  return key;
}

} // namespace

BOOST_AUTO_TEST_SUITE(tokens)

BOOST_AUTO_TEST_CASE(a_good_token_of_each_kind_is_taken) {
  verifier x;
  x.know({&rsa(), &curve(), &edwards()});
  for (const auto* key : {&rsa(), &curve(), &edwards()}) {
    const auto told = x.tokens.verify(key->sign(claims()));
    BOOST_TEST((told.what == token_verdict::kind::good), key->algorithm_name() << told.why);
    BOOST_TEST(told.name == "jwt:ann");
    BOOST_TEST(told.scopes.has(scope::mcp_call));
    BOOST_TEST(!told.scopes.has(scope::control_read));
  }
}

BOOST_AUTO_TEST_CASE(each_bad_token_is_refused_and_told_why) {
  verifier x;
  x.know({&curve()});
  const auto& key = curve();
  struct row {
    std::string token;
    const char* why; ///< Null = it is good.
  };
  const std::string header = R"({"alg":"ES256","kid":"ec"})";
  const signing_key stranger(jwt_algorithm::es256, "ec");
  const auto good = key.sign(claims());
  auto flipped = good;
  flipped[good.find('.') + 10] = flipped[good.find('.') + 10] == 'A' ? 'B' : 'A';
  const std::vector<row> rows{
      {good, nullptr},
      {key.sign(header, claims()), nullptr},
      {key.sign(R"({"alg":"ES256"})", claims()), nullptr}, // One key alone can be meant.
      {key.sign(claims(R"("aud":["a","https://gateway.example/mcp"])")), nullptr},
      {key.sign(claims(R"("exp":1800000000.5)")), nullptr},
      {key.sign(claims(R"("exp":1799999971)")), nullptr}, // Within the leeway.
      {key.sign(claims(R"("exp":9800000060)")), nullptr}, // More nanoseconds than 64 bits count.
      {key.sign(claims(R"("exp":253402300799)")), nullptr},
      {key.sign(claims(R"("exp":253402300800)")), "it does not say when it expires"},
      {key.sign(claims(R"("nbf":1800000029)")), nullptr},
      {key.sign(claims(R"("nbf":253402300799)")), "it is not good yet"},
      {key.sign(claims(R"("exp":1799999970)")), "it has expired"},
      {key.sign(claims(R"("exp":1)")), "it has expired"},
      {key.sign(claims(R"("exp":"1800000060")")), "it does not say when it expires"},
      {key.sign(claims(R"("exp":-1)")), "it does not say when it expires"},
      {key.sign(claims(R"("exp":1e300)")), "it does not say when it expires"},
      {key.sign(without("exp")), "it does not say when it expires"},
      {key.sign(claims(R"("nbf":1800000031)")), "it is not good yet"},
      {key.sign(claims(R"("nbf":"x")")), "its nbf is no time"},
      {key.sign(claims(R"("iss":"https://id.example/")")), "it is another issuer's"},
      {key.sign(without("iss")), "it is another issuer's"},
      {key.sign(claims(R"("aud":"https://gateway.example")")), "it is not for this gateway"},
      {key.sign(claims(R"("aud":["a",7])")), "it is not for this gateway"},
      {key.sign(without("aud")), "it is not for this gateway"},
      {key.sign(without("sub")), "its subject is missing or no plain text"},
      {key.sign(claims(R"("sub":"a b")")), "its subject is missing or no plain text"},
      {key.sign(claims(R"("sub":"a\nb")")), "its subject is missing or no plain text"},
      {key.sign(claims("\"sub\":\"" + std::string(129, 'a') + "\"")),
       "its subject is missing or no plain text"},
      {key.sign(R"({"alg":"none"})", claims()), "its algorithm is none of RS256, ES256 and EdDSA"},
      {base64url(R"({"alg":"none"})") + "." + base64url(claims()) + ".",
       "its algorithm is none of RS256, ES256 and EdDSA"},
      {hmac_signed(R"({"alg":"HS256","kid":"ec"})", claims(), key.pem()),
       "its algorithm is none of RS256, ES256 and EdDSA"},
      {hmac_signed(header, claims(), key.pem()), "its signature is wrong"},
      {key.sign(R"({"alg":"es256"})", claims()), "its algorithm is none of RS256, ES256 and EdDSA"},
      {key.sign(R"({"alg":"ES256","alg":"none"})", claims()), "its header is no JSON object"},
      {key.sign(R"({"alg":"ES256","crit":["exp"]})", claims()),
       "its header has critical extensions"},
      {key.sign(R"({"alg":"ES256","typ":"logout+jwt"})", claims()),
       "it is no access token by its type"},
      {key.sign(R"({"alg":"ES256","kid":7})", claims()), "its key id is no text"},
      {key.sign(R"(["ES256"])", claims()), "its header is no JSON object"},
      {key.sign(header, "[]"), "its claims are no JSON object"},
      {key.sign(header, claims() + "x"), "its claims are no JSON object"},
      {key.sign(header, claims(R"("a":1,"a":2)")), "its claims are no JSON object"},
      {key.sign(header, claims(R"("a":[[[[[[[[[[1]]]]]]]]]])")), "its claims are no JSON object"},
      {stranger.sign(claims()), "its signature is wrong"},
      {flipped, "its claims are no JSON object"},
      {good.substr(0, good.size() - 2), "its signature is wrong"},
      {good.substr(0, good.rfind('.') + 1), "its signature is missing or no base64url"},
      {good.substr(0, good.rfind('.')), "it does not have three parts"},
      {good + ".x", "it does not have three parts"},
      {good + "=", "its signature is missing or no base64url"},
      {"a.b.c", "its header is no JSON object"},
      {"..", "its header is no JSON object"},
      {std::string(9'000, 'a'), "it is longer than 8 KiB"},
  };
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto told = x.tokens.verify(rows[i].token);
    const bool good_one = told.what == token_verdict::kind::good;
    BOOST_TEST_CONTEXT("row " << i << " " << rows[i].token.substr(0, 60)) {
      BOOST_TEST(good_one == (rows[i].why == nullptr));
      BOOST_TEST(told.why == (rows[i].why == nullptr ? "" : rows[i].why));
    }
  }
}

BOOST_AUTO_TEST_CASE(another_kinds_key_of_the_same_name_verifies_nothing) {
  verifier x;
  const signing_key rsa_named(jwt_algorithm::rs256, "k");
  const signing_key curve_named(jwt_algorithm::es256, "k");
  x.know({&rsa_named});
  BOOST_TEST(!x.takes(curve_named.sign(claims())));
  x.know({&rsa_named, &curve_named}); // One name for two kinds is still one key each.
  BOOST_TEST(x.takes(curve_named.sign(claims())));
  BOOST_TEST(x.takes(rsa_named.sign(claims())));
}

BOOST_AUTO_TEST_CASE(a_signature_is_verified_once_and_not_believed_too_long) {
  verifier x;
  x.know({&edwards()});
  const auto token = edwards().sign(claims());
  for (int i = 0; i < 100; ++i) BOOST_TEST(x.takes(token));
  BOOST_TEST(x.tokens.verified() == 1u);
  x.now = noon + 60s + 29s;
  BOOST_TEST(x.takes(token));
  x.now = noon + 60s + 30s;
  BOOST_TEST(x.why(token) == "it has expired");
  // A key that its issuer takes back takes its tokens along.
  x.now = noon;
  BOOST_TEST(x.takes(token));
  x.know({&curve()});
  BOOST_TEST(!x.takes(token));
}

BOOST_AUTO_TEST_CASE(a_bad_signature_is_remembered_by_nobody) {
  verifier x;
  x.know({&curve()});
  const signing_key stranger(jwt_algorithm::es256, "ec");
  const auto token = stranger.sign(claims());
  BOOST_TEST(!x.takes(token));
  BOOST_TEST(!x.takes(token));
  BOOST_TEST(x.tokens.verified() == 2u);
}

BOOST_AUTO_TEST_CASE(an_unknown_key_is_asked_for_but_not_all_the_time) {
  verifier x;
  const auto token = rsa().sign(claims());
  BOOST_TEST((x.tokens.verify(token).what == token_verdict::kind::later));
  BOOST_TEST(x.fetches.size() == 1u);
  BOOST_TEST((x.tokens.verify(token).what == token_verdict::kind::later));
  BOOST_TEST(x.fetches.size() == 1u); // One at a time.
  x.fetches[0](std::string(R"({"keys":[)") + curve().public_half() + "]}");
  BOOST_TEST((x.tokens.verify(token).what == token_verdict::kind::bad));
  BOOST_TEST(x.fetches.size() == 1u);
  x.steady += 9s;
  for (int i = 0; i < 1'000; ++i) BOOST_TEST(!x.takes(token));
  BOOST_TEST(x.fetches.size() == 1u);
  x.steady += 1s; // The issuer may have a new one by now.
  BOOST_TEST((x.tokens.verify(token).what == token_verdict::kind::later));
  BOOST_REQUIRE(x.fetches.size() == 2u);
  BOOST_TEST(x.takes(curve().sign(claims()))); // Others go on meanwhile.
  x.fetches[1](std::string(R"({"keys":[)") + rsa().public_half() + "]}");
  BOOST_TEST(x.takes(token));
}

BOOST_AUTO_TEST_CASE(keys_that_cannot_be_had_leave_those_in_force) {
  verifier x;
  x.know({&curve()});
  x.steady += 6min; // Old keys are asked for anew, and good meanwhile.
  const auto token = curve().sign(claims());
  BOOST_TEST(x.takes(token));
  BOOST_REQUIRE(x.fetches.size() == 1u);
  x.fetches[0](error{errc::io_failed, "no answer in time"});
  BOOST_TEST(x.takes(token));
  x.steady += 10s;
  BOOST_TEST(x.takes(token));
  BOOST_REQUIRE(x.fetches.size() == 2u);
  x.fetches[1](std::string("<html>"));
  BOOST_TEST(x.takes(token));
  BOOST_TEST(x.takes(curve().sign(claims(R"("sub":"bob")"))));
}

BOOST_AUTO_TEST_CASE(without_any_key_a_token_is_asked_to_come_again) {
  verifier x;
  const auto token = curve().sign(claims());
  x.tokens.refetch();
  x.fetches.at(0)(error{errc::io_failed, "refused"});
  const auto told = x.tokens.verify(token);
  BOOST_TEST((told.what == token_verdict::kind::later));
  BOOST_TEST(told.why == "the issuer's keys could not be fetched, ask again later");
}

BOOST_AUTO_TEST_CASE(a_key_set_is_read_with_what_can_be_used_of_it) {
  const auto count = [](const std::string& keys) {
    const auto x = read_key_set(R"({"keys":[)" + keys + "]}");
    return x ? x->size() : 0u;
  };
  const auto rsa_text = rsa().public_half();
  BOOST_TEST(count(rsa_text) == 1u);
  BOOST_TEST(count(rsa_text + ",7,{}," + curve().public_half()) == 2u);
  BOOST_TEST(count(rsa().public_half(R"(,"use":"enc")")) == 0u);
  BOOST_TEST(count(rsa().public_half(R"(,"use":"sig","alg":"RS256")")) == 1u);
  BOOST_TEST(count(rsa().public_half(R"(,"alg":"RS512")")) == 0u);
  BOOST_TEST(count(curve().public_half(R"(,"alg":"RS256")")) == 0u);
  BOOST_TEST(count(R"({"kty":"oct","k":"AAAA"})") == 0u);
  BOOST_TEST(count(R"({"kty":"RSA","n":")" + base64url(std::string(128, 'a')) +
                   R"(","e":"AQAB"})") == 0u); // 1024 bits
  BOOST_TEST(count(R"({"kty":"EC","crv":"P-384","x":"AA","y":"AA"})") == 0u);
  std::string many = rsa_text;
  for (int i = 0; i < 64; ++i) many += ",{}";
  BOOST_TEST(count(many) == 0u);
  for (const char* text : {"", "[]", "{}", R"({"keys":{}})", R"({"keys":[],"keys":[]})", "nul"})
    BOOST_TEST(!read_key_set(text), text);
  // Numbers that are no key: a point beside the curve.
  const json_web_key beside{jwt_algorithm::es256, "x", std::string(32, '\x01'),
                            std::string(32, '\x02')};
  BOOST_TEST((make_public_key(beside) == nullptr));
  BOOST_TEST(
      !is_signed_by(make_public_key(beside), jwt_algorithm::es256, "a", std::string(64, 'x')));
}

BOOST_AUTO_TEST_CASE(scopes_are_read_in_every_spelling_of_the_claim) {
  const auto scopes = [](const std::string& text) {
    return read_jwt(curve().sign(claims(text)))->scopes;
  };
  BOOST_TEST(scopes(R"("scope":"mcp:read  control:write")").has(scope::control_read));
  BOOST_TEST(scopes(R"("scp":["mcp:read","x"])").has(scope::mcp_read));
  BOOST_TEST(scopes(R"("scope":"","scp":"mcp:call")").has(scope::mcp_call));
  BOOST_TEST(scopes(R"("scope":"mcp:calls mcp:cal MCP:CALL")").empty());
  BOOST_TEST(scopes(R"("scope":7)").empty());
}

BOOST_AUTO_TEST_CASE(base64url_is_read_strictly) {
  for (const std::string text : {"", "a", "ab", "abc", "abcd", "\xff\x00\xfe"})
    BOOST_TEST((base64url_decoded(base64url(text)) == text));
  for (const char* text : {"A", "AAAAA", "AA==", "A+", "A/", "A A", "AB", "AAB"})
    BOOST_TEST(!base64url_decoded(text), text);
}

BOOST_AUTO_TEST_SUITE_END()
