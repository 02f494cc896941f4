#include "mcp/client_questions.hpp"

#include "mcp/answers.hpp"
#include "mcp/json_text.hpp"
#include "mcp/members.hpp"
#include "mcp/rewrite.hpp"
#include "mcp/versions.hpp"

namespace toolscore::mcp {
namespace {

bool has_object(std::string_view object_text, std::string_view name) {
  return is_object(member_of(object_text, name));
}

bool asks_with_tools(std::string_view params) {
  return !member_of(params, "tools").empty() || !member_of(params, "toolChoice").empty();
}

} // namespace

client_capabilities read_client_capabilities(std::string_view object_text) {
  client_capabilities out;
  if (!is_object(object_text)) return out;
  if (const auto sampling = member_of(object_text, "sampling"); is_object(sampling)) {
    out.sampling = true;
    out.sampling_tools = has_object(sampling, "tools");
    out.sampling_context = has_object(sampling, "context");
  }
  if (const auto elicitation = member_of(object_text, "elicitation"); is_object(elicitation)) {
    out.elicitation_url = has_object(elicitation, "url");
    out.elicitation_form = has_object(elicitation, "form") || !out.elicitation_url;
  }
  const auto roots = member_of(object_text, "roots");
  out.roots = is_object(roots);
  out.roots_changes = out.roots && member_of(roots, "listChanged") == "true";
  return out;
}

client_capabilities declared_by_initialize(std::string_view params_text) {
  return read_client_capabilities(member_of(params_text, "capabilities"));
}

std::string client_capabilities_json(const client_capabilities& declared, bool of_session) {
  std::string text = "{";
  const auto put = [&](std::string_view member) {
    if (text.size() > 1) text += ',';
    text += member;
  };
  if (declared.roots)
    put(of_session && declared.roots_changes ? R"("roots":{"listChanged":true})" : R"("roots":{})");
  if (declared.sampling) {
    std::string inner;
    if (declared.sampling_context) inner += R"("context":{})";
    if (declared.sampling_tools) inner += (inner.empty() ? "" : ",") + std::string(R"("tools":{})");
    put(R"("sampling":{)" + inner + "}");
  }
  if (declared.elicitation_url)
    put(declared.elicitation_form ? R"("elicitation":{"form":{},"url":{}})"
                                  : R"("elicitation":{"url":{}})");
  else if (declared.elicitation_form)
    put(R"("elicitation":{})"); // So that servers of before the two modes know it, too.
  return text += '}';
}

bool may_ask_in(std::string_view method) noexcept {
  return method == "tools/call" || method == "prompts/get" || method == "resources/read";
}

bool is_input_request(std::string_view method) noexcept {
  return method == "sampling/createMessage" || method == "elicitation/create" ||
         method == "roots/list";
}

std::string missing_capability_response(std::string_view id_raw, std::string_view method) {
  const std::string_view name = method == "sampling/createMessage" ? "sampling"
                                : method == "elicitation/create"   ? "elicitation"
                                                                   : "roots";
  return error_response(id_raw, code::missing_capability,
                        "the server needs " + std::string(name) +
                            " for this, which the request does not declare",
                        R"({"requiredCapabilities":{")" + std::string(name) + R"(":{}}})");
}

std::string input_request_line(std::uint64_t id, std::string_view method, std::string_view params) {
  std::string line = R"({"jsonrpc":"2.0","id":)" + std::to_string(id) + R"(,"method":)";
  line += quote(method);
  if (!params.empty()) line.append(R"(,"params":)").append(params);
  line += '}';
  make_one_line(line);
  return line;
}

std::string input_response_line(std::string_view id_raw, bool failed, std::string_view json) {
  std::string line = R"({"jsonrpc":"2.0","id":)";
  line.append(id_raw).append(failed ? R"(,"error":)" : R"(,"result":)").append(json) += '}';
  make_one_line(line);
  return line;
}

unasked check_input_request(std::string_view method, std::string_view params,
                            const client_capabilities& declared) {
  if (method == "roots/list")
    return declared.roots ? unasked{}
                          : unasked{code::unknown_method, "the client has not declared roots"};
  if (method == "sampling/createMessage") {
    if (!declared.sampling) return {code::unknown_method, "the client has not declared sampling"};
    if (!declared.sampling_tools && asks_with_tools(params))
      return {code::bad_params, "the client has not declared sampling.tools"};
    return {};
  }
  if (method != "elicitation/create")
    return {code::unknown_method, "this client has no such method"};
  if (!declared.elicitation_form && !declared.elicitation_url)
    return {code::unknown_method, "the client has not declared elicitation"};
  const bool by_url = says(member_of(params, "mode"), "url");
  if (by_url ? declared.elicitation_url : declared.elicitation_form) return {};
  return {code::bad_params, by_url ? "the client has not declared elicitation.url"
                                   : "the client has not declared elicitation.form"};
}

} // namespace toolscore::mcp
