#include "actors/call_table.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;
using namespace std::chrono_literals;

namespace {

const call_table::clock::time_point t0{1h};

pending_call call_of(std::uint64_t instance, std::chrono::milliseconds timeout = 1s,
                     own_request own = own_request::none) {
  pending_call call;
  call.own = own;
  call.instance = instance;
  call.deadline = t0 + timeout;
  call.deadline_max = t0 + 10s;
  return call;
}

} // namespace

BOOST_AUTO_TEST_SUITE(call_table_limits)

BOOST_AUTO_TEST_CASE(an_id_is_never_given_twice) {
  call_table table{4};
  const auto first = table.enter(call_of(1));
  table.take(first);
  BOOST_TEST(table.enter(call_of(1)) == first + 1);
  BOOST_TEST(!table.take(first));
}

BOOST_AUTO_TEST_CASE(the_owners_own_requests_take_no_place_of_a_callers) {
  call_table table{1};
  table.enter(call_of(1, 1s, own_request::ping));
  BOOST_TEST(!table.full());
  const auto id = table.enter(call_of(1));
  BOOST_TEST(table.full());
  table.take(id);
  BOOST_TEST(!table.full());
}

BOOST_AUTO_TEST_CASE(a_crash_takes_the_calls_of_that_instance_and_no_other) {
  call_table table{8};
  table.enter(call_of(1));
  const auto other = table.enter(call_of(2));
  table.enter(call_of(1));
  BOOST_TEST(table.take_instance(1).size() == 2u);
  BOOST_TEST(table.callers() == 1u);
  BOOST_TEST(table.find(other) != nullptr);
  BOOST_TEST(table.take_instance(1).empty());
}

BOOST_AUTO_TEST_CASE(a_call_expires_at_its_deadline_and_not_before) {
  call_table table{8};
  table.enter(call_of(1, 100ms));
  BOOST_TEST(table.take_expired(t0 + 99ms).empty());
  BOOST_TEST(table.take_expired(t0 + 100ms).size() == 1u);
  BOOST_TEST(table.empty());
}

BOOST_AUTO_TEST_CASE(progress_moves_a_deadline_but_never_past_its_maximum) {
  call_table table{8};
  const auto id = table.enter(call_of(1, 100ms));
  table.progressed(id, t0 + 50ms, 1s);
  BOOST_TEST(table.take_expired(t0 + 1049ms).empty());
  table.progressed(id, t0 + 9900ms, 1s);
  BOOST_TEST(table.find(id)->deadline.time_since_epoch().count() ==
             (t0 + 10s).time_since_epoch().count());
}

BOOST_AUTO_TEST_CASE(the_next_deadline_is_the_earliest_of_all) {
  call_table table{8};
  BOOST_TEST(!table.next_deadline().has_value());
  table.enter(call_of(1, 300ms));
  table.enter(call_of(1, 200ms));
  table.enter(call_of(1, 400ms));
  BOOST_TEST((*table.next_deadline() == t0 + 200ms));
}

BOOST_AUTO_TEST_SUITE_END()
