#include "runners/container/engine_images.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace toolscore {
namespace {

using json = nlohmann::json;

std::int64_t number_of(const json& row, const char* name) {
  const auto at = row.find(name);
  return at != row.end() && at->is_number_integer() ? at->get<std::int64_t>() : 0;
}

/// The engine's API as all requests have it, and a query's value in it.
std::string target_of(const json& filters) {
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string out = "/v1.41/images/json?filters=";
  for (const char c : filters.dump()) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_';
    if (plain)
      out += c;
    else
      (out += '%').append({digits[byte >> 4U], digits[byte & 15U]});
  }
  return out;
}

} // namespace

engine_request images_request(std::string_view label, const std::string& value) {
  return {"GET", target_of({{"label", json::array({std::string(label) + "=" + value})}}), {}};
}

engine_request remove_image_request(const std::string& name_or_id) {
  return {"DELETE", "/v1.41/images/" + name_or_id, {}};
}

result<std::vector<listed_image>> read_images(const engine_answer& answer) {
  const error unreadable{errc::io_failed, "the engine's answer about images is none of its API"};
  const auto tree = json::parse(answer.body, nullptr, false);
  if (!tree.is_array()) return unreadable;
  std::vector<listed_image> out;
  for (const auto& row : tree) {
    auto id = read_image({answer.status, row.dump()});
    if (!id) return unreadable;
    listed_image one{std::move(*id), {}, 0, number_of(row, "Created")};
    one.bytes = static_cast<std::uint64_t>(std::max<std::int64_t>(0, number_of(row, "Size")));
    const auto names = row.find("RepoTags");
    if (names != row.end() && names->is_array())
      for (const auto& name : *names)
        if (name.is_string() && name != "<none>:<none>")
          one.names.push_back(name.get<std::string>());
    out.push_back(std::move(one));
  }
  return out;
}

} // namespace toolscore
