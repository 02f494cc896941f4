#include "reason/options.hpp"

#include "reason/chat/budget.hpp"

#include <algorithm>
#include <CLI/CLI.hpp>
#include <cstdlib>
#include <sstream>

namespace toolscore::reason {
namespace {

constexpr const char* footer =
    "The key of the chat endpoint is read from TOOLSCORE_REASON_KEY and the node's token from "
    "TOOLSCORE_TOKEN.\n"
    "Exit codes: 0 every task met its expectations, 1 one did not, 2 bad usage or tasks, 3 no node "
    "answers.";

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

options_reading wrong_usage(const std::string& what) {
  options_reading reading;
  reading.answer.code = exit_code::usage;
  reading.answer.err = "error: " + what + "\nsee `toolscore-reason --help`\n";
  return reading;
}

/// What is written as text and means something else.
struct raw_options {
  std::string era = "auto";
  std::string prices;
  std::vector<std::string> sets;
  std::size_t seconds = 600;
  std::size_t call_seconds = 630;
};

void add_options(CLI::App& app, options& out, raw_options& raw) {
  app.add_option("TASKS", out.tasks_file, "File of tasks, one JSON object a line")->required();
  app.add_option("--url", out.url, "The node [http://127.0.0.1:8088]")->type_name("URL");
  app.add_option("--ca", out.authorities, "PEM file of the authorities of an https node")
      ->type_name("FILE")
      ->envname("TOOLSCORE_CA");
  app.add_option("--era", raw.era, "How the node is spoken to: auto, modern or legacy [auto]")
      ->check(CLI::IsMember({"auto", "modern", "legacy"}));
  app.add_option("--out", out.out, "Where trajectories are added, a line a task")
      ->type_name("FILE");
  app.add_option("--trajectory", out.trajectory, "The id that the node records the calls by")
      ->type_name("ID");
  app.add_option("--set", raw.sets, "NAME=VALUE: what ${vars.NAME} stands for")->type_name("N=V");
  app.add_option("--parallel", out.parallel, "Calls at once [8]")->check(CLI::Range(1, 64));
  app.add_option("--call-timeout", raw.call_seconds, "Seconds that a call may take [630]")
      ->check(CLI::Range(1, 86'400));
  app.add_option("--steps", out.limits.steps, "Steps that a model may take for a task [20]")
      ->check(CLI::Range(1, 1'000));
  app.add_option("--seconds", raw.seconds, "Seconds that a task may take [600]")
      ->check(CLI::Range(1, 86'400));
  app.add_option("--tokens", out.limits.tokens, "Tokens that a model may use for a task [200000]")
      ->check(CLI::Range(1, 1'000'000'000));
  app.add_option("--model-url", out.model_url,
                 "Base URL of an OpenAI-compatible chat endpoint, as https://host/v1")
      ->type_name("URL")
      ->envname("TOOLSCORE_REASON_URL");
  app.add_option("--model", out.model, "The model's name")
      ->type_name("NAME")
      ->envname("TOOLSCORE_REASON_MODEL");
  app.add_flag("--stream", out.stream, "Have the model's answers streamed");
  app.add_option("--prices", raw.prices,
                 "What a million tokens of questions and of answers costs, as 3,15 or 3,15,USD: "
                 "trajectories then tell the cost")
      ->type_name("IN,OUT[,CURRENCY]")
      ->envname("TOOLSCORE_REASON_PRICES");
}

/// @returns what is wrong; empty = nothing
std::string settle(options& out, const raw_options& raw) {
  for (const auto& each : raw.sets) {
    const auto mark = each.find('=');
    if (mark == each.npos || mark == 0) return "--set " + each + " is no NAME=VALUE";
    out.vars[each.substr(0, mark)] = each.substr(mark + 1);
  }
  if (!raw.prices.empty()) {
    out.prices = read_prices(raw.prices);
    if (!out.prices) return "--prices " + raw.prices + " is no IN,OUT or IN,OUT,CURRENCY";
  }
  if (raw.era == "modern") out.speaks = era::modern;
  if (raw.era == "legacy") out.speaks = era::legacy;
  out.limits.time = std::chrono::seconds{raw.seconds};
  out.call_limit = std::chrono::seconds{raw.call_seconds};
  out.token = variable("TOOLSCORE_TOKEN");
  out.model_key = variable("TOOLSCORE_REASON_KEY");
  for (const auto& each : {out.token, out.model_key})
    if (!std::all_of(each.begin(), each.end(), [](char x) { return x > ' ' && x < 0x7f; }))
      return "TOOLSCORE_TOKEN and TOOLSCORE_REASON_KEY must be visible ASCII without spaces";
  return {};
}

} // namespace

options_reading read_options(std::vector<std::string> arguments) {
  options_reading reading;
  options out;
  raw_options raw;
  CLI::App app("Runs tasks through a toolscore node and writes what became of them.",
               "toolscore-reason");
  app.footer(footer);
  app.set_version_flag("--version", "toolscore-reason " TOOLSCORE_VERSION);
  try {
    add_options(app, out, raw);
    std::reverse(arguments.begin(), arguments.end());
    app.parse(arguments);
  } catch (const CLI::ParseError& failure) {
    if (failure.get_exit_code() != 0) return wrong_usage(failure.what());
    std::ostringstream text;
    std::ostringstream err;
    app.exit(failure, text, err);
    reading.answer.out = text.str();
    return reading;
  } catch (const std::exception& failure) {
    return wrong_usage(failure.what());
  }
  if (auto why = settle(out, raw); !why.empty()) return wrong_usage(why);
  reading.chosen = std::move(out);
  return reading;
}

} // namespace toolscore::reason
