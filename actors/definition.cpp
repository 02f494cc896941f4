#include "actors/definition.hpp"

#include <nlohmann/json.hpp>

namespace toolscore {

std::string stored_definition(const std::string& origin_json, bool from_file) {
  return std::string(R"({"from":")") + (from_file ? "file" : "api") + R"(","config":)" +
         origin_json + "}";
}

result<definition_parts> parse_definition(const std::string& stored) {
  const auto tree = nlohmann::ordered_json::parse(stored, nullptr, false);
  if (!tree.is_object() || !tree.contains("config"))
    return error{errc::store_failed,
                 "a stored definition is not readable: " + stored.substr(0, 80)};
  return definition_parts{tree.value("from", "") == "file", tree["config"].dump()};
}

} // namespace toolscore
