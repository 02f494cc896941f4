#pragma once
#include "node/http_message.hpp"

#include <boost/beast/http.hpp>

namespace toolscore {

/// A request as it is written to a node: on a connection of its own, with the token where it goes
/// over TCP.
boost::beast::http::request<boost::beast::http::string_body> to_wire(const http_address& to,
                                                                     const http_request& request);

} // namespace toolscore
