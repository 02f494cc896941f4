#include "actors/listen_book.hpp"

#include <algorithm>
#include <utility>

namespace toolscore {
namespace {

void tell(const open_listen& who, std::string line) {
  auto text = std::make_shared<const std::string>(std::move(line));
  if (who.sink)
    who.sink->event(std::move(text));
  else
    who.reply->event(std::move(text));
}

} // namespace

bool hears(const open_listen& who, const heard_instance& at) {
  if (at.owned_by.empty())
    return who.session.empty() || at.has_own == nullptr || !at.has_own(at.context, who.session);
  const auto name = at.owned_by.substr(2);
  return at.owned_by.front() == 's' ? who.session == name
                                    : who.session.empty() && who.principal == name;
}

bool listen_book::watches() const noexcept {
  return std::any_of(listens_.begin(), listens_.end(),
                     [](const open_listen& x) { return !x.filter.uris.empty(); });
}

std::size_t listen_book::watched() const noexcept {
  std::size_t count = 0;
  for (const auto& x : listens_) count += x.filter.uris.size();
  return count;
}

open_listen& listen_book::add(open_listen x) {
  return listens_.emplace_back(std::move(x));
}

open_listen* listen_book::of_session(std::string_view session) {
  const auto at = std::find_if(listens_.begin(), listens_.end(), [&](const open_listen& x) {
    return x.sink && x.session == session;
  });
  return at == listens_.end() ? nullptr : &*at;
}

std::optional<open_listen> listen_book::take(const exchange* reply) {
  const auto at = std::find_if(listens_.begin(), listens_.end(), [&](const open_listen& x) {
    return x.reply && x.reply.get() == reply;
  });
  if (at == listens_.end()) return std::nullopt;
  auto taken = std::move(*at);
  listens_.erase(at);
  return taken;
}

std::optional<open_listen> listen_book::take_session(std::string_view session) {
  const auto at = std::find_if(listens_.begin(), listens_.end(), [&](const open_listen& x) {
    return x.sink && x.session == session;
  });
  if (at == listens_.end()) return std::nullopt;
  auto taken = std::move(*at);
  listens_.erase(at);
  return taken;
}

std::vector<std::string> listen_book::watched_at(const heard_instance& at) const {
  std::vector<std::string> uris;
  for (const auto& x : listens_)
    if (!x.filter.uris.empty() && hears(x, at))
      uris.insert(uris.end(), x.filter.uris.begin(), x.filter.uris.end());
  std::sort(uris.begin(), uris.end());
  uris.erase(std::unique(uris.begin(), uris.end()), uris.end());
  return uris;
}

void listen_book::list_changed(mcp::list_kind kind, const heard_instance& at) const {
  for (const auto& x : listens_)
    if (x.filter.wants(kind) && hears(x, at)) tell(x, mcp::list_changed_line(kind, x.id_raw));
}

void listen_book::resource_updated(const std::string& uri, const heard_instance& at) const {
  for (const auto& x : listens_)
    if (!x.filter.uris.empty() && x.filter.wants(uri) && hears(x, at))
      tell(x, mcp::resource_updated_line(uri, x.id_raw));
}

bool announcer::on_change(mcp::list_kind kind, time_point now) {
  auto& x = kinds_[static_cast<std::size_t>(kind)];
  if (now < x.quiet_until) {
    x.due = true;
    return false;
  }
  x.quiet_until = now + pause;
  x.due = false;
  return true;
}

std::vector<mcp::list_kind> announcer::on_timer(time_point now) {
  std::vector<mcp::list_kind> due;
  for (std::size_t i = 0; i < kinds_.size(); ++i) {
    auto& x = kinds_[i];
    if (!x.due || now < x.quiet_until) continue;
    x.due = false;
    x.quiet_until = now + pause;
    due.push_back(static_cast<mcp::list_kind>(i));
  }
  return due;
}

std::optional<announcer::time_point> announcer::next() const {
  std::optional<time_point> first;
  for (const auto& x : kinds_)
    if (x.due) first = std::min(first.value_or(x.quiet_until), x.quiet_until);
  return first;
}

} // namespace toolscore
