#include "mcp/answers.hpp"
#include "mcp/versions.hpp"
#include "runners/http_talk_io.hpp"
#include "runners/line_framer.hpp"

#include <utility>

namespace toolscore {
namespace {

constexpr std::size_t refusal_bytes_max = 64 * 1024; // Of a body that tells of an error.
constexpr std::size_t tools_max = 4'096;             // Of which it is known what they mirror.
constexpr unsigned redirects_max = 3;

bool is_object(std::string_view text) {
  const auto at = text.find_first_not_of(" \t\r\n");
  return at != text.npos && text[at] == '{';
}

} // namespace

http_hooks http_link::state::hooks_for(const http_errand_ptr& x) {
  // The errand holds its exchange, so what the exchange calls must not hold the errand.
  const auto with = [self = weak_from_this(), weak = std::weak_ptr<http_errand>(x)](auto work) {
    return [self, weak, work](auto&&... what) {
      const auto all = self.lock();
      const auto errand = weak.lock();
      if (all && errand && !all->closed) work(*all, errand, std::forward<decltype(what)>(what)...);
    };
  };
  http_hooks hooks;
  hooks.on_begun = with([](state&, const http_errand_ptr& errand) { errand->begun = true; });
  hooks.on_head = with([](state& all, const http_errand_ptr& errand, const auto& head) {
    all.take_head(errand, head);
  });
  hooks.on_part = with([](state& all, const http_errand_ptr& errand, std::string_view part) {
    all.take_part(errand, part);
  });
  hooks.on_end = with([](state& all, const http_errand_ptr& errand, const http_end& end) {
    all.take_end(errand, end);
  });
  return hooks;
}

void http_link::state::take_head(const http_errand_ptr& x, const http_answer_head& head) {
  const bool in_session =
      x->says.speaks == era::legacy && !x->says.opens_session() && !session.id.empty();
  x->head = head;
  x->how = way_of(head, carried == carrier::posts && x->says.is_request(), in_session);
  if (x->how == answer_way::stream)
    x->reader = std::make_unique<mcp::event_reader>(options.message_bytes_max);
}

void http_link::state::take_part(const http_errand_ptr& x, std::string_view part) {
  if (x->how == answer_way::stream) return take_stream(x, part);
  const bool wanted = x->how == answer_way::body || x->how == answer_way::refused;
  const auto bytes_max = x->how == answer_way::body ? options.message_bytes_max : refusal_bytes_max;
  if (wanted && x->body.size() + part.size() <= bytes_max) {
    x->body.append(part);
    return;
  }
  if (x->how != answer_way::body) return; // The rest tells no more.
  give_up(x, errc::too_large,
          "its answer is over the limit of " + std::to_string(bytes_max) + " bytes");
}

void http_link::state::take_stream(const http_errand_ptr& x, std::string_view part) {
  std::vector<mcp::stream_event> all;
  const bool good = x->reader->feed(part, all);
  x->last_id = x->reader->last_id();
  if (!all.empty()) x->resumes = 0;
  std::vector<bytes> lines;
  for (auto& one : all) take_message(*x, std::move(one.data), lines);
  deliver(std::move(lines));
  if (good || closed) return;
  if (!x->answered)
    give_up(x, errc::too_large,
            "a message of its stream is over the limit of " +
                std::to_string(options.message_bytes_max) + " bytes");
  else
    finish(x);
}

void http_link::state::take_message(http_errand& x, std::string text, std::vector<bytes>& lines) {
  text = mcp::on_one_line(std::move(text));
  if (!is_object(text)) {
    if (events.on_garbage) events.on_garbage(quote_start(text));
    return;
  }
  if (x.says.is_request() && !x.answered) {
    const auto spans = scanner.scan(text);
    const bool response = spans && (spans->kind == message_kind::response ||
                                    spans->kind == message_kind::error_response);
    if (response && spans->id.of(text) == x.says.id) {
      x.answered = true;
      learn(x, *spans, text);
    }
  }
  lines.push_back(std::make_shared<const std::string>(std::move(text)));
}

/// A body that is the answer, whatever its status. An error may name no request: it is this one's.
/// @returns false if it is none
bool http_link::state::take_answer(http_errand& x, std::string text) {
  text = mcp::on_one_line(std::move(text));
  const auto spans = scanner.scan(text);
  if (!spans) return false;
  const bool failed = spans->kind == message_kind::error_response;
  if (!failed && spans->kind != message_kind::response) return false;
  if (failed && !spans->id)
    text = mcp::error_under(x.says.id, spans->failure.of(text));
  else if (spans->id.of(text) != x.says.id)
    return false;
  else
    learn(x, *spans, text);
  x.answered = true;
  deliver({std::make_shared<const std::string>(std::move(text))});
  return true;
}

void http_link::state::learn(const http_errand& x, const envelope& spans, const std::string& text) {
  if (spans.kind != message_kind::response) return;
  if (x.says.opens_session()) {
    session.version = mcp::protocol_version_of(spans.result.of(text));
    session.id = mcp::is_session_id(x.head.session) ? x.head.session : "";
  } else if (x.says.method == "tools/list" && x.says.speaks == era::modern) {
    for (auto& [name, marked] : mcp::mirrored_in_result(spans.result.of(text)))
      if (mirrored.size() < tools_max || mirrored.count(name) != 0)
        mirrored[name] = std::move(marked);
  }
}

void http_link::state::take_end(const http_errand_ptr& x, const http_end& end) {
  const bool request = x->says.is_request();
  if (end.how == http_end::fate::no_token || end.how == http_end::fate::no_login) {
    if (x->last_id.empty()) x->begun = false; // It may be sent again.
    return lose_token(end);
  }
  if (end.how == http_end::fate::unreachable) {
    const auto why = no_connection(end.why);
    if (options.remote) return lose(why);
    return give_up_later(x, why);
  }
  if (x->how == answer_way::stream && x->reader) {
    if (x->answered || !request) return finish(x);
    return resume_or_give_up(x, end.how == http_end::fate::whole
                                    ? "the server ended the stream before the answer"
                                    : end.why);
  }
  if (end.how == http_end::fate::broken) return give_up_later(x, end.why);
  switch (x->how) {
  case answer_way::body:
    return take_body(x);
  case answer_way::elsewhere:
    return redirect(x);
  case answer_way::session_lost:
    // It has not been run, and may be sent again in another session; unless it was being read on.
    if (x->last_id.empty()) x->begun = false;
    return lose("it does not know our session any more (HTTP 404); it was probably restarted");
  case answer_way::refused:
    return take_refusal(x);
  case answer_way::accepted:
  case answer_way::stream:
    break;
  }
  const bool opened = x->says.method == "notifications/initialized";
  finish(x);
  if (opened && x->says.speaks == era::legacy) open_ear();
}

void http_link::state::take_body(const http_errand_ptr& x) {
  auto start = quote_start(x->body.substr(0, kept_start_bytes));
  const bool empty = x->body.empty();
  const bool good = take_answer(*x, std::move(x->body));
  if (closed) return;
  if (good) return finish(x);
  give_up(x, errc::bad_answer,
          empty ? "HTTP " + std::to_string(x->head.status) + " without an answer"
                : "its answer is no JSON-RPC response to the request: " + start);
}

void http_link::state::take_refusal(const http_errand_ptr& x) {
  const auto words = status_words(x->head.status);
  if (!x->says.is_request()) return finish(x); // Nobody waits for it.
  if (const auto& lacks = x->head.lacks) {
    if (!x->greets()) return give_up(x, errc::bad_answer, lacks->detail);
    const bool login = lacks->code == errc::unauthorized;
    return lose_token({login ? http_end::fate::no_login : http_end::fate::no_token, lacks->detail});
  }
  if (x->greets() && !tells_era(x->head.status))
    return lose("it answered " + x->says.method + " with " + words);
  const bool good = take_answer(*x, std::move(x->body));
  if (closed) return;
  if (good) return finish(x);
  if (!x->greets()) return give_up(x, errc::bad_answer, words);
  if (carried == carrier::posts && x->says.opens_session() && may_be_older(x->head.status))
    return open_older(x, words);
  // A server of an older era knows nothing of the first question.
  deliver({std::make_shared<const std::string>(
      mcp::error_response(x->says.id, mcp::code::invalid_request, words))});
  if (!closed) finish(x);
}

void http_link::state::redirect(const http_errand_ptr& x) {
  auto here = options.endpoint.place;
  here.target = target;
  const auto there = resolve_reference(here, x->head.location);
  const auto words = "HTTP " + std::to_string(x->head.status);
  if (!there) return give_up(x, errc::bad_answer, words + " to what is no URL");
  if (!same_origin(here, *there))
    return give_up(x, errc::bad_answer,
                   words + " to another server, which is not followed; if it is meant, write \"" +
                       shown_place(*there) + "\"");
  if (there->target == target || ++x->redirects > redirects_max)
    return give_up(x, errc::bad_answer, words + " in a circle");
  target = there->target;
  begin(x);
}

/// A stream that names its events can be read on behind the last of them.
void http_link::state::resume_or_give_up(const http_errand_ptr& x, const std::string& why) {
  const bool can = x->says.speaks == era::legacy && !x->last_id.empty() && x->cancelled_by == 0 &&
                   x->resumes < reopen_max;
  if (!can) return give_up_later(x, why);
  x->timer.expires_after(reopen_after(x->reader->retry(), x->resumes++));
  x->timer.async_wait([self = shared_from_this(), x](boost::system::error_code stopped) {
    if (stopped || self->closed) return;
    http_text request;
    request.head = self->session_get(x->last_id);
    request.repeatable = true;
    x->way = self->client.start(std::move(request), self->hooks_for(x));
  });
}

/// Where it is a process that has died, its exit is on its way and says more.
void http_link::state::give_up_later(const http_errand_ptr& x, const std::string& why) {
  if (options.remote || !x->says.is_request()) return give_up(x, errc::io_failed, why);
  x->timer.expires_after(options.exit_first);
  x->timer.async_wait([self = shared_from_this(), x, why](boost::system::error_code stopped) {
    if (!stopped && !self->closed) self->give_up(x, errc::io_failed, why);
  });
}

void http_link::state::give_up(const http_errand_ptr& x, errc code, const std::string& why) {
  if (x->greets()) return lose("no answer to " + x->says.method + ": " + why);
  finish(x);
  if (x->says.is_request() && events.on_unanswered) events.on_unanswered(x->says.id, {code, why});
}

void http_link::state::deliver(std::vector<bytes> lines) {
  if (!lines.empty() && !closed && events.on_lines) events.on_lines(std::move(lines));
}

} // namespace toolscore
