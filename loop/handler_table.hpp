#pragma once
#include "loop/house_handlers.hpp"

#include <algorithm>
#include <caf/message_view.hpp>
#include <caf/result.hpp>
#include <caf/scheduled_actor.hpp>
#include <caf/type_erased_tuple.hpp>
#include <iterator>
#include <type_traits>
#include <typeinfo>

namespace toolscore {

/// What an actor does about messages of one type.
template <class Pointer>
struct handler_row {
  const std::type_info* type;
  void (*take)(Pointer self, caf::type_erased_tuple& content);
};

namespace detail {

template <class Pointer, class Argument>
struct handler_of {
  using pointer = Pointer;
  using message = std::remove_cvref_t<Argument>;
  static constexpr bool changes = std::is_same_v<Argument, message&>;
  constexpr explicit handler_of(void (*)(Pointer, Argument)) {}
};

} // namespace detail

/// A row of a table. `Handler` is a function of the actor and the message; the message is its own
/// to change if it takes it by a reference that is not const.
template <auto Handler>
auto on() {
  using facts = decltype(detail::handler_of(Handler));
  using message = typename facts::message;
  return handler_row<typename facts::pointer>{
      &typeid(message), [](typename facts::pointer self, caf::type_erased_tuple& content) {
        if constexpr (facts::changes)
          Handler(self, *static_cast<message*>(content.get_mutable(0)));
        else
          Handler(self, content.get_as<message>(0));
      }};
}

namespace detail {

/// By its address, as one program has one of each type; by its name where it has more.
template <class Rows>
auto find_handler(const Rows& rows, const std::type_info& type) {
  const auto same = std::find_if(std::begin(rows), std::end(rows),
                                 [&](const auto& row) { return row.type == &type; });
  if (same != std::end(rows)) return same;
  return std::find_if(std::begin(rows), std::end(rows),
                      [&](const auto& row) { return *row.type == type; });
}

} // namespace detail

/// A behavior holds a copy of each of its handlers, some 50 bytes of every actor. Where there are
/// a thousand actors of a kind, `Rows` is one table for all of them: whatever the behavior, which
/// must have at least one handler, does not take is looked up there. Instead of
/// set_house_handlers.
/// @tparam Rows  an array of handler_row<Pointer> with static storage, the most frequent first
template <const auto& Rows, class Pointer>
void set_handler_table(Pointer self) {
  set_house_handlers(self);
  self->set_default_handler(
      [](caf::scheduled_actor* who, caf::message_view& message) -> caf::result<caf::message> {
        auto& content = message.content();
        const auto* type = content.size() == 1 ? content.type(0).second : nullptr;
        if (type == nullptr) return ignored_message(who);
        const auto row = detail::find_handler(Rows, *type);
        if (row == std::end(Rows)) return ignored_message(who);
        row->take(static_cast<Pointer>(who), content);
        return caf::delegated<caf::message>{}; // Nobody is answered.
      });
}

} // namespace toolscore
