#include "actors/definition.hpp"

#include "actors/server_places.hpp"

#include <nlohmann/json.hpp>

namespace toolscore {

std::string stored_definition(const std::string& origin_json, bool from_file, std::uint64_t place) {
  return std::string(R"({"from":")") + (from_file ? "file" : "api") + "\"" +
         (place != 0 ? ",\"place\":" + std::to_string(place) : std::string{}) + R"(,"config":)" +
         origin_json + "}";
}

result<definition_parts> parse_definition(const std::string& stored) {
  const auto tree = nlohmann::ordered_json::parse(stored, nullptr, false);
  if (!tree.is_object() || !tree.contains("config"))
    return error{errc::store_failed,
                 "a stored definition is not readable: " + stored.substr(0, 80)};
  definition_parts parts;
  parts.from_file = tree.value("from", "") == "file";
  if (tree.contains("place") && tree["place"].is_number_unsigned())
    parts.place = tree["place"].get<std::uint64_t>();
  else if (!parts.from_file)
    parts.place = server_places::first_added; // Of a node that kept none.
  parts.config_json = tree["config"].dump();
  return parts;
}

} // namespace toolscore
