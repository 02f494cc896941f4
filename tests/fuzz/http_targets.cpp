#include "gateway/request_reader_io.hpp"
#include "tests/fuzz/fuzzing.hpp"

#include <algorithm>
#include <string>

namespace toolscore::test {
namespace {

const reader_limits limits{.header_bytes_max = 4'096, .body_bytes_max = 2'048};

/// Reads as far as it goes, in parts of `part_bytes`.
std::size_t feed(request_reader& reader, std::string_view text, std::size_t part_bytes) {
  std::size_t used = 0;
  std::size_t seen = std::min(text.size(), part_bytes);
  while (reader.failure() == 0 && !reader.complete()) {
    const auto taken = reader.feed(text.substr(used, seen - used));
    used += taken;
    if (taken != 0) continue;
    if (seen == text.size()) break;
    seen = std::min(text.size(), seen + part_bytes);
  }
  return used;
}

void same_request(inbound_request& a, inbound_request& b) {
  expect(a.method == b.method, "the same method");
  expect(a.target == b.target && a.path_length == b.path_length, "the same target");
  expect(a.version == b.version && a.keep_alive == b.keep_alive, "the same connection");
  expect(a.headers.size() == b.headers.size(), "as many fields");
  for (std::size_t i = 0; i < a.headers.size(); ++i)
    expect(a.headers.name(i) == b.headers.name(i) && a.headers.value(i) == b.headers.value(i),
           "the same fields");
  expect(a.body && b.body && *a.body == *b.body, "the same body");
}

std::string post(const std::string& fields, const std::string& body) {
  return "POST /mcp/fs HTTP/1.1\r\nHost: 127.0.0.1:8088\r\nContent-Type: application/json\r\n" +
         fields + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

/// Reads `text` as what a connection sends after `before`.
void check_after(std::string_view before, std::string_view text, request_reader& expected,
                 std::size_t expected_size) {
  request_reader reader(limits);
  feed(reader, before, before.size());
  if (!reader.complete()) return;
  reader.reset();
  const auto used = feed(reader, text, text.size());
  expect(reader.complete(), "a request ends where it ends, whatever came before");
  expect(used == expected_size, "a request is as long whatever came before");
  same_request(reader.request(), expected.request());
}

/// What comes whole may be read by us, or be known from before; what comes in parts is read by the
/// library.
void check_request(std::string_view text) {
  request_reader whole(limits);
  request_reader in_parts(limits);
  const auto used = feed(whole, text, text.size());
  const auto used_in_parts = feed(in_parts, text, 1);
  expect(whole.complete() == in_parts.complete(), "a request ends where it ends");
  if (!whole.complete()) return;
  expect(used == used_in_parts, "a request is as long however it comes");
  same_request(whole.request(), in_parts.request());
  check_after(text, text, in_parts, used);
  check_after(post("", R"({"jsonrpc":"2.0","id":2,"method":"ping"})"), text, in_parts, used);
}

} // namespace

std::vector<fuzz_target> http_targets() {
  const std::string body = R"({"jsonrpc":"2.0","id":1,"method":"ping"})";
  const auto post = [&](const std::string& fields) { return test::post(fields, body); };
  return {
      {"http",
       {post(""), post("Accept: application/json, text/event-stream\r\nMcp-Session-Id: a b \r\n"),
        post("Connection: close\r\n"), post("Connection:keep-alive\r\n"),
        post("Content-Length: 40\r\n"), post("Expect: 100-continue\r\n"), post("X: \r\nY:\t1\r\n"),
        post("Transfer-Encoding: chunked\r\n"), post("Transfer-Encoding: identity\r\n"),
        post("Trailer: X \r\nTE: trailers\r\nUpgrade: h2c\r\n"),
        "POST /mcp HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"a\":\r\n3\r\n "
        "1}\r\n0\r\n\r\n",
        "POST / HTTP/1.0\r\nContent-Length: 2\r\n\r\n{}",
        "GET /a%20b?c HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
        "POST /a HTTP/1.1\r\nContent-Length: 00002\r\nProxy-Connection: close\r\n\r\n{}" +
            post("")},
       check_request}};
}

} // namespace toolscore::test
