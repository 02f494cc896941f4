#pragma once
#include "reason/chat/budget.hpp"
#include "reason/chat/chat_text.hpp"
#include "reason/scripted_run.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <variant>
#include <vector>

namespace toolscore::reason {

/// What a model is asked through. Both block.
struct model_world {
  /// Sends one request's body and waits for the whole answer, `limit` at most.
  std::function<std::variant<chat_answer, chat_failure>(const std::string& body,
                                                        std::chrono::milliseconds limit)>
      ask;
  std::function<void(std::chrono::milliseconds)> pause;
};

struct model_choice {
  std::string model;
  bool stream = false;
};

/// Has a model solve a task with these tools: asks it, makes the calls that it wants, those of one
/// answer at once, tells it what they came to, and so on until it answers or a limit is reached.
/// What it gets wrong (an unknown function, arguments that are no object) it is told as the failure
/// of that call.
task_record run_by_model(const task& what, const std::vector<model_tool>& tools,
                         const model_choice& choice, const task_world& world,
                         const model_world& model);

/// What the model is told of a call: its text, or "error (timed_out): why".
std::string told_text(const call_answer& answer);

} // namespace toolscore::reason
