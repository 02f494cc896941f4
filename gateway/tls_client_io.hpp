#pragma once
#include "messages/error.hpp"

#include <memory>
#include <string>

struct ssl_st;
namespace boost::asio::ssl {
class context;
}

namespace toolscore {

/// Settings of a TLS client that trusts the authorities in a PEM file, or with an empty path the
/// system's (or those of SSL_CERT_FILE). TLS 1.2 or newer. Blocks on the file.
/// @error bad_config  the file cannot be read, or holds no certificate
result<std::shared_ptr<boost::asio::ssl::context>> trusting(const std::string& authorities_file);

/// The certificate of the other side must be for this name or address, and the name is told it.
/// @returns false where it can be none
bool expect_peer(ssl_st* connection, const std::string& host) noexcept;

} // namespace toolscore
