#include "bench/call_text.hpp"

#include "bench/json_scan.hpp"

#include <algorithm>
#include <charconv>

namespace toolscore {
namespace {

constexpr std::string_view legacy_version = "2025-11-25";
constexpr std::string_view modern_version = "2026-07-28";
constexpr std::string_view modern_meta =
    R"("_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
    R"("io.modelcontextprotocol/clientCapabilities":{},)"
    R"("io.modelcontextprotocol/clientInfo":{"name":"toolscore-bench","version":"1"}})";
constexpr std::size_t id_digits = 10;

void write_digits(char* to, std::uint64_t id) {
  for (std::size_t i = id_digits; i-- > 0; id /= 10) to[i] = static_cast<char>('0' + id % 10);
}

/// Calls `accept` with each JSON message of the answer until one is accepted.
template <class Accept>
bool any_message(const http_answer& answer, Accept accept) {
  if (!answer.event_stream) return accept(answer.body());
  std::string_view rest = answer.body();
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.starts_with("data:") && accept(line.substr(5))) return true;
  }
  return false;
}

} // namespace

bool read_endpoint(std::string_view url, endpoint_address& address) {
  constexpr std::string_view scheme = "http://";
  if (!url.starts_with(scheme)) return false;
  url.remove_prefix(scheme.size());
  const std::size_t slash = std::min(url.find('/'), url.size());
  const std::string_view authority = url.substr(0, slash);
  const std::size_t colon = authority.find(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  const std::string_view digits = authority.substr(colon + 1);
  const auto [end, failed] =
      std::from_chars(digits.data(), digits.data() + digits.size(), address.port);
  if (failed != std::errc{} || end != digits.data() + digits.size() || address.port == 0)
    return false;
  address.host = authority.substr(0, colon);
  if (address.host == "localhost") address.host = "127.0.0.1";
  address.path = slash == url.size() ? "/" : std::string(url.substr(slash));
  return true;
}

call_writer::call_writer(const endpoint_address& at, era spoken, std::size_t text_bytes)
    : at_(at), era_(spoken), text_bytes_(std::max(text_bytes, id_digits)) {
  build();
}

std::string call_writer::post(std::string_view method, std::string_view name,
                              std::string_view body) const {
  std::string text = "POST " + at_.path + " HTTP/1.1\r\nHost: " + at_.host + ':' +
                     std::to_string(at_.port) +
                     "\r\nContent-Type: application/json\r\n"
                     "Accept: application/json, text/event-stream\r\n";
  const auto header = [&](std::string_view key, std::string_view value) {
    if (!value.empty()) text.append(key).append(": ").append(value).append("\r\n");
  };
  if (era_ == era::modern) {
    header("MCP-Protocol-Version", modern_version);
    header("Mcp-Method", method);
    header("Mcp-Name", name);
  } else if (method != "initialize") {
    header("MCP-Protocol-Version", legacy_version);
    header("Mcp-Session-Id", session_);
  }
  text += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  return text.append(body);
}

std::string call_writer::opening() const {
  if (era_ == era::modern)
    return post("server/discover", {},
                R"({"jsonrpc":"2.0","id":1,"method":"server/discover","params":{)" +
                    std::string(modern_meta) + "}}");
  return post("initialize", {},
              R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":")" +
                  std::string(legacy_version) +
                  R"(","capabilities":{},)"
                  R"("clientInfo":{"name":"toolscore-bench","version":"1"}}})");
}

std::string call_writer::initialized() const {
  return post("notifications/initialized", {},
              R"({"jsonrpc":"2.0","method":"notifications/initialized"})");
}

void call_writer::use_session(std::string_view session) {
  session_ = session;
  build();
}

void call_writer::build() {
  std::string body = R"({"jsonrpc":"2.0","id":)";
  const std::size_t id_in_body = body.size();
  body.append(id_digits, '0');
  body += R"(,"method":"tools/call","params":{"name":"echo","arguments":{"text":")";
  const std::size_t text_in_body = body.size();
  for (std::size_t i = 0; i < text_bytes_; ++i) body += static_cast<char>('a' + i % 26);
  body += "\"}";
  if (era_ == era::modern) body.append(",").append(modern_meta);
  body += "}}";
  request_ = post("tools/call", "echo", body);
  body_bytes_ = body.size();
  id_at_ = request_.size() - body_bytes_ + id_in_body;
  text_at_ = request_.size() - body_bytes_ + text_in_body;
}

std::string_view call_writer::call(std::uint64_t id) {
  write_digits(request_.data() + id_at_, id);
  write_digits(request_.data() + text_at_, id);
  return request_;
}

std::string_view call_writer::expected_text() const noexcept {
  return std::string_view(request_).substr(text_at_, text_bytes_);
}

bool answers_call(const http_answer& answer, std::uint64_t id, std::string_view expected_text) {
  if (answer.head.status != 200) return false;
  char digits[id_digits];
  write_digits(digits, id);
  return any_message(answer, [&](std::string_view message) {
    return find_member(message, "id") == std::string_view(digits, id_digits) &&
           message.find(expected_text) != std::string_view::npos;
  });
}

bool answers_result(const http_answer& answer) {
  return answer.head.status == 200 && any_message(answer, [](std::string_view message) {
           return find_member(message, "result").has_value();
         });
}

} // namespace toolscore
