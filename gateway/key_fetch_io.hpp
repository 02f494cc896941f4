#pragma once
#include "loop/asio.hpp"
#include "loop/name_lookup_io.hpp"
#include "messages/error.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>

namespace toolscore {

struct fetch_limits {
  std::chrono::milliseconds patience{10'000}; ///< For all of it.
  std::size_t bytes_max = 256u << 10;
  name_lookup::resolver ask = name_lookup::ask_system;
};

/// The text behind an https:// URL, or an http:// one, by one GET that follows no redirection. The
/// server's certificate must be good by the system's authorities (or SSL_CERT_FILE). `then` is
/// called once, on the loop, never from inside; not at all once the loop ends.
/// @error bad_request  no such URL
/// @error io_failed    nobody answered in time, or with anything but 200; one line
void fetch_text(boost::asio::io_context& io, const std::string& url, fetch_limits limits,
                std::function<void(result<std::string>)> then);

} // namespace toolscore
