#include "runners/oauth/token_keeper_io.hpp"

#include "loop/log_io.hpp"
#include "messages/known_secrets.hpp"
#include "runners/oauth/login_file_io.hpp"
#include "runners/oauth/oauth_revoke_io.hpp"

#include <utility>

namespace toolscore {
namespace {

constexpr std::size_t missing_bytes_max = 2 * 1024; ///< Of scopes that it has been told of.

wall_moment now() {
  return std::chrono::system_clock::now();
}

void note_secrets(const login_record& x) {
  for (const auto& one : {x.tokens.access, x.tokens.refresh, x.client.secret})
    known_secrets::here().add(one);
}

} // namespace

token_keeper::token_keeper(keeper_world& world, server_id server)
    : world_(world), server_(std::move(server)),
      endpoint_(std::make_shared<const http_endpoint>()) {}

void token_keeper::use(std::shared_ptr<const http_endpoint> endpoint) {
  const bool same = endpoint_->auth == endpoint->auth && endpoint_->place == endpoint->place &&
                    endpoint_->ca_file == endpoint->ca_file;
  endpoint_ = std::move(endpoint);
  known_secrets::here().add(settings().client_secret);
  if (same) return;
  own_.reset();
  found_.reset();
  login_.reset();
  loaded_ = false;
  challenge_.clear(); // It may be another server's.
  missing_.clear();
  // What is under way is about another place or another client: nobody is to have its tokens.
  ++generation_;
  way_.reset();
  tell(error{errc::io_failed, "its definition has changed"});
}

oauth_reach token_keeper::reach() const {
  return {endpoint_->place, endpoint_->ca_file, settings().issuer};
}

const oauth_tokens* token_keeper::tokens() const {
  if (alone()) return own_ ? &*own_ : nullptr;
  return login_ ? &login_->tokens : nullptr;
}

void token_keeper::token(got then) {
  if (!alone() && !loaded_) {
    wait(std::move(then));
    return load();
  }
  const auto* const known = tokens();
  if (known != nullptr && !busy_ && !is_due(*known, now())) return then(known->access);
  if (known == nullptr && !alone() && settings().grant == oauth_grant::unsaid)
    return then(std::string());
  if (known == nullptr && !alone()) return then(login_needed("it needs a login"));
  wait(std::move(then));
  renew(false);
}

void token_keeper::refused(const std::string& token, const std::string& challenge, bool again,
                           got then) {
  const auto said = read_challenge(challenge);
  const bool too_little = said.error == "insufficient_scope";
  if (!too_little) challenge_ = challenge;
  const auto* const known = tokens();
  if (known != nullptr && known->access != token && !again) return this->token(std::move(then));
  if (too_little) return then(needs_more(said)); // Another one like it would be no better.
  if (again && alone())
    return then(error{errc::io_failed, "it refuses the token that " +
                                           (found_ ? found_->issuer.issuer : "its issuer") +
                                           " gave for it (HTTP 401); check \"scope\" and "
                                           "\"client_id\" under \"auth\""});
  if (known == nullptr && !alone()) {
    if (settings().grant == oauth_grant::unsaid && !said.bearer)
      return then(error{errc::not_supported, {}});
    return then(login_needed("it needs a login"));
  }
  if (again) return then(login_needed("it refuses the token of its login (HTTP 401)"));
  wait(std::move(then));
  renew(true);
}

void token_keeper::wait(got then) {
  if (waiting_.size() >= waiting_max)
    return then(error{errc::queue_full, "too many requests wait for its token"});
  waiting_.push_back(std::move(then));
}

void token_keeper::tell(const result<std::string>& what) {
  const auto self = shared_from_this();
  busy_ = false;
  for (const auto& then : std::exchange(waiting_, {})) then(what);
}

void token_keeper::load() {
  if (std::exchange(busy_, true)) return;
  auto text = std::make_shared<std::optional<std::string>>();
  on_disk([text, directory = directory()] { *text = read_login_file(directory); },
          [text, weak = weak_from_this(), generation = generation_] {
            const auto self = weak.lock();
            if (!self || self->generation_ != generation) return;
            self->busy_ = false;
            if (!self->loaded_ && *text)
              self->login_ = read_login_record(**text, resource_identifier(self->endpoint_->place));
            self->loaded_ = true;
            if (self->login_) note_secrets(*self->login_);
            for (auto& then : std::exchange(self->waiting_, {})) self->token(std::move(then));
          });
}

void token_keeper::renew(bool by_force) {
  if (std::exchange(busy_, true)) return;
  if (!alone()) return renew_login(by_force);
  if (by_force) own_.reset();
  if (found_) return ask_alone();
  way_ = discover_oauth(
      world_.dialer, reach(), challenge_, [weak = weak_from_this()](result<oauth_found> found) {
        const auto self = weak.lock();
        if (!self) return;
        if (!found)
          return self->tell(error{errc::io_failed, "no token: " + found.failure().detail});
        self->found_ = std::move(*found);
        self->ask_alone();
      });
}

void token_keeper::ask_alone() {
  const auto& who = settings();
  const oauth_client client{who.client_id, who.client_secret,
                            chosen_auth_method(found_->issuer, !who.client_secret.empty())};
  form_fields fields{{"grant_type", "client_credentials"}, {"resource", found_->resource}};
  const auto& scope = who.scope.empty() ? found_->scope : who.scope;
  if (!scope.empty()) fields.emplace_back("scope", scope);
  way_ = ask_tokens(world_.dialer, reach(), found_->issuer.token_endpoint,
                    make_token_request(client, std::move(fields)), {},
                    [weak = weak_from_this()](const result<oauth_tokens>& answer) {
                      const auto self = weak.lock();
                      if (!self) return;
                      if (answer) {
                        self->own_ = *answer;
                        return self->tell(answer->access);
                      }
                      auto why = "no token from " + self->found_->issuer.issuer + ": " +
                                 answer.failure().detail;
                      if (answer.failure().code == errc::unauthorized)
                        why += "; check \"client_id\" and \"client_secret\" under \"auth\"";
                      self->found_.reset(); // It may be another by now.
                      self->tell(error{errc::io_failed, why});
                    });
}

void token_keeper::renew_login(bool by_force) {
  const auto& login = *login_;
  if (login.tokens.refresh.empty()) {
    if (!by_force && !is_expired(login.tokens, now())) return tell(login.tokens.access);
    return lose_login("its login has ended");
  }
  way_ = ask_tokens(world_.dialer, reach(), login.token_endpoint,
                    make_token_request(login.client, {{"grant_type", "refresh_token"},
                                                      {"refresh_token", login.tokens.refresh},
                                                      {"resource", login.resource}}),
                    login.tokens,
                    [weak = weak_from_this(), by_force, of = login,
                     from = reach()](const result<oauth_tokens>& answer) {
                      if (const auto self = weak.lock())
                        self->take_refreshed(answer, by_force, of, from);
                    });
}

/// @param of    the login that was to be renewed, and where it was
void token_keeper::take_refreshed(const result<oauth_tokens>& answer, bool by_force,
                                  login_record of, const oauth_reach& from) {
  if (!login_) { // It was logged out meanwhile, and what has come since goes the same way.
    tell(login_needed("it was logged out"));
    if (!answer) return;
    of.tokens = *answer;
    return give_back(of, from, [](const result<bool>&) {});
  }
  if (login_->tokens.access != of.tokens.access) return tell(login_->tokens.access); // Another one.
  if (answer) {
    login_->tokens = *answer;
    return save([weak = weak_from_this(), generation = generation_](const result<done>& kept) {
      const auto self = weak.lock();
      if (!self || self->generation_ != generation) return;
      if (!kept) // It goes on with what is in memory.
        log::write(
            log::level::error, "login.unsaved",
            {log::kv("server", self->server_.value), log::kv("reason", kept.failure().detail)});
      if (!self->login_) return self->tell(self->login_needed("it was logged out"));
      self->tell(self->login_->tokens.access);
    });
  }
  if (answer.failure().code == errc::unauthorized)
    return lose_login("its login has ended (" + answer.failure().detail + ")");
  if (!by_force && !is_expired(login_->tokens, now())) return tell(login_->tokens.access);
  tell(error{errc::io_failed, "its token has ended, and " + login_->issuer +
                                  " gives no other: " + answer.failure().detail});
}

void token_keeper::save(std::function<void(result<done>)> then) {
  auto kept = std::make_shared<result<done>>(
      error{errc::store_failed, "too much waits for the disk; try again"});
  on_disk([kept, text = to_text(*login_),
           directory = directory()] { *kept = write_login_file(directory, text); },
          [kept, then = std::move(then)] { then(*kept); });
}

void token_keeper::on_disk(std::function<void()> work, std::function<void()> then) {
  disk_.emplace_back(std::move(work), std::move(then));
  if (disk_.size() == 1) next_on_disk();
}

void token_keeper::next_on_disk() {
  world_.pool(disk_.front().first, [self = shared_from_this()] {
    const auto then = std::move(self->disk_.front().second);
    self->disk_.pop_front();
    if (!self->disk_.empty()) self->next_on_disk();
    then();
  });
}

/// Nothing that is kept of it is good any more.
void token_keeper::lose_login(const std::string& why) {
  login_.reset();
  on_disk([directory = directory()] { static_cast<void>(remove_login_file(directory)); }, [] {});
  tell(login_needed(why));
}

error token_keeper::login_needed(const std::string& why) const {
  return {errc::unauthorized, why + "; run: toolscore login " + server_.value};
}

void token_keeper::take_login(login_record record, std::function<void(result<done>)> then) {
  note_secrets(record);
  if (record.server != resource_identifier(endpoint_->place))
    return then(error{errc::bad_answer, "its URL has changed meanwhile"});
  login_ = std::move(record);
  missing_.clear();
  loaded_ = true;
  save(std::move(then));
}

std::string token_keeper::scope_to_ask(const std::string& wanted) const {
  if (!settings().scope.empty()) return settings().scope;
  if (missing_.empty()) return wanted;
  return joined_scopes({wanted, login_ ? login_->tokens.scope : std::string(), missing_});
}

/// Its token is good, and for too little (403).
error token_keeper::needs_more(const bearer_challenge& said) {
  auto scopes = joined_scopes({said.scope});
  if (scopes.size() > missing_bytes_max) scopes.clear();
  auto both = joined_scopes({missing_, scopes});
  if (both.size() > missing_bytes_max) both = scopes;
  if (missing_.empty() && !both.empty()) // Once a login: a server may name others each time.
    log::write(log::level::warn, "login.too_little",
               {log::kv("server", server_.value), log::kv("scopes", both)});
  missing_ = std::move(both);
  const auto what = scopes.empty() ? "more scopes" : "the scopes \"" + scopes + "\"";
  if (alone())
    return {errc::io_failed, "its token is good for too little, this needs " + what +
                                 "; write them into \"scope\" under \"auth\""};
  if (!settings().scope.empty())
    return login_needed("this needs a login with " + what +
                        "; see that \"scope\" under \"auth\" holds them");
  return login_needed("this needs a login with " + what);
}

void token_keeper::forget(std::function<void(result<bool>)> then) {
  struct found {
    std::optional<login_record> login;
    std::optional<std::string> text;
    result<bool> was = error{errc::store_failed, "too much waits for the disk; try again"};
  };
  auto there = std::make_shared<found>();
  there->login = std::exchange(login_, std::nullopt);
  missing_.clear();
  loaded_ = true;
  on_disk(
      [there, directory = directory()] {
        there->text = read_login_file(directory);
        there->was = remove_login_file(directory);
      },
      [there, then = std::move(then), from = reach(), self = shared_from_this()] {
        if (!there->was) return then(there->was.failure());
        auto login = there->login;
        if (!login && there->text) login = read_login_record(*there->text);
        if (!login) return then(*there->was);
        // Of a server that nobody has used yet, or that was elsewhere, the login itself says where.
        const auto at = read_http_place(login->server);
        const bool same = resource_identifier(from.server) == login->server;
        if (!same && !at) return then(*there->was);
        self->give_back(*login, same ? from : oauth_reach{*at, {}, {}}, then);
      });
}

/// They are gone here, whatever becomes of them there.
void token_keeper::give_back(const login_record& login, const oauth_reach& reach,
                             std::function<void(result<bool>)> then) {
  if (login.revocation_endpoint.empty()) return then(true);
  note_secrets(login);
  const auto number = ++last_return_;
  const auto told = [weak = weak_from_this(), number, issuer = login.issuer, server = server_,
                     then = std::move(then)](const std::string& why) {
    const auto self = weak.lock();
    if (self) self->returns_.erase(number);
    if (why.empty()) return then(true);
    const error kept{errc::bad_answer, server.value + ": its tokens are gone here, but " + issuer +
                                           " did not take them back (" + why +
                                           "), so they stay good there until they end"};
    log::write(log::level::warn, "login.unrevoked",
               {log::kv("server", server.value), log::kv("reason", kept.detail)});
    then(kept);
  };
  returns_[number] = revoke_tokens(world_.dialer, reach, login, told);
}

} // namespace toolscore
