#include "gateway/batch.hpp"
#include "gateway/mcp_endpoint.hpp"
#include "mcp/answers.hpp"
#include "mcp/json_text.hpp"
#include "mcp/versions.hpp"

namespace toolscore {

/// Only one revision of the protocol has batches, and only within a session.
/// @returns false where the body is to be judged as any other
bool mcp_endpoint::on_batch(inbound_request& request,
                            const std::shared_ptr<client_connection>& connection,
                            std::uint64_t turn) {
  if (!begins_array(*request.body)) return false;
  const auto id = request.headers.get("mcp-session-id");
  const auto session =
      id ? sessions_.find(*id, request.who.name, request.path(), request.received) : nullptr;
  if (!session || session->version != batching_version) return false;
  const auto whole = request.body; // The parts are views of it.
  const auto items = split_batch(*whole, sessions_.limits().in_flight_max);
  if (!items) {
    connection->answer(
        turn,
        json_answer(400, mcp::error_response({}, mcp::code::invalid_request,
                                             "a batch has 1 to " +
                                                 std::to_string(sessions_.limits().in_flight_max) +
                                                 " messages")));
    return true;
  }
  const auto answers = std::make_shared<batch_answers>(connection, turn, items->size());
  for (std::size_t at = 0; at < items->size(); ++at) {
    inbound_request one = request;
    one.body = std::make_shared<const std::string>((*items)[at]);
    const auto scanned = scanner_.scan(*one.body);
    if (begins_array(*one.body) ||
        (scanned && mcp::says(scanned->method.of(*one.body), "initialize"))) {
      answers->answer(at + 1,
                      json_answer(200, mcp::error_response(scanned ? scanned->id.of(*one.body)
                                                                   : std::string_view{},
                                                           mcp::code::invalid_request,
                                                           "this may not stand inside a batch")));
      continue;
    }
    on_post(one, answers, at + 1);
  }
  return true;
}

} // namespace toolscore
