#pragma once
#include "messages/events.hpp"

#include <string>

namespace toolscore {

/// `{"number":7,"at":"...","kind":"server.state","server":"fs","fields":{...}}`
std::string event_text(const event& x);

} // namespace toolscore
