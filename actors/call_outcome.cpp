#include "actors/call_outcome.hpp"

#include "mcp/rounds.hpp"

namespace toolscore {
namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;

call_record begin_record(const server_id& server, call_request&& request, call_end&& end) {
  call_record record;
  record.ids = std::move(request.ids);
  record.server = server;
  record.instance = end.instance;
  record.server_version = std::move(end.server_version);
  record.server_commit = std::move(end.server_commit);
  record.method = std::move(request.method);
  record.tool = std::move(request.tool);
  if (request.reply) record.principal = request.reply->who().name;
  record.request = std::move(request.body);
  record.arguments = request.spans.arguments;
  record.total = duration_cast<microseconds>(end.now - request.received);
  record.at = end.wall_now - record.total;
  const bool written = end.written != std::chrono::steady_clock::time_point{};
  record.queued =
      written ? duration_cast<microseconds>(end.written - request.received) : record.total;
  record.wire = written ? duration_cast<microseconds>(end.now - end.written) : microseconds{0};
  record.response = std::move(end.response);
  record.result = end.part;
  return record;
}

} // namespace

/// To a legacy client the word means nothing: what it gets is the end of its call.
answer_kind kind_of(const call_request& request, std::string_view line, const envelope& spans) {
  if (spans.kind == message_kind::error_response) return answer_kind::rpc_error;
  if (spans.tool_error) return answer_kind::tool_error;
  const bool asks = request.client == era::modern && mcp::asks_for_input(spans.result.of(line));
  return asks ? answer_kind::question : answer_kind::result;
}

call_record answered(const server_id& server, call_request&& request, call_end&& end,
                     answer_kind answer) {
  auto record = begin_record(server, std::move(request), std::move(end));
  record.admission = outcome::ok;
  record.transport = outcome::ok;
  record.rpc = outcome::ok;
  switch (answer) {
  case answer_kind::result:
    record.tool_outcome = outcome::ok;
    break;
  case answer_kind::rpc_error:
    record.rpc = outcome::failed;
    record.failure = "the server answered with a JSON-RPC error";
    break;
  case answer_kind::tool_error:
    record.tool_outcome = outcome::failed;
    record.failure = "the tool answered with isError";
    break;
  case answer_kind::question:
    break;
  }
  return record;
}

call_record unanswered(const server_id& server, call_request&& request, call_end&& end,
                       bool admitted, std::string failure) {
  auto record = begin_record(server, std::move(request), std::move(end));
  record.admission = admitted ? outcome::ok : outcome::failed;
  if (admitted) record.transport = outcome::failed;
  record.failure = std::move(failure);
  return record;
}

} // namespace toolscore
