#pragma once
#include "runners/http_dialer_io.hpp"
#include "runners/link_opener.hpp"

namespace toolscore {

/// Where links are made, and nowhere else: over stdin and stdout, or to the endpoint. Both outlive
/// what is made.
link_opener open_links(boost::asio::io_context& io, http_dialer& dialer);

} // namespace toolscore
