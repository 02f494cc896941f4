#pragma once
#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace toolscore {

enum class child_state : std::uint8_t {
  idle,          ///< Not running; somebody else decides when it starts.
  asking_permit, ///< Wants to start.
  starting,      ///< Spawned.
  ready,
  ending,   ///< Asked to end and not gone yet.
  waiting,  ///< Gone; its back-off runs, or its followers are still ending.
  parked,   ///< Gone; over the intensity.
  finished, ///< Gone, and started again by order only.
};
inline constexpr std::size_t child_state_count = 8;
const char* to_string(child_state x) noexcept;

enum class child_input : std::uint8_t {
  start,    ///< It shall run: first start, order or timer; from ending: gone, and at once again.
  permit,   ///< The start was permitted and the child is spawned.
  announce, ///< It serves.
  end,      ///< It was asked to end.
  hold,     ///< Not running now, and another child's restart will start it.
  back_off, ///< Gone; started again later.
  park,     ///< Gone; over the intensity.
  finish,   ///< Not running now, and it shall stay so.
};
inline constexpr std::size_t child_input_count = 8;
const char* to_string(child_input x) noexcept;

/// @returns the next state; nullopt if the input cannot happen there
std::optional<child_state> next(child_state at, child_input input) noexcept;

/// How many pairs of state and input are legal.
std::size_t legal_pairs() noexcept;

/// What becomes of a child that is gone after it was asked to end.
enum class after_end : std::uint8_t {
  decide, ///< Nobody asked: the restart policy decides.
  finish,
  start, ///< At once; no brake counts it.
  hold,
  remove,
};

/// The part of a child that has no actor in it.
struct child_entry {
  std::string id;
  child_state state = child_state::idle;
  after_end after = after_end::decide;
  std::uint64_t number = 0;           ///< Of its last start.
  std::uint64_t timer = 0;            ///< The one timer that counts; others are stale. 0 = none.
  bool has_permit = false;            ///< Granted and not given back.
  bool start_due = false;             ///< Starts as soon as its followers are gone.
  std::vector<std::string> followers; ///< Held until this child starts again.

  bool alive() const noexcept {
    return state == child_state::starting || state == child_state::ready ||
           state == child_state::ending;
  }
  /// It is meant to run, now or after a delay.
  bool active() const noexcept {
    return alive() || state == child_state::asking_permit || state == child_state::waiting;
  }
  /// An input that cannot happen here is a broken invariant.
  void apply(child_input input) {
    const auto to = next(state, input);
    assert(to);
    if (to) state = *to;
    timer = 0;
  }
};

/// Children in the order of their starts. Pointers to them stay valid until they are erased.
template <class Child>
class child_table {
public:
  Child& add(std::unique_ptr<Child> x) {
    auto& child = *children_.emplace_back(std::move(x));
    if (by_id_)
      by_id_->emplace(child.id, &child);
    else if (children_.size() > looked_through_max)
      index();
    return child;
  }
  Child* find(std::string_view id) {
    if (by_id_) {
      const auto at = by_id_->find(id);
      return at == by_id_->end() ? nullptr : at->second;
    }
    const auto at = std::find_if(children_.begin(), children_.end(),
                                 [&](const auto& x) { return x->id == id; });
    return at == children_.end() ? nullptr : at->get();
  }
  void erase(std::string_view id) {
    if (by_id_) by_id_->erase(id);
    std::erase_if(children_, [&](const auto& x) { return x->id == id; });
  }
  std::size_t place(const Child& child) const {
    const auto at = std::find_if(children_.begin(), children_.end(),
                                 [&](const auto& x) { return x.get() == &child; });
    return static_cast<std::size_t>(at - children_.begin());
  }
  std::size_t size() const noexcept { return children_.size(); }
  Child& at(std::size_t place) { return *children_.at(place); }
  bool any_alive() const {
    return std::any_of(children_.begin(), children_.end(),
                       [](const auto& x) { return x->alive(); });
  }

private:
  using ids = std::unordered_map<std::string_view, Child*>; ///< The keys are the children's own.
  static constexpr std::size_t looked_through_max = 8;

  void index() {
    by_id_ = std::make_unique<ids>();
    for (const auto& x : children_) by_id_->emplace(x->id, x.get());
  }

  std::vector<std::unique_ptr<Child>> children_;
  std::unique_ptr<ids> by_id_; ///< Null while there are few, as below each of a thousand servers.
};

} // namespace toolscore
