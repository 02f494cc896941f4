#include "gateway/joint_listens.hpp"

#include "mcp/envelope.hpp"
#include "mcp/json_text.hpp"
#include "mcp/versions.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace toolscore {
namespace {

bytes shared(std::string text) {
  return std::make_shared<const std::string>(std::move(text));
}

/// A stream to one server: what that tells of a resource is told under the joint endpoint's URI.
class watched_part final : public exchange {
public:
  watched_part(std::weak_ptr<exchange> sink, principal who, std::string id_raw,
               std::map<std::string, std::string> exposed, bool again, std::function<void()> ended)
      : sink_(std::move(sink)), who_(std::move(who)), id_raw_(std::move(id_raw)),
        exposed_(std::move(exposed)), again_(again), ended_(std::move(ended)) {}
  /// An owner that dies of a fault drops it without a word.
  ~watched_part() override { finish(); }

  const principal& who() const override { return who_; }
  bool abandoned() const override { return sink_.expired(); }
  void event(bytes json) override {
    const auto sink = sink_.lock();
    mcp::scanner scanner;
    const auto spans = scanner.scan(*json);
    if (!sink || !spans) return;
    const auto method = spans->method.of(*json);
    if (mcp::says(method, "notifications/subscriptions/acknowledged") &&
        std::exchange(again_, false)) {
      // What happened while nobody watched was told to nobody.
      for (const auto& [own, exposed] : exposed_) tell(*sink, exposed);
    } else if (mcp::says(method, "notifications/resources/updated")) {
      const auto at = exposed_.find(mcp::uri_of(spans->params.of(*json)));
      if (at != exposed_.end()) tell(*sink, at->second);
    }
  }
  void end(int, bytes) override { finish(); } // The client's stream has others.
  std::uint64_t ask(input_request, std::function<void(input_response)>) override { return 0; }
  void withdraw(std::uint64_t) override {}
  void on_abandoned(std::function<void()>) override {} // Whoever holds it cancels it.

private:
  void tell(exchange& sink, const std::string& uri) const {
    sink.event(shared(mcp::resource_updated_line(uri, id_raw_)));
  }
  void finish() {
    if (const auto ended = std::exchange(ended_, nullptr)) ended();
  }

  std::weak_ptr<exchange> sink_;
  principal who_;
  std::string id_raw_;
  std::map<std::string, std::string> exposed_; ///< By the server's own URI.
  bool again_;
  std::function<void()> ended_;
};

call_request listen_call(const std::map<std::string, std::string>& exposed, exchange_ptr reply,
                         joint_listens::time_point now) {
  call_request call;
  mcp::listen_filter filter;
  for (const auto& [own, ignored] : exposed) filter.add(own);
  call.body = shared(mcp::listen_request_line(1, filter, mcp::modern_versions.front()));
  call.spans = *mcp::scanner{}.scan(*call.body);
  call.method = "subscriptions/listen";
  call.client = era::modern;
  call.version = mcp::modern_versions.front();
  call.reply = std::move(reply);
  call.received = now;
  return call;
}

} // namespace

void joint_listens::add(const std::string& group, const std::shared_ptr<mcp_session>& session) {
  std::erase_if(sessions_, [&](const listening_session& x) {
    const auto known = x.session.lock();
    return !known || known->over || known == session;
  });
  sessions_.push_back({group, session});
  look_later();
}

bool joint_listens::open(request what, const exchange_ptr& reply) {
  if (streams_.size() >= listens_max) return false;
  reply->event(shared(mcp::acknowledged_line(what.id_raw, what.filter)));
  if (reply->abandoned()) return true;
  auto& one = streams_.emplace_back(stream{std::move(what), reply, {}});
  reply->on_abandoned([this, alive = std::weak_ptr(alive_), key = reply.get()] {
    if (!alive.expired()) close(key);
  });
  std::map<std::string, uri_names> by_server;
  for (std::size_t at = 0; at < one.what.watched.size(); ++at) {
    const auto& place = one.what.watched[at];
    by_server[place.server.value].emplace(place.uri, one.what.filter.uris.at(at));
  }
  for (auto& [server, exposed] : by_server)
    one.parts.push_back({server_id{server}, std::move(exposed), {}, false});
  for (auto& x : one.parts) watch(one, x, false);
  look_later();
  return true;
}

