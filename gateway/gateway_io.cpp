#include "gateway/gateway_io.hpp"

#include "gateway/challenge.hpp"
#include "gateway/digest_io.hpp"
#include "gateway/rest_text.hpp"
#include "gateway/scopes.hpp"
#include "gateway/timer_io.hpp"

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <sys/random.h>
#include <utility>

namespace toolscore {

namespace {

/// 128 bits from the kernel as 32 hex digits.
std::string random_id() {
  unsigned char raw[16];
  // Blocks only before the kernel's pool is first filled, at boot; never fails for so few bytes.
  if (::getrandom(raw, sizeof raw, 0) != static_cast<ssize_t>(sizeof raw))
    throw std::runtime_error("getrandom failed");
  std::string out;
  for (const unsigned char x : raw) {
    out += "0123456789abcdef"[x >> 4];
    out += "0123456789abcdef"[x & 15];
  }
  return out;
}

constexpr std::chrono::milliseconds tls_flush_patience{1'000};

bool is_loopback(const std::string& host) {
  return host.empty() || host == "localhost" || host == "::1" || host.starts_with("127.");
}

mcp_options with_clocks(mcp_options x, boost::asio::io_context& io) {
  x.random_id = random_id;
  x.wall_clock = [] { return std::chrono::system_clock::now(); };
  x.steady_clock = [] { return std::chrono::steady_clock::now(); };
  x.after = timer_on(io);
  return x;
}

mcp_options with_audit(mcp_options x, const std::string& metadata, audit& told,
                       std::function<standing(const inbound_request&)> standing_of) {
  x.metadata_url = metadata;
  x.standing_of = std::move(standing_of);
  x.denied = [&told](const denial& what) {
    told.note(what, std::chrono::steady_clock::now(), std::chrono::system_clock::now());
  };
  return x;
}

head_verdict refused(int status, std::string_view code, std::string_view message,
                     std::string headers = {}) {
  head_verdict x;
  x.what = head_verdict::kind::refuse;
  x.refusal = json_answer(status, error_text(code, message));
  x.refusal.headers = std::move(headers);
  return x;
}

} // namespace

gateway::gateway(boost::asio::io_context& io, backend& tree, gateway_options options)
    : io_(io), options_(std::move(options)), access_(options_.rules),
      audit_([&tree](event x) { tree.publish(std::move(x)); }),
      metadata_url_(options_.issuer ? metadata_url(options_.issuer->resource) : std::string{}),
      mcp_(tree, with_audit(with_clocks(options_.mcp, io), metadata_url_, audit_,
                            [this](const inbound_request& x) { return standing_of(x); })),
      rest_(tree, [this] { return counters(); }), feeds_(io, tree, options_.feeds),
      connections_(io, *this, options_.connections) {
  policy_.loopback = is_loopback(options_.host);
  policy_.mcp_token = options_.mcp_token;
  policy_.token = options_.token;
  policy_.hosts = options_.hosts;
  policy_.tokens = options_.tokens;
  const bool any = options_.host == "0.0.0.0" || options_.host == "::";
  const bool six = options_.host.find(':') != std::string::npos;
  if (!any) policy_.address = six ? "[" + options_.host + "]" : options_.host;
  policy_.digest_of = sha256;
}

gateway::~gateway() {
  stop_accepting();
}

result<done> gateway::start() {
  if (const auto secured = start_tls(); !secured) return secured.failure();
  if (const auto issued = start_issuer(); !issued) return issued.failure();
  const auto serve = [this](stream_socket socket, peer_info peer) {
    connections_.open(std::move(socket), std::move(peer));
  };
  const auto serve_tls = [this](stream_socket socket, peer_info peer) {
    tls_->serve(std::move(socket), std::move(peer));
  };
  if (!options_.host.empty()) {
    auto opened = tls_ ? listener::on_tcp(io_, options_.host, options_.port, serve_tls)
                       : listener::on_tcp(io_, options_.host, options_.port, serve);
    if (!opened) return opened.failure();
    tcp_ = std::move(*opened);
    policy_.port = tcp_->port();
  }
  if (!options_.unix_path.empty()) {
    auto opened = listener::on_unix(io_, options_.unix_path, serve);
    if (!opened) return opened.failure();
    unix_ = std::move(*opened);
  }
  if (tcp_) tcp_->start();
  if (unix_) unix_->start();
  return done{};
}

std::string gateway::tcp_address() const {
  return tcp_ ? options_.host + ":" + std::to_string(tcp_->port()) : std::string{};
}

void gateway::stop_accepting() {
  if (tcp_) tcp_->stop();
  if (unix_) unix_->stop();
}

void gateway::close(std::function<void()> then) {
  stop_accepting();
  feeds_.close();
  mcp_.close_streams();
  if (!tls_) return connections_.close(options_.close_patience, std::move(then));
  // What has been answered is still on its way through TLS.
  connections_.close(options_.close_patience, [this, then = std::move(then)]() mutable {
    tls_->close(tls_flush_patience, std::move(then));
  });
}

void gateway::deny(const inbound_request& request, denial_reason reason, std::string_view principal,
                   std::string_view detail) {
  denial x;
  x.reason = reason;
  x.method = request.method;
  x.path = request.path();
  x.principal = principal;
  x.detail = detail;
  audit_.note(x, std::chrono::steady_clock::now(), std::chrono::system_clock::now());
}

/// The answer to who may not come in, with what it takes to.
head_verdict gateway::turn_away(const inbound_request& request, route_scope where,
                                const authorization& judged) {
  challenge_facts facts;
  facts.needed = needed_scope(request.method, where);
  facts.refused_token = judged.refused_token;
  facts.metadata_url = metadata_url_;
  if (judged.failure == 503) return refused(503, "unavailable", judged.why, "Retry-After: 1\r\n");
  if (judged.failure == 401) {
    deny(request, judged.refused_token ? denial_reason::token : denial_reason::no_token, {},
         judged.why);
    return refused(401, "unauthorized",
                   judged.refused_token ? "this token is not good here: " + judged.why
                                        : "a token is needed here",
                   challenge(facts));
  }
  const auto* const scope_name = facts.needed ? to_string(*facts.needed) : "";
  deny(request, denial_reason::scope, judged.who.name, scope_name);
  facts.too_little = true;
  return refused(403, "forbidden", std::string("this token lacks the scope ") + scope_name,
                 challenge(facts));
}

head_verdict gateway::on_head(inbound_request& request) {
  if (request.found.let_in) return {};
  if (request.peer.local_socket && !request.peer.owner) {
    deny(request, denial_reason::origin, request.peer.name, "the unix socket is its owner's");
    return refused(403, "forbidden", "this socket is its owner's");
  }
  if (const auto why = check_origin(policy_, request)) {
    deny(request, denial_reason::origin, {}, *why);
    return refused(403, "forbidden", *why);
  }
  if (request.target.empty() || request.target.front() != '/')
    return refused(400, "bad_request", "the request's target is no path");
  // Who is to learn where tokens are to be had has none.
  if (options_.issuer && request.method == http_method::get && is_metadata_path(request.path())) {
    head_verdict answer;
    answer.what = head_verdict::kind::refuse;
    answer.refusal = json_answer(200, metadata_text(*options_.issuer));
    return answer;
  }
  auto found = find_route(request.method, request.path());
  const auto field = request.headers.get("authorization");
  if (field && request.headers.count("authorization") != 1)
    return refused(400, "bad_request", "one Authorization field is enough");
  auto judged = authorize(policy_, request.peer, field, found.where.scope, request.method);
  if (judged.failure != 0) return turn_away(request, found.where.scope, judged);
  const bool is_sse = found.where.kind == route_kind::sse_all ||
                      found.where.kind == route_kind::sse_group ||
                      found.where.kind == route_kind::sse_server;
  if (is_sse && !mcp_.serves_http_sse())
    return refused(404, "not_found",
                   "the HTTP+SSE transport is off; \"http_sse\": true under \"node\" serves it");
  if (found.failure == 404) return refused(404, "not_found", "there is nothing at this path");
  if (found.failure != 0)
    return refused(found.failure, "method_not_allowed", "this path has no such method",
                   "Allow: " + found.allow + "\r\n");
  request.where = found.where;
  request.who = std::move(judged.who);
  request.scopes = judged.scopes;
  request.access = access_.empty() || judged.administrator ? nullptr : access_.of(request.who.name);
  if (found.where.kind != route_kind::events || !event_feeds::wants_upgrade(request)) {
    request.found.let_in = !field;
    return {};
  }
  if (feeds_.full()) return refused(503, "queue_full", "too many WebSockets are open");
  head_verdict verdict;
  verdict.what = head_verdict::kind::upgrade;
  return verdict;
}

void gateway::on_request(inbound_request& request,
                         const std::shared_ptr<client_connection>& connection, std::uint64_t turn) {
  switch (request.where.kind) {
  case route_kind::mcp_all:
  case route_kind::mcp_group:
  case route_kind::mcp_server:
    mcp_.handle(request, connection, turn);
    return;
  case route_kind::sse_all:
  case route_kind::sse_group:
  case route_kind::sse_server:
    mcp_.handle_http_sse(request, connection, turn);
    return;
  case route_kind::events:
    feeds_.answer(request, connection, turn);
    return;
  default:
    rest_.handle(request, connection, turn);
  }
}

void gateway::on_upgrade(inbound_request& request, stream_socket socket) {
  feeds_.upgrade(request, std::move(socket), standing_of(request));
}

/// Judged anew, for as long as the stream is open, by what its client was let in by.
standing gateway::standing_of(const inbound_request& request) {
  const auto field = request.headers.get("authorization");
  if (!field) return {};
  return [this, peer = request.peer, shown = std::string(*field), where = request.where.scope,
          method = request.method, name = request.who.name] {
    const auto judged = authorize(policy_, peer, shown, where, method);
    // A key that is being fetched is no verdict.
    return judged.failure == 503 || (judged.failure == 0 && judged.who.name == name);
  };
}

rest_api::values gateway::counters() const {
  const auto number = [](auto x) { return static_cast<double>(x); };
  const auto& seen = connections_.counters;
  rest_api::values all{
      {"toolscore_http_connections", number(connections_.size())},
      {"toolscore_http_connections_accepted_total", number(seen.accepted)},
      {"toolscore_http_connections_refused_total", number(seen.refused)},
      {"toolscore_http_requests_total", number(seen.requests)},
      {"toolscore_http_timeouts_total", number(seen.timeouts)},
      {"toolscore_http_abandoned_total", number(seen.abandoned)},
      {"toolscore_http_streams_total", number(mcp_.exchanges().streams)},
      {"toolscore_http_events_dropped_total", number(mcp_.exchanges().events_dropped)},
      {"toolscore_http_streams_cut_off_total", number(mcp_.exchanges().kept->cut_off)},
      {"toolscore_http_streams_resumed_total", number(mcp_.exchanges().kept->resumed)},
      {"toolscore_http_answers_lost_total", number(mcp_.exchanges().repaired)},
      {"toolscore_mcp_sessions", number(mcp_.sessions().size())},
      {"toolscore_mcp_sessions_evicted_total", number(mcp_.sessions().evicted())},
      {"toolscore_event_feeds", number(feeds_.size())}};
  for (auto& x : audit_.counters()) all.push_back(std::move(x));
  if (tls_) {
    all.emplace_back("toolscore_tls_connections", number(tls_->size()));
    all.emplace_back("toolscore_tls_handshakes_total", number(tls_->counters.handshakes));
    all.emplace_back("toolscore_tls_handshakes_failed_total", number(tls_->counters.failed));
  }
  if (issuer_) {
    all.emplace_back("toolscore_token_signatures_total", number(issuer_->verified()));
    all.emplace_back("toolscore_issuer_key_fetches_total", number(issuer_->fetches()));
  }
  return all;
}

} // namespace toolscore
