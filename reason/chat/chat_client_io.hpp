#pragma once
#include "loop/event_loop.hpp"
#include "reason/chat/model_run.hpp"
#include "runners/http_client_io.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <variant>

namespace toolscore::reason {

struct chat_place {
  http_place place; ///< Its target is the base: "/v1".
  std::string key;  ///< Sent as a bearer token; empty = none. In no text that is told.
};

/// Asks a chat endpoint and waits; blocks the loop's thread.
class chat_client {
public:
  chat_client(event_loop& loop, http_dialer& dialer, chat_place to);
  ~chat_client();
  chat_client(const chat_client&) = delete;
  chat_client& operator=(const chat_client&) = delete;

  std::variant<chat_answer, chat_failure> ask(const std::string& body,
                                              std::chrono::milliseconds limit);
  /// Waits, unless it is interrupted.
  void pause(std::chrono::milliseconds time);
  /// Ends what is under way, and all that comes. From any handler.
  void interrupt();

private:
  struct question;
  event_loop& loop_;
  std::string target_;
  chat_place to_;
  http_client client_;
  question* asked_ = nullptr;
  bool interrupted_ = false;
};

} // namespace toolscore::reason
