#pragma once
#include "messages/exchange.hpp"

#include <functional>
#include <utility>

namespace toolscore {

/// The way back of a call of the gateway's own: nobody else hears its answer. One that is dropped
/// has none.
class own_call final : public exchange {
public:
  own_call(principal who, std::function<void(const bytes& answer)> then)
      : who_(std::move(who)), then_(std::move(then)) {}

  const principal& who() const override { return who_; }
  bool abandoned() const override { return then_ == nullptr; }
  void event(bytes) override {}
  void end(int, bytes json) override {
    if (const auto then = std::exchange(then_, nullptr)) then(json);
  }
  std::uint64_t ask(input_request, std::function<void(input_response)>) override { return 0; }
  void withdraw(std::uint64_t) override {}
  void on_abandoned(std::function<void()>) override {}

private:
  principal who_;
  std::function<void(const bytes&)> then_;
};

} // namespace toolscore
