#include "loop/house_handlers.hpp"

#include "loop/log_io.hpp"

#include <caf/error.hpp>
#include <caf/scheduled_actor.hpp>
#include <caf/sec.hpp>
#include <exception>
#include <string>

namespace toolscore {

caf::result<caf::message> ignored_message(caf::scheduled_actor* self) {
  if (self->current_mailbox_element()->mid.is_request()) return caf::sec::unexpected_message;
  return caf::delegated<caf::message>{};
}

namespace {

caf::result<caf::message> ignore(caf::scheduled_actor* self, caf::message_view&) {
  return ignored_message(self);
}

/// It ends its actor, whose supervisor starts another; what is wrong in us must be seen all the
/// same.
caf::error told(const caf::scheduled_actor* self, const std::string& what) {
  log::write(log::level::error, "actor.failed",
             {log::kv("actor", self->name()), log::kv("reason", what)});
  return caf::make_error(caf::sec::runtime_error, what);
}

} // namespace

void set_house_handlers(caf::scheduled_actor* self) {
  self->set_default_handler(ignore);
  self->set_exception_handler([self](std::exception_ptr& thrown) -> caf::error {
    try {
      std::rethrow_exception(thrown);
    } catch (const std::exception& e) {
      return told(self, e.what());
    } catch (...) {
      return told(self, "an unknown exception");
    }
  });
}

} // namespace toolscore
