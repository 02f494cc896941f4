#pragma once
#include <string>
#include <string_view>

namespace toolscore {

/// `{"error":{"code":"unknown_server","message":"..."}}`
std::string error_text(std::string_view code, std::string_view message);

} // namespace toolscore
