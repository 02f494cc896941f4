#include "gateway/http_types.hpp"

#include "gateway/event_text.hpp"
#include "gateway/response_text.hpp"
#include "gateway/rest_text.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

using namespace toolscore;

BOOST_AUTO_TEST_SUITE(http_types)

BOOST_AUTO_TEST_CASE(headers_are_found_whatever_their_case_and_the_first_counts) {
  header_list x;
  x.add("Mcp-Name", "a");
  x.add("MCP-NAME", "b");
  x.add("Empty", "");
  BOOST_TEST(x.get("mcp-name").value() == "a");
  BOOST_TEST(x.count("mcp-name") == 2u);
  BOOST_TEST(x.get("empty").value() == "");
  BOOST_TEST(!x.get("mcp-nam").has_value());
  x.clear();
  BOOST_TEST(!x.get("mcp-name").has_value());
}

BOOST_AUTO_TEST_CASE(names_are_kept_in_lower_case_whatever_their_length) {
  for (std::size_t length = 1; length < 40; ++length)
    for (int first = 0; first < 256; ++first) {
      std::string name;
      std::string expected;
      for (std::size_t i = 0; i < length; ++i) {
        const auto c = static_cast<char>(first + static_cast<int>(i) * 37);
        name += c;
        expected += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
      }
      header_list x;
      x.add("Before", "VALUE");
      x.add(name, "Kept");
      BOOST_REQUIRE_MESSAGE(x.name(1) == expected, length << " from " << first);
      BOOST_REQUIRE(x.value(1) == "Kept" && x.value(0) == "VALUE");
    }
}

BOOST_AUTO_TEST_CASE(a_field_is_found_among_many_that_look_like_it) {
  header_list x;
  for (int i = 0; i < 400; ++i) {
    x.add("a" + std::string(static_cast<std::size_t>(i % 20), 'x'), "no"); // Of every length.
    x.add("hxst", "no");
  }
  BOOST_TEST(!x.get("accept").has_value());
  BOOST_TEST(x.count("accept") == 0u);
  x.add("Accept", "text/plain");
  x.add("Host", "one");
  x.add("accept", "text/html");
  BOOST_TEST(x.get("accept").value() == "text/plain");
  BOOST_TEST(x.count("accept") == 2u);
  BOOST_TEST(x.get("host").value() == "one");
  x.replace("host", "two");
  BOOST_TEST(x.get("host").value() == "two");
  x.replace("host", "three"); // Of another length.
  BOOST_TEST(x.get("host").value() == "two");
}

BOOST_AUTO_TEST_CASE(query_values_are_found_and_decoded) {
  BOOST_TEST(query_value("a=1&b=2", "b").value() == "2");
  BOOST_TEST(query_value("a=x%20y+z%2", "a").value() == "x y z%2");
  BOOST_TEST(query_value("a", "a").value() == "");
  BOOST_TEST(!query_value("ab=1", "a").has_value());
  BOOST_TEST(!query_value("", "a").has_value());
}

BOOST_AUTO_TEST_CASE(a_head_says_what_it_must) {
  std::string out;
  append_head(out, {.status = 200, .content_type = "application/json", .headers = "X: y\r\n"}, 12);
  BOOST_TEST(out == "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX: y\r\n"
                    "Content-Length: 12\r\n\r\n");
  out.clear();
  append_head(out, {.status = 204, .keep_alive = false, .content_type = {}, .headers = {}}, 0);
  BOOST_TEST(out == "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
  out.clear();
  append_stream_head(out, {.version = 10, .keep_alive = false, .content_type = {}, .headers = {}});
  BOOST_TEST(out == "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(an_event_is_one_data_line_and_an_empty_chunk_is_none) {
  std::string out;
  append_sse_message(out, "{\"a\":\n1,\r\"b\":2}");
  BOOST_TEST(out == "event: message\ndata: {\"a\": 1, \"b\":2}\n\n");
  out.clear();
  append_chunk(out, "");
  BOOST_TEST(out.empty());
  append_chunk(out, "0123456789abcdef");
  BOOST_TEST(out == "10\r\n0123456789abcdef\r\n");
}

BOOST_AUTO_TEST_CASE(a_server_is_shown_with_the_names_of_its_fields) {
  server_status x;
  x.id = {"fs"};
  x.status = process_status::crash_loop;
  x.reason = "exit 1: \xff";
  x.pid = 42;
  x.since = std::chrono::system_clock::time_point{std::chrono::milliseconds{1'500}};
  const auto json = nlohmann::json::parse(server_text(x));
  BOOST_TEST(json.size() == 25u);
  BOOST_TEST(json["name"] == "fs");
  BOOST_TEST(json["process_status"] == "crash_loop");
  BOOST_TEST(json["desired_state"] == "running");
  BOOST_TEST(json["pid"] == 42);
  BOOST_TEST(json["since"] == "1970-01-01T00:00:01.500Z");
  BOOST_TEST(json["reason"] == "exit 1: \xef\xbf\xbd");
  server_status y = x;
  y.id = {"db"};
  const auto list = nlohmann::json::parse(servers_text({x, y}));
  BOOST_TEST(list["servers"][0]["name"] == "db");
}

BOOST_AUTO_TEST_CASE(every_error_has_a_status_of_its_kind) {
  for (int code = 1; code <= static_cast<int>(errc::tool_denied); ++code) {
    const int status = status_of(static_cast<errc>(code));
    BOOST_TEST((status >= 400 && status < 600));
    BOOST_TEST(status_text(status) != "Status");
  }
  BOOST_TEST(status_of(errc::unknown_server) == 404);
  BOOST_TEST(status_of(errc::already_exists) == 409);
  BOOST_TEST(error_text("a", "b\"") == R"({"error":{"code":"a","message":"b\""}})");
}

BOOST_AUTO_TEST_CASE(metrics_have_one_type_line_a_family) {
  BOOST_TEST(metrics_text({{"b_total", 2}, {"a{x=\"1\"}", 1.5}, {"a{x=\"2\"}", 3}}) ==
             "# TYPE a gauge\na{x=\"1\"} 1.5\na{x=\"2\"} 3\n# TYPE b_total counter\nb_total 2\n");
}

BOOST_AUTO_TEST_CASE(an_event_is_one_line_of_json) {
  event x;
  x.number = 7;
  x.kind = "server.state";
  x.server = {"fs"};
  x.fields = {{"reason", "a\nb"}, {"pid", "1"}};
  BOOST_TEST(event_text(x) ==
             R"({"number":7,"at":"1970-01-01T00:00:00.000Z","kind":"server.state",)"
             R"("server":"fs","fields":{"pid":"1","reason":"a\nb"}})");
}

BOOST_AUTO_TEST_SUITE_END()
