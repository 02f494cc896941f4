#pragma once
#include "messages/call.hpp"
#include "messages/error.hpp"

#include <functional>
#include <string>

namespace toolscore {

/// The exchange of a program that embeds the runtime: events are dropped, the end is a function.
class library_exchange : public exchange {
public:
  explicit library_exchange(std::function<void(std::string)> then);
  ~library_exchange() override;

  const principal& who() const override;
  bool abandoned() const override { return false; }
  void event(bytes json) override;
  void end(int http_status, bytes json) override;
  /// A program has nobody to ask.
  std::uint64_t ask(input_request, std::function<void(input_response)>) override { return 0; }
  void withdraw(std::uint64_t) override {}
  void on_abandoned(std::function<void()> hook) override;

private:
  std::function<void(std::string)> then_;
};

/// A tools/call as the runtime sends it, without its exchange.
/// @error bad_request  `arguments_json` is no JSON object, or `tool` no name
result<call_request> library_request(const std::string& tool, const std::string& arguments_json);

} // namespace toolscore
