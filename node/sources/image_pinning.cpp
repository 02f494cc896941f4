#include "node/sources/image_pinning.hpp"

#include "messages/in_container.hpp"
#include "node/sources/container_command.hpp"

namespace toolscore {

std::optional<loose_image> loose_image_of(const reply_json& config) {
  loose_image out;
  out.written = text_of(config, "image");
  if (out.written.empty()) {
    const auto run = read_container_command(config);
    if (!run || !run->image_at) return std::nullopt;
    out.written = config.at("args").at(*run->image_at).get<std::string>();
  } else if (out.written.starts_with(dockerfile_begin) || text_of(config, "runner") == "process") {
    return std::nullopt;
  }
  out.anew = text_of(member_of(config, "container"), "pull") == "always";
  if (auto name = parse_image_name(out.written)) out.name = std::move(*name);
  if (out.name && !out.name->digest.empty()) return std::nullopt;
  return out;
}

reply_json with_image(reply_json config, const std::string& pinned) {
  if (!text_of(config, "image").empty())
    config["image"] = pinned;
  else if (const auto run = read_container_command(config); run && run->image_at)
    config["args"][*run->image_at] = pinned;
  return config;
}

} // namespace toolscore
