#include "loop/blocking_pool.hpp"

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <future>
#include <set>
#include <stdexcept>
#include <vector>

using namespace toolscore;

namespace {

/// Occupies one thread of a pool until it is opened.
struct gate {
  std::promise<void> entered;
  std::promise<void> opened;
  void hold(blocking_pool& pool) {
    BOOST_REQUIRE(pool.post([this] {
      entered.set_value();
      opened.get_future().wait();
    }));
    entered.get_future().wait();
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(blocking_pool)

BOOST_AUTO_TEST_CASE(one_thread_does_its_work_in_the_order_of_the_posts) {
  std::vector<int> seen;
  {
    toolscore::blocking_pool pool(1);
    for (int i = 0; i < 1'000; ++i) BOOST_TEST(pool.post([&seen, i] { seen.push_back(i); }));
  }
  BOOST_REQUIRE(seen.size() == 1'000u);
  for (int i = 0; i < 1'000; ++i) BOOST_REQUIRE(seen[static_cast<std::size_t>(i)] == i);
}

BOOST_AUTO_TEST_CASE(a_full_queue_refuses_and_takes_again_when_there_is_room) {
  gate first;
  std::atomic<int> ran = 0;
  {
    toolscore::blocking_pool pool(1, 3);
    first.hold(pool);
    for (int i = 0; i < 3; ++i) BOOST_TEST(pool.post([&] { ++ran; }));
    BOOST_TEST(!pool.post([&] { ran += 100; }));
    BOOST_TEST(pool.queued() == 3u);
    first.opened.set_value();
    std::promise<void> emptied;
    while (!pool.post([&] { emptied.set_value(); })) std::this_thread::yield();
    emptied.get_future().wait();
  }
  BOOST_TEST(ran == 3);
}

BOOST_AUTO_TEST_CASE(the_destructor_finishes_what_is_queued) {
  gate first;
  int ran = 0;
  {
    toolscore::blocking_pool pool(1);
    first.hold(pool);
    for (int i = 0; i < 50; ++i) BOOST_TEST(pool.post([&] { ++ran; }));
    first.opened.set_value();
  }
  BOOST_TEST(ran == 50);
}

BOOST_AUTO_TEST_CASE(two_threads_work_at_the_same_time) {
  toolscore::blocking_pool pool;
  std::promise<void> from_second;
  std::promise<void> met;
  // The first can only end while a second thread runs the second.
  BOOST_TEST(pool.post([&] {
    from_second.get_future().wait();
    met.set_value();
  }));
  BOOST_TEST(pool.post([&] { from_second.set_value(); }));
  met.get_future().wait();
}

BOOST_AUTO_TEST_CASE(work_that_throws_is_counted_and_stops_nothing) {
  toolscore::blocking_pool pool(1);
  std::promise<void> after;
  BOOST_TEST(pool.post([] { throw std::runtime_error("no"); }));
  BOOST_TEST(pool.post([&] { after.set_value(); }));
  after.get_future().wait();
  BOOST_TEST(pool.failures() == 1u);
}

BOOST_AUTO_TEST_CASE(work_may_post_more_work_to_its_own_pool) {
  std::promise<void> last;
  toolscore::blocking_pool pool(1);
  BOOST_TEST(pool.post([&] {
    if (!pool.post([&] { last.set_value(); })) last.set_value();
  }));
  last.get_future().wait();
}

BOOST_AUTO_TEST_SUITE_END()
