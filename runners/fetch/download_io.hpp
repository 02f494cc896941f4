#pragma once
#include "runners/fetch/fetch_io.hpp"

#include <optional>
#include <string>

namespace toolscore {

inline constexpr long archive_bytes_max = 1L << 30;

/// Downloads `url` into `file` by libcurl: at most archive_bytes_max, five redirects, never from
/// https to http, the proxy of the usual variables, the CA of SSL_CERT_FILE or CURL_CA_BUNDLE. What
/// stalls for a minute is given up. Blocks.
std::optional<fetch_failure> download(const std::string& url, const std::string& file);

} // namespace toolscore
