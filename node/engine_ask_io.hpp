#pragma once
#include "runners/container/engine_answer.hpp"
#include "runners/container/engine_request.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace toolscore {

/// Asks the first of these sockets at which an engine answers, and waits. For commands alone.
result<engine_answer> ask_engine(const std::vector<std::string>& places, engine_request request,
                                 std::chrono::milliseconds limit);

} // namespace toolscore
