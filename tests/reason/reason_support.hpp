#pragma once
#include "reason/scripted_run.hpp"
#include "reason/task_record.hpp"

#include <chrono>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace toolscore::test {

using reason::json;

inline reason::call_answer answered(json result) {
  reason::call_answer out;
  out.result = std::move(result);
  return out;
}
inline reason::call_answer says(const std::string& text, bool is_error = false) {
  json result{{"content", {{{"type", "text"}, {"text", text}}}}};
  if (is_error) result["isError"] = true;
  return answered(std::move(result));
}
inline reason::call_answer failed(json failure) {
  reason::call_answer out;
  out.failure = std::move(failure);
  return out;
}
/// An error as a node tells it, with its word for programs.
inline reason::call_answer node_says(const std::string& code, const std::string& message = "why") {
  return failed({{"code", -32603},
                 {"message", message},
                 {"data", {{"toolscore", {{"server", "s"}, {"code", code}}}}}});
}
/// A call lost with its instance, which ended so.
inline reason::call_answer node_lost(const std::string& ended, const std::string& message = "why") {
  auto out = node_says("server_gone", message);
  (*out.failure)["data"]["toolscore"]["ended"] = ended;
  return out;
}
inline reason::call_answer silent(errc code, const std::string& why = "why") {
  reason::call_answer out;
  out.unanswered = error{code, why};
  return out;
}

/// A node that is none: answers by "server.tool", in order for each; time goes on as it is told.
struct stage {
  std::map<std::string, std::vector<reason::call_answer>> answers;
  std::vector<std::string> told;
  std::vector<std::vector<reason::wanted_call>> asked;
  std::chrono::microseconds time{0};
  std::chrono::microseconds each_call{1000};
  bool interrupted = false;

  reason::task_world world() {
    reason::task_world out;
    out.now = [this] {
      return reason::moment{std::chrono::system_clock::time_point{} + time,
                            std::chrono::steady_clock::time_point{} + time};
    };
    out.call = [this](const auto& calls, const std::string&, std::chrono::milliseconds) {
      std::vector<reason::call_answer> back;
      asked.push_back(calls);
      for (const auto& x : calls) {
        auto& mine = answers[x.server + "." + x.tool];
        if (mine.empty()) {
          back.push_back(says("ok"));
          continue;
        }
        back.push_back(mine.front());
        mine.erase(mine.begin());
      }
      time += each_call;
      return back;
    };
    out.tell = [this](const reason::task&, const reason::made_call& call) {
      told.push_back(call.key());
    };
    out.interrupted = [this] { return interrupted; };
    return out;
  }
};

inline reason::task read_one(const std::string& line) {
  auto all = reason::read_tasks(line, "t", {});
  return all ? all->at(0) : reason::task{};
}

} // namespace toolscore::test
