#pragma once
#include "messages/error.hpp"
#include "reason/chat/function_names.hpp"
#include "reason/task_record.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace toolscore::reason {

// Requests to an OpenAI-compatible chat endpoint and its answers, as texts. Pure.

/// A function that the model wants called; the arguments are text as it wrote them.
struct chat_call {
  std::string id;
  std::string function;
  std::string arguments;
};

struct chat_answer {
  std::string content;
  std::string reasoning; ///< Where the endpoint tells it: `reasoning_content`, or `reasoning`.
  std::vector<chat_call> calls;
  std::string finish_reason;
  std::optional<token_count> tokens;
  std::string raw;
};

inline constexpr std::size_t chat_calls_max = 64; ///< Of one answer.

/// Why this answer is not whole, or is not what the model meant to say, in one line; empty = it is.
/// Then no call of it is made either: what was cut off may be another one.
std::string unfinished(const chat_answer& answer);

/// The body of POST .../chat/completions. Where no tool is offered, none is named.
std::string chat_request(const std::string& model, const json& messages,
                         const std::vector<model_tool>& tools, bool stream);

/// What the model said, as the next request repeats it. Ids that are empty or stand twice have
/// been replaced before, so that each call is answered once.
json assistant_message(const chat_answer& answer);
json tool_message(const std::string& id, const std::string& content);

/// @error bad_answer  it is no chat completion, or tells of an error
result<chat_answer> read_chat_answer(std::string_view body);

/// An answer that comes in pieces.
class chat_stream {
public:
  /// One event's data. @returns false where it cannot be read on, or nothing more will come
  bool feed(std::string_view data);
  bool done() const { return done_; }
  /// @error io_failed   it ended in the middle
  /// @error bad_answer  an event was none of a chat completion, told of an error, or went beyond a
  ///                    limit
  result<chat_answer> finish();

private:
  bool fail(const std::string& why);
  bool take_delta(const json& choice);
  bool take_calls(const json& calls);

  chat_answer answer_;
  std::map<std::size_t, chat_call> calls_; ///< By the index that the endpoint gives them.
  std::size_t calls_bytes_ = 0;
  std::string fault_;
  bool done_ = false;
};

} // namespace toolscore::reason
