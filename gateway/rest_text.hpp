#pragma once
#include "mcp/list_index.hpp"
#include "messages/admin.hpp"
#include "messages/error.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace toolscore {

/// `{"error":{"code":"unknown_server","message":"..."}}`
std::string error_text(std::string_view code, std::string_view message);
/// The HTTP status that says what `code` says.
int status_of(errc code) noexcept;

/// One server as an object with the field names of server_status.
std::string server_text(const server_status& x);
/// `{"servers":[...]}`, sorted by name.
std::string servers_text(std::vector<server_status> servers);
std::string install_text(const install_result& x);
/// `{"name":...,"state":"waiting","url":...,"detail":...}`
std::string login_text(const std::string& server, const login_answer& x);
/// `{"name":...,"done":"update","changed":...,"from":...,"to":...,"note":...}`
std::string update_text(std::string_view server, const update_result& x);
/// `{"tools":[{"name":...,"server":...,"original":...,"definition":{...}}]}`
std::string tools_text(const mcp::list_index& tools);

/// "2026-11-23T19:05:01.123Z"
std::string rfc3339(std::chrono::system_clock::time_point at);

/// Prometheus' text format. A name that ends in _total is a counter, any other a gauge; a name may
/// carry labels.
std::string metrics_text(std::vector<std::pair<std::string, double>> values);

} // namespace toolscore
