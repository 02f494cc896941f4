#pragma once
#include "messages/crash.hpp"

#include <string>
#include <vector>

namespace toolscore {

/// `{"crashes":[...]}` in the order given, with the field names of crash_report and of the event
/// server.crashed; what is not known is null. Pure.
std::string crashes_text(const std::vector<crash_report>& reports);

} // namespace toolscore
