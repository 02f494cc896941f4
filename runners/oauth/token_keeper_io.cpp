#include "runners/oauth/token_keeper_io.hpp"

#include "loop/log_io.hpp"
#include "messages/known_secrets.hpp"
#include "runners/oauth/login_file_io.hpp"

#include <utility>

namespace toolscore {
namespace {

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
  challenge_ = challenge;
  const auto* const known = tokens();
  if (known != nullptr && known->access != token && !again) return this->token(std::move(then));
  if (again && alone())
    return then(error{errc::io_failed, "it refuses the token that " +
                                           (found_ ? found_->issuer.issuer : "its issuer") +
                                           " gave for it (HTTP 401); check \"scope\" and "
                                           "\"client_id\" under \"auth\""});
  if (known == nullptr && !alone()) {
    if (settings().grant == oauth_grant::unsaid && !read_challenge(challenge).bearer)
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
                    [weak = weak_from_this(), by_force](const result<oauth_tokens>& answer) {
                      if (const auto self = weak.lock()) self->take_refreshed(answer, by_force);
                    });
}

void token_keeper::take_refreshed(const result<oauth_tokens>& answer, bool by_force) {
  if (!login_) return tell(login_needed("it was logged out")); // Meanwhile.
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
  loaded_ = true;
  save(std::move(then));
}

void token_keeper::forget(std::function<void(result<bool>)> then) {
  login_.reset();
  loaded_ = true;
  auto was = std::make_shared<result<bool>>(
      error{errc::store_failed, "too much waits for the disk; try again"});
  on_disk([was, directory = directory()] { *was = remove_login_file(directory); },
          [was, then = std::move(then)] { then(*was); });
}

} // namespace toolscore
