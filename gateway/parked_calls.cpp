#include "gateway/parked_calls.hpp"

#include "gateway/asking_exchange.hpp"
#include "mcp/answers.hpp"
#include "mcp/versions.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

namespace toolscore {
namespace {

constexpr std::string_view prefix = "toolscore-1.";

/// A client may write the same arguments in another way.
bool same_json(const std::string& a, const std::string& b) {
  if (a == b) return true;
  const auto left = nlohmann::json::parse(a, nullptr, false);
  return !left.is_discarded() && left == nlohmann::json::parse(b, nullptr, false);
}

bool same_call(const call_identity& a, const call_identity& b) {
  return a.principal == b.principal && a.path == b.path && a.method == b.method &&
         a.name == b.name && same_json(a.arguments, b.arguments);
}

std::string refuse(const parked_calls::retry& again, std::string why) {
  again.sink->end(200, std::make_shared<const std::string>(
                           mcp::error_response(again.id_raw, mcp::code::bad_params, why,
                                               mcp::refusal_data(errc::bad_request, {}))));
  return why;
}

} // namespace

parked_calls::parked_calls(parking_limits limits, std::function<std::string()> random_id,
                           timer after, std::function<time_point()> now)
    : limits_(limits), random_id_(std::move(random_id)), after_(std::move(after)),
      now_(std::move(now)) {}

exchange_ptr parked_calls::begin(exchange_ptr sink, std::string id_raw, call_identity call) {
  return std::make_shared<asking_exchange>(*this, std::move(sink), std::move(id_raw),
                                           std::move(call));
}

bool parked_calls::is_ours(std::string_view state) noexcept {
  return state.starts_with(prefix);
}

std::string parked_calls::park(std::shared_ptr<asking_exchange> call) {
  auto state = std::string(prefix) + random_id_() + random_id_();
  const auto place = by_time_.emplace(by_time_.end(), now_() + limits_.patience, state);
  parked_.emplace(state, parked{std::move(call), place});
  arm();
  return state;
}

std::shared_ptr<asking_exchange> parked_calls::take(const std::string& state) {
  auto held = parked_.extract(state);
  by_time_.erase(held.mapped().place);
  return std::move(held.mapped().call);
}

/// One timer for all: those that were parked and taken would else leave theirs behind.
void parked_calls::arm() {
  if (armed_ || by_time_.empty()) return;
  armed_ = true;
  const auto wait = std::chrono::ceil<std::chrono::milliseconds>(by_time_.front().first - now_());
  after_(std::max(wait, std::chrono::milliseconds{0}), [this, alive = std::weak_ptr(alive_)] {
    if (alive.expired()) return;
    armed_ = false;
    expire();
  });
}

void parked_calls::expire() {
  while (!by_time_.empty() && by_time_.front().first <= now_())
    take(std::string(by_time_.front().second))->give_up();
  arm();
}

std::string parked_calls::resume(const std::string& state, retry again) {
  const auto at = parked_.find(state);
  // Whose it is and whether it is there are not told apart.
  if (at == parked_.end() || !same_call(at->second.call->call(), again.call))
    return refuse(again, std::string(mcp::foreign_state));
  if (auto fault = at->second.call->fault_of(again); !fault.empty())
    return refuse(again, std::move(fault));
  take(state)->go_on(std::move(again));
  return {};
}

} // namespace toolscore
