#include "gateway/joint_listens.hpp"

#include "mcp/envelope.hpp"
#include "mcp/json_text.hpp"
#include "mcp/versions.hpp"

#include <algorithm>
#include <map>
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
               std::map<std::string, std::string> exposed)
      : sink_(std::move(sink)), who_(std::move(who)), id_raw_(std::move(id_raw)),
        exposed_(std::move(exposed)) {}

  const principal& who() const override { return who_; }
  bool abandoned() const override { return sink_.expired(); }
  void event(bytes json) override {
    const auto sink = sink_.lock();
    mcp::scanner scanner;
    const auto spans = scanner.scan(*json);
    if (!sink || !spans || !mcp::says(spans->method.of(*json), "notifications/resources/updated"))
      return;
    const auto at = exposed_.find(mcp::uri_of(spans->params.of(*json)));
    if (at != exposed_.end()) sink->event(shared(mcp::resource_updated_line(at->second, id_raw_)));
  }
  void end(int, bytes) override {} // Its server has gone; the client's stream has others.
  std::uint64_t ask(input_request, std::function<void(input_response)>) override { return 0; }
  void withdraw(std::uint64_t) override {}
  void on_abandoned(std::function<void()>) override {} // Whoever holds it cancels it.

private:
  std::weak_ptr<exchange> sink_;
  principal who_;
  std::string id_raw_;
  std::map<std::string, std::string> exposed_; ///< By the server's own URI.
};

call_request listen_call(const std::vector<std::string>& uris, exchange_ptr reply,
                         joint_listens::time_point now) {
  call_request call;
  mcp::listen_filter filter;
  for (const auto& uri : uris) filter.add(uri);
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
}

bool joint_listens::open(request what, const exchange_ptr& reply, time_point now) {
  if (streams_.size() >= listens_max) return false;
  reply->event(shared(mcp::acknowledged_line(what.id_raw, what.filter)));
  if (reply->abandoned()) return true;
  auto& one = streams_.emplace_back(stream{std::move(what), reply, {}});
  reply->on_abandoned([this, alive = std::weak_ptr(alive_), key = reply.get()] {
    if (!alive.expired()) close(key);
  });
  watch(one, now);
  return true;
}

void joint_listens::watch(stream& one, time_point now) {
  std::map<std::string, std::map<std::string, std::string>> by_server;
  for (std::size_t at = 0; at < one.what.watched.size(); ++at) {
    const auto& place = one.what.watched[at];
    by_server[place.server.value].emplace(place.uri, one.what.filter.uris.at(at));
  }
  for (auto& [server, exposed] : by_server) {
    std::vector<std::string> uris;
    for (const auto& [own, ignored] : exposed) uris.push_back(own);
    auto reply = std::make_shared<watched_part>(one.reply, one.reply->who(), one.what.id_raw,
                                                std::move(exposed));
    one.parts.push_back({server_id{server}, reply});
    tree_.call(server_id{server}, listen_call(uris, std::move(reply), now));
  }
}

/// Its client has gone, or the node stops.
void joint_listens::close(const exchange* reply) {
  const auto at = std::find_if(streams_.begin(), streams_.end(),
                               [&](const stream& x) { return x.reply.get() == reply; });
  if (at == streams_.end()) return;
  auto closed = std::move(*at);
  streams_.erase(at);
  for (auto& x : closed.parts) tree_.cancel(x.server, {std::move(x.reply), "disconnected"});
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
}

} // namespace toolscore
