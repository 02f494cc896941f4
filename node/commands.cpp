#include "node/commands.hpp"

#include "node/add_definition.hpp"
#include "node/call_command.hpp"
#include "node/crash_lines.hpp"
#include "node/pins_text.hpp"
#include "node/printable.hpp"
#include "node/record_text.hpp"
#include "node/reply_json.hpp"
#include "node/status_text.hpp"
#include "node/update_text.hpp"
#include "node/why_text.hpp"

namespace toolscore {
namespace {

using namespace std::chrono_literals;

constexpr auto control_timeout = 120s; ///< A stop has its own deadline in the node, well below.
constexpr auto install_timeout = 1h;   ///< A wait for clone, build and handshake.
constexpr std::uint32_t why_lines = 10;
constexpr std::uint32_t event_pages_max = 200; ///< Twice what a node keeps, at 1,000 a page.

std::string server_path(const std::string& name) {
  return "/api/v1/servers/" + percent_encoded(name);
}

http_request get_request(std::string target) {
  http_request request;
  request.target = std::move(target);
  return request;
}

command_output unreadable(const http_reply& reply) {
  return {{},
          "error: the node's answer cannot be read: " + cut_to_width(printable(reply.body), 200) +
              "\n",
          exit_code::failed};
}

/// Asks, and hands a good reply to `use`; everything else has one answer for all commands.
template <class Use>
command_output asked(const command_context& context, const http_request& request, Use use) {
  const auto reply = context.ask(request);
  if (!reply) return no_answer(reply.failure());
  if (reply->status < 200 || reply->status > 299) return refusal(*reply);
  return use(*reply);
}

command_output ps(const cli_request& request, const command_context& context) {
  return asked(
      context, get_request("/api/v1/servers"), [&](const http_reply& reply) -> command_output {
        const auto rows = server_rows(reply.body);
        if (!rows) return unreadable(reply);
        return {request.json ? compact(*rows) + "\n" : ps_text(*rows, context.now, context.width),
                {}};
      });
}

command_output logs(const cli_request& request, const command_context& context) {
  return asked(context, logs_request(request.server, request.lines),
               [&](const http_reply& reply) -> command_output {
                 if (request.json)
                   return {compact({{"server", request.server}, {"log", reply.body}}) + "\n", {}};
                 std::string text = reply.body;
                 if (!text.empty() && !text.ends_with('\n')) text += '\n';
                 const bool person = context.width != 0;
                 return {person ? printable(text, line_breaks::keep) : text, {}};
               });
}

command_output tools(const cli_request& request, const command_context& context) {
  auto listed = asked(context, get_request("/api/v1/tools"), [&](const http_reply& reply) {
    const auto found = tools_text(reply.body, request.server, request.json, context.width);
    return found.readable ? command_output{found.text, {}} : unreadable(reply);
  });
  if (listed.code != exit_code::ok || request.server.empty()) return listed;
  // A server without tools and one that does not exist are different answers.
  return asked(context, get_request(server_path(request.server)),
               [&](const http_reply&) { return listed; });
}

command_output tools_diff(const cli_request& request, const command_context& context) {
  return asked(context, get_request(server_path(request.server) + "/pins"),
               [&](const http_reply& reply) -> command_output {
                 if (request.json) return {reply.body + "\n", {}};
                 const auto text = pins_text(reply.body);
                 return text ? command_output{*text, {}} : unreadable(reply);
               });
}

command_output tools_approve(const cli_request& request, const command_context& context) {
  http_request order;
  order.method = "POST";
  order.target = server_path(request.server) + "/approve";
  order.headers = {{"Content-Type", "application/json"}};
  order.body = request.tool.empty() ? R"({"all":true})" : compact({{"tool", request.tool}});
  return asked(context, order, [&](const http_reply& reply) -> command_output {
    if (request.json) return {reply.body + "\n", {}};
    const auto what = request.tool.empty() ? "its tools" : printable(request.tool);
    return {printable(request.server) + ": " + what + " approved\n", {}};
  });
}

command_output act(const cli_request& request, const command_context& context,
                   const std::string& method, const std::string& verb, std::string_view past) {
  http_request order;
  order.method = method;
  order.target = server_path(request.server) + verb;
  order.timeout = control_timeout;
  return asked(context, order, [&](const http_reply& reply) -> command_output {
    if (!request.json) return {printable(request.server) + ": " + std::string(past) + "\n", {}};
    const auto body = parse_reply(reply.body);
    return {compact(body ? *body : reply_json{{"server", request.server}}) + "\n", {}};
  });
}

command_output update(const cli_request& request, const command_context& context) {
  http_request order;
  order.method = "POST";
  order.target = server_path(request.server) + "/update";
  order.headers = {{"Content-Type", "application/json"}};
  order.body = compact({{"rollback", request.rollback}});
  order.timeout = install_timeout;
  return asked(context, order, [&](const http_reply& reply) -> command_output {
    if (request.json) return {reply.body + "\n", {}};
    const auto text = update_text(request.server, request.rollback, reply.body);
    return text ? command_output{*text, {}} : unreadable(reply);
  });
}

command_output add(const cli_request& request, const command_context& context) {
  const auto definition = add_definition(request);
  if (!definition) return {{}, "error: " + definition.failure().detail + "\n", exit_code::usage};
  http_request order;
  order.method = "POST";
  order.target = "/api/v1/servers";
  order.headers = {{"Content-Type", "application/json"}};
  order.body = *definition;
  order.timeout = request.wait ? std::chrono::milliseconds(install_timeout)
                               : std::chrono::milliseconds(control_timeout);
  // A failed install may come with a status of its own; its answer is told as one all the same.
  const auto reply = context.ask(order);
  if (!reply) return no_answer(reply.failure());
  const auto body = parse_reply(reply->body);
  const bool installed = body && member_of(*body, "success").is_boolean();
  if (!installed)
    return reply->status < 200 || reply->status > 299 ? refusal(*reply) : unreadable(*reply);
  command_output answer;
  const bool success = member_of(*body, "success") == true;
  answer.code = success ? exit_code::ok : exit_code::failed;
  if (request.json) {
    answer.out = compact(*body) + "\n";
  } else if (success) {
    answer.out = printable(request.server + ": " + (request.wait ? "ready" : "added") + ", " +
                           text_of(*body, "endpoint")) +
                 "\n";
  } else {
    answer.err = "error: " + printable(request.server + ": " + text_of(*body, "error_msg")) + "\n";
  }
  return answer;
}

command_output trajectories(const cli_request& request, const command_context& context) {
  std::string target = "/api/v1/trajectories?after=" + std::to_string(request.after) +
                       "&limit=" + std::to_string(request.limit);
  if (!request.server.empty()) target += "&server=" + percent_encoded(request.server);
  for (const auto& [name, value] : {std::pair{"tool", &request.tool},
                                    {"trajectory", &request.trajectory},
                                    {"outcome", &request.outcome}})
    if (!value->empty()) target += "&" + std::string(name) + "=" + percent_encoded(*value);
  for (const auto& [name, value] :
       {std::pair{"since_us", request.since_us}, {"before_us", request.before_us}})
    if (value) target += "&" + std::string(name) + "=" + std::to_string(*value);
  return asked(context, get_request(target), [&](const http_reply& reply) -> command_output {
    return {request.json ? reply.body : trajectories_text(reply.body, context.width), {}};
  });
}

command_output events(const cli_request& request, const command_context& context) {
  command_output whole;
  std::int64_t after = request.after;
  // A node answers in pages; the last one is empty.
  for (std::uint32_t page = 0; page < event_pages_max; ++page) {
    bool more = false;
    auto answer =
        asked(context, events_request(after), [&](const http_reply& reply) -> command_output {
          const auto last = last_number(reply.body, after);
          more = last > after;
          after = last;
          return {request.json ? reply.body : events_text(reply.body), {}};
        });
    whole.out += answer.out;
    whole.err = answer.err;
    whole.code = answer.code;
    if (!more) break;
  }
  return whole;
}

/// As why_text takes it: the report, null for none, or why it is not known.
reply_json crash_of(const std::string& server, const command_context& context) {
  const auto reply = context.ask(get_request(server_path(server) + "/crashes?limit=1"));
  if (!reply) return reply.failure().detail;
  auto crash = reply->status == 200 ? last_crash(reply->body) : std::nullopt;
  if (crash) return *std::move(crash);
  return "the node answered with status " + std::to_string(reply->status);
}

command_output why(const cli_request& request, const command_context& context) {
  return asked(context, get_request(server_path(request.server)), [&](const http_reply& reply) {
    const auto server = parse_reply(reply.body);
    if (!server || !server->is_object()) return unreadable(reply);
    // A server that never ran has no log; that is no reason not to answer.
    const auto log = context.ask(logs_request(request.server, why_lines));
    const std::string lines = log && log->status == 200 ? log->body : std::string();
    const auto crash = crash_of(request.server, context);
    return command_output{request.json ? why_json(*server, lines, crash)
                                       : why_text(*server, lines, crash, context.now),
                          {}};
  });
}

} // namespace

command_output refusal(const http_reply& reply) {
  command_output answer;
  answer.code = exit_code::failed;
  std::string code;
  std::string message;
  if (const auto body = parse_reply(reply.body)) {
    const auto& failure = member_of(*body, "error");
    code = text_of(failure, "code");
    message = text_of(failure, "message");
  }
  if (message.empty()) message = "the node answered with status " + std::to_string(reply.status);
  if (reply.status == 401) message += "; give the node's token with --token or TOOLSCORE_TOKEN";
  if (code == to_string(errc::unknown_server)) answer.code = exit_code::unknown_server;
  if (code == to_string(errc::bad_config) || code == to_string(errc::bad_request) ||
      reply.status == 401 || reply.status == 403)
    answer.code = exit_code::usage;
  answer.err = "error: " + printable(message) + "\n";
  return answer;
}

command_output no_answer(const error& failure) {
  if (failure.code == errc::server_gone)
    return {
        {}, "error: " + failure.detail + ": start one with `toolscore up`\n", exit_code::no_node};
  return {{}, "error: " + failure.detail + "\n", exit_code::failed};
}

http_request events_request(std::int64_t after) {
  return get_request("/api/v1/events?after=" + std::to_string(after));
}

http_request logs_request(const std::string& server, std::uint32_t lines) {
  return get_request(server_path(server) + "/logs?lines=" + std::to_string(lines));
}

http_request logs_from_request(const std::string& server, const std::string& position) {
  return get_request(server_path(server) + "/logs?from=" + percent_encoded(position));
}

command_output run_command(const cli_request& request, const command_context& context) {
  switch (request.command) {
  case command_kind::ps:
    return ps(request, context);
  case command_kind::logs:
    return logs(request, context);
  case command_kind::tools_diff:
    return tools_diff(request, context);
  case command_kind::tools_approve:
    return tools_approve(request, context);
  case command_kind::call:
    return call_command(request, context);
  case command_kind::tools:
    return tools(request, context);
  case command_kind::add:
    return add(request, context);
  case command_kind::remove:
    return act(request, context, "DELETE", "", "removed");
  case command_kind::start:
    return act(request, context, "POST", "/start", "started");
  case command_kind::stop:
    return act(request, context, "POST", "/stop", "stopped");
  case command_kind::restart:
    return act(request, context, "POST", "/restart", "restarted");
  case command_kind::logout:
    return act(request, context, "DELETE", "/login", "logged out");
  case command_kind::update:
    return update(request, context);
  case command_kind::trajectories:
    return trajectories(request, context);
  case command_kind::events:
    return events(request, context);
  case command_kind::why:
    return why(request, context);
  case command_kind::up:
  case command_kind::run:
  case command_kind::check:
  case command_kind::plan:
  case command_kind::cache:
  case command_kind::stdio:
  case command_kind::doctor:
  case command_kind::version:
  case command_kind::import:
  case command_kind::search:
  case command_kind::records:
  case command_kind::replay:
  case command_kind::login:
    break;
  }
  return {{}, "error: this command asks no node\n", exit_code::usage};
}

} // namespace toolscore
