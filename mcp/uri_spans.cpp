#include "mcp/uri_spans.hpp"

#include "mcp/members.hpp"

namespace toolscore::mcp {
namespace {

class finder {
public:
  explicit finder(std::string_view line) : line_(line) {}

  void uri_of(std::string_view object) {
    if (!is_object(object)) return;
    const auto value = member_of(object, "uri");
    if (!is_string(value)) return;
    found.push_back({static_cast<std::uint32_t>(value.data() - line_.data()),
                     static_cast<std::uint32_t>(value.size())});
  }
  /// One block of content: a link, or a resource as a whole.
  void content(std::string_view block) {
    if (!is_object(block)) return;
    const auto type = member_of(block, "type");
    if (says(type, "resource_link")) return uri_of(block);
    if (says(type, "resource")) uri_of(member_of(block, "resource"));
  }
  template <class Item>
  void each(std::string_view array, Item&& item) {
    json_walk walk(array);
    text_span whole;
    walk.array(whole, [&] {
      text_span one;
      if (!walk.value(one)) return false;
      item(one.of(array));
      return true;
    });
  }
  void contents(std::string_view value) {
    if (is_object(value)) return content(value);
    each(value, [this](std::string_view x) { content(x); });
  }

  std::vector<text_span> found;

private:
  std::string_view line_;
};

} // namespace

std::vector<text_span> uri_spans(std::string_view line, const envelope& spans,
                                 std::string_view method) {
  finder find(line);
  if (spans.kind == message_kind::error_response) {
    find.uri_of(member_of(spans.failure.of(line), "data"));
    return std::move(find.found);
  }
  const auto result = spans.result.of(line);
  if (method == "resources/read") {
    find.each(member_of(result, "contents"), [&](std::string_view x) { find.uri_of(x); });
  } else if (method == "tools/call") {
    find.contents(member_of(result, "content"));
  } else if (method == "prompts/get") {
    find.each(member_of(result, "messages"), [&](std::string_view x) {
      if (is_object(x)) find.contents(member_of(x, "content"));
    });
  }
  return std::move(find.found);
}

std::string
rewrite_uris(std::string_view line, const std::vector<text_span>& uris,
             const std::function<std::optional<std::string>(const std::string& uri)>& replaced) {
  std::string out;
  std::size_t from = 0;
  for (const auto& uri : uris) {
    const auto another = replaced(decode(uri.of(line)));
    if (!another) continue;
    out += line.substr(from, uri.at - from);
    out += quote(*another);
    from = uri.at + uri.length;
  }
  return out += line.substr(from);
}

} // namespace toolscore::mcp
