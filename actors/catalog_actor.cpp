#include "actors/catalog_actor.hpp"

#include "loop/house_handlers.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>

namespace toolscore {
namespace {

/// Servers that come up together make one new index, not one each.
constexpr auto debounce = std::chrono::milliseconds{20};

struct rebuild_due {};

} // namespace
} // namespace toolscore

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::rebuild_due)

namespace toolscore {

caf::behavior make_catalog(caf::stateful_actor<catalog_state>* self, addresses_ptr tree,
                           mcp::prefix_policy prefix) {
  set_house_handlers(self);
  return {
      [self](const tools_changed& message) {
        auto& state = self->state;
        if (message.tools)
          state.tools[message.server.value] = message;
        else
          state.tools.erase(message.server.value);
        if (!std::exchange(state.rebuild_armed, true))
          self->delayed_send(self, debounce, rebuild_due{});
      },
      [=](rebuild_due) {
        self->state.rebuild_armed = false;
        std::vector<mcp::server_tools> servers;
        for (const auto& [name, tools] : self->state.tools) {
          mcp::server_tools entry{{name}, tools.tools, tools.allow, tools.deny};
          servers.push_back(std::move(entry));
        }
        self->send(tree->bridge,
                   catalog_changed{std::make_shared<const mcp::tool_index>(servers, prefix)});
      },
  };
}

} // namespace toolscore
