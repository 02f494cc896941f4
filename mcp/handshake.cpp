#include "mcp/handshake.hpp"

#include "mcp/answers.hpp"
#include "mcp/handshake_texts.hpp"
#include "mcp/json_text.hpp"
#include "mcp/translate.hpp"
#include "mcp/versions.hpp"

#include <algorithm>

namespace toolscore::mcp {
namespace {

bool is_modern_error(std::int64_t number) noexcept {
  return number == code::header_mismatch || number == code::missing_capability ||
         number == code::unsupported_version;
}

} // namespace

std::vector<handshake::action> handshake::start(time_point now) {
  phase_ = phase::probing;
  started_ = now;
  return {send{discover_line(quote(discover_id))}, arm{now + options_.probe_wait}};
}

std::vector<handshake::action> handshake::on_timer(time_point) {
  if (modern_) return succeed(std::move(*modern_)); // To initialize it says nothing at all.
  // Silence is no verdict: both questions are open from here on.
  return phase_ == phase::probing && !initialize_failed_ ? send_initialize(phase::both)
                                                         : std::vector<action>{};
}

std::vector<handshake::action> handshake::on_message(std::string_view line, const envelope& spans,
                                                     time_point now) {
  if (phase_ == phase::idle || phase_ == phase::ended) return {};
  if (auto answer = answer_to_server_request(line, spans)) return {send{std::move(*answer)}};
  if (spans.kind != message_kind::response && spans.kind != message_kind::error_response) return {};
  const auto id = spans.id.of(line);
  if (says(id, discover_id) && (phase_ == phase::probing || phase_ == phase::both))
    return on_discover(line, spans, now);
  if (says(id, initialize_id) && (phase_ == phase::initializing || phase_ == phase::both))
    return on_initialize(line, spans);
  return {};
}

std::vector<handshake::action> handshake::send_initialize(phase next) {
  phase_ = next;
  return {send{initialize_line(quote(initialize_id), options_.client_capabilities)}};
}

std::vector<handshake::action> handshake::on_discover(std::string_view line, const envelope& spans,
                                                      time_point now) {
  discovered told;
  if (spans.kind == message_kind::response) {
    told = read_discover(spans.result.of(line));
    if (told.modern && told.names_legacy && phase_ == phase::both) {
      modern_ = std::move(told.modern);
      // Who was slow with this answer may be as slow with the next.
      return {arm{now + std::max<time_point::duration>(options_.probe_wait, now - started_)}};
    }
    if (told.modern) return succeed(std::move(*told.modern));
  } else {
    const auto failure = spans.failure.of(line);
    const auto number = error_code(failure);
    if (number && is_modern_error(*number)) {
      told = read_supported(failure);
      if (told.names_ours && !asked_again_ && phase_ == phase::probing) {
        asked_again_ = true;
        return {send{discover_line(quote(discover_id))}};
      }
      told.modern_only = told.modern_only || !told.names_legacy;
      told.why = "answered server/discover with " + describe_error(failure);
    }
  }
  if (phase_ == phase::both) { // initialize has been sent and decides now.
    phase_ = phase::initializing;
    return {};
  }
  if (initialize_failed_ || told.modern_only) return fail(told.why);
  return send_initialize(phase::initializing);
}

std::vector<handshake::action> handshake::on_initialize(std::string_view line,
                                                        const envelope& spans) {
  std::string why;
  if (spans.kind == message_kind::response) {
    auto read = read_initialize(spans.result.of(line));
    if (read) {
      phase_ = phase::ended;
      return {send{std::string(initialized_line)}, succeeded{std::move(*read)}};
    }
    why = read.failure().detail;
  } else {
    why = "answered initialize with " + describe_error(spans.failure.of(line));
  }
  if (modern_) return succeed(std::move(*modern_));
  if (phase_ == phase::initializing) return fail(std::move(why));
  initialize_failed_ = true; // server/discover may still be answered well.
  phase_ = phase::probing;
  return {};
}

std::vector<handshake::action> handshake::succeed(handshake_result found) {
  phase_ = phase::ended;
  return {succeeded{std::move(found)}};
}

std::vector<handshake::action> handshake::fail(std::string reason) {
  phase_ = phase::ended;
  return {failed{reason.empty() ? "answered neither server/discover nor initialize" : reason}};
}

const char* handshake::waiting_for() const noexcept {
  switch (phase_) {
  case phase::idle:
    return "it has not been asked yet";
  case phase::probing:
    return "no answer to server/discover";
  case phase::both:
    return "no answer to server/discover and none to initialize";
  case phase::initializing:
    return "no answer to initialize";
  case phase::ended:
    break;
  }
  return "nothing";
}

std::optional<std::string> answer_to_server_request(std::string_view line, const envelope& spans) {
  if (spans.kind != message_kind::request) return std::nullopt;
  const auto id = spans.id.of(line);
  if (says(spans.method.of(line), "ping")) return result_response(id, "{}");
  return error_response(id, code::unknown_method, "this client has no such method");
}

std::string ping_line(era server, std::int64_t id) {
  const std::string number = std::to_string(id);
  if (server == era::modern) return discover_line(number);
  return R"({"jsonrpc":"2.0","id":)" + number + R"(,"method":"ping"})";
}

} // namespace toolscore::mcp
