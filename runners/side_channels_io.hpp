#pragma once
#include "loop/asio.hpp"
#include "runners/port_pool.hpp"
#include "runners/side_channels.hpp"

#include <optional>
#include <string>

namespace toolscore {

/// Those of a node. Sockets are made in `run_directory`, which only the node's account can enter;
/// what a former node left there is removed. Borrows the context.
/// @param ports  what instances are given, and no others; nothing = port_pool's own
side_channels open_side_channels(boost::asio::io_context& io, const std::string& run_directory,
                                 std::optional<port_range> ports = {});

} // namespace toolscore
