// What authorization servers answer, and what a browser comes back with: none of it is ours.
#include "runners/oauth/oauth_metadata.hpp"
#include "runners/oauth/oauth_text.hpp"
#include "runners/oauth/oauth_tokens.hpp"
#include "runners/oauth/redirect_answer.hpp"
#include "tests/fuzz/fuzzing.hpp"

#include <algorithm>
#include <array>

namespace toolscore::test {
namespace {

constexpr std::size_t text_bytes_max = 4'096;
constexpr std::size_t token_bytes_max = 16'384;
const std::string issuer = "https://id.example";
const wall_moment now{std::chrono::seconds{1'800'000'000}};

bool is_visible(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char x) { return x > ' ' && x < 0x7f; });
}

bool is_line(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char x) { return x >= ' ' && x < 0x7f; });
}

/// Why something was refused is told to people: one short line.
void check_failure(const error& why) {
  expect(!why.detail.empty() && why.detail.size() < 400 && is_line(why.detail), "one short line");
}

void check_resource(std::string_view text) {
  const auto server = read_http_place("https://api.example/team/mcp?a=b");
  const auto x = read_resource_metadata(text, *server);
  if (!x) return check_failure(x.failure());
  const auto place = read_http_place(x->resource);
  expect(place && same_origin(*place, *server), "a resource of the server's own origin");
  expect(resource_identifier(*server).starts_with(resource_identifier(*place)),
         "the server's, or one above it");
  expect(!x->issuers.empty() && x->issuers.size() <= 64, "some issuers");
  for (const auto& one : x->issuers) expect(one.size() <= text_bytes_max, "of bounded length");
  expect(is_line(x->scope), "scopes on one line");
}

void check_issuer(std::string_view text) {
  const auto x = read_issuer_metadata(text, issuer);
  if (!x) return check_failure(x.failure());
  expect(x->issuer == issuer, "the issuer that was asked for");
  expect(!x->token_endpoint.empty(), "somewhere tokens come from");
  for (const auto* part : {&x->authorization_endpoint, &x->token_endpoint,
                           &x->registration_endpoint, &x->revocation_endpoint})
    expect(part->size() <= text_bytes_max, "of bounded length");
  expect(x->auth_methods.size() <= 64, "as many methods as may be");
  constexpr std::array known{"none", "client_secret_basic", "client_secret_post"};
  for (const bool has_secret : {false, true})
    expect(std::count(known.begin(), known.end(), chosen_auth_method(*x, has_secret)) == 1,
           "a method that we know");
}

void check_registration(std::string_view text, int status) {
  const auto x = read_registration(status, text);
  if (!x) return check_failure(x.failure());
  expect(status >= 200 && status < 300, "what was refused is no client");
  expect(!x->id.empty() && x->id.size() <= text_bytes_max, "a client");
  const auto request = make_token_request(*x, {{"grant_type", "refresh_token"}});
  for (const auto& [name, value] : request.headers)
    expect(is_line(name) && is_line(value), "a header is one line");
  expect(is_visible(request.body), "a form is plain text");
}

void check_tokens(std::string_view text, int status) {
  oauth_tokens before;
  before.access = "old";
  before.refresh = "older";
  const auto x = read_token_answer(status, text, now, before);
  if (!x) return check_failure(x.failure());
  expect(status >= 200 && status < 300, "a refusal is no token");
  expect(!x->access.empty() && is_visible(x->access) && x->access.size() <= token_bytes_max,
         "an access token fits a header");
  expect(!x->refresh.empty() && is_visible(x->refresh) && x->refresh.size() <= token_bytes_max,
         "and so does what renews it");
  expect(x->scope.size() <= token_bytes_max, "of bounded length");
  expect(is_line(joined_scopes({x->scope})), "what is asked for again is on one line");
  expect(x->obtained == now && (!x->expires || *x->expires >= now), "it does not end before it");
  if (x->expires) expect(is_due(*x, *x->expires) && is_expired(*x, *x->expires), "it ends");

  login_record login;
  login.server = "https://api.example/mcp";
  login.token_endpoint = "https://id.example/token";
  login.tokens = *x;
  const auto again = read_login_record(to_text(login), login.server);
  expect(again.has_value(), "a login that was kept is read");
  expect(again->tokens.access == x->access && again->tokens.refresh == x->refresh &&
             again->tokens.scope == x->scope && again->tokens.expires == x->expires,
         "with the same tokens");
}

