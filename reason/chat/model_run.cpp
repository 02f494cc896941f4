#include "reason/chat/model_run.hpp"

#include "node/printable.hpp"
#include "node/reply_json.hpp"

#include <utility>

namespace toolscore::reason {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t told_bytes_max = std::size_t{64} << 10U;
constexpr const char* prompt =
    "Solve the user's task with the functions that you have. A result that begins with \"error (\" "
    "is a call that failed. When you are done, answer without calling a function.";

std::string cut(std::string text) {
  if (text.size() <= told_bytes_max) return text;
  auto end = told_bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) --end;
  return text.substr(0, end) + "\n[cut: the result has " + std::to_string(text.size()) + " bytes]";
}

/// One task on its way.
class solving {
public:
  solving(const task& what, const std::vector<model_tool>& tools, const model_choice& choice,
          const task_world& world, const model_world& model)
      : what_(what), tools_(tools), choice_(choice), world_(world), model_(model) {
    messages_ = json::array({{{"role", "system"}, {"content", prompt}},
                             {{"role", "user"}, {"content", what.description}}});
  }

  task_record run() {
    record_.begun = world_.now();
    if (tools_.size() > functions_max)
      record_.stopped = "there are " + std::to_string(tools_.size()) +
                        " tools, and a model takes " + std::to_string(functions_max) +
                        "; name \"servers\" in the task";
    while (record_.stopped.empty() && !record_.answer) {
      if (world_.interrupted()) record_.stopped = "it was interrupted";
      if (record_.stopped.empty()) record_.stopped = over_budget(used(), what_.limits);
      if (record_.stopped.empty()) take_step();
    }
    record_.ended = world_.now();
    return std::move(record_);
  }

private:
  spent used() const {
    spent out;
    out.steps = record_.steps.size();
    out.tokens = tokens_;
    // Rounded up: a wait for all that is left has used all of it when it ends.
    out.time = std::chrono::ceil<milliseconds>(world_.now().steady - record_.begun.steady);
    return out;
  }
  milliseconds left() const { return what_.limits.time - used().time; }

  void take_step() {
    task_step step;
    step.begun = world_.now();
    step.model.emplace();
    step.model->model = choice_.model;
    step.model->messages = messages_.size();
    if (auto answer = ask(*step.model)) {
      messages_.push_back(assistant_message(*answer));
      record_.stopped = unfinished(*answer);
      if (record_.stopped.empty() && answer->calls.empty()) record_.answer = answer->content;
      if (record_.stopped.empty() && !answer->calls.empty()) make_calls(*answer, step);
    }
    step.ended = world_.now();
    record_.steps.push_back(std::move(step));
  }

  std::optional<chat_answer> ask(model_turn& turn) {
    const auto body = chat_request(choice_.model, messages_, tools_, choice_.stream);
    for (unsigned tries = 1;; ++tries) {
      auto said = model_.ask(body, std::max(left(), milliseconds{1}));
      if (auto* answer = std::get_if<chat_answer>(&said)) {
        note(turn, *answer, body.size());
        return std::move(*answer);
      }
      const auto& failure = std::get<chat_failure>(said);
      const auto pause = pause_before_retry(failure, tries, left());
      if (!pause || world_.interrupted()) {
        record_.stopped = "the model's endpoint gave no answer: " + failure.why;
        if (failure.retry_after && *failure.retry_after >= left())
          record_.stopped += "; it says to wait " + std::to_string(failure.retry_after->count()) +
                             " s, and the task has " +
                             std::to_string(std::max(left(), milliseconds{0}).count()) + " ms left";
        if (tries > 1) record_.stopped += "; it was asked " + std::to_string(tries) + " times";
        return std::nullopt;
      }
      turn.retries.push_back(failure.why + "; asked again after " + std::to_string(pause->count()) +
                             " ms");
      model_.pause(*pause);
    }
  }

  void note(model_turn& turn, const chat_answer& answer, std::size_t asked_bytes) {
    turn.content = answer.content;
    turn.reasoning = answer.reasoning;
    turn.raw = answer.raw;
    turn.finish_reason = answer.finish_reason;
    turn.tokens = answer.tokens ? *answer.tokens : estimated_tokens(asked_bytes, answer.raw.size());
    tokens_ += turn.tokens.total;
  }

  made_call prepared(const chat_call& call) const {
    made_call out;
    out.id = call.id;
    out.tool = call.function;
    out.arguments = json::object();
    const auto refuse = [&](const std::string& why) {
      out.unparsed = why;
      out.answer.unanswered = error{errc::bad_request, why};
      out.answer.begun = out.answer.ended = world_.now();
    };
    const auto* tool = tool_called(tools_, call.function);
    if (tool == nullptr) {
      refuse("there is no function \"" + printable(call.function) + "\"");
      return out;
    }
    out.server = tool->server;
    out.tool = tool->tool;
    out.endpoint = endpoint_of({out.server, what_.group, out.tool, {}});
    const bool none = call.arguments.find_first_not_of(" \t\r\n") == std::string::npos;
    const auto arguments = none ? json::object() : read_json(call.arguments);
    if (!arguments || !arguments->is_object()) {
      out.arguments = call.arguments;
      refuse("the arguments are no JSON object");
    } else {
      out.arguments = *arguments;
    }
    return out;
  }

  void make_calls(const chat_answer& answer, task_step& step) {
    std::vector<wanted_call> wanted;
    for (const auto& each : answer.calls) {
      step.calls.push_back(prepared(each));
      const auto& call = step.calls.back();
      if (!call.answer.unanswered)
        wanted.push_back({call.server, what_.group, call.tool, call.arguments});
    }
    std::vector<call_answer> answers;
    if (!wanted.empty()) answers = world_.call(wanted, what_.id, std::max(left(), milliseconds{1}));
    auto next = answers.begin();
    for (auto& call : step.calls) {
      if (!call.answer.unanswered) call.answer = std::move(*next++);
      call.told = told_text(call.answer);
      messages_.push_back(tool_message(call.id, call.told));
      world_.tell(what_, call);
    }
  }

  const task& what_;
  const std::vector<model_tool>& tools_;
  const model_choice& choice_;
  const task_world& world_;
  const model_world& model_;
  json messages_;
  task_record record_;
  std::uint64_t tokens_ = 0;
};

} // namespace

std::string told_text(const call_answer& answer) {
  const auto fate = fate_of(answer);
  if (!is_success(outcomes_of(fate)))
    return cut("error (" + std::string(to_string(fate)) + "): " + failure_line(answer));
  auto text = text_of_answer(answer);
  if (!text.empty()) return cut(std::move(text));
  const auto& structured = member_of(*answer.result, "structuredContent");
  return cut(compact(structured.is_null() ? *answer.result : structured));
}

task_record run_by_model(const task& what, const std::vector<model_tool>& tools,
                         const model_choice& choice, const task_world& world,
                         const model_world& model) {
  return solving(what, tools, choice, world, model).run();
}

} // namespace toolscore::reason
