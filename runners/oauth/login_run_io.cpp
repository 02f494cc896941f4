#include "runners/oauth/login_run_io.hpp"

#include "loop/log_io.hpp"
#include "messages/known_secrets.hpp"
#include "runners/oauth/pkce_io.hpp"

#include <utility>

namespace toolscore {

login_run::login_run(http_dialer& dialer, std::shared_ptr<token_keeper> keeper, std::string server)
    : dialer_(dialer), keeper_(std::move(keeper)), server_(std::move(server)), timer_(dialer.io()) {
}

/// A handler that goes on with what came, or fails the login; nothing once it has ended.
template <class Then>
auto login_run::next(Then then) {
  return [weak = weak_from_this(), then](auto came) {
    const auto self = weak.lock();
    if (!self || self->answer_.is != login_answer::state::waiting) return;
    if (!came) return self->fail(came.failure().detail);
    then(*self, *came);
  };
}

void login_run::begin(std::function<void(result<login_answer>)> told,
                      std::function<void()> logged_in) {
  told_ = std::move(told);
  logged_in_ = std::move(logged_in);
  answer_.is = login_answer::state::waiting;
  reach_ = keeper_->reach();
  settings_ = keeper_->settings();
  timer_.expires_after(person_max);
  timer_.async_wait([weak = weak_from_this()](boost::system::error_code stopped) {
    const auto self = weak.lock();
    if (!stopped && self && self->answer_.is == login_answer::state::waiting)
      self->fail("nobody has logged in within " + std::to_string(person_max.count()) + " minutes");
  });
  way_ = discover_oauth(
      dialer_, reach_, keeper_->challenge(),
      next([](login_run& self, oauth_found& found) { self.take_found(std::move(found)); }));
}

void login_run::take_found(oauth_found found) {
  found_ = std::move(found);
  const auto& issuer = found_.issuer;
  const auto page = read_http_place(issuer.authorization_endpoint);
  if (!page) return fail(issuer.issuer + " has no page on which a person could log in");
  if (auto fault =
          told_place_fault(*page, is_loopback(reach_.server.host) || !reach_.issuer.empty());
      !fault.empty())
    return fail(fault);
  // MCP: who does not say so is not asked, for the code could be anybody's.
  if (!issuer.takes_s256) return fail(issuer.issuer + " does not take PKCE with S256");
  scope_ = keeper_->scope_to_ask(found_.scope);
  auto listener = redirect_listener::open(
      dialer_.io(),
      [weak = weak_from_this()](form_fields query, const redirect_listener::page& answer) {
        const auto self = weak.lock();
        if (self) return self->take_redirect(query, answer);
        answer(400, "This login is over.");
      });
  if (!listener) return fail(listener.failure().detail);
  listener_ = std::move(*listener);
  redirect_uri_ = listener_->uri();
  if (settings_.client_id.empty()) return register_us();
  client_ = {settings_.client_id, settings_.client_secret,
             chosen_auth_method(issuer, !settings_.client_secret.empty())};
  show_page();
}

void login_run::register_us() {
  if (found_.issuer.registration_endpoint.empty())
    return fail(found_.issuer.issuer +
                " registers no clients; write the \"client_id\" that it has given you under "
                "\"auth\"");
  oauth_question question;
  question.verb = "POST";
  question.headers = {{"Content-Type", "application/json"}};
  question.body = registration_text(redirect_uri_, scope_);
  way_ = ask_oauth(dialer_, reach_, found_.issuer.registration_endpoint, std::move(question),
                   next([](login_run& self, const oauth_reply& reply) {
                     auto client = read_registration(reply.status, reply.body);
                     if (!client)
                       return self.fail(self.found_.issuer.issuer + ": " + client.failure().detail);
                     known_secrets::here().add(client->secret);
                     self.client_ = std::move(*client);
                     self.show_page();
                   }));
}

void login_run::show_page() {
  auto state = random_secret();
  auto verifier = random_secret();
  if (!state || !verifier) return fail("the system gives no random bytes");
  state_ = std::move(*state);
  verifier_ = std::move(*verifier);
  known_secrets::here().add(verifier_);
  auto told = answer_;
  told.url = authorization_url({found_.issuer.authorization_endpoint, client_.id, redirect_uri_,
                                state_, code_challenge(verifier_), found_.resource, scope_});
  if (const auto then = std::exchange(told_, nullptr)) then(std::move(told));
}

void login_run::take_redirect(const form_fields& query, const redirect_listener::page& page) {
  const auto seen = judge_redirect(query, state_, found_.issuer);
  if (answer_.is != login_answer::state::waiting || seen.is == redirect_answer::kind::stray)
    return page(400, "This is not the answer to a login that toolscore has begun. Nothing was "
                     "changed.");
  state_.clear(); // It is good once.
  listener_.reset();
  if (seen.is == redirect_answer::kind::code) return fetch_tokens(seen.text, page);
  page(400, end_of(seen.text));
  fail(seen.text);
}

void login_run::fetch_tokens(const std::string& code, const redirect_listener::page& page) {
  known_secrets::here().add(code);
  way_ = ask_tokens(dialer_, reach_, found_.issuer.token_endpoint,
                    make_token_request(client_, {{"grant_type", "authorization_code"},
                                                 {"code", code},
                                                 {"redirect_uri", redirect_uri_},
                                                 {"code_verifier", std::exchange(verifier_, {})},
                                                 {"resource", found_.resource}}),
                    {}, [weak = weak_from_this(), page](const result<oauth_tokens>& tokens) {
                      const auto self = weak.lock();
                      if (!self || self->answer_.is != login_answer::state::waiting) return;
                      if (tokens) return self->take_tokens(*tokens, page);
                      const auto why = self->found_.issuer.issuer + ": " + tokens.failure().detail;
                      page(400, self->end_of(why));
                      self->fail(why);
                    });
}

void login_run::take_tokens(const oauth_tokens& tokens, const redirect_listener::page& page) {
  login_record record;
  record.server = resource_identifier(reach_.server);
  record.issuer = found_.issuer.issuer;
  record.token_endpoint = found_.issuer.token_endpoint;
  record.revocation_endpoint = found_.issuer.revocation_endpoint;
  record.client = client_;
  record.resource = found_.resource;
  record.tokens = tokens;
  if (tokens.scope.empty()) record.tokens.scope = scope_; // RFC 6749, 5.1: it is as was asked.
  keeper_->take_login(std::move(record), [weak = weak_from_this(), page](result<done> kept) {
    const auto self = weak.lock();
    if (!self || self->answer_.is != login_answer::state::waiting) return;
    if (!kept) {
      page(500, self->end_of(kept.failure().detail));
      return self->fail(kept.failure().detail);
    }
    page(200, "You are logged in to " + self->server_ +
                  ". This page can be closed; toolscore goes on by itself.");
    self->timer_.cancel();
    self->answer_ = {login_answer::state::done, {}, {}};
    log::write(log::level::info, "login.done", {log::kv("server", self->server_)});
    if (const auto then = std::exchange(self->logged_in_, nullptr)) then();
  });
}

std::string login_run::end_of(const std::string& text) {
  return "The login to " + server_ + " has failed: " + text + ". Nothing was changed.";
}

void login_run::give_up(const std::string& why) {
  if (answer_.is == login_answer::state::waiting) fail(why);
}

void login_run::fail(const std::string& why) {
  const auto self = shared_from_this();
  timer_.cancel();
  listener_.reset();
  verifier_.clear();
  answer_ = {login_answer::state::failed, {}, known_secrets::here().scrubbed(why)};
  log::write(log::level::warn, "login.failed",
             {log::kv("server", server_), log::kv("reason", answer_.detail)});
  if (const auto then = std::exchange(told_, nullptr))
    then(error{errc::bad_answer, server_ + ": " + answer_.detail});
}

} // namespace toolscore
