#pragma once
#include "loop/asio.hpp"

namespace toolscore {

/// A connected TCP or unix stream socket; the type of its executor is fixed, so that no call goes
/// through a polymorphic one.
using stream_socket = boost::asio::basic_stream_socket<boost::asio::generic::stream_protocol,
                                                       boost::asio::io_context::executor_type>;

} // namespace toolscore
