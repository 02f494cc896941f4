#include "mcp/versions.hpp"

#include <algorithm>

namespace toolscore::mcp {

bool is_modern_version(std::string_view text) noexcept {
  return std::find(modern_versions.begin(), modern_versions.end(), text) != modern_versions.end();
}

bool is_legacy_version(std::string_view text) noexcept {
  return std::find(legacy_versions.begin(), legacy_versions.end(), text) != legacy_versions.end();
}

std::string_view negotiate_legacy(std::string_view wanted) noexcept {
  const auto* found = std::find(legacy_versions.begin(), legacy_versions.end(), wanted);
  return found == legacy_versions.end() ? legacy_versions.front() : *found;
}

std::string_view supported_versions_json() noexcept {
  return R"(["2026-07-28","2025-11-25","2025-06-18","2025-03-26"])";
}

std::string product_json() {
  return R"({"name":")" + std::string(product_name) + R"(","version":")" +
         std::string(product_version) + "\"}";
}

std::string request_meta_json(std::string_view protocol_version) {
  return R"({"io.modelcontextprotocol/protocolVersion":")" + std::string(protocol_version) +
         R"(","io.modelcontextprotocol/clientCapabilities":{},)"
         R"("io.modelcontextprotocol/clientInfo":)" +
         product_json() + "}";
}

} // namespace toolscore::mcp
