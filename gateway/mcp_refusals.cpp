// What is let in nowhere: each call among it is a record, and its client is told why by a word.
#include "gateway/batch.hpp"
#include "gateway/mcp_endpoint.hpp"
#include "mcp/answers.hpp"
#include "mcp/json_text.hpp"
#include "mcp/versions.hpp"

#include <utility>

namespace toolscore {

/// `x` has what can be read of its body, good or not. @error as scanner::scan
result<envelope> mcp_endpoint::read(post& x) {
  const std::string_view body = *x.request.body;
  auto scanned = scanner_.scan(body);
  x.spans = scanned ? *scanned : scanner_.readable();
  if (x.spans.method) x.method = mcp::decode(x.spans.method.of(body));
  return scanned;
}

/// By a check of the protocol, which says how; `x` is what was read last. The word for programs
/// stands beside what the protocol itself wants to have told.
void mcp_endpoint::refuse(post& x, mcp::refusal why, std::string_view id_raw) {
  x.client.meta = scanner_.meta();
  const bool calls = begins_array(*x.request.body) ? record_refused_batch(x, why.message)
                                                   : record_refused(x, why.message);
  if (calls) {
    const auto word = mcp::refusal_data(errc::bad_request, called_server(x).value);
    auto& data = why.data_json;
    data = data.empty() ? word : data.substr(0, data.size() - 1) + "," + word.substr(1);
  }
  x.connection->answer(x.turn, json_answer(why.http_status, mcp::refusal_body(why, id_raw)));
}

/// @returns false where it is no call
bool mcp_endpoint::record_refused(const post& x, const std::string& why) {
  if (x.method != "tools/call" || x.spans.kind != message_kind::request) return false;
  record_refusal(x, called_server(x), called_name(x), why);
  return true;
}

/// Batches are refused whole. @returns false where none of its messages is a call
bool mcp_endpoint::record_refused_batch(const post& x, const std::string& why) {
  const auto whole = x.request.body; // The parts are views of it.
  const auto items = split_batch(*whole, sessions_.limits().in_flight_max);
  if (!items) return false;
  bool calls = false;
  for (const auto item : *items) {
    inbound_request one = x.request;
    one.body = std::make_shared<const std::string>(item);
    post part{one, x.connection, x.turn, {}, {}, {}, x.session};
    [[maybe_unused]] const auto good = read(part);
    part.client.meta = scanner_.meta();
    calls = record_refused(part, why) || calls;
  }
  return calls;
}

/// A tools/call that is let in nowhere: programs are told why by a word, and it is a record.
void mcp_endpoint::refuse_call(const post& x, errc code, const server_id& server,
                               const std::string& tool, const std::string& why) {
  record_refusal(x, server, tool, why);
  reply(x, 200,
        mcp::error_response(x.id(), mcp::code::bad_params, why,
                            mcp::refusal_data(code, server.value)));
}

/// What it calls, as it says so.
std::string mcp_endpoint::called_name(const post& x) {
  return mcp::decode(x.spans.name.of(*x.request.body));
}

/// The one server that the path names, which may be nobody's; none at a joint endpoint.
server_id mcp_endpoint::called_server(const post& x) {
  const auto& where = x.request.where;
  const bool of_one = where.kind == route_kind::mcp_server;
  return server_id{of_one ? std::string{where.parameter.substr(0, 64)} : std::string{}};
}

void mcp_endpoint::record_refusal(const post& x, const server_id& server, std::string tool,
                                  const std::string& failure) {
  call_record record;
  record.ids = ids_of(x);
  record.server = server;
  record.method = x.method;
  record.tool = std::move(tool);
  record.principal = x.request.who.name;
  record.request = x.request.body;
  record.arguments = x.spans.arguments;
  record.at = options_.wall_clock();
  record.admission = outcome::failed;
  record.failure = failure;
  tree_.record(std::move(record));
}

} // namespace toolscore
