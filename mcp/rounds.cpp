#include "mcp/rounds.hpp"

#include "mcp/json_text.hpp"
#include "mcp/members.hpp"

#include <algorithm>

namespace toolscore::mcp {

bool asks_for_input(std::string_view result_object) {
  // Most results are searched for nothing but this, and most hold neither.
  if (result_object.find("input_required") == std::string_view::npos &&
      result_object.find('\\') == std::string_view::npos)
    return false;
  bool asks = false;
  for_members(result_object, [&](std::string_view key, std::string_view value) {
    asks = says(key, "resultType") && says(value, "input_required");
    return !asks;
  });
  return asks;
}

std::optional<input_required> read_input_required(std::string_view result_object) {
  input_required out;
  bool good = true;
  for_members(member_of(result_object, "inputRequests"),
              [&](std::string_view key, std::string_view value) {
                const auto method = member_of(value, "method");
                const auto params = member_of(value, "params");
                good = is_string(method) && (params.empty() || is_object(params));
                if (good)
                  out.requests.push_back({std::string(key), decode(method), std::string(params)});
                return good;
              });
  const auto state = member_of(result_object, "requestState");
  if (is_string(state)) out.state = state;
  if (!good || (out.requests.empty() && out.state.empty())) return std::nullopt;
  return out;
}

std::string retry_params(const std::vector<std::pair<std::string, std::string>>& responses,
                         std::string_view state) {
  std::string text;
  if (!responses.empty()) {
    text += R"("inputResponses":{)";
    for (const auto& [key, value] : responses) {
      if (&key != &responses.front().first) text += ',';
      text.append(key).append(":").append(value);
    }
    text += '}';
  }
  if (!state.empty()) {
    if (!text.empty()) text += ',';
    text.append(R"("requestState":)").append(state);
  }
  return text;
}

bool carries_state(std::string_view params_object) {
  return params_object.find("requestState") != std::string_view::npos &&
         !member_of(params_object, "requestState").empty();
}

std::string input_required_result(const std::vector<asked_input>& requests,
                                  std::string_view state) {
  std::string text = R"({"resultType":"input_required","inputRequests":{)";
  for (const auto& one : requests) {
    if (&one != &requests.front()) text += ',';
    text.append(one.key).append(R"(:{"method":)").append(quote(one.method));
    text.append(R"(,"params":)").append(one.params.empty() ? "{}" : one.params) += '}';
  }
  return text.append(R"(},"requestState":)").append(quote(state)) += '}';
}

std::string asked_by(std::string_view server) {
  return "[" + std::string(server) + "] ";
}

std::string changed_asking(std::string_view line, text_span result, const asking_changes& what) {
  struct edit {
    std::size_t at = 0;
    std::size_t length = 0;
    std::string text;
  };
  std::vector<edit> edits;
  const auto place = [&](std::string_view value) {
    return static_cast<std::size_t>(value.data() - line.data());
  };
  const auto body = result.of(line);
  const auto state = member_of(body, "requestState");
  if (what.state && is_string(state))
    edits.push_back({place(state), state.size(), quote(what.state(decode(state)))});
  if (!what.asks_as.empty())
    for_members(member_of(body, "inputRequests"), [&](std::string_view, std::string_view value) {
      const auto message = member_of(member_of(value, "params"), "message");
      if (is_object(value) && says(member_of(value, "method"), "elicitation/create") &&
          is_string(message))
        edits.push_back({place(message) + 1, 0, asked_by(what.asks_as)});
      return true;
    });
  std::sort(edits.begin(), edits.end(), [](const edit& a, const edit& b) { return a.at < b.at; });
  std::string out;
  std::size_t from = 0;
  for (const auto& x : edits) {
    out.append(line.substr(from, x.at - from)).append(x.text);
    from = x.at + x.length;
  }
  return out.append(line.substr(from));
}

std::string state_of(std::string_view params_object) {
  return decode(member_of(params_object, "requestState"));
}

bool has_malformed_responses(std::string_view params_object) {
  if (params_object.find("inputResponses") == std::string_view::npos) return false;
  const auto responses = member_of(params_object, "inputResponses");
  return !responses.empty() && !is_object(responses);
}

std::vector<std::pair<std::string, std::string>> responses_of(std::string_view params_object) {
  std::vector<std::pair<std::string, std::string>> out;
  for_members(member_of(params_object, "inputResponses"),
              [&](std::string_view key, std::string_view value) {
                out.emplace_back(decode(key), std::string(value));
                return true;
              });
  return out;
}

bool is_input_response(std::string_view method, std::string_view value) {
  if (!is_object(value)) return false;
  if (method == "roots/list") return member_of(value, "roots").starts_with('[');
  if (method == "sampling/createMessage")
    return is_string(member_of(value, "role")) && !member_of(value, "content").empty();
  const auto action = member_of(value, "action");
  const auto content = member_of(value, "content");
  return (says(action, "accept") || says(action, "decline") || says(action, "cancel")) &&
         (content.empty() || is_object(content));
}

} // namespace toolscore::mcp
