#include "reason/program_io.hpp"

#include "messages/known_secrets.hpp"
#include "node/config_file_io.hpp"
#include "node/printable.hpp"
#include "node/reply_json.hpp"
#include "node/terminal_io.hpp"
#include "reason/chat/chat_client_io.hpp"
#include "reason/line_file_io.hpp"
#include "reason/node_talk_io.hpp"
#include "reason/node_wait_io.hpp"
#include "reason/options.hpp"
#include "reason/report_text.hpp"
#include "reason/trajectory_text.hpp"

#include <algorithm>
#include <csignal>

namespace toolscore::reason {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds list_wait = 90s; ///< A server may have to start first.

int finished(const command_output& answer) {
  auto code = answer.code;
  if (!write_output(answer.out) && code == exit_code::ok) code = exit_code::failed;
  write_error(answer.err);
  return static_cast<int>(code);
}

int failed(const std::string& what, exit_code code) {
  return finished({{}, "error: " + what + "\n", code});
}

void say(const std::string& text) {
  (void)write_output(known_secrets::here().scrubbed(text));
}

result<node_choice> choice_of(const options& chosen, const std::string& trajectory) {
  node_choice out;
  const auto place = read_http_place(chosen.url);
  if (!place) return error{errc::bad_config, "--url: " + place.failure().detail};
  out.place.place = *place;
  out.place.ca_file = chosen.authorities;
  if (!chosen.token.empty()) out.place.headers = {{"Authorization", "Bearer " + chosen.token}};
  out.speaks = chosen.speaks;
  out.trajectory = trajectory;
  out.parallel = chosen.parallel;
  out.call_limit = chosen.call_limit;
  return out;
}

exit_code code_of(const error& failure) {
  return failure.code == errc::unauthorized ? exit_code::usage : exit_code::no_node;
}

/// What a task's model is offered.
struct offer {
  std::vector<model_tool> tools;
  std::string fault; ///< Why that is not known, in one line.
};

offer offer_of(node_talk& node, const task& what, const node_patience& patience) {
  offer out;
  auto servers = what.servers;
  if (servers.empty()) servers.emplace_back(); // All.
  for (const auto& server : servers) {
    const auto path = endpoint_of({server, what.group, {}, {}});
    if (server.empty()) await_tools(node, path, patience, say);
    const auto listed = node.list_tools(path, std::min(list_wait, what.limits.time));
    if (!listed.fault.empty()) out.fault = "the tools at " + path + ": " + listed.fault;
    for (const auto& each : listed.tools) out.tools.push_back(tool_from(server, each));
  }
  name_functions(out.tools);
  return out;
}

std::optional<chat_place> chat_place_of(const options& chosen, std::string& fault) {
  if (chosen.model_url.empty()) return std::nullopt;
  const auto place = read_http_place(chosen.model_url);
  if (!place) {
    fault = "the model's URL: " + place.failure().detail;
    return std::nullopt;
  }
  return chat_place{*place, chosen.model_key};
}

/// Why the tasks cannot be run with these options; empty = they can.
std::string unready(const options& chosen, const std::vector<task>& tasks) {
  if (!chosen.model_url.empty() && !chosen.model.empty()) return {};
  for (const auto& each : tasks)
    if (!each.scripted())
      return "task \"" + printable(each.id) +
             "\" has no \"calls\", so a model has to solve it: set TOOLSCORE_REASON_URL and "
             "TOOLSCORE_REASON_MODEL, and TOOLSCORE_REASON_KEY where it wants a key";
  return {};
}

class whole_run {
public:
  whole_run(const options& chosen, std::string trajectory, node_talk& node,
            std::optional<chat_place> model, line_file& out)
      : chosen_(chosen), trajectory_(std::move(trajectory)), node_(node), out_(out),
        stop_(node.loop().io(), SIGINT, SIGTERM) {
    if (model) chat_.emplace(node.loop(), node.dialer(), std::move(*model));
    stop_.async_wait([&](boost::system::error_code failed, int) {
      if (failed) return;
      node_.interrupt();
      if (chat_) chat_->interrupt();
    });
    model_.ask = [&](const std::string& body, auto limit) { return chat_->ask(body, limit); };
    model_.pause = [&](auto time) { chat_->pause(time); };
    world_.now = [] {
      return moment{std::chrono::system_clock::now(), std::chrono::steady_clock::now()};
    };
    world_.call = [&](const auto& calls, const auto& id, auto limit) {
      return node_.call(calls, id, limit);
    };
    world_.tell = [](const task& what, const made_call& call) { say(call_line(what, call)); };
    world_.interrupted = [&] { return node_.interrupted(); };
  }

