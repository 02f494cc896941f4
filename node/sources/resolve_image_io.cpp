#include "node/sources/resolve_image_io.hpp"

#include "loop/asio.hpp"
#include "node/engine_ask_io.hpp"
#include "runners/container/engine_client_io.hpp"
#include "runners/container/engine_places.hpp"
#include "runners/container/image_digest.hpp"
#include "runners/install_io.hpp"

#include <unistd.h>

#include <chrono>

namespace toolscore {
namespace {

using namespace std::chrono_literals;

constexpr auto look_patience = 30s;
constexpr auto pull_silence = 300s; // Between two pieces of news.
constexpr auto pull_patience = 15min;
constexpr unsigned missing = 404;

result<std::vector<std::string>> places_of(const std::string& engine) {
  return engine_places(engine, own_environment(), ::geteuid());
}

/// Of the engine's own copy; nothing where it has none.
result<std::optional<resolved_image>> look(const loose_image& image,
                                           const std::vector<std::string>& places) {
  const auto answer = ask_engine(places, image_request(*image.name), look_patience);
  if (!answer) return answer.failure();
  if (answer->status == missing) return std::optional<resolved_image>();
  if (!answer->is_good()) return refusal(*answer, "looking for it failed");
  auto pinned = pinned_by_engine(*image.name, *answer);
  if (!pinned) return pinned.failure();
  return std::optional(resolved_image{std::move(*pinned), "the engine's copy of it"});
}

} // namespace

result<std::optional<resolved_image>> resolve_image(const loose_image& image,
                                                    const std::string& engine) {
  if (!image.name) return error{errc::bad_config, "it is no name that can be asked for"};
  const auto places = places_of(engine);
  if (!places) return places.failure();
  if (!image.anew) {
    auto own = look(image, *places);
    if (!own || *own) return own;
  }
  const auto answer = ask_engine(*places, distribution_request(*image.name), look_patience);
  if (!answer) return answer.failure();
  if (!answer->is_good()) return std::optional<resolved_image>(); // Podman does not ask.
  auto pinned = pinned_by_registry(*image.name, *answer);
  if (!pinned) return std::optional<resolved_image>();
  return std::optional(resolved_image{std::move(*pinned), "its registry"});
}

result<resolved_image> pull_image(const loose_image& image, const std::string& engine) {
  if (!image.name) return error{errc::bad_config, "it is no name that can be asked for"};
  const auto places = places_of(engine);
  if (!places) return places.failure();
  boost::asio::io_context io;
  engine_client client(io, *places);
  pull_progress news;
  std::optional<result<engine_answer>> told;
  const auto pulling = client.follow(
      pull_request(*image.name), pull_silence, [&](std::string_view text) { news.feed(text); },
      [&](auto answer) { told = std::move(answer); });
  io.run_for(pull_patience);
  if (!told) return error{errc::call_timed_out, "pulling it takes longer than 15 minutes"};
  if (!*told) return told->failure();
  if (news.failure()) return error{errc::install_failed, "pulling it failed: " + *news.failure()};
  if (!(*told)->is_good()) return refusal(**told, "pulling it failed");
  auto found = look(image, *places);
  if (!found) return found.failure();
  if (!*found) return error{errc::install_failed, "it was pulled, and the engine has it not"};
  return std::move(**found);
}

} // namespace toolscore
