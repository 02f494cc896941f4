// A session's stream that outlives its connection.
#include "gateway/event_stream.hpp"
#include "tests/gateway/fake_connection.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;
using namespace toolscore::test;

namespace {

bytes text(std::string x) {
  return std::make_shared<const std::string>(std::move(x));
}

struct fixture {
  std::shared_ptr<stream_counters> counters = std::make_shared<stream_counters>();
  stream_limits limits;
  std::shared_ptr<event_stream> make(event_numbering numbering = event_numbering::primed) {
    return std::make_shared<event_stream>(3, numbering, limits, counters);
  }
  static std::shared_ptr<fake_connection> attached(const std::shared_ptr<event_stream>& stream,
                                                   std::uint64_t after = 0) {
    auto connection = std::make_shared<fake_connection>();
    stream->attach(connection, 1, after);
    return connection;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(event_streams, fixture)

BOOST_AUTO_TEST_CASE(it_begins_with_an_id_and_every_event_has_one) {
  const auto stream = make();
  const auto connection = attached(stream);
  stream->send(text("{1}"));
  stream->end(text("{2}"));
  BOOST_TEST(connection->log == "begin text/event-stream id: 3-0\nretry: 1000\ndata:\n\n"
                                "part id: 3-1\nevent: message\ndata: {1}\n\n"
                                "end id: 3-2\nevent: message\ndata: {2}\n\n");
  BOOST_TEST(!stream->attached());
}

BOOST_AUTO_TEST_CASE(an_older_client_gets_no_event_without_data) {
  const auto stream = make(event_numbering::numbered);
  BOOST_TEST(attached(stream)->log == "begin text/event-stream :\n\n");
}

BOOST_AUTO_TEST_CASE(who_comes_back_gets_what_is_behind_the_last_event_it_saw) {
  const auto stream = make();
  bool told = false;
  stream->on_detached([&] { told = true; });
  auto connection = attached(stream);
  stream->send(text("{1}"));
  stream->send(text("{2}"));
  connection->watcher->on_gone();
  BOOST_TEST(told);
  stream->send(text("{3}"));
  auto next = attached(stream, 1);
  BOOST_TEST(next->log == "begin text/event-stream id: 3-1\nretry: 1000\ndata:\n\n"
                          "id: 3-2\nevent: message\ndata: {2}\n\n"
                          "id: 3-3\nevent: message\ndata: {3}\n\n");
  stream->send(text("{4}"));
  BOOST_TEST(next->log.ends_with("part id: 3-4\nevent: message\ndata: {4}\n\n"));
}

BOOST_AUTO_TEST_CASE(the_answer_of_a_call_waits_for_its_client) {
  const auto stream = make();
  attached(stream)->watcher->on_gone();
  stream->end(text("{answer}"));
  stream->send(text("{late}"));
  BOOST_TEST(stream->ended());
  const auto next = attached(stream);
  BOOST_TEST(next->log.find("{answer}") != std::string::npos);
  BOOST_TEST(next->log.ends_with("end "));
  BOOST_TEST(next->log.find("{late}") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_second_connection_takes_it_over_and_the_first_is_ended) {
  const auto stream = make();
  bool told = false;
  stream->on_detached([&] { told = true; });
  const auto first = attached(stream);
  const auto second = attached(stream);
  BOOST_TEST(first->log.ends_with("end "));
  BOOST_TEST(first->watcher == nullptr);
  stream->send(text("{1}"));
  BOOST_TEST(first->log.find("{1}") == std::string::npos);
  BOOST_TEST(second->log.find("{1}") != std::string::npos);
  BOOST_TEST(!told);
}

BOOST_AUTO_TEST_CASE(who_reads_too_slowly_is_cut_off_and_finds_it_later) {
  const auto stream = make();
  const auto connection = attached(stream);
  connection->held = limits.unsent_max + 1;
  stream->send(text("{1}"));
  BOOST_TEST(connection->log.ends_with("cut off"));
  BOOST_TEST(counters->cut_off == 1u);
  BOOST_TEST(!stream->attached());
  BOOST_TEST(attached(stream)->log.find("{1}") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_is_kept_is_bounded_by_stream_and_by_all_of_them) {
  limits.kept_events_max = 2;
  const auto few = make();
  for (const char* x : {"{1}", "{2}", "{3}"}) few->send(text(x));
  const auto log = attached(few)->log;
  BOOST_TEST(log.find("{1}") == std::string::npos);
  BOOST_TEST((log.find("{2}") != std::string::npos && log.find("{3}") != std::string::npos));
  limits = {};
  limits.kept_bytes_max = 10;
  const auto small = make();
  small->send(text(std::string(8, 'a')));
  small->send(text(std::string(8, 'b')));
  BOOST_TEST(attached(small)->log.find("aaaa") == std::string::npos);
  limits = {};
  limits.kept_bytes_all_max = counters->kept_bytes;
  make()->send(text("{x}"));
  BOOST_TEST(counters->kept_bytes == 14u);
}

BOOST_AUTO_TEST_CASE(nothing_is_counted_once_it_is_gone) {
  make()->send(text("{1}"));
  BOOST_TEST(counters->kept_bytes == 0u);
}

BOOST_AUTO_TEST_CASE(a_silent_one_beats_while_somebody_reads) {
  const auto stream = make();
  BOOST_TEST(!stream->beat());
  const auto connection = attached(stream);
  BOOST_TEST(stream->beat());
  BOOST_TEST(connection->log.ends_with("part :\n\n"));
  stream->finish();
  BOOST_TEST(!stream->beat());
}

BOOST_AUTO_TEST_CASE(event_ids_are_read_strictly) {
  const auto place = read_event_id("12-7");
  BOOST_TEST_REQUIRE(place.has_value());
  BOOST_TEST((place->stream == 12u && place->event == 7u));
  for (const char* other :
       {"", "-", "1-", "-1", "1", "a-1", "1-1 ", "1--1", "1-18446744073709551616"})
    BOOST_TEST(!read_event_id(other).has_value(), other);
}

BOOST_AUTO_TEST_CASE(a_pulse_beats_for_all_and_forgets_those_that_are_over) {
  std::vector<std::function<void()>> due;
  stream_pulse pulse([&](std::chrono::milliseconds, std::function<void()> work) {
    due.push_back(std::move(work));
  });
  const auto a = make();
  const auto b = make();
  const auto reader = attached(a);
  attached(b)->watcher->on_gone();
  pulse.add(a);
  pulse.add(b);
  BOOST_TEST_REQUIRE(due.size() == 1u); // One timer for all.
  due[0]();
  BOOST_TEST(pulse.size() == 1u);
  BOOST_TEST(due.size() == 2u);
  pulse.finish();
  BOOST_TEST(reader->log.ends_with("end "));
  due[1]();
  BOOST_TEST(due.size() == 2u); // Nobody is left to beat.
}

BOOST_AUTO_TEST_SUITE_END()
