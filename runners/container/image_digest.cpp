#include "runners/container/image_digest.hpp"

#include <nlohmann/json.hpp>

#include <string_view>

namespace toolscore {
namespace {

using json = nlohmann::json;

const json& member(const json& object, const char* key) {
  static const json none;
  if (!object.is_object()) return none;
  const auto at = object.find(key);
  return at == object.end() ? none : *at;
}

json tree_of(const engine_answer& answer) {
  return json::parse(answer.body, nullptr, false);
}

/// "server" is "docker.io/library/server" at full length.
std::string whole_name(std::string name) {
  const auto slash = name.find('/');
  const auto first = name.substr(0, slash);
  const bool registry =
      slash != name.npos && (first == "localhost" || first.find_first_of(".:[") != first.npos);
  if (registry && first != "docker.io" && first != "index.docker.io") return name;
  if (registry) name.erase(0, slash + 1);
  return "docker.io/" + std::string(name.find('/') == name.npos ? "library/" : "") + name;
}

error unreadable() {
  return {errc::io_failed, "the engine's answer about the image's digest is none of its API"};
}

} // namespace

engine_request distribution_request(const image_name& image) {
  return {"GET", "/v1.41/distribution/" + full_name(image) + "/json", {}};
}

result<std::string> pinned_by_engine(const image_name& asked, const engine_answer& answer) {
  const auto tree = tree_of(answer);
  if (!member(tree, "Id").is_string()) return unreadable();
  std::string first;
  const auto& names = member(tree, "RepoDigests");
  if (names.is_array())
    for (const auto& each : names) {
      const auto name = each.is_string() ? parse_image_name(each.get<std::string>()) : unreadable();
      if (!name || name->digest.empty()) continue;
      if (whole_name(name->name) == whole_name(asked.name)) return asked.name + "@" + name->digest;
      if (first.empty()) first = name->name + "@" + name->digest;
    }
  if (!first.empty()) return first;
  return error{
      errc::not_supported,
      "it has no digest of a registry: it was made here, and was neither pulled nor pushed"};
}

result<std::string> pinned_by_registry(const image_name& asked, const engine_answer& answer) {
  const auto tree = tree_of(answer);
  const auto& digest = member(member(tree, "Descriptor"), "digest");
  if (!digest.is_string()) return unreadable();
  const auto pinned = asked.name + "@" + digest.get<std::string>();
  if (!parse_image_name(pinned)) return unreadable();
  return pinned;
}

} // namespace toolscore
