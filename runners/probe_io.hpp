#pragma once
#include "loop/asio.hpp"
#include "runners/side_channels.hpp"

#include <functional>
#include <memory>
#include <string>

namespace toolscore {

/// Asks a port of loopback once, at 127.0.0.1 and, where nobody takes the connection there, at ::1.
/// Bounded by `target.timeout` and by 16 KiB of answer (1 MiB of a WebSocket's refusal, as Beast
/// has it).
/// @param then  called once, from the loop and never from here; an empty failure is success
/// @returns what ends the probe unheard when it is dropped
std::shared_ptr<void> begin_probe(boost::asio::io_context& io, const probe_target& target,
                                  std::function<void(std::string failure)> then);

} // namespace toolscore