void check_kept(std::string_view text) {
  const auto x = read_login_record(text);
  if (!x) return;
  expect(is_visible(x->tokens.access) && !x->tokens.access.empty(), "its token fits a header");
  const auto kept = to_text(*x);
  const auto again = read_login_record(kept);
  expect(again && to_text(*again) == kept, "what is kept again is the same");
}

void check_redirect(std::string_view text) {
  const auto query = read_form(text);
  if (!query) return;
  const auto again = read_form(form_text(*query));
  expect(again && *again == *query, "a form is read back the same");
  issuer_metadata about;
  about.issuer = issuer;
  about.names_itself = choice_of(text) % 2 == 0;
  const auto x = judge_redirect(*query, "s3cret", about);
  if (x.is == redirect_answer::kind::stray) return;
  expect(field_of(*query, "state") == "s3cret", "only with the state that was sent");
  expect(is_line(x.text), "one line");
  if (x.is == redirect_answer::kind::refused) return;
  expect(!x.text.empty() && field_of(*query, "error").empty(), "a code and no error");
  const auto who = field_of(*query, "iss");
  expect(who == issuer || (who.empty() && !about.names_itself), "of nobody else");
}

void check_challenge(std::string_view text) {
  const auto x = read_challenge(text);
  for (const auto* part : {&x.resource_metadata, &x.scope, &x.error})
    expect(part->size() <= 8'192 && (part->empty() || x.bearer), "of a bearer alone");
  const auto scopes = joined_scopes({x.scope, x.scope});
  expect(is_line(scopes) && joined_scopes({scopes}) == scopes, "scopes, each once");
  expect(joined_scopes({x.scope}) == scopes, "and no more by being said twice");
}

void check_answer(std::string_view text) {
  constexpr std::array statuses{200, 201, 400, 401, 403, 429, 503};
  const auto status = statuses.at(choice_of(text) % statuses.size());
  check_resource(text);
  check_issuer(text);
  check_registration(text, status);
  check_registration(text, 201);
  check_tokens(text, status);
  check_tokens(text, 200);
  check_kept(text);
}

void check_way_back(std::string_view text) {
  check_redirect(text);
  check_challenge(text);
}

} // namespace

std::vector<fuzz_target> oauth_targets() {
  return {
      {"oauth",
       {R"({"resource":"https://api.example/team","authorization_servers":["https://id.example"],)"
        R"("scopes_supported":["a","b c","\u0001"]})",
        R"({"issuer":"https://id.example","authorization_endpoint":"https://id.example/login",)"
        R"("token_endpoint":"https://id.example/token","registration_endpoint":"/r",)"
        R"("revocation_endpoint":"https://id.example/revoke",)"
        R"("token_endpoint_auth_methods_supported":["client_secret_post"],)"
        R"("code_challenge_methods_supported":["S256"],)"
        R"("authorization_response_iss_parameter_supported":true})",
        R"({"client_id":"c","client_secret":"s %","token_endpoint_auth_method":"none"})",
        R"({"access_token":"a.b-c","token_type":"Bearer","expires_in":3600,"refresh_token":"r",)"
        R"("scope":"x y"})",
        R"({"access_token":"a","token_type":"bearer","expires_in":"60","scope":"\n"})",
        R"({"access_token":"a","token_type":"bearer","expires_in":1e300})",
        R"({"error":"invalid_grant","error_description":"\u001b[0m"})",
        R"({"server":"https://api.example","token_endpoint":"https://id.example/token",)"
        R"("access_token":"a","refresh_token":"r","obtained":1800000000,"expires":99999999999})",
        "[]", "{", "null"},
       check_answer},
      {"oauth_way",
       {"code=abc&state=s3cret&iss=https%3A%2F%2Fid.example", "state=s3cret&error=access_denied",
        "code=a&state=other", "state=s3cret&code=%0A", "a=b&a=c", "a+b=%2", "&&=&x",
        R"(Bearer realm="x", resource_metadata="https://api.example/.well-known/x", scope="a b")",
        R"(Basic realm="a", bearer error=insufficient_scope, scope="\"a\\")", "Bearer",
        "Bearer ,,="},
       check_way_back}};
}

} // namespace toolscore::test
