#pragma once
#include "gateway/connection.hpp"

#include <string>

namespace toolscore::test {

/// Writes down what it is asked to send.
class fake_connection final : public client_connection {
public:
  std::string log;
  std::size_t held = 0;
  bool over = false;
  gone_watcher* watcher = nullptr;

  void answer(std::uint64_t, outbound_answer x) override {
    if (over) return;
    log += "answer " + std::to_string(x.status) + " " + x.headers + (x.body ? *x.body : "");
    over = true;
  }
  void begin_stream(std::uint64_t, std::string_view type, std::string_view,
                    std::string_view first) override {
    if (!over) log += "begin " + std::string{type} + " " + std::string{first};
  }
  void stream(std::uint64_t, std::string_view text) override {
    if (!over) log += "part " + std::string{text};
  }
  void end_stream(std::uint64_t, std::string_view last) override {
    if (!over) log += "end " + std::string{last};
    over = true;
  }
  std::size_t unsent() const override { return held; }
  void cut_off(std::uint64_t) override {
    log += "cut off";
    over = true;
    if (watcher != nullptr) watcher->on_gone();
  }
  void watch(std::uint64_t, gone_watcher* x) override { watcher = x; }
  bool is_over(std::uint64_t) const override { return over; }
};

} // namespace toolscore::test
