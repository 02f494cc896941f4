#pragma once
#include "messages/exchange.hpp"

#include <functional>
#include <string>
#include <utility>

namespace toolscore {

/// The way back of a call at a joint endpoint where what the server says is not told as it stands.
class joint_exchange final : public exchange {
public:
  struct changes {
    /// The answer as the client is to see it; null = as it stands.
    std::function<bytes(const bytes&)> answer;
    /// The server's name for the people who are asked; empty = they are not told.
    std::string asks_as;
  };
  joint_exchange(exchange_ptr sink, changes what)
      : sink_(std::move(sink)), what_(std::move(what)) {}

  const principal& who() const override { return sink_->who(); }
  bool abandoned() const override { return sink_->abandoned(); }
  void event(bytes json) override { sink_->event(std::move(json)); }
  void end(int http_status, bytes json) override {
    sink_->end(http_status, what_.answer ? what_.answer(json) : std::move(json));
  }
  std::uint64_t ask(input_request question, std::function<void(input_response)> then) override;
  void withdraw(std::uint64_t question) override { sink_->withdraw(question); }
  void on_abandoned(std::function<void()> hook) override { sink_->on_abandoned(std::move(hook)); }

private:
  exchange_ptr sink_;
  changes what_;
};

/// An elicitation's params with the server's name before the message, so that whoever reads it
/// knows who asks; any other params as they are.
std::string named_question(const std::string& method, std::string params, std::string_view server);

} // namespace toolscore