void joint_listens::watch(stream& one, part& of, bool again) {
  auto reply = std::make_shared<watched_part>(
      one.reply, one.reply->who(), one.what.id_raw, of.exposed, again,
      [this, alive = std::weak_ptr(alive_), key = one.reply.get(), server = of.server] {
        if (!alive.expired()) lose(key, server);
      });
  of.reply = reply;
  of.over = false;
  auto call = listen_call(of.exposed, std::move(reply), now_());
  tree_.call(of.server, std::move(call));
}

/// The owner has ended, or would not have it now.
void joint_listens::lose(const exchange* reply, const server_id& server) {
  for (auto& one : streams_) {
    if (one.reply.get() != reply) continue;
    for (auto& x : one.parts)
      if (x.server == server) x.over = true;
    return try_again_later();
  }
}

void joint_listens::try_again_later() {
  if (std::exchange(tries_later_, true)) return;
  after_(again_after_, [this, alive = std::weak_ptr(alive_)] {
    if (alive.expired()) return;
    tries_later_ = false;
    const auto next = std::min(again_max, 2 * again_after_);
    take_up();
    again_after_ = next; // The longer nothing comes of it, the rarer.
  });
}

void joint_listens::take_up() {
  again_after_ = again_first;
  for (auto& one : streams_)
    for (auto& x : one.parts)
      // Of one that is not there somebody tells when it comes.
      if (x.over && tree_.has_server(x.server)) watch(one, x, true);
}

/// Its client has gone, or the node stops.
void joint_listens::close(const exchange* reply) {
  const auto at = std::find_if(streams_.begin(), streams_.end(),
                               [&](const stream& x) { return x.reply.get() == reply; });
  if (at == streams_.end()) return;
  auto closed = std::move(*at);
  streams_.erase(at);
  for (auto& x : closed.parts)
    if (auto held = x.reply.lock()) tree_.cancel(x.server, {std::move(held), "disconnected"});
  closed.reply->end(200, shared(mcp::listen_ended_response(closed.what.id_raw)));
}

void joint_listens::tell(std::string_view group, const std::vector<mcp::list_kind>& changed) {
  for (const auto kind : changed) {
    for (const auto& x : sessions_) {
      const auto session = x.group == group ? x.session.lock() : nullptr;
      if (session) session->tell(shared(mcp::list_changed_line(kind)));
    }
    std::vector<std::pair<exchange_ptr, std::string>> who; // One that is cut off changes the list.
    for (const auto& x : streams_)
      if (x.what.group == group && x.what.filter.wants(kind))
        who.emplace_back(x.reply, x.what.id_raw);
    for (const auto& [reply, id] : who) reply->event(shared(mcp::list_changed_line(kind, id)));
  }
  look_later();
}

/// The endpoints of which somebody hears when their lists change.
std::vector<std::string> joint_listens::listened_groups() const {
  std::set<std::string> groups;
  for (const auto& x : sessions_)
    if (const auto session = x.session.lock(); session && !session->over) groups.insert(x.group);
  for (const auto& x : streams_) {
    const auto& wants = x.what.filter;
    if (wants.tools || wants.prompts || wants.resources) groups.insert(x.what.group);
  }
  return {groups.begin(), groups.end()};
}

/// One timer, and none while nobody listens or no list is good for a while.
void joint_listens::look_later() {
  if (looks_later_ || !after_) return;
  std::optional<time_point> next;
  for (const auto& group : listened_groups())
    if (const auto view = tree_.view(group))
      if (const auto end = view->next_outdated()) next = std::min(next.value_or(*end), *end);
  if (!next) return;
  looks_later_ = true;
  const auto wait = std::chrono::ceil<std::chrono::milliseconds>(*next - now_());
  look_after_ = wait.count() > 0 ? look_pause : std::min(look_pause_max, 2 * look_after_);
  after_(std::max(wait, look_after_), [this, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) look();
  });
}

void joint_listens::look() {
  looks_later_ = false;
  std::set<server_id> servers;
  for (const auto& group : listened_groups())
    if (const auto view = tree_.view(group))
      for (const auto kind : mcp::all_lists)
        for (const auto& server : view->outdated(kind, now_())) servers.insert(server);
  for (const auto& server : servers) tree_.want_lists(server);
  look_later();
}

} // namespace toolscore
