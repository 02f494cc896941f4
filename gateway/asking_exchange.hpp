#pragma once
#include "gateway/parked_calls.hpp"
#include "messages/exchange.hpp"

#include <optional>
#include <utility>
#include <vector>

namespace toolscore {

/// A modern client's call to a legacy server. A question ends the request at hand with
/// "input_required"; the call itself goes on, and the client's retry becomes its way back.
class asking_exchange final : public exchange,
                              public std::enable_shared_from_this<asking_exchange> {
public:
  asking_exchange(parked_calls& table, exchange_ptr sink, std::string id_raw, call_identity call);

  const principal& who() const override { return who_; }
  /// One that waits for its client has not been abandoned.
  bool abandoned() const override { return sink_ && sink_->abandoned(); }
  void event(bytes json) override;
  void end(int http_status, bytes json) override;
  std::uint64_t ask(input_request asked, std::function<void(input_response)> then) override;
  void withdraw(std::uint64_t number) override;
  void on_abandoned(std::function<void()> hook) override;

  const call_identity& call() const noexcept { return call_; }
  /// @returns why the answers are malformed, or empty
  std::string fault_of(const parked_calls::retry& again) const;
  /// The client has come back with well-formed answers.
  void go_on(parked_calls::retry again);
  /// It has not come back.
  void give_up();

private:
  struct question {
    std::uint64_t number = 0;
    input_request asked;
    std::function<void(input_response)> then;
  };
  void gather();
  void tell();
  void watch_sink();
  bytes renamed(const bytes& json) const;

  parked_calls& table_;
  std::weak_ptr<int> table_alive_;
  exchange_ptr sink_; ///< Null while the client thinks.
  principal who_;
  std::string id_;
  call_identity call_;
  std::string token_;    ///< Of the retry.
  bool retried_ = false; ///< The ids are others than the server was given.
  bool gathering_ = false;
  std::uint64_t last_ = 0;
  std::vector<question> open_;
  std::optional<std::pair<int, bytes>> finished_; ///< The call ended while the client was away.
  std::function<void()> hook_;
};

} // namespace toolscore
