#include "gateway/auth.hpp"
#include "gateway/jwt.hpp"
#include "tests/fuzz/fuzzing.hpp"

#include <string>

namespace toolscore::test {
namespace {

const issuer_spec issuer{"https://id.example", "/keys", "https://gateway.example/mcp",
                         std::chrono::seconds{30}};

std::string encoded(std::string_view bytes) {
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string out;
  unsigned bits = 0;
  unsigned count = 0;
  for (const char c : bytes) {
    bits = bits << 8U | static_cast<unsigned char>(c);
    for (count += 8; count >= 6; count -= 6) out += digits[bits >> (count - 6) & 63U];
  }
  if (count != 0) out += digits[bits << (6 - count) & 63U];
  return out;
}

std::string token(std::string_view header, std::string_view claims) {
  return encoded(header) + "." + encoded(claims) + "." + encoded("signature");
}

/// What is read says what its bytes say, and has no second spelling.
void check_parts(std::string_view text) {
  const auto bytes = base64url_decoded(text);
  if (bytes) expect(encoded(*bytes) == text, "each text of base64url has one spelling");
}

void check_read(std::string_view text) {
  const auto x = read_jwt(text);
  if (!x) {
    expect(!x.failure().detail.empty() && x.failure().detail.size() < 80, "a short reason");
    return;
  }
  expect(text.starts_with(x->signed_text), "what is signed stands in the token");
  expect(text.size() == x->signed_text.size() + 1 + encoded(x->signature).size(),
         "and the signature is the rest");
  expect(!x->subject.empty() && x->subject.size() <= 128, "a subject of bounded length");
  for (const char c : x->subject) expect(c > 0x20 && c < 0x7f, "of plain characters");
  const auto now = std::chrono::system_clock::time_point{std::chrono::seconds{1'800'000'000}};
  if (check_claims(*x, issuer, now).empty()) {
    expect(x->issuer == issuer.url, "only the issuer's");
    expect(x->expires + issuer.leeway > now, "only while it is good");
  }
}

class nobody final : public token_verifier {
public:
  token_verdict verify(std::string_view text) override {
    check_read(text);
    return {};
  }
};

/// An Authorization field that is not the owner's token lets nobody in; one that is, is not lost.
void check_field(std::string_view text) {
  nobody issuers;
  auth_policy policy;
  policy.token = "0123456789abcdef0123456789abcdef";
  policy.mcp_token = true;
  policy.issuer = &issuers;
  const auto x = authorize(policy, {}, text, route_scope::owner);
  const auto sent = bearer_token(text);
  expect((x.failure == 0) == (sent && *sent == policy.token), "the owner's token and no other");
  expect(x.failure == 0 || x.who.name.empty(), "who is refused is nobody");
  check_parts(text);
  check_read(text);
  if (sent) check_parts(*sent);
  if (const auto keys = read_key_set(text); keys)
    expect(!keys->empty() && keys->size() <= keys_max, "as many keys as may be");
}

} // namespace

std::vector<fuzz_target> token_targets() {
  const std::string claims =
      R"({"iss":"https://id.example","aud":["https://gateway.example/mcp"],"sub":"ann",)"
      R"("exp":1800000060,"nbf":1.5,"scope":"mcp:call x","scp":["mcp:read"]})";
  return {{"token",
           {"Bearer 0123456789abcdef0123456789abcdef", "bearer  x", "Basic YTpi", "Bearer",
            "Bearer " + token(R"({"alg":"ES256","typ":"at+jwt","kid":"a"})", claims),
            token(R"({"alg":"RS256"})", claims), token(R"({"alg":"none"})", claims),
            token(R"({"alg":"EdDSA","crit":["b64"]})", R"({"exp":-0.0,"sub":"\u0000"})"),
            R"({"keys":[{"kty":"OKP","crv":"Ed25519","x":")" + encoded(std::string(32, 'k')) +
                R"(","use":"sig"},{"kty":"RSA","n":"AQAB","e":"AQAB"}]})",
            "a.b.c", "..", "e30.e30."},
           check_field}};
}

} // namespace toolscore::test
