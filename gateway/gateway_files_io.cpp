#include "gateway/gateway_io.hpp"
#include "gateway/key_fetch_io.hpp"
#include "loop/log_io.hpp"

#include <utility>

namespace toolscore {
namespace {

bool is_url(const std::string& place) {
  return place.find("://") != place.npos;
}

void tell_failure(const error& why) {
  log::write(log::level::error, "node.reload_failed", {log::kv("reason", why.detail)});
}

} // namespace

result<done> gateway::start_tls() {
  if (!options_.tls) return done{};
  auto context = load_tls(*options_.tls);
  if (!context) return context.failure();
  tls_ = std::make_unique<tls_front>(
      io_, std::move(*context),
      [this](stream_socket plain, peer_info peer) {
        connections_.open(std::move(plain), std::move(peer));
      },
      options_.tls_connections);
  policy_.tls = true;
  return done{};
}

result<done> gateway::start_issuer() {
  if (!options_.issuer) return done{};
  issuer_tokens::shell outside;
  outside.fetch = [this](auto then) { fetch_keys(std::move(then)); };
  outside.wall_clock = [] { return std::chrono::system_clock::now(); };
  outside.steady_clock = [] { return std::chrono::steady_clock::now(); };
  issuer_ = std::make_unique<issuer_tokens>(*options_.issuer, std::move(outside));
  policy_.issuer = issuer_.get();
  const auto& place = options_.issuer->jwks;
  if (is_url(place)) {
    issuer_->refetch(); // Whoever needs it before it is there is asked to come again.
    return done{};
  }
  const auto text = read_key_file(place);
  const auto taken = text ? issuer_->take_keys(*text) : result<done>(text.failure());
  if (taken) return done{};
  return error{errc::bad_config, "node.issuer.jwks: " + (text ? place + ": " : std::string{}) +
                                     taken.failure().detail};
}

void gateway::off_loop(std::function<std::function<void()>()> work) {
  if (!files_) files_ = std::make_unique<blocking_pool>(1, 16);
  const bool taken =
      files_->post([&io = io_, alive = std::weak_ptr(alive_), work = std::move(work)] {
        boost::asio::post(io, [alive, then = work()] {
          if (!alive.expired()) then();
        });
      });
  if (!taken) tell_failure({errc::queue_full, "the files are being read already"});
}

void gateway::fetch_keys(std::function<void(result<std::string>)> then) {
  const auto& place = options_.issuer->jwks;
  if (is_url(place)) return fetch_text(io_, place, {}, std::move(then));
  off_loop([place, then = std::move(then)] {
    return [then, text = read_key_file(place)] { then(text); };
  });
}

void gateway::reload() {
  if (tls_)
    off_loop([this, files = *options_.tls]() -> std::function<void()> {
      return [this, context = load_tls(files)] {
        if (!context) return tell_failure(context.failure());
        tls_->replace(*context);
        log::write(log::level::info, "node.reloaded", {log::kv("what", "certificate")});
      };
    });
  if (issuer_) issuer_->refetch();
  if (options_.read_tokens) reload_tokens();
}

/// Who had a token that is none any more is shown out.
void gateway::reload_tokens() {
  off_loop([this, read = options_.read_tokens]() -> std::function<void()> {
    return [this, tokens = read()] {
      if (!tokens) return tell_failure(tokens.failure());
      policy_.tokens = *tokens;
      mcp_.check_streams();
      feeds_.check();
      log::write(log::level::info, "node.reloaded", {log::kv("what", "tokens")});
    };
  });
}

} // namespace toolscore
