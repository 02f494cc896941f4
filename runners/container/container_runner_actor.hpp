#pragma once
#include "runners/container/engine_client_io.hpp"
#include "runners/runner_messages.hpp"

#include <caf/actor.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/behavior.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace toolscore {

struct container_runner_options {
  std::shared_ptr<engine_client> engine;
  std::uint32_t pulls_max = 2;
  std::function<caf::actor()> manager; ///< Who gets every state_changed; asked anew each time.
  caf::actor projects; ///< Who fetches a project and has its image built; see process_runner_state.
};

/// What the actor tells itself; `request` is the install's number.
struct engine_said {
  std::uint64_t request = 0;
  std::shared_ptr<const result<engine_answer>> answer;
};
struct pull_said {
  std::uint64_t request = 0;
  std::shared_ptr<const std::string> text;
};

/// One image that a server waits for.
struct image_install {
  enum class step : std::uint8_t {
    looking,
    queued,
    pulling,
    looking_again,
    building,
    looking_at_built
  };
  server_spec spec;
  image_name image;
  std::uint64_t generation = 0;
  caf::actor requester;
  step at = step::looking;
  std::shared_ptr<void> asking; ///< Dropped, it ends the request.
  pull_progress progress;
  std::string told;               ///< What the manager was told last.
  install_server_request request; ///< building: what the builder is asked.
  std::string version;            ///< looking_at_built: of the project.
};

struct container_runner_state {
  static inline const char* name = "toolscore.container_runner";
  container_runner_state() = default;
  container_runner_options options;
  std::map<std::uint64_t, image_install> installs; ///< By number, so in order of arrival.
  std::uint64_t last_number = 0;
};

/// Installs images: answers install_server_request with install_finished. One that is built of a
/// project is left to `projects`, looked up, and built anew where the engine has lost it. An image
/// that the engine has is used as it is, unless its policy or the request says otherwise; else it
/// is pulled, `pulls_max` at once, and the manager is told how far that is.
caf::behavior make_container_runner(caf::stateful_actor<container_runner_state>* self,
                                    container_runner_options options);

} // namespace toolscore

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::engine_said)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::pull_said)
