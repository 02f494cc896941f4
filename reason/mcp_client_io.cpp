#include "reason/mcp_client_io.hpp"

#include "mcp/envelope.hpp"
#include "mcp/list_pager.hpp"
#include "mcp/mirrored_headers.hpp"
#include "mcp/versions.hpp"
#include "node/reply_json.hpp"
#include "reason/mcp_messages.hpp"
#include "reason/mcp_post_io.hpp"

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace toolscore::reason {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

constexpr milliseconds note_limit{5'000};

moment now() {
  return {std::chrono::system_clock::now(), steady_clock::now()};
}

/// One request on its way, over what may be several POSTs.
struct errand {
  std::string method;
  json params;
  milliseconds limit;
  mcp_client::answered then;
  moment begun;
  std::shared_ptr<mcp_post> post;
  std::int64_t id = 0;
  std::string session;   ///< That it was sent in.
  bool reopened = false; ///< The session was opened again for it.
  bool mirrored = false; ///< The tools were asked for once more for its sake.
  bool given_up = false;

  milliseconds left() const {
    const auto spent = std::chrono::duration_cast<milliseconds>(steady_clock::now() - begun.steady);
    return spent < limit ? limit - spent : milliseconds{1};
  }
};
using errand_ptr = std::shared_ptr<errand>;

call_answer given_up() {
  call_answer out;
  out.unanswered = error{errc::cancelled, "given up by the runtime: it was interrupted"};
  return out;
}

} // namespace

struct mcp_client::state : std::enable_shared_from_this<mcp_client::state> {
  state(http_dialer& dialer, http_endpoint place, era era_spoken)
      : io(dialer.io()), endpoint(place), speaks(era_spoken), client(dialer, std::move(place)) {}

  void begin(const errand_ptr& x);
  void send(const errand_ptr& x);
  void take(const errand_ptr& x, post_end end);
  void finish(const errand_ptr& x, call_answer answer);
  void open(const errand_ptr& by);
  void take_open(const errand_ptr& by, post_end end);
  void learn_headers(const errand_ptr& x);
  void next_page(std::shared_ptr<mcp::list_pager> pager, const std::string& params,
                 steady_clock::time_point until, answered then);
  void note(const std::string& line);
  std::string head_of(const char* verb, const mcp::header_pairs& headers, std::size_t bytes) const;
  std::shared_ptr<mcp_post> post(const std::string& line, std::int64_t id, bool is_request,
                                 bool repeatable, milliseconds limit,
                                 std::function<void(post_end)> then);

  boost::asio::io_context& io;
  http_endpoint endpoint;
  era speaks;
  http_client client;
  mcp::scanner scanner;
  mcp::http_session session;
  mcp::mirrored_tools mirrored;
  std::vector<errand_ptr> waiting; ///< For the session.
  std::map<std::int64_t, errand_ptr> flying;
  std::int64_t last_id = 0;
  std::size_t notes = 0;            ///< Under way.
  std::function<void()> when_quiet; ///< Waits for their end.
  bool opening = false;
  bool closed = false;
};

std::string mcp_client::state::head_of(const char* verb, const mcp::header_pairs& headers,
                                       std::size_t bytes) const {
  std::string text(verb);
  text.append(" ").append(endpoint.place.target).append(" HTTP/1.1\r\nHost: ");
  text.append(authority_of(endpoint.place)).append("\r\nUser-Agent: toolscore-reason/");
  text.append(mcp::product_version).append("\r\n");
  const auto add = [&](const auto& pairs) {
    for (const auto& [name, value] : pairs)
      text.append(name).append(": ").append(value).append("\r\n");
  };
  add(headers);
  add(endpoint.headers);
  if (bytes > 0) text.append("Content-Length: ").append(std::to_string(bytes)).append("\r\n");
  return text.append("\r\n");
}

std::shared_ptr<mcp_post> mcp_client::state::post(const std::string& line, std::int64_t id,
                                                  bool is_request, bool repeatable,
                                                  milliseconds limit,
                                                  std::function<void(post_end)> then) {
  post_request request;
  const auto says = mcp::read_outgoing(scanner, line);
  request.head =
      head_of("POST", says ? mcp::post_headers(*says, session, mirrored) : mcp::header_pairs{},
              line.size());
  request.line = line;
  request.id = id;
  request.answered = is_request;
  request.repeatable = repeatable;
  request.limit = limit;
  // A session's answers may be gone on with; a modern stream that ends is a call that ended.
  if (speaks == era::legacy && is_request && !session.id.empty())
    request.resume = [this](const std::string& behind) {
      auto headers = mcp::session_headers(session);
      headers.emplace_back("Accept", "text/event-stream");
      headers.emplace_back("Last-Event-ID", behind);
      return head_of("GET", headers, 0);
    };
  post_hooks hooks;
  hooks.on_end = std::move(then);
  hooks.on_reply = [weak = weak_from_this()](const std::string& reply) {
    if (const auto self = weak.lock()) self->note(reply);
  };
  return start_post(client, io, std::move(request), std::move(hooks));
}

void mcp_client::state::note(const std::string& line) {
  if (closed) return;
  ++notes;
  (void)post(line, 0, false, false, note_limit, [self = shared_from_this()](const post_end&) {
    if (--self->notes > 0) return;
    if (const auto then = std::exchange(self->when_quiet, nullptr)) then();
  });
}

void mcp_client::state::begin(const errand_ptr& x) {
  if (speaks == era::modern || !session.version.empty()) return send(x);
  waiting.push_back(x);
  if (!std::exchange(opening, true)) open(x);
}

void mcp_client::state::open(const errand_ptr& by) {
  session = {};
  const auto id = ++last_id;
  by->post =
      post(initialize_request(id), id, true, true, by->left(),
           [self = shared_from_this(), by](post_end end) { self->take_open(by, std::move(end)); });
}

void mcp_client::state::take_open(const errand_ptr& by, post_end end) {
  const auto all = [this] { return std::exchange(waiting, {}); };
  if (!end.answer.result) {
    opening = false;
    for (const auto& x : all()) finish(x, end.answer);
    return;
  }
  session.version = text_of(*end.answer.result, "protocolVersion");
  if (!mcp::is_legacy_version(session.version)) {
    opening = false;
    call_answer none;
    none.unanswered = error{errc::bad_answer, "initialize was answered without a protocol version "
                                              "of ours"};
    session = {};
    for (const auto& x : all()) finish(x, none);
    return;
  }
  if (mcp::is_session_id(end.session)) session.id = end.session;
  by->post = post(R"({"jsonrpc":"2.0","method":"notifications/initialized"})", 0, false, true,
                  by->left(), [self = shared_from_this(), all](const post_end&) {
                    self->opening = false;
                    for (const auto& x : all()) self->send(x);
                  });
}

void mcp_client::state::send(const errand_ptr& x) {
  if (x->given_up) return finish(x, given_up());
  x->id = ++last_id;
  x->session = session.id;
  flying[x->id] = x;
  const auto line = request_line(x->id, x->method, x->params, speaks);
  x->post = post(line, x->id, true, x->method != "tools/call", x->left(),
                 [self = shared_from_this(), x](post_end end) { self->take(x, std::move(end)); });
}

void mcp_client::state::take(const errand_ptr& x, post_end end) {
  flying.erase(x->id);
  const bool forgotten = end.status == 404 && !x->session.empty(); // It was not run.
  if (forgotten && !x->given_up && !std::exchange(x->reopened, true)) {
    if (session.id == x->session) session = {}; // Else another has opened it again already.
    return begin(x);
  }
  if (wants_headers(end.answer.failure) && !x->given_up && !std::exchange(x->mirrored, true))
    return learn_headers(x);
  const auto& why = end.answer.unanswered;
  const bool left = why && (why->code == errc::call_timed_out || why->code == errc::cancelled);
  // In the modern era the closed stream says it.
  if (left && speaks == era::legacy) note(cancelled_line(x->id));
  finish(x, std::move(end.answer));
}

void mcp_client::state::finish(const errand_ptr& x, call_answer answer) {
  answer.begun = x->begun;
  answer.ended = now();
  x->post.reset();
  if (const auto then = std::exchange(x->then, nullptr)) then(std::move(answer));
}

void mcp_client::state::learn_headers(const errand_ptr& x) {
  next_page(std::make_shared<mcp::list_pager>("tools"), "{}", steady_clock::now() + x->left(),
            [self = shared_from_this(), x](const call_answer&) {
              self->send(x); // Once more, whatever the list said.
            });
}

void mcp_client::state::next_page(std::shared_ptr<mcp::list_pager> pager, const std::string& params,
                                  steady_clock::time_point until, answered then) {
  auto x = std::make_shared<errand>();
  x->method = "tools/list";
  x->params = json::parse(params, nullptr, false);
  x->begun = now();
  x->limit =
      std::max(milliseconds{1}, std::chrono::duration_cast<milliseconds>(until - x->begun.steady));
  x->then = [self = shared_from_this(), pager, until, then](call_answer answer) {
    if (!answer.result) return then(std::move(answer));
    const auto text = compact(*answer.result);
    if (self->speaks == era::modern)
      for (auto& [name, marked] : mcp::mirrored_in_result(text)) self->mirrored[name] = marked;
    auto step = pager->on_result(text);
    if (const auto* next = std::get_if<mcp::list_pager::next_page>(&step))
      return self->next_page(pager, next->params, until, then);
    if (const auto* failed = std::get_if<mcp::list_pager::failed>(&step)) {
      answer.result.reset();
      answer.unanswered = error{errc::bad_answer, failed->reason};
      return then(std::move(answer));
    }
    const auto& all = std::get<mcp::list_pager::finished>(step);
    answer.result = json{{"tools", json::parse(all.array, nullptr, false)}};
    then(std::move(answer));
  };
  begin(x);
}

mcp_client::mcp_client(http_dialer& dialer, http_endpoint endpoint, era speaks)
    : state_(std::make_shared<state>(dialer, std::move(endpoint), speaks)) {}

mcp_client::~mcp_client() {
  state_->closed = true;
}

void mcp_client::request(const std::string& method, json params, milliseconds limit,
                         answered then) {
  auto x = std::make_shared<errand>();
  x->method = method;
  x->params = std::move(params);
  x->limit = limit;
  x->then = std::move(then);
  x->begun = now();
  state_->begin(x);
}

void mcp_client::list_tools(milliseconds limit, answered then) {
  auto pager = std::make_shared<mcp::list_pager>("tools");
  const auto first = pager->start();
  state_->next_page(std::move(pager), first, steady_clock::now() + limit, std::move(then));
}

void mcp_client::look(milliseconds limit, std::function<void(int, std::string)> then) {
  post_request request;
  request.head = state_->head_of("GET", {{"Accept", "application/json"}}, 0);
  request.answered = false;
  request.repeatable = true;
  request.limit = limit;
  post_hooks hooks;
  hooks.on_end = [then = std::move(then)](const post_end& end) {
    then(end.status, end.answer.unanswered ? end.answer.unanswered->detail : std::string());
  };
  (void)start_post(state_->client, state_->io, std::move(request), std::move(hooks));
}

void mcp_client::cancel_all() {
  const auto give_up = [](const errand_ptr& x) {
    x->given_up = true;
    if (x->post) x->post->give_up(*given_up().unanswered);
  };
  for (const auto& [id, x] : std::map(state_->flying)) give_up(x);
  for (const auto& x : std::vector(state_->waiting)) give_up(x);
}

void mcp_client::close(milliseconds limit, std::function<void()> then) {
  if (state_->notes > 0) { // Such as that a call is cancelled.
    state_->when_quiet = [this, limit, then] { close(limit, then); };
    return;
  }
  if (state_->session.id.empty()) return boost::asio::post(state_->io, std::move(then));
  post_request request;
  request.head = state_->head_of("DELETE", mcp::session_headers(state_->session), 0);
  request.answered = false;
  request.repeatable = true;
  request.limit = limit;
  post_hooks hooks;
  hooks.on_end = [then = std::move(then)](const post_end&) { then(); };
  (void)start_post(state_->client, state_->io, std::move(request), std::move(hooks));
}

} // namespace toolscore::reason
