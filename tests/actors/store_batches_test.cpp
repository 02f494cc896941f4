#include "actors/store_actor.hpp"
#include "tests/actor_fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(store_batches)

namespace {

/// A store actor whose writing thread is a list that the test looks at.
struct store_fixture : test::actor_fixture {
  std::vector<std::function<void()>> posted;
  record_inbox inbox;
  caf::actor store;

  store_fixture() {
    store_options options;
    options.counters = std::make_shared<store_counters>();
    options.inbox = &inbox;
    options.post = [this](std::function<void()> work) {
      posted.push_back(std::move(work));
      return true;
    };
    store = spawn(make_store, options);
  }
  void record() {
    if (inbox.put({})) send(store, records_waiting{});
  }
};

} // namespace

BOOST_FIXTURE_TEST_CASE(a_record_is_written_soon_though_nobody_asks_for_it, store_fixture) {
  record();
  BOOST_TEST(posted.empty());
  advance(store_options{}.batch_wait);
  BOOST_TEST(posted.size() == 1u);
  BOOST_TEST(inbox.records.empty());
}

BOOST_FIXTURE_TEST_CASE(what_comes_together_makes_one_batch, store_fixture) {
  for (int i = 0; i < 100; ++i) record();
  advance(store_options{}.batch_wait);
  BOOST_TEST(posted.size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(what_waits_when_the_store_starts_is_written, store_fixture) {
  record();
  ask_end(store);
  store_options again;
  again.counters = std::make_shared<store_counters>();
  again.inbox = &inbox;
  again.post = [this](std::function<void()> work) {
    posted.push_back(std::move(work));
    return true;
  };
  spawn(make_store, again);
  settle();
  advance(again.batch_wait);
  BOOST_TEST(posted.size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(what_finds_no_room_is_counted_and_the_rest_is_kept, store_fixture) {
  call_record entry;
  entry.response = std::make_shared<const std::string>(record_inbox::bytes_max / 8, 'a');
  for (int i = 0; i < 10; ++i) inbox.put(call_record(entry));
  BOOST_TEST(inbox.dropped == 2u);
  BOOST_TEST(inbox.records.size() == 8u);
  BOOST_TEST(inbox.take({}).size() == 8u);
  inbox.put(call_record(entry)); // There is room again.
  BOOST_TEST(inbox.records.size() == 1u);
  for (std::size_t i = 0; i < record_inbox::records_max + 3; ++i) inbox.put({});
  BOOST_TEST(inbox.records.size() == record_inbox::records_max);
  BOOST_TEST(inbox.dropped == 2u + 4u);
}

BOOST_FIXTURE_TEST_CASE(crashes_that_come_together_make_one_batch_soon, store_fixture) {
  for (int i = 0; i < 100; ++i)
    if (inbox.put_crash({})) send(store, crashes_waiting{});
  BOOST_TEST(posted.empty());
  advance(store_options{}.live_wait);
  BOOST_TEST(posted.size() == 1u);
  BOOST_TEST(inbox.crashes.empty());
  BOOST_TEST(inbox.put_crash({})); // The next one is told again.
}

BOOST_FIXTURE_TEST_CASE(crashes_that_keep_coming_make_a_batch_less_often, store_fixture) {
  const auto crash = [&] {
    if (inbox.put_crash({})) send(store, crashes_waiting{});
  };
  const store_options options;
  crash();
  advance(options.live_wait);
  BOOST_TEST(posted.size() == 1u);
  crash();
  advance(options.live_wait_busy - 1ms);
  BOOST_TEST(posted.size() == 1u);
  advance(1ms);
  BOOST_TEST(posted.size() == 2u);
  advance(options.live_wait_busy);
  crash();
  advance(options.live_wait);
  BOOST_TEST(posted.size() == 3u);
}

BOOST_FIXTURE_TEST_CASE(an_instance_that_ends_before_it_was_written_is_not_written, store_fixture) {
  put_instance begun;
  begun.instance = {{"fs"}, 3};
  drop_instance ended;
  ended.instance = begun.instance;
  send(store, begun);
  send(store, ended);
  advance(store_options{}.live_wait);
  BOOST_TEST(posted.empty());
  send(store, begun);
  advance(store_options{}.live_wait_busy);
  BOOST_TEST(posted.size() == 1u);
  send(store, ended);
  advance(store_options{}.live_wait_busy);
  BOOST_TEST(posted.size() == 2u);
}

BOOST_FIXTURE_TEST_CASE(a_question_for_crashes_is_asked_behind_those_that_wait, store_fixture) {
  inbox.put_crash({});
  send(store, crashes_waiting{});
  send(store, crashes_query{{}, nullptr});
  BOOST_TEST(posted.size() == 2u);
  BOOST_TEST(inbox.crashes.empty());
}

BOOST_AUTO_TEST_SUITE_END()