  exit_code run(const std::vector<task>& tasks) {
    std::string lines;
    for (const auto& each : tasks) {
      if (node_.interrupted()) break;
      auto record = run_one(each);
      const auto line = trajectory_line(each, record);
      if (const auto kept = out_.add(known_secrets::here().scrubbed(line)); !kept) {
        write_error("error: " + kept.failure().detail + "\n");
        return exit_code::failed;
      }
      lines += task_line(each, record, summary_);
    }
    say("\n" + lines + summary_line(summary_));
    if (summary_.tasks < tasks.size())
      say("interrupted: " + std::to_string(tasks.size() - summary_.tasks) + " not begun\n");
    return summary_.good == tasks.size() ? exit_code::ok : exit_code::failed;
  }

private:
  task_record run_one(const task& what) {
    if (what.scripted()) {
      const auto listed = node_.list_tools("/mcp", 15s);
      auto record = run_scripted(what, chosen_.vars, world_);
      record.available_fault = listed.fault;
      for (const auto& each : listed.tools) record.available_tools.push_back(text_of(each, "name"));
      record.trajectory = trajectory_;
      return record;
    }
    const auto offered = offer_of(node_, what, patience_);
    patience_.ready = {}; // Once: what was not ready then may never be.
    auto record =
        run_by_model(what, offered.tools, {chosen_.model, chosen_.stream}, world_, model_);
    record.available_fault = offered.fault;
    for (const auto& each : offered.tools) record.available_tools.push_back(each.function);
    record.trajectory = trajectory_;
    record.prices = chosen_.prices;
    return record;
  }

  const options& chosen_;
  std::string trajectory_;
  node_talk& node_;
  line_file& out_;
  boost::asio::signal_set stop_;
  std::optional<chat_client> chat_;
  node_patience patience_;
  task_world world_;
  model_world model_;
  run_summary summary_;
};

int run_tasks(const options& chosen, const std::vector<task>& tasks) {
  const auto started = std::chrono::system_clock::now().time_since_epoch();
  const auto trajectory =
      chosen.trajectory.empty()
          ? "reason-" + std::to_string(
                            std::chrono::duration_cast<std::chrono::milliseconds>(started).count())
          : chosen.trajectory;
  if (const auto why = unready(chosen, tasks); !why.empty()) return failed(why, exit_code::usage);
  std::string fault;
  auto model = chat_place_of(chosen, fault);
  if (!fault.empty()) return failed(fault, exit_code::usage);
  const auto choice = choice_of(chosen, trajectory);
  if (!choice) return failed(choice.failure().detail, exit_code::usage);
  auto out = line_file::open(chosen.out);
  if (!out) return failed(out.failure().detail, exit_code::usage);
  node_talk node(*choice);
  const auto speaks = node.find_era();
  if (!speaks)
    return failed("no node at " + printable(chosen.url) + ": " + speaks.failure().detail,
                  code_of(speaks.failure()));
  const auto code = whole_run(chosen, trajectory, node, std::move(model), *out).run(tasks);
  say("trajectories of the tasks: " + printable(chosen.out) +
      "; the node's records of the calls: "
      "toolscore trajectories --trajectory " +
      printable(trajectory) + "\n");
  return static_cast<int>(code);
}

} // namespace

int run_program(int argument_count, char** arguments) {
  auto reading = read_options({arguments + 1, arguments + argument_count});
  if (!reading.chosen) return finished(reading.answer);
  const auto& chosen = *reading.chosen;
  known_secrets::here().add(chosen.token);
  known_secrets::here().add(chosen.model_key);
  const auto text = read_text_file(chosen.tasks_file, tasks_bytes_max);
  if (!text) return failed(text.failure().detail, exit_code::usage);
  const auto tasks = read_tasks(*text, chosen.tasks_file, chosen.limits);
  if (!tasks) return failed(tasks.failure().detail, exit_code::usage);
  return run_tasks(chosen, *tasks);
}

} // namespace toolscore::reason
