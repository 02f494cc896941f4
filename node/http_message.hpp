#pragma once
#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace toolscore {

/// One request to a node.
struct http_request {
  std::string method = "GET";
  std::string target;
  std::vector<std::pair<std::string, std::string>> headers; ///< Host and Authorization are added.
  std::string body;
  std::chrono::milliseconds timeout{30'000}; ///< From the connection to the last byte.
};

struct http_reply {
  int status = 0;
  std::string content_type;
  std::string session; ///< The Mcp-Session-Id header; empty = none.
  std::string body;
  std::string log_next{}; ///< The Toolscore-Log-Next header.
  bool log_gap = false;   ///< Whether there was a Toolscore-Log-Gap header.
};

/// Where a node is reached. A socket path wins over host and port.
struct http_address {
  std::string socket_path;
  std::string host;
  std::string port;
  std::string token; ///< Sent over TCP only; empty = none.
  bool tls = false;
  std::string authorities; ///< A PEM file of those that a certificate is good by; empty = the
                           ///< system's.
};

/// "/path/node.sock", "http://host:port" or "https://host:port", for messages.
std::string to_string(const http_address& x);
/// What the Host field says of it.
std::string host_field(const http_address& x);

/// Reads "http://host:port" or "https://host:port", with or without a slash behind it.
struct url_reading {
  http_address address;
  std::string failure; ///< One line; empty = read.
};
url_reading read_url(std::string_view url);

/// A name as one segment of a path or one value of a query.
std::string percent_encoded(std::string_view text);

} // namespace toolscore
