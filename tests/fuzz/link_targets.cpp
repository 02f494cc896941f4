#include "mcp/event_reader.hpp"
#include "messages/http_place.hpp"
#include "runners/message_assembly.hpp"
#include "tests/fuzz/fuzzing.hpp"

#include <algorithm>

namespace toolscore::test {
namespace {

constexpr std::size_t event_bytes_max = 1'000;

struct stream_reading {
  bool good = true;
  std::vector<mcp::stream_event> events;
  std::string last_id;
};

stream_reading read_stream(std::string_view text, std::size_t part_bytes) {
  stream_reading out;
  mcp::event_reader reader(event_bytes_max);
  for (std::size_t at = 0; at < text.size() && out.good; at += part_bytes)
    out.good = reader.feed(text.substr(at, part_bytes), out.events);
  out.last_id = reader.last_id();
  return out;
}

void check_events(std::string_view text) {
  const auto whole = read_stream(text, std::max<std::size_t>(1, text.size()));
  const auto in_parts = read_stream(text, 1 + choice_of(text) % 7);
  expect(whole.good == in_parts.good, "a limit is a limit however it comes");
  if (!whole.good) return;
  expect(whole.last_id == in_parts.last_id, "the same id");
  expect(whole.events.size() == in_parts.events.size(), "as many events");
  for (std::size_t i = 0; i < whole.events.size(); ++i) {
    const auto& event = whole.events[i];
    expect(event.data == in_parts.events[i].data && event.name == in_parts.events[i].name,
           "the same events");
    expect(!event.data.empty() && event.data.size() <= event_bytes_max, "a message, and bounded");
    const auto line = mcp::on_one_line(event.data);
    expect(line.find_first_of("\r\n") == line.npos, "one line");
  }
  expect(std::all_of(whole.last_id.begin(), whole.last_id.end(),
                     [](char x) { return x >= ' ' && x < 0x7f; }),
         "an id that fits a header");
}

constexpr std::size_t message_bytes_max = 300;

/// Messages end with a newline here; each comes in parts.
std::vector<message_assembly::outcome> read_messages(std::string_view text,
                                                     std::size_t part_bytes) {
  std::vector<message_assembly::outcome> out;
  message_assembly reader(message_bytes_max);
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto size = std::min(end, part_bytes);
    const bool last = size == end && end < text.size();
    if (auto came = reader.feed(text.substr(0, size), last)) out.push_back(std::move(*came));
    expect(reader.held_bytes() <= message_bytes_max, "no more is kept than may be");
    text.remove_prefix(last ? size + 1 : size);
  }
  return out;
}

void check_messages(std::string_view text) {
  using kind = message_assembly::kind;
  const auto whole = read_messages(text, std::max<std::size_t>(1, text.size()));
  const auto in_parts = read_messages(text, 1 + choice_of(text) % 7);
  expect(whole.size() == in_parts.size(), "as many messages however they come");
  for (std::size_t i = 0; i < whole.size(); ++i) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto written = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const auto& x = whole[i];
    expect(x.is == in_parts[i].is, "the same kind");
    expect((x.is == kind::overlong) == (written.size() > message_bytes_max), "a limit is a limit");
    if (x.is == kind::overlong) {
      expect(written.starts_with(x.text) && written.starts_with(in_parts[i].text), "its start");
      continue;
    }
    expect(x.text == in_parts[i].text, "the same text");
    expect(x.text.find_first_of("\r\n") == x.text.npos, "one line");
    const auto first = x.text.find_first_not_of(" \t");
    if (x.is == kind::message)
      expect(first != x.text.npos && x.text[first] == '{' && x.text.size() == written.size(),
             "an object, whole");
  }
}

void check_place(const http_place& x) {
  for (const auto* part : {&x.host, &x.target})
    expect(!part->empty() &&
               std::all_of(part->begin(), part->end(), [](char c) { return c > ' ' && c < 0x7f; }),
           "what goes into a request cannot end a line of it");
  expect(x.target.front() == '/', "a target is a path");
  const auto again = read_http_place(origin_of(x) + x.target);
  expect(static_cast<bool>(again) && *again == x, "it is read back the same");
}

void check_url(std::string_view text) {
  if (const auto x = read_http_place(text)) check_place(*x);
  const auto base = read_http_place("https://example.org:444/a/b?c");
  const auto there = resolve_reference(*base, text);
  if (!there) return;
  check_place(*there);
  // What begins with one slash, or with no sign of a host, stays where it is.
  const bool names_host = text.starts_with("//") || text.find("://") != text.npos;
  expect(names_host || same_origin(*base, *there), "a reference without a host stays");
}

} // namespace

std::vector<fuzz_target> link_targets() {
  return {{"events",
           {"data: {}\n\n", "event: message\r\nid: 1-2\r\ndata: {\"a\":\r\ndata: 1}\r\n\r\n",
            "retry: 20\n: beat\n\nid: 3\ndata: \n\n",
            "\xef\xbb\xbf"
            "data\rdata:x\r\r"},
           check_events},
          {"message_parts",
           {"{\"jsonrpc\":\"2.0\"}\n", " \t{\"a\":\r1}\nnone\n\n[1]\n",
            std::string(400, '{') + "\n{}\n" + std::string(299, ' ') + "{\n", "\x1b[0m\n{"},
           check_messages},
          {"url",
           {"https://example.org/mcp", "http://[::1]:80/a?b#c", "//other.org:1/x", "/a/b", "?x",
            "http://127.0.0.1:${PORT}/", "HTTPS://EXAMPLE.ORG:443"},
           check_url}};
}

} // namespace toolscore::test
