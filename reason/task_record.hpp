#pragma once
#include "reason/call_fate.hpp"
#include "reason/task.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace toolscore::reason {

/// One call as it was made, or was to be made.
struct made_call {
  std::string server; ///< Empty = the tool's name is that of the endpoint for all servers.
  std::string tool;
  std::string endpoint; ///< "/mcp/files"
  json arguments;       ///< With what was referred to put in.
  call_answer answer;
  // By a model.
  std::string id;   ///< Its tool_call id.
  std::string told; ///< What the model was told of it.
  /// What is wrong with what the model wrote, so that it was not made; empty = it could be read.
  std::string unparsed;

  /// "files.read_text_file"
  std::string key() const { return server.empty() ? tool : server + "." + tool; }
};

struct token_count {
  std::uint64_t prompt = 0;
  std::uint64_t completion = 0;
  std::uint64_t total = 0;
  bool estimated = false; ///< The endpoint told none: four bytes count as one.
};

/// What tokens cost, in units of `currency` a million.
struct token_prices {
  double prompt = 0;
  double completion = 0;
  std::string currency; ///< As it was given; empty = it was not.
};

/// One question to the model and its answer.
struct model_turn {
  std::string model;
  std::size_t messages = 0; ///< That it was asked with.
  std::string content;
  std::string reasoning; ///< What it told of its thinking; empty where it told nothing.
  std::string raw;
  std::string finish_reason;
  token_count tokens;
  std::vector<std::string> retries; ///< Why it was asked again, each in one line.
};

struct task_step {
  moment begun;
  moment ended;
  std::optional<model_turn> model;
  std::vector<made_call> calls;
  std::vector<std::string> errors;
};

/// One task as it went. Whether it is a success stands nowhere in it: judge() derives that.
struct task_record {
  std::string trajectory;
  moment begun;
  moment ended;
  std::vector<task_step> steps;
  std::optional<std::string> answer;  ///< A model's last word; nothing = it had none.
  std::string stopped;                ///< Why it ended early, in one line; empty = it did not.
  std::optional<token_prices> prices; ///< Nothing = nobody said what tokens cost.
  std::vector<std::string> available_tools;
  std::string available_fault; ///< Why these are not known; empty = they are.
};

/// Whether and why a task is a success.
struct judgement {
  bool success = false;
  std::string why; ///< One line where it is none.
  std::size_t calls = 0;
  std::size_t failed = 0;             ///< Of the calls, expected or not.
  std::size_t failed_as_expected = 0; ///< Of those.
};

/// Derived from what the calls came back with and from what was expected, and from nothing else.
judgement judge(const task& what, const task_record& record);

/// "everything as expected", "failed as expected: files.read (tool_error)", or why it failed.
std::string conclusion_text(const task& what, const task_record& record);

} // namespace toolscore::reason
