#include "node/login_command_io.hpp"

#include "node/commands.hpp"
#include "node/http_client_io.hpp"
#include "node/printable.hpp"
#include "node/reply_json.hpp"
#include "node/terminal_io.hpp"

namespace toolscore {
namespace {

using namespace std::chrono_literals;

constexpr auto question_interval = 500ms;
constexpr auto begin_timeout = 120s; ///< Of discovery and registration, in the node.
constexpr int questions_max = 900;   ///< Longer than the node waits for a person.

http_request login_request_of(const std::string& server, const char* method) {
  http_request request;
  request.method = method;
  request.target = "/api/v1/servers/" + percent_encoded(server) + "/login";
  request.timeout = begin_timeout;
  return request;
}

bool is_good(const http_reply& reply) {
  return reply.status >= 200 && reply.status < 300;
}

} // namespace

command_output login_command(const cli_request& request, const http_address& node) {
  const auto begun = send_http(node, login_request_of(request.server, "POST"));
  if (!begun) return no_answer(begun.failure());
  if (!is_good(*begun)) return refusal(*begun);
  const auto offer = parse_reply(begun->body);
  const auto page = offer ? text_of(*offer, "url") : std::string();
  const auto server = printable(request.server);
  write_output(request.json ? compact({{"name", request.server}, {"url", page}}) + "\n"
                            : "Open this page in a browser on the node's host, and log in to " +
                                  server + ":\n\n  " + printable(page) + "\n\n");
  for (int question = 0; question < questions_max; ++question) {
    pause_for(question_interval);
    const auto reply = send_http(node, login_request_of(request.server, "GET"));
    if (!reply) return no_answer(reply.failure());
    if (!is_good(*reply)) return refusal(*reply);
    const auto told = parse_reply(reply->body);
    const auto state = told ? text_of(*told, "state") : std::string();
    if (state == "waiting") continue;
    if (state == "done") return {request.json ? reply->body + "\n" : server + ": logged in\n", {}};
    const auto why = told ? text_of(*told, "detail") : std::string();
    return {{},
            "error: " + server + ": the login has failed: " +
                (why.empty() ? "another took its place" : printable(why)) + "\n",
            exit_code::failed};
  }
  return {{}, "error: " + server + ": the node does not end the login\n", exit_code::failed};
}

} // namespace toolscore
