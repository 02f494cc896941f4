#pragma once
#include "runners/http_dialer_io.hpp"
#include "runners/link_opener.hpp"
#include "runners/login_desk.hpp"

namespace toolscore {

/// Where links are made, and nowhere else: over stdin and stdout, or to the endpoint. All outlive
/// what is made.
/// @param logins  where the tokens of remote servers come from; null = nowhere
link_opener open_links(boost::asio::io_context& io, http_dialer& dialer,
                       login_desk* logins = nullptr);

} // namespace toolscore
