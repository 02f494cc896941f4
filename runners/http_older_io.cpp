#include "mcp/answers.hpp"
#include "mcp/versions.hpp"
#include "runners/http_talk_io.hpp"
#include "runners/line_framer.hpp"

#include <utility>

namespace toolscore {

/// @param refused  the POST that such a server has refused, which is then sent again; null where
///                 it is known to be one
void http_link::state::open_older(const http_errand_ptr& refused, std::string refusal) {
  carried = carrier::opening;
  older_first = refused;
  older_refusal = std::move(refusal);
  older_reader = std::make_unique<mcp::event_reader>(options.message_bytes_max);
  http_text request;
  request.head = head_of("GET", {{"Accept", "text/event-stream"}}, 0);
  const auto with = [weak = weak_from_this()](auto work) {
    return [weak, work](auto&&... what) {
      const auto self = weak.lock();
      if (self && !self->closed) work(*self, std::forward<decltype(what)>(what)...);
    };
  };
  http_hooks hooks;
  hooks.on_head = with([](state& all, const auto& head) { all.take_older_head(head); });
  hooks.on_part = with([](state& all, std::string_view part) { all.take_older_part(part); });
  hooks.on_end = with([](state& all, const http_end& end) {
    if (end.how == http_end::fate::no_token || end.how == http_end::fate::no_login)
      return all.lose_token(end);
    all.take_older_end(end.how == http_end::fate::unreachable
                           ? all.no_connection(end.why)
                           : "the server has ended its stream of events");
  });
  older_timer.expires_after(options.endpoint_wait);
  older_timer.async_wait([weak = weak_from_this()](boost::system::error_code stopped) {
    const auto self = weak.lock();
    if (!stopped && self && !self->closed && self->carried == carrier::opening)
      self->take_older_end("its stream of events does not say where it takes messages");
  });
  older_way = client.start(std::move(request), std::move(hooks));
}

void http_link::state::take_older_head(const http_answer_head& head) {
  if (way_of(head, true, false) == answer_way::stream) return;
  take_older_end("it answered a GET of its stream with " + status_words(head.status));
}

void http_link::state::take_older_part(std::string_view part) {
  std::vector<mcp::stream_event> all;
  const bool good = older_reader->feed(part, all);
  std::vector<bytes> lines;
  for (auto& event : all) {
    take_older_event(std::move(event), lines);
    if (closed) return;
  }
  deliver(std::move(lines));
  if (!good && !closed) lose("a message of its stream is over the limit");
}

void http_link::state::take_older_event(mcp::stream_event event, std::vector<bytes>& lines) {
  if (event.name == "endpoint") {
    if (carried != carrier::opening) return;
    const auto place = resolve_reference(options.endpoint.place, event.data);
    // Whoever is named here is told all that the server is, its secret headers too.
    if (!place || !same_origin(options.endpoint.place, *place))
      return lose("it names a place for messages that is not its own");
    target = place->target;
    carried = carrier::stream;
    older_timer.cancel();
    if (const auto first = std::exchange(older_first, nullptr)) begin(first);
    return pump_soon();
  }
  if (!event.name.empty() && event.name != "message") return;
  auto text = mcp::on_one_line(std::move(event.data));
  if (text.find_first_not_of(" \t") != text.npos && text[text.find_first_not_of(" \t")] == '{')
    lines.push_back(std::make_shared<const std::string>(std::move(text)));
  else if (events.on_garbage)
    events.on_garbage(quote_start(text));
}

void http_link::state::take_older_end(const std::string& why) {
  if (const auto first = std::exchange(older_first, nullptr)) {
    // It is none of those: what its refusal of the POST says is what there is to say.
    carried = carrier::posts;
    older_timer.cancel();
    older_way->close();
    deliver({std::make_shared<const std::string>(mcp::error_response(
        first->says.id, mcp::code::invalid_request, older_refusal + "; " + why))});
    if (!closed) finish(first);
    return;
  }
  if (options.remote || carried == carrier::opening) return lose(why);
  older_way->close();
  older_timer.expires_after(options.exit_first); // Its exit says more.
  older_timer.async_wait([weak = weak_from_this(), why](boost::system::error_code stopped) {
    const auto self = weak.lock();
    if (!stopped && self) self->lose(why);
  });
}

} // namespace toolscore
