#include "runners/link_opener_io.hpp"

#include "runners/http_link.hpp"
#include "runners/stdio_link.hpp"
#include "runners/websocket_link.hpp"

namespace toolscore {

link_opener open_links(boost::asio::io_context& io, http_dialer& dialer, login_desk* logins) {
  return [&io, &dialer, logins](hosted_process& process, const link_choice& how,
                                link_events events) -> std::shared_ptr<link> {
    if (is_dialed(how.kind) && how.endpoint->place.web_socket) {
      websocket_link_options options;
      options.endpoint = *how.endpoint;
      options.remote = how.remote;
      return std::make_shared<websocket_link>(dialer, std::move(options), std::move(events));
    }
    if (is_dialed(how.kind)) {
      http_link_options options;
      options.endpoint = *how.endpoint;
      options.remote = how.remote;
      options.older = how.kind == link_kind::sse;
      if (logins != nullptr && how.remote)
        options.bearer = logins->source(how.server, how.endpoint);
      return std::make_shared<http_link>(dialer, std::move(options), std::move(events));
    }
    const int input = process.take_stdin();
    return std::make_shared<stdio_link>(io, input, process.take_stdout(), std::move(events));
  };
}

} // namespace toolscore
