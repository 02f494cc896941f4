#include "node/call_session.hpp"
#include "node/config_file_io.hpp"
#include "node/printable.hpp"
#include "node/record_text.hpp"
#include "node/records/record_commands_io.hpp"
#include "node/records/replay.hpp"

#include <map>
#include <vector>

namespace toolscore {
namespace {

constexpr std::size_t file_bytes_max = 256u << 20;
constexpr std::size_t steps_max = 100'000;
constexpr std::uint32_t page_records = 1'000;

struct replay_plan {
  std::vector<replay_step> steps;
  command_output failed; ///< Of use where its code is not ok.
};

void add_lines(std::string_view text, std::vector<replay_step>& steps) {
  while (!text.empty() && steps.size() < steps_max) {
    const auto end = text.find('\n');
    if (const auto line = parse_reply(text.substr(0, end)); line && line->is_object())
      steps.push_back(step_of(*line));
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
  }
}

replay_plan plan_of_file(const std::string& file) {
  replay_plan plan;
  const auto text =
      file == "-" ? read_standard_input(file_bytes_max) : read_text_file(file, file_bytes_max);
  if (text)
    add_lines(*text, plan.steps);
  else
    plan.failed = {{}, "error: " + text.failure().detail + "\n", exit_code::usage};
  return plan;
}

replay_plan plan_of_node(const cli_request& request, const command_context& context) {
  replay_plan plan;
  for (std::int64_t after = request.after; plan.steps.size() < steps_max;) {
    http_request page;
    page.target = "/api/v1/trajectories?after=" + std::to_string(after) +
                  "&limit=" + std::to_string(page_records) +
                  "&trajectory=" + percent_encoded(request.trajectory);
    if (!request.server.empty()) page.target += "&server=" + percent_encoded(request.server);
    const auto reply = context.ask(page);
    if (!reply || reply->status != 200) {
      plan.failed = reply ? refusal(*reply) : no_answer(reply.failure());
      return plan;
    }
    const auto last = last_number(reply->body, after);
    if (last == after) break;
    add_lines(reply->body, plan.steps);
    after = last;
  }
  return plan;
}

/// One call of a replay and what came of it.
struct replayed {
  std::string skip;
  std::vector<std::string> differences;
  bool is_same() const { return skip.empty() && differences.empty(); }
};

/// Keeps one session a server, so that what a server remembers of a session is there again.
class replayer {
public:
  replayer(const cli_request& request, const command_context& context)
      : request_(request), context_(context) {}
  ~replayer() {
    for (const auto& [server, session] : sessions_) close_session(session, context_);
  }
  replayer(const replayer&) = delete;
  replayer& operator=(const replayer&) = delete;

  replayed operator()(const replay_step& step) {
    if (!step.skip.empty()) return {step.skip, {}};
    const auto& server = request_.against.empty() ? step.server : request_.against;
    auto at = sessions_.find(server);
    if (at == sessions_.end()) {
      call_session session(server, request_.timeout);
      if (auto failed = open_session(session, context_, false)) {
        // As its calls are refused, which is how they may have ended.
        if (failed->code != exit_code::unknown_server) return not_made(*failed);
        return {{}, toolscore::differences(step, {call_ending::node, {}})};
      }
      at = sessions_.emplace(server, std::move(session)).first;
    }
    const auto answer = call_in_session(at->second, context_, step.tool, step.arguments,
                                        {{"toolscore.dev/trajectory", "replay"}});
    const auto response = parse_reply(answer.text);
    if (!response) return not_made(answer.failed);
    return {{}, toolscore::differences(step, answer_of(*response))};
  }

private:
  static replayed not_made(const command_output& failed) {
    auto why = failed.err;
    if (const auto end = why.find('\n'); end != why.npos) why.resize(end);
    return {{}, {"it could not be made: " + why}};
  }

  const cli_request& request_;
  const command_context& context_;
  std::map<std::string, call_session> sessions_;
};

} // namespace

command_output replay_command(const cli_request& request, const command_context& context) {
  if (request.file.empty() == request.trajectory.empty())
    return {
        {}, "error: name an exported file, or a trajectory by --trajectory\n", exit_code::usage};
  const auto plan =
      request.file.empty() ? plan_of_node(request, context) : plan_of_file(request.file);
  if (plan.failed.code != exit_code::ok) return plan.failed;
  if (plan.steps.empty())
    return {{},
            "error: there is nothing to replay: no such trajectory, or no records\n",
            exit_code::failed};
  command_output out;
  auto json = reply_json::array();
  std::size_t same = 0;
  std::size_t skipped = 0;
  replayer replay(request, context);
  for (const auto& step : plan.steps) {
    const auto made = replay(step);
    same += made.is_same() ? 1 : 0;
    skipped += made.skip.empty() ? 0 : 1;
    json.push_back({{"number", step.number},
                    {"server", step.server},
                    {"tool", step.tool},
                    {"same", made.is_same()},
                    {"skipped", made.skip},
                    {"differences", made.differences}});
    if (made.is_same()) continue;
    out.out += printable(std::to_string(step.number) + "  " + step.server + "  " + step.tool +
                         (made.skip.empty() ? "" : "  skipped: " + made.skip)) +
               "\n";
    for (const auto& line : made.differences) out.out += "    " + printable(line) + "\n";
  }
  const auto differ = plan.steps.size() - same - skipped;
  out.out += std::to_string(same) + " of " + std::to_string(plan.steps.size()) +
             " calls are as they were, " + std::to_string(differ) + " differ, " +
             std::to_string(skipped) + " skipped\n";
  if (request.json)
    out.out =
        compact({{"calls", json}, {"same", same}, {"differ", differ}, {"skipped", skipped}}) + "\n";
  out.code = differ == 0 ? exit_code::ok : exit_code::failed;
  return out;
}

} // namespace toolscore
