#pragma once
#include "node/http_message.hpp"

#include <boost/beast/http.hpp>
#include <string>

namespace toolscore {

/// A request as it is written to a node: on a connection of its own, with the token where it goes
/// over TCP.
boost::beast::http::request<boost::beast::http::string_body> to_wire(const http_address& to,
                                                                     const http_request& request);

/// Why a TLS connection did not come about, and what to do.
std::string no_tls_text(const http_address& to, const boost::system::error_code& failure);

} // namespace toolscore
