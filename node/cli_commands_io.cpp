#include "node/cli_commands_io.hpp"

#include "node/printable.hpp"
#include "node/wall_time.hpp"

#include <CLI/CLI.hpp>

#include <filesystem>

namespace toolscore {
namespace {

struct adder {
  CLI::App& app;
  cli_request& out;
  const char* exit_codes;

  CLI::App& command(command_kind kind, const char* name, const char* what, const char* example) {
    auto* added = app.add_subcommand(name, what);
    added->fallthrough();
    added->footer("Example: " + std::string(example) +
                  "\nOptions of all commands: -c FILE, --state-dir DIR, --url URL, --token T, "
                  "--json (see `toolscore --help`).\n" +
                  exit_codes);
    added->callback([&request = out, kind] { request.command = kind; });
    return *added;
  }

  void server(CLI::App& to) {
    to.add_option("NAME", out.server, "The server's name")->required()->type_name("");
  }
};

void add_source_options(CLI::App& to, cli_request& out) {
  to.add_option("--config", out.definition, "Its object, as under \"mcpServers\"")
      ->type_name("JSON");
  to.add_option("--git", out.git,
                "A repository to clone and build; arguments behind \"--\" go "
                "to the server")
      ->type_name("URL");
  struct source {
    const char* option;
    const char* key; ///< Of the configuration.
    const char* type;
    const char* what;
  };
  static constexpr source sources[] = {
      {"--npm", "npm", "PKG", "A package of npm's registry: NAME or NAME@VERSION"},
      {"--pypi", "pypi", "PKG", "A package of a Python index: NAME or NAME==VERSION"},
      {"--path", "path", "DIR", "A project's directory, installed from a copy"},
      {"--archive", "archive", "FILE", "A project's archive, a file or a URL"},
      {"--mcpb", "mcpb", "FILE", "An MCP bundle, a file or a URL"},
      {"--image", "image", "IMAGE", "A container image"},
      {"--remote", "url", "URL", "Where a server runs already, by HTTP"}};
  for (const auto& each : sources)
    to.add_option_function<std::string>(
          each.option,
          [&out, &each](const std::string& value) {
            const bool web = value.find("://") != value.npos;
            const std::string_view key = each.key;
            const bool file = !web && (key == "path" || key == "archive" || key == "mcpb");
            // The node has another working directory.
            out.sources.emplace_back(
                each.key,
                file ? std::filesystem::absolute(value).lexically_normal().string() : value);
          },
          each.what)
        ->type_name(each.type);
  to.add_option("--ref", out.ref, "Branch, tag or commit [the remote's HEAD]")->type_name("R");
  to.add_option("--subdir", out.subdir, "Where in the repository it is")->type_name("S");
}

void add_registry_option(CLI::App& to, cli_request& out) {
  to.add_option("--registry", out.registry,
                "The registry: a URL, or a directory of server.json files [node.registry]")
      ->type_name("R");
}

void add_node_commands(adder& x) {
  auto& up = x.command(command_kind::up, "up", "Run the node in the foreground",
                       "toolscore up -c toolscore.json");
  up.add_option("--listen", x.out.listen, "Address and port; wins over the file's")
      ->type_name("ADDRESS:PORT");
  up.add_flag("-q,--quiet", x.out.quiet, "Log warnings and errors only");
  auto& run = x.command(command_kind::run, "run",
                        "Run a node with one server and no file: run -- COMMAND [ARGUMENTS...]",
                        "toolscore run -- npx -y @modelcontextprotocol/server-everything");
  run.add_option("--listen", x.out.listen, "Address and port")->type_name("ADDRESS:PORT");
  run.add_flag("-q,--quiet", x.out.quiet, "Log warnings and errors only");
  auto& check =
      x.command(command_kind::check, "check", "Read a configuration and say what is wrong",
                "toolscore check toolscore.json");
  check.add_option("FILE", x.out.file, "The file [-c FILE, or ./toolscore.json]")->type_name("");
  auto& plan =
      x.command(command_kind::plan, "plan",
                "Print every step and command that would run for a server, and run none: a "
                "server of the configuration, or of one source, or -- COMMAND [ARGUMENTS...]",
                "toolscore plan https://code.example/a/server.git");
  plan.add_option("NAME", x.out.server,
                  "The server's name, or a source that can be nothing else: URL.git, ./DIR, "
                  "@SCOPE/PKG, PKG==VERSION, FILE.mcpb, FILE.tar.gz")
      ->type_name("");
  add_source_options(plan, x.out);
  x.command(command_kind::doctor, "doctor",
            "Say what this host can do to hold, limit and isolate servers, and for which of the "
            "configuration \"isolation\": \"strict\" would do",
            "toolscore doctor -c toolscore.json");
  auto& cache =
      x.command(command_kind::cache, "cache",
                "What is installed below the state directory: ls lists it with who uses "
                "it, gc removes what no configured server uses (while no node runs there)",
                "toolscore cache gc --dry-run");
  cache.add_option("ACTION", x.out.action, "ls or gc")
      ->required()
      ->check(CLI::IsMember({"ls", "gc"}))
      ->type_name("");
  cache.add_flag("--dry-run", x.out.dry_run, "Say what gc would remove, and remove nothing");
  x.command(command_kind::version, "version", "Print the version", "toolscore version");
}

void add_definition_commands(adder& x) {
  auto& add = x.command(command_kind::add, "add",
                        "Install and start a server, and keep it: from one source, or -- COMMAND "
                        "[ARGUMENTS...]",
                        "toolscore add fs -- npx -y @modelcontextprotocol/server-filesystem /data");
  x.server(add);
  add_source_options(add, x.out);
  add.add_flag("--no-wait{false}", x.out.wait, "Return before it is ready");
  add.add_option("--registry-name", x.out.registry_name,
                 "Its name in a registry; or write that in the place of NAME")
      ->type_name("N");
  add_registry_option(add, x.out);
  add.add_option("--env", x.out.variables,
                 "For a server of a registry: a value it needs, or the name of the node's variable "
                 "that holds it")
      ->type_name("NAME[=VALUE]")
      ->allow_extra_args(false);
  auto& search = x.command(command_kind::search, "search", "Look for servers in a registry",
                           "toolscore search weather --registry https://registry.example");
  search.add_option("TEXT", x.out.text, "In the name or the description")->type_name("");
  add_registry_option(search, x.out);
  search.add_option("--limit", x.out.limit, "At most so many")
      ->check(CLI::Range(1u, 10'000u))
      ->capture_default_str()
      ->type_name("N");
  auto& import = x.command(command_kind::import, "import",
                           "Take over the servers of another host's configuration: shows what they "
                           "would run and asks",
                           "toolscore import --from cursor");
  import.add_option("FILE", x.out.file, "The file [where the hosts usually keep it]")
      ->type_name("");
  import.add_option("--from", x.out.from_host, "claude-desktop, claude-code, cursor or vscode")
      ->type_name("HOST");
  import.add_flag("-y,--yes", x.out.yes, "Add them without asking");
  import.add_flag("--unpinned", x.out.unpinned,
                  "Also add a package or image whose version or digest is not known now, "
                  "without it");
  x.server(x.command(command_kind::remove, "rm", "Stop a server and forget it", "toolscore rm fs"));
  x.server(x.command(command_kind::start, "start", "Start a server, also a parked one",
                     "toolscore start fs"));
  x.server(x.command(command_kind::stop, "stop", "Stop a server and keep it stopped",
                     "toolscore stop fs"));
  x.server(x.command(command_kind::restart, "restart", "Stop and start a server",
                     "toolscore restart fs"));
  x.server(x.command(command_kind::login, "login",
                     "Log in to a remote server (OAuth): prints the page to open in a browser, and "
                     "waits",
                     "toolscore login docs"));
  x.server(x.command(command_kind::logout, "logout", "Forget a remote server's tokens",
                     "toolscore logout docs"));
  auto& update = x.command(command_kind::update, "update",
                           "Install a server anew beside what runs, try that, and go over to it; "
                           "where that fails, or nothing is new, nothing changes",
                           "toolscore update fs");
  x.server(update);
  update.add_flag("--rollback", x.out.rollback, "Go back to the install before instead");
}

void add_question_commands(adder& x) {
  x.command(command_kind::ps, "ps", "List the servers", "toolscore ps --json");
  x.server(x.command(command_kind::why, "why",
                     "Say why a server is as it is, with its log and the next step",
                     "toolscore why fs"));
  auto& logs = x.command(command_kind::logs, "logs", "Print the last lines of a server's stderr",
                         "toolscore logs fs -n 50 -f");
  x.server(logs);
  logs.add_option("-n,--lines", x.out.lines, "How many lines")
      ->check(CLI::Range(1u, log_lines_max))
      ->capture_default_str()
      ->type_name("N");
  logs.add_flag("-f,--follow", x.out.follow, "Go on with new lines until interrupted");
  auto& tools = x.command(command_kind::tools, "tools", "List the tools of all servers, or of one",
                          "toolscore tools fs");
  tools.add_option("SERVER", x.out.server, "One server")->type_name("");
  tools.callback([&request = x.out, &tools] { // Which runs after those of its subcommands.
    if (tools.get_subcommands().empty()) request.command = command_kind::tools;
  });
  auto* diff =
      tools.add_subcommand("diff", "Show what of a server's tools is not as it was approved");
  diff->fallthrough();
  diff->add_option("SERVER", x.out.server, "The server's name")->required()->type_name("");
  diff->callback([&request = x.out] { request.command = command_kind::tools_diff; });
  auto* approve =
      tools.add_subcommand("approve", "Approve a tool as it is now, or all of a server");
  approve->fallthrough();
  approve->add_option("SERVER", x.out.server, "The server's name")->required()->type_name("");
  approve->add_option("TOOL", x.out.tool, "The tool, by the server's own name [all that changed]")
      ->type_name("");
  approve->callback([&request = x.out] { request.command = command_kind::tools_approve; });
  auto& call = x.command(command_kind::call, "call", "Call a tool and print its result",
                         "toolscore call fs read_file '{\"path\": \"/data/a.txt\"}'");
  call.add_option("SERVER", x.out.server, "The server's name")->required()->type_name("");
  call.add_option("TOOL", x.out.tool, "The tool, by the server's own name for it")
      ->required()
      ->type_name("");
  call.add_option("JSON", x.out.arguments, "Arguments as a JSON object; - reads them from stdin")
      ->capture_default_str()
      ->type_name("");
  call.add_option_function<std::uint32_t>(
          "--timeout", [&out = x.out](std::uint32_t s) { out.timeout = std::chrono::seconds(s); },
          "Seconds to wait for each answer [630]")
      ->check(CLI::Range(1u, 86'400u))
      ->type_name("S");
}

void add_stdio_command(adder& x) {
  auto& stdio = x.command(command_kind::stdio, "stdio",
                          "Be an MCP server on stdin and stdout, in front of a node that runs "
                          "already (`toolscore up`) or that it carries inside (--embed), for "
                          "clients that only start commands",
                          "toolscore stdio --server fs");
  auto* server = stdio.add_option("--server", x.out.server, "One server [all of them, as at /mcp]");
  server->type_name("S");
  stdio.add_option("--group", x.out.group, "One group")->type_name("G")->excludes(server);
  auto* embed = stdio.add_flag("--embed", x.out.embed,
                               "Carry the node inside: it starts and ends with this command");
  stdio.add_option("--listen", x.out.listen, "With --embed: serve there too [nowhere]")
      ->type_name("ADDRESS:PORT")
      ->needs(embed);
}

/// A point in time as a person writes it: "15m" ago, or "2026-01-02T03:04:05Z".
void add_time(CLI::App& to, const char* option, std::optional<std::int64_t>& out,
              const char* what) {
  to.add_option_function<std::string>(
        option,
        [&out, option](const std::string& text) {
          const auto at = read_moment(text, std::chrono::system_clock::now());
          if (!at)
            throw CLI::ValidationError(option, "write \"15m\", \"2h\" or "
                                               "\"2026-01-02T03:04:05Z\", not \"" +
                                                   printable(text) + "\"");
          out =
              std::chrono::duration_cast<std::chrono::microseconds>(at->time_since_epoch()).count();
        },
        what)
      ->type_name("TIME");
}

void add_record_filters(CLI::App& to, cli_request& out) {
  to.add_option("--server", out.server, "Of one server")->type_name("S");
  to.add_option("--tool", out.tool, "Of one tool, by its server's own name")->type_name("T");
  to.add_option("--trajectory", out.trajectory, "Of one trajectory")->type_name("T");
  to.add_option("--outcome", out.outcome,
                "success, failed, needs_input, or where it failed: admission, transport, rpc, tool")
      ->type_name("O");
  add_time(to, "--since", out.since_us, "Not older: 15m, 2h, 2026-01-02T03:04:05Z");
  add_time(to, "--before", out.before_us, "Older than that");
  to.add_option("--after", out.after, "Only records with a higher number")
      ->check(CLI::NonNegativeNumber)
      ->type_name("N");
}

void add_trajectory_parts(CLI::App& records, cli_request& out) {
  const auto part = [&](const char* name, command_kind kind, const char* what) -> CLI::App& {
    auto* added = records.add_subcommand(name, what);
    added->callback([&out, kind, name] {
      out.command = kind;
      out.action = name;
    });
    added->fallthrough();
    return *added;
  };
  part("verify", command_kind::records,
       "Say whether the store's records, or an exported file, are as they were written")
      .add_option("FILE", out.file, "Of `export`; - reads stdin [the store]")
      ->type_name("");
  auto& stats = part("stats", command_kind::records,
                     "Count how the calls of each tool ended and how long they took");
  auto& all = part("export", command_kind::records,
                   "Write all records to stdout, a JSON object a line, each with a hash that holds "
                   "it to the one before");
  for (auto* each : {&stats, &all}) {
    add_record_filters(*each, out);
    each->add_flag("--imported", out.imported, "Those that were imported [the node's own]");
  }
  part("import", command_kind::records,
       "Put an exported file's records behind those of a state directory that no node uses; they "
       "are marked, and none is taken from a file that contradicts itself")
      .add_option("FILE", out.file, "Of `export` or `--json`; - reads stdin")
      ->required()
      ->type_name("");
  auto& replay = part("replay", command_kind::replay,
                      "Make the calls of a trajectory or of an exported file again and say what "
                      "differs");
  replay.add_option("FILE", out.file, "Of `export` or `--json`; - reads stdin")->type_name("");
  replay.add_option("--trajectory", out.trajectory, "One that the node has recorded")
      ->type_name("T");
  replay.add_option("--server", out.server, "With --trajectory: of one server")->type_name("S");
  replay.add_option("--against", out.against, "Call this server [the one that was called]")
      ->type_name("S");
}

void add_record_commands(adder& x) {
  auto& records = x.command(command_kind::trajectories, "trajectories",
                            "List recorded calls; --json prints whole records, one a line",
                            "toolscore trajectories --server fs --outcome failed --since 1h");
  add_record_filters(records, x.out);
  records.add_option("--limit", x.out.limit, "At most so many")
      ->check(CLI::Range(1u, 10'000u))
      ->capture_default_str()
      ->type_name("N");
  add_trajectory_parts(records, x.out);
  records.callback([&request = x.out, &records] { // Which runs after those of its subcommands.
    if (records.get_subcommands().empty()) request.command = command_kind::trajectories;
  });
  auto& events = x.command(command_kind::events, "events",
                           "Print the node's events; --json prints one object a line",
                           "toolscore events --after 120 -f");
  events.add_option("--after", x.out.after, "Only events with a higher number")
      ->check(CLI::NonNegativeNumber)
      ->type_name("N");
  events.add_flag("-f,--follow", x.out.follow, "Go on with new events until interrupted");
}

} // namespace

void add_commands(CLI::App& app, cli_request& out, const char* exit_codes) {
  adder x{app, out, exit_codes};
  add_node_commands(x);
  add_definition_commands(x);
  add_question_commands(x);
  add_record_commands(x);
  add_stdio_command(x);
}

} // namespace toolscore
