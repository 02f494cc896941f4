#pragma once
#include "messages/launch_plan.hpp"
#include "runners/link.hpp"
#include "runners/process_host.hpp"

#include <functional>
#include <memory>

namespace toolscore {

/// How one instance is spoken to.
struct link_choice {
  link_kind kind = link_kind::stdio;
  std::shared_ptr<const http_endpoint> endpoint; ///< With its port; null for stdio.
  bool remote = false;                           ///< It is no process of ours.
  server_id server;                              ///< Whose logins it has.
};

/// Makes the wire to what has just started.
using link_opener =
    std::function<std::shared_ptr<link>(hosted_process&, const link_choice&, link_events)>;

} // namespace toolscore
