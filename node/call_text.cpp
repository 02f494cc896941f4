#include "node/call_text.hpp"

#include "node/printable.hpp"
#include "node/reply_json.hpp"
#include "node/tool_error.hpp"

namespace toolscore {
namespace {

bool is_response(std::string_view text) {
  const auto value = parse_reply(text);
  return value && value->is_object() && (value->contains("result") || value->contains("error"));
}

std::string with_newline(std::string text) {
  if (!text.ends_with('\n')) text += '\n';
  return text;
}

/// One item of a result's content, as a person wants to see it.
std::string item_text(const reply_json& item) {
  const std::string type = text_of(item, "type");
  if (type == "text") return text_of(item, "text");
  if (type == "image" || type == "audio")
    return "[" + type + " " + text_of(item, "mimeType") + ", " +
           std::to_string(text_of(item, "data").size()) + " characters of base64; --json has them]";
  if (type == "resource_link") return "[link " + text_of(item, "uri") + "]";
  const auto& resource = member_of(item, "resource");
  if (type == "resource" && member_of(resource, "text").is_string())
    return text_of(resource, "text");
  if (type == "resource") return "[resource " + text_of(resource, "uri") + "]";
  return compact(item);
}

std::string result_text(const reply_json& result) {
  const auto& content = member_of(result, "content");
  std::string out;
  if (content.is_array())
    for (const auto& item : content)
      out += with_newline(printable(item_text(item), line_breaks::keep));
  if (!out.empty()) return out;
  const auto& structured = member_of(result, "structuredContent");
  if (!structured.is_null())
    return with_newline(printable(indented(structured), line_breaks::keep));
  return content.is_array() ? std::string()
                            : with_newline(printable(indented(result), line_breaks::keep));
}

std::string error_lines(const reply_json& failure) {
  std::string out = "error";
  const std::string code = text_of(failure, "code");
  if (!code.empty()) out += " " + code;
  out += ": " + printable(text_of(failure, "message")) + "\n";
  const auto& facts = member_of(member_of(failure, "data"), "toolscore");
  std::string line;
  if (facts.is_object())
    for (const auto& [key, value] : facts.items())
      if (value.is_primitive() && !value.is_null())
        line += (line.empty() ? "  " : ", ") + key + " " + text_of(facts, key);
  if (!line.empty()) out += printable(line) + "\n";
  return out;
}

} // namespace

std::string rpc_message(std::string_view content_type, std::string_view body) {
  if (!content_type.starts_with("text/event-stream")) return std::string(body);
  std::string found;
  std::string data;
  while (!body.empty()) {
    const auto end = body.find('\n');
    std::string_view line = body.substr(0, end);
    body.remove_prefix(end == body.npos ? body.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.starts_with("data:")) {
      line.remove_prefix(5);
      if (line.starts_with(' ')) line.remove_prefix(1);
      if (!data.empty()) data += '\n';
      data += line;
    }
    if (!line.empty() && !body.empty()) continue;
    if (is_response(data)) found = data;
    data.clear();
  }
  return found;
}

command_output call_text(std::string_view response, bool json) {
  command_output answer;
  const auto value = parse_reply(response);
  if (!value || !is_response(response)) {
    answer.code = exit_code::failed;
    answer.err =
        "error: the answer is no JSON-RPC response: " + cut_to_width(printable(response), 200) +
        "\n";
    return answer;
  }
  const auto& failure = member_of(*value, "error");
  if (!failure.is_null()) {
    answer.code = exit_code::failed;
    if (json)
      answer.out = compact(reply_json{{"error", failure}}) + "\n";
    else
      answer.err = error_lines(failure);
    return answer;
  }
  const auto& result = member_of(*value, "result");
  answer.out = json ? compact(result) + "\n" : result_text(result);
  if (says_tool_error(result)) {
    answer.code = exit_code::failed;
    if (!json) answer.err = "error: the tool says that it failed (isError)\n";
  }
  return answer;
}

} // namespace toolscore
