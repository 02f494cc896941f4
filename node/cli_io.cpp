#include "node/cli.hpp"

#include "config/suggest.hpp"
#include "node/cli_commands_io.hpp"
#include "node/printable.hpp"

#include <algorithm>
#include <CLI/CLI.hpp>
#include <sstream>

namespace toolscore {
namespace {

constexpr const char* exit_codes = "Exit codes: 0 ok, 1 the operation failed, 2 bad usage or "
                                   "configuration,\n            3 no node answers, 4 unknown "
                                   "server.";

void add_global_options(CLI::App& app, cli_request& out) {
  app.add_option("-c,--config", out.config_file,
                 "Configuration file; its node.state_dir says where the node is [./toolscore.json]")
      ->type_name("FILE");
  app.add_option("--state-dir", out.state_dir, "The node's state directory; wins over the file's")
      ->type_name("DIR");
  app.add_option("--url", out.url,
                 "Reach the node over TCP: http://127.0.0.1:8088, https://gateway.example:8443")
      ->type_name("URL");
  app.add_option("--ca", out.authorities,
                 "PEM file of the authorities that an https node's certificate is good by [the "
                 "system's]; also in TOOLSCORE_CA")
      ->type_name("FILE")
      ->envname("TOOLSCORE_CA");
  app.add_option("--token", out.token, "The node's token, for --url; also in TOOLSCORE_TOKEN")
      ->type_name("T")
      ->envname("TOOLSCORE_TOKEN");
  app.add_flag("--json", out.json, "Print JSON for programs");
}

cli_reading wrong_usage(const std::string& what, const std::string& command) {
  cli_reading reading;
  reading.answer.code = exit_code::usage;
  reading.answer.err =
      "error: " + what + "\nsee `toolscore " + command + (command.empty() ? "" : " ") + "--help`\n";
  return reading;
}

std::string chosen_command(const CLI::App& app) {
  const auto chosen = app.get_subcommands();
  return chosen.empty() ? std::string() : chosen.front()->get_name();
}

cli_reading misread(const CLI::App& app, const std::string& what) {
  const auto command = chosen_command(app);
  const auto left = app.remaining();
  if (!command.empty() || left.empty()) return wrong_usage(what, command);
  std::vector<std::string> names;
  for (const auto* each : app.get_subcommands(nullptr)) names.push_back(each->get_name());
  const std::vector<std::string_view> known(names.begin(), names.end());
  const auto near = nearest(left.front(), known, near_miss_max(left.front()));
  std::string text = "there is no command \"" + printable(left.front()) + "\"";
  if (!near.empty()) text += "; did you mean " + std::string(near) + "?";
  return wrong_usage(text, {});
}

} // namespace

cli_reading read_command_line(std::vector<std::string> arguments) {
  // What stands behind "--" belongs to another program: it is not looked at here.
  std::vector<std::string> rest;
  const auto mark = std::find(arguments.begin(), arguments.end(), "--");
  const bool marked = mark != arguments.end();
  if (marked) rest.assign(mark + 1, arguments.end());
  arguments.erase(mark, arguments.end());

  cli_request request;
  try {
    CLI::App app("Keeps MCP servers alive and puts one endpoint in front of them.", "toolscore");
    app.require_subcommand(1);
    app.fallthrough();
    app.footer(exit_codes);
    app.set_version_flag("--version", "toolscore " TOOLSCORE_VERSION);
    add_global_options(app, request);
    add_commands(app, request, exit_codes);
    std::reverse(arguments.begin(), arguments.end());
    try {
      app.parse(arguments);
    } catch (const CLI::ParseError& failure) {
      if (failure.get_exit_code() != 0) return misread(app, failure.what());
      std::ostringstream out;
      std::ostringstream err;
      app.exit(failure, out, err);
      cli_reading reading;
      reading.answer.out = out.str();
      return reading;
    }
    const auto command = chosen_command(app);
    const bool takes_rest = command == "run" || command == "add" || command == "plan";
    if (marked && !takes_rest) return wrong_usage("only run, add and plan take a \"--\"", command);
    if (command == "run" && rest.empty())
      return wrong_usage("run needs a command: toolscore run -- COMMAND", command);
  } catch (const std::exception& failure) {
    return wrong_usage(failure.what(), {});
  }
  request.rest = std::move(rest);
  cli_reading reading;
  reading.request = std::move(request);
  return reading;
}

} // namespace toolscore
