#include "loop/house_handlers.hpp"

#include <caf/error.hpp>
#include <caf/scheduled_actor.hpp>
#include <caf/sec.hpp>
#include <exception>
#include <string>

namespace toolscore {

namespace {

/// caf::drop answers even what was no request, with an error; an actor that gets such an answer
/// ends. A message that nobody wants must not end its sender.
caf::result<caf::message> ignore(caf::scheduled_actor* self, caf::message_view&) {
  if (self->current_mailbox_element()->mid.is_request()) return caf::sec::unexpected_message;
  return caf::delegated<caf::message>{};
}

} // namespace

void set_house_handlers(caf::scheduled_actor* self) {
  self->set_default_handler(ignore);
  self->set_exception_handler([](std::exception_ptr& thrown) -> caf::error {
    try {
      std::rethrow_exception(thrown);
    } catch (const std::exception& e) {
      return caf::make_error(caf::sec::runtime_error, std::string(e.what()));
    } catch (...) {
      return caf::make_error(caf::sec::runtime_error, std::string("an unknown exception"));
    }
  });
}

} // namespace toolscore
