#pragma once
#include "loop_fixture.hpp"
#include "runners/oauth/login_file_io.hpp"
#include "runners/oauth/token_keeper_io.hpp"
#include "tests/runners/web_peer.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace toolscore::test {

using heard = std::shared_ptr<std::optional<result<std::string>>>;

/// A keeper, and one peer that is both its server and who gives its tokens.
struct keeping : loop_fixture {
  keeping()
      : peer(io, [this](const peer_request& x, const peer_reply_ptr& reply) { serve(x, reply); }) {
    settings.grant = oauth_grant::client_credentials;
    settings.client_id = "node";
    settings.client_secret = "hush-hush";
  }

  void serve(const peer_request& x, const peer_reply_ptr& reply) {
    const auto origin = peer.url("");
    if (x.target == "/mcp")
      return reply->answer(401, "", "", "WWW-Authenticate: " + challenge + "\r\n");
    if (x.target == "/.well-known/oauth-protected-resource/mcp")
      return reply->json(R"({"resource":")" + peer.url() + R"(","authorization_servers":[")" +
                         origin + R"("],"scopes_supported":["all"]})");
    if (x.target == "/.well-known/oauth-authorization-server")
      return ++discoveries, reply->json(R"({"issuer":")" + origin + R"(","token_endpoint":")" +
                                        origin + R"(/token"})");
    if (x.target == "/revoke") {
      returned.push_back(field_of(*read_form(x.body), "token"));
      return reply->answer(revoked_by, "", "");
    }
    if (x.target != "/token") return reply->answer(404, "", "");
    asked.push_back(*read_form(x.body));
    if (hold) return held.push_back(reply);
    answer(reply);
  }
  void answer(const peer_reply_ptr& reply) {
    if (!refusal.empty()) return reply->answer(refused_by, "application/json", refusal);
    const auto number = std::to_string(++given);
    reply->json(R"({"token_type":"Bearer","expires_in":3600,"access_token":"access-)" + number +
                R"(","refresh_token":"refresh-)" + number + R"("})");
  }

  void use() {
    auto endpoint = std::make_shared<http_endpoint>();
    endpoint->place = *read_http_place(peer.url());
    endpoint->auth = settings;
    keeper->use(std::move(endpoint));
  }
  /// A login of which so much is over and so much is left; negative: its token has ended.
  login_record login(std::chrono::seconds over, std::chrono::seconds left,
                     const std::string& refresh = "refresh-0") {
    login_record x;
    x.server = x.resource = peer.url();
    x.issuer = peer.url("");
    x.token_endpoint = peer.url("/token");
    x.client = {"me", "", "none"};
    x.tokens.access = "access-0";
    x.tokens.refresh = refresh;
    x.tokens.obtained = std::chrono::system_clock::now() - over;
    x.tokens.expires = std::chrono::system_clock::now() + left;
    return x;
  }
  void log_in(login_record record) {
    settings.grant = oauth_grant::unsaid;
    settings.client_id.clear();
    settings.client_secret.clear();
    use();
    std::optional<result<done>> kept;
    keeper->take_login(std::move(record), [&](const auto& x) { kept = x; });
    BOOST_REQUIRE(wait([&] { return kept.has_value(); }));
    BOOST_REQUIRE(*kept);
  }

  static bearer_source::got into(const heard& where) {
    return [where](result<std::string> x) { where->emplace(std::move(x)); };
  }
  heard ask() {
    auto out = std::make_shared<std::optional<result<std::string>>>();
    keeper->token(into(out));
    return out;
  }
  /// Logs out, until that is over. @returns whether there was a login, or why that was not all
  std::string forget() {
    std::optional<result<bool>> was;
    keeper->forget([&](const auto& x) { was = x; });
    BOOST_REQUIRE(wait([&] { return was.has_value(); }));
    return !*was ? was->failure().detail : **was ? "yes" : "no";
  }
  heard refuse(const std::string& token, bool again = false) {
    auto out = std::make_shared<std::optional<result<std::string>>>();
    keeper->refused(token, challenge, again, into(out));
    return out;
  }
  /// The token, or why there is none.
  std::string told(const heard& one) {
    BOOST_TEST(wait([&] { return one->has_value(); }));
    if (!*one) return "nothing";
    return **one ? ***one : to_string((*one)->failure().code) + (": " + (*one)->failure().detail);
  }
  bool has_file() const { return read_login_file(world.secrets + "/docs").has_value(); }

  keeper_world world{dialer, run_in(workers, io), own.path + "/secrets"};
  web_peer peer;
  oauth_settings settings;
  std::string challenge = "Bearer scope=\"read write\"";
  std::string refusal;
  int refused_by = 400;
  bool hold = false;
  std::vector<peer_reply_ptr> held;
  std::vector<form_fields> asked;    ///< At the token endpoint.
  std::vector<std::string> returned; ///< Tokens given back.
  int revoked_by = 200;
  int given = 0;
  int discoveries = 0;
  std::shared_ptr<token_keeper> keeper = std::make_shared<token_keeper>(world, server_id{"docs"});
};

} // namespace toolscore::test
