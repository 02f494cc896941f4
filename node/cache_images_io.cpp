#include "node/cache_images_io.hpp"

#include "node/config_file_io.hpp"
#include "node/engine_ask_io.hpp"
#include "runners/built_image.hpp"

#include <unistd.h>

#include <chrono>

namespace toolscore {
namespace {

constexpr std::chrono::seconds patience{30};
constexpr unsigned gone = 404;
constexpr unsigned in_use = 409;

error about_images(const std::string& why) {
  return {errc::io_failed, "images that were built here: " + why};
}

} // namespace

result<std::vector<cached_install>> find_built_images(const host_facts& host) {
  if (!file_exists(built_images_note(host.state_dir))) return std::vector<cached_install>();
  if (host.engines.empty()) return about_images(host.no_engine);
  const auto answer =
      ask_engine(host.engines, images_request(built_image_label, host.image_owner), patience);
  if (!answer) return about_images(answer.failure().detail);
  if (!answer->is_good()) return refusal(*answer, about_images("listing them failed").detail);
  const auto found = read_images(*answer);
  if (!found) return about_images(found.failure().detail);
  return images_of(*found, built_image_name(host.image_owner));
}

result<bool> remove_built_image(const host_facts& host, const std::string& name_or_id) {
  const auto answer = ask_engine(host.engines, remove_image_request(name_or_id), patience);
  if (!answer) return about_images(answer.failure().detail);
  if (answer->is_good()) return true;
  const bool nameless = name_or_id.starts_with("sha256:");
  if (answer->status == gone || (nameless && answer->status == in_use)) return false;
  return refusal(*answer, "image " + name_or_id + " stays", errc::io_failed);
}

void forget_built_images(const host_facts& host) {
  ::unlink(built_images_note(host.state_dir).c_str());
}

} // namespace toolscore
