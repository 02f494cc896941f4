#include "mcp/list_pager.hpp"

#include "mcp/json_text.hpp"
#include "mcp/json_walk.hpp"
#include "mcp/versions.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace toolscore::mcp {

std::string list_pager::start() {
  items_.clear();
  cursors_.clear();
  count_ = pages_ = 0;
  return "{}";
}

list_pager::step list_pager::on_result(std::string_view result_object) {
  std::string_view list;
  std::optional<std::string_view> cursor;
  std::string_view ttl;
  std::string_view scope;
  for_members(result_object, [&](std::string_view key, std::string_view value) {
    if (says(key, member_)) list = value;
    if (says(key, "ttlMs")) ttl = value;
    if (says(key, "cacheScope")) scope = value;
    if (says(key, "nextCursor") && value.front() == '"') cursor = value;
    return true;
  });
  if (list.empty() || list.front() != '[')
    return failed{"its list has no array \"" + member_ + "\""};
  json_walk walk(list);
  text_span whole;
  walk.array(whole, [&] {
    text_span item;
    if (!walk.value(item)) return false;
    if (count_++ != 0) items_ += ',';
    items_ += item.of(list);
    return true;
  });
  if (items_.size() > bytes_max) return failed{"its list is over the limit of 64 MiB"};
  take_lifetime(ttl, scope);
  ++pages_;
  if (!cursor) return finish(false); // An empty string is a cursor; only absence ends the list.
  std::string decoded = decode(*cursor);
  if (std::find(cursors_.begin(), cursors_.end(), decoded) != cursors_.end()) return finish(true);
  if (pages_ == pages_max)
    return failed{"its list has more than " + std::to_string(pages_max) + " pages"};
  cursors_.push_back(std::move(decoded));
  return next_page{"{\"cursor\":" + std::string(*cursor) + "}"};
}

void list_pager::take_lifetime(std::string_view ttl, std::string_view scope) {
  std::int64_t told = 0;
  std::from_chars(ttl.data(), ttl.data() + ttl.size(), told);
  told = std::clamp<std::int64_t>(told, 0, ttl_ms_max);
  const bool shared = says(scope, "public");
  ttl_ms_ = pages_ == 0 ? told : std::min(ttl_ms_, told);
  is_public_ = shared && (pages_ == 0 || is_public_);
}

list_pager::finished list_pager::finish(bool truncated) {
  return {"[" + std::move(items_) + "]", count_, truncated, ttl_ms_, is_public_};
}

std::string list_request_line(std::int64_t id, std::string_view method, std::string_view params,
                              era server, std::string_view protocol_version) {
  std::string line = R"({"jsonrpc":"2.0","id":)" + std::to_string(id) + R"(,"method":")";
  line.append(method).append(R"(","params":)");
  if (server == era::legacy) return line.append(params).append("}");
  line.append(R"({"_meta":)").append(request_meta_json(protocol_version));
  if (params.size() > 2) line += ',';
  return line.append(params.substr(1)).append("}");
}

} // namespace toolscore::mcp
