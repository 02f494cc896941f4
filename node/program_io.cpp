#include "node/program_io.hpp"

#include "config/node_config.hpp"
#include "node/cache_command_io.hpp"
#include "node/check_text.hpp"
#include "node/cli.hpp"
#include "node/commands.hpp"
#include "node/config_file_io.hpp"
#include "node/doctor_command_io.hpp"
#include "node/follow_io.hpp"
#include "node/http_client_io.hpp"
#include "node/login_command_io.hpp"
#include "node/node_address_io.hpp"
#include "node/plan_command_io.hpp"
#include "node/records/record_commands_io.hpp"
#include "node/sources/source_commands_io.hpp"
#include "node/stdio/run_io.hpp"
#include "node/terminal_io.hpp"
#include "node/up_io.hpp"

namespace toolscore {
namespace {

int finished(const command_output& answer) {
  auto code = answer.code;
  if (!write_output(answer.out)) {
    write_error("error: stdout did not take the answer\n");
    if (code == exit_code::ok) code = exit_code::failed;
  }
  write_error(answer.err);
  return static_cast<int>(code);
}

command_output wrong_usage(const error& failure) {
  return {{}, "error: " + failure.detail + "\n", exit_code::usage};
}

command_output wrong_source(const error& failure) {
  auto answer = wrong_usage(failure);
  if (failure.code == errc::unknown_server)
    answer.code = exit_code::unknown_server;
  else if (failure.code != errc::bad_config)
    answer.code = exit_code::failed;
  return answer;
}

command_output check(const cli_request& request) {
  const auto file = !request.file.empty() ? request.file : chosen_config_file(request);
  if (file.empty())
    return wrong_usage({errc::bad_config, "there is no ./toolscore.json, name a file"});
  const auto text = read_text_file(file, config_bytes_max);
  if (!text) return wrong_usage(text.failure());
  return check_config(*text, file, process_environment(file), request.json);
}

int up(const cli_request& request) {
  up_options options;
  options.run_command = request.rest;
  if (request.command == command_kind::up) options.config_file = chosen_config_file(request);
  if (!request.state_dir.empty()) options.state_dir = absolute_path(request.state_dir);
  options.listen = request.listen;
  options.quiet = request.quiet;
  return run_up(options);
}

int stdio(const cli_request& request) {
  if (request.embed && !request.url.empty())
    return finished(wrong_usage({errc::bad_config, "--embed starts a node, --url names another; "
                                                   "leave out one of them"}));
  if (request.embed) return static_cast<int>(run_embedded_stdio(request));
  const auto node = chosen_address(request);
  if (!node) return finished(wrong_usage(node.failure()));
  return static_cast<int>(run_stdio(request, *node));
}

command_output ask_node(cli_request request) {
  const auto node = chosen_address(request);
  if (!node) return wrong_usage(node.failure());
  if (request.command == command_kind::call && request.arguments == "-") {
    auto text = read_standard_input(arguments_bytes_max);
    if (!text) return wrong_usage(text.failure());
    request.arguments = std::move(*text);
  }
  const auto width = terminal_width();
  if (request.command == command_kind::login) return login_command(request, *node);
  if (request.follow) return follow(request, *node, width);
  std::string told;
  if (request.command == command_kind::add && asks_registry(request)) {
    auto resolved = resolved_by_registry(request, told);
    if (!resolved) return wrong_source(resolved.failure());
    request = std::move(*resolved);
    if (!request.json) write_error(told);
  }
  command_context context;
  context.ask = [&node](const http_request& question) { return send_http(*node, question); };
  context.now = std::chrono::system_clock::now();
  context.width = width;
  if (request.command == command_kind::import) return import_command(request, context);
  if (request.command == command_kind::replay) return replay_command(request, context);
  return run_command(request, context);
}

} // namespace

int run_program(int argument_count, char** arguments) {
  auto reading = read_command_line({arguments + 1, arguments + argument_count});
  if (!reading.request) return finished(reading.answer);
  const auto& request = *reading.request;
  switch (request.command) {
  case command_kind::up:
  case command_kind::run:
    return up(request);
  case command_kind::check:
    return finished(check(request));
  case command_kind::plan:
    return finished(plan_command(request));
  case command_kind::doctor:
    return finished(doctor_command(request));
  case command_kind::cache:
    return finished(cache_command(request));
  case command_kind::records:
    return finished(records_command(request));
  case command_kind::search:
    return finished(search_command(request, terminal_width()));
  case command_kind::stdio:
    return stdio(request);
  case command_kind::version:
    return finished({request.json ? "{\"version\":\"" TOOLSCORE_VERSION "\"}\n"
                                  : "toolscore " TOOLSCORE_VERSION "\n",
                     {}});
  default:
    return finished(ask_node(request));
  }
}

} // namespace toolscore
