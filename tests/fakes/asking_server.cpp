// An MCP server on stdio that asks its client in the middle of a call, and logs. Legacy, or with
// --modern as that era asks: by a result, and a state that is to come back.
//   ask   asks "TEXT?" of the form, and answers with what it was told and by which state
//   log   one message of each level, then "logged"
//   levels  the levels that it was told, in their order
#include "bench/json_scan.hpp"
#include "bench/mcp_answers.hpp"

#include <array>
#include <cstdio>
#include <iostream>
#include <map>
#include <string>
#include <string_view>

namespace {

using namespace toolscore;

class asking_server {
public:
  explicit asking_server(bool modern) : modern_(modern) {}

  int run() {
    for (std::string line; std::getline(std::cin, line);) take_line(line);
    return 0;
  }

private:
  static void say(std::string_view line) { std::cout << line << '\n' << std::flush; }

  void take_line(std::string_view line) {
    request_parts request;
    if (!read_request(line, request)) return take_response(line);
    if (request.id.empty()) return;
    std::string out;
    if (request.method == "initialize") {
      append_result(out, request,
                    R"("protocolVersion":"2025-11-25","capabilities":{"tools":{},"logging":{}},)"
                    R"("serverInfo":{"name":"asking_server","version":"1"})");
    } else if (request.method == "server/discover" && modern_) {
      append_discovered(out, request, "asking_server");
    } else if (request.method == "ping") {
      append_result(out, request, {});
    } else if (request.method == "logging/setLevel") {
      const auto params = find_member(line, "params").value_or("{}");
      levels_ += std::string(unquoted(find_member(params, "level").value_or(""))) + " ";
      append_result(out, request, {});
    } else if (request.method == "tools/list") {
      append_tools(out, request,
                   R"([{"name":"ask","inputSchema":{"type":"object"}},)"
                   R"({"name":"log","inputSchema":{"type":"object"}},)"
                   R"({"name":"levels","inputSchema":{"type":"object"}}])");
    } else if (request.method == "tools/call") {
      return take_call(line, request);
    } else {
      append_error(out, request, -32601, "Method not found");
    }
    say(out);
  }

  void take_call(std::string_view line, const request_parts& request) {
    std::string out;
    if (request.name == "ask") return modern_ ? ask_modern(line, request) : ask_legacy(request);
    if (request.name == "log") {
      for (const std::string level : {"debug", "info", "warning", "error"})
        say(R"({"jsonrpc":"2.0","method":"notifications/message","params":{"level":")" + level +
            R"(","data":"d"}})");
      append_text(out, request, "\"logged\"");
    } else if (request.name == "levels") {
      append_text(out, request, "\"" + levels_ + "\"");
    } else {
      append_error(out, request, -32602, "Unknown tool");
    }
    say(out);
  }

  static std::string question(const request_parts& request) {
    const auto text = unquoted(find_member(request.arguments, "text").value_or("\"\""));
    return R"("method":"elicitation/create","params":{"message":")" + std::string(text) +
           R"(?","requestedSchema":{"type":"object","properties":{}}})";
  }

  void ask_legacy(const request_parts& request) {
    const auto id = "\"ask-" + std::to_string(++asked_) + "\"";
    open_.emplace(id, std::string(request.id));
    say(R"({"jsonrpc":"2.0","id":)" + id + "," + question(request) + "}");
  }

  /// The answer to a question is the answer of its call.
  void take_response(std::string_view line) {
    std::array parts{json_member{"id"}, json_member{"result"}, json_member{"error"}};
    scan_object(line, parts);
    const auto at = open_.find(std::string(parts[0].value));
    if (at == open_.end()) return;
    request_parts call;
    call.id = at->second;
    std::string out;
    append_text(out, call, in_text(parts[1].value.empty() ? parts[2].value : parts[1].value));
    open_.erase(at);
    say(out);
  }

  void ask_modern(std::string_view line, const request_parts& request) {
    const auto params = find_member(line, "params").value_or("{}");
    const auto state = find_member(params, "requestState");
    std::string out;
    if (state) {
      const auto told = find_member(params, "inputResponses").value_or("{}");
      append_text(out, request, in_text(std::string(told) + " " + std::string(unquoted(*state))));
    } else {
      out = R"({"jsonrpc":"2.0","id":)" + std::string(request.id) +
            R"(,"result":{"resultType":"input_required","inputRequests":{"q":{)" +
            question(request) + R"(}},"requestState":"state-)" + std::to_string(++asked_) +
            R"("}})";
    }
    say(out);
  }

  /// As a JSON string; what comes here has no control characters.
  static std::string in_text(std::string_view json) {
    std::string text = "\"";
    for (const char x : json) {
      if (x == '"' || x == '\\') text += '\\';
      text += x;
    }
    return text + '"';
  }

  bool modern_;
  std::size_t asked_ = 0;
  std::map<std::string, std::string> open_; ///< Calls by the id of the question in them, both raw.
  std::string levels_;
};

} // namespace

int main(int count, char** words) {
  const bool modern = count == 2 && std::string_view(words[1]) == "--modern";
  if (count > 1 && !modern) {
    std::fputs("usage: asking_server [--modern]\n", stderr);
    return 2;
  }
  return asking_server{modern}.run();
}
