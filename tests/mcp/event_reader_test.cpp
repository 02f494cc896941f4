#include "mcp/event_reader.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore::mcp;
using namespace std::chrono_literals;

namespace {

/// "name|data", one after the other.
std::vector<std::string> read(event_reader& reader, std::string_view text, std::size_t part = 0) {
  std::vector<stream_event> events;
  if (part == 0) part = std::max<std::size_t>(1, text.size());
  for (std::size_t at = 0; at < text.size(); at += part)
    BOOST_TEST(reader.feed(text.substr(at, part), events));
  std::vector<std::string> out;
  for (const auto& x : events) out.push_back(x.name + "|" + x.data);
  return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(event_reader)

BOOST_AUTO_TEST_CASE(events_are_read_however_they_are_cut) {
  using list = std::vector<std::string>;
  const std::pair<std::string, list> rows[] = {
      {"event: message\ndata: {}\n\n", {"message|{}"}},
      {"data: a\r\ndata: b\r\n\r\n", {"|a\nb"}},
      {"data: a\rdata:b\r\rdata: c\r\r", {"|a\nb", "|c"}},
      {": beat\n\ndata:  two spaces\n\n", {"| two spaces"}},
      {"\xef\xbb\xbf"
       "data: marked\n\n",
       {"|marked"}},
      {"data\ndata: x\n\n", {"|\nx"}},
      {"id: 1\ndata: \n\n", {}},           // Priming: an id and no message.
      {"event: a\n\ndata: b\n\n", {"|b"}}, // A name goes with its event.
      {"unknown: x\ndata: y\n\n", {"|y"}},
      {"data: never ended\n", {}},
  };
  for (const auto& [text, expected] : rows)
    for (std::size_t part = 0; part < 4; ++part) {
      class event_reader reader(1'000);
      const auto found = read(reader, text, part);
      BOOST_TEST(found == expected, boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_CASE(an_id_counts_once_its_event_is_complete) {
  class event_reader reader(1'000);
  read(reader, "id: 7-1\ndata: \n\n");
  BOOST_TEST(reader.last_id() == "7-1");
  read(reader, "id: 7-2\ndata: half");
  BOOST_TEST(reader.last_id() == "7-1");
  read(reader, "\n\ndata: x\n\n");
  BOOST_TEST(reader.last_id() == "7-2"); // It stays until another is named.
}

BOOST_AUTO_TEST_CASE(an_id_that_fits_no_header_is_none) {
  for (const std::string& id : {std::string("a\0b", 3), std::string("\x01"),
                                std::string("\xc3\xa4"), std::string(2'000, 'x')}) {
    class event_reader reader(10'000);
    read(reader, "id: good\ndata: x\n\nid: " + id + "\ndata: y\n\n");
    BOOST_TEST(reader.last_id() == "good");
  }
}

BOOST_AUTO_TEST_CASE(a_retry_is_a_number_of_milliseconds_and_bounded) {
  class event_reader reader(1'000);
  BOOST_TEST(!reader.retry().has_value());
  read(reader, "retry: 250\n\n");
  BOOST_TEST((reader.retry() == 250ms));
  for (const char* bad : {"retry: soon\n\n", "retry: -1\n\n", "retry:\n\n", "retry: 1e3\n\n"})
    read(reader, bad);
  BOOST_TEST((reader.retry() == 250ms));
  read(reader, "retry: 4294967295\n\n");
  BOOST_TEST((reader.retry() == 1h));
}

BOOST_AUTO_TEST_CASE(what_is_over_the_limit_ends_the_reading) {
  std::vector<stream_event> events;
  class event_reader line(100);
  BOOST_TEST(!line.feed("data: " + std::string(100, 'x'), events));
  class event_reader many(100);
  bool good = true;
  for (int i = 0; i < 20 && good; ++i) good = many.feed("data: 123456789\n", events);
  BOOST_TEST(!good);
  class event_reader unknown(100);
  BOOST_TEST(!unknown.feed(std::string(200, 'x'), events));
  BOOST_TEST(events.empty());
}

BOOST_AUTO_TEST_SUITE_END()
