#include "reason/mcp_messages.hpp"

#include "mcp/answers.hpp"
#include "mcp/handshake_texts.hpp"
#include "mcp/versions.hpp"
#include "node/printable.hpp"
#include "node/reply_json.hpp"
#include "runners/http_answer.hpp"

namespace toolscore::reason {
namespace {

constexpr std::size_t quoted_max = 300;

/// What a refusal's body says for people.
std::string told(std::string_view body) {
  const auto value = read_json(body);
  if (!value) return cut_to_width(printable(body), quoted_max);
  const auto& failure = member_of(*value, "error");
  auto text = failure.is_string() ? failure.get<std::string>() : text_of(failure, "message");
  for (const char* name : {"message", "detail"})
    if (text.empty()) text = text_of(*value, name);
  return cut_to_width(printable(text), quoted_max);
}

errc code_of_status(int status) {
  switch (status) {
  case 401:
  case 403:
    return errc::unauthorized;
  case 404:
    return errc::unknown_server;
  case 429:
  case 503:
    return errc::queue_full;
  default:
    return errc::bad_answer;
  }
}

} // namespace

std::string request_line(std::int64_t id, const std::string& method, json params, era speaks) {
  if (speaks == era::modern) {
    const auto ours = read_json(mcp::request_meta_json(mcp::modern_versions.front()));
    auto& meta = params["_meta"];
    if (ours)
      for (const auto& [key, value] : ours->items()) meta[key] = value;
  }
  return compact(
      {{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", std::move(params)}});
}

json call_params(const std::string& tool, const json& arguments, const std::string& task_id,
                 const std::string& trajectory) {
  return {{"name", tool},
          {"arguments", arguments},
          {"_meta", {{"toolscore.dev/trajectory", trajectory}, {"toolscore.dev/task", task_id}}}};
}

std::string initialize_request(std::int64_t id) {
  return mcp::initialize_line(std::to_string(id), "{}");
}

std::string cancelled_line(std::int64_t id) {
  return compact({{"jsonrpc", "2.0"},
                  {"method", "notifications/cancelled"},
                  {"params", {{"requestId", id}, {"reason", "given up"}}}});
}

heard read_message(std::string_view text, std::int64_t id) {
  heard out;
  const auto message = read_json(text);
  if (!message || !message->is_object() || member_of(*message, "jsonrpc") != "2.0") return out;
  const auto& about = member_of(*message, "id");
  if (message->contains("method")) {
    if (about.is_null()) return out;
    const auto raw = compact(about);
    out.reply = text_of(*message, "method") == "ping"
                    ? mcp::result_response(raw, "{}")
                    : mcp::error_response(raw, mcp::code::unknown_method,
                                          "this client answers nothing but ping");
    return out;
  }
  if (about != id && !(about.is_null() && message->contains("error"))) return out;
  if (message->contains("error")) out.failure = message->at("error");
  if (message->contains("result")) out.result = message->at("result");
  out.answers = out.failure.has_value() != out.result.has_value();
  return out;
}

error no_response(int status, std::string_view body) {
  const auto code = status >= 200 && status < 300 ? errc::bad_answer : code_of_status(status);
  const auto text = told(body);
  if (status >= 200 && status < 300)
    return {code, "the answer is no response to the request" + (text.empty() ? "" : ": " + text)};
  return {code, status_words(status) + (text.empty() ? "" : ": " + text)};
}

bool wants_headers(const std::optional<json>& failure) {
  return failure && number_of(*failure, "code") == mcp::code::header_mismatch;
}

} // namespace toolscore::reason
