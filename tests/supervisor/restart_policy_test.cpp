#include "supervisor/restart_policy.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;
using namespace std::chrono_literals;

namespace {

const moment t0{};

struct bench {
  backoff_policy backoff;
  intensity_policy intensity;
  restart_type type = restart_type::permanent;
  bool parks = true;
  bench() { backoff.jitter = 0; }
  restart_policy policy() const { return {type, backoff, intensity, parks}; }
  restart_window window() const { return restart_window(intensity); }
};

/// A life that began at `from`, was ready at once if `ready`, and ended at `to`.
restart_decision live(restart_policy& policy, restart_window& window, bool ready, moment from,
                      moment to, double random = 0.5, bool failed = true) {
  policy.on_start();
  if (ready) policy.on_ready(from);
  return policy.on_end(to, failed, random, window);
}

std::string text(const restart_decision& x) {
  if (const auto* now = std::get_if<restart_now>(&x)) return "now " + std::to_string(now->attempt);
  if (const auto* later = std::get_if<restart_after>(&x))
    return std::to_string(later->delay.count()) + " " + std::to_string(later->attempt);
  if (const auto* parked = std::get_if<park>(&x))
    return "park " + std::to_string(parked->half_open.count());
  return std::holds_alternative<give_up>(x) ? "give_up" : "finished";
}

} // namespace

BOOST_AUTO_TEST_SUITE(restart_policy)

BOOST_AUTO_TEST_CASE(a_life_that_was_ready_is_followed_by_one_restart_at_once) {
  bench b;
  auto policy = b.policy();
  auto window = b.window();
  BOOST_TEST(text(live(policy, window, true, t0, t0 + 1s)) == "now 1");
  BOOST_TEST(text(live(policy, window, true, t0 + 1s, t0 + 2s)) == "200 2");
  BOOST_TEST(text(live(policy, window, true, t0 + 3s, t0 + 4s)) == "400 3");
}

BOOST_AUTO_TEST_CASE(the_delay_doubles_up_to_the_cap_and_never_overflows) {
  bench b;
  b.intensity.max = 10'000;
  b.intensity.never_ready = 0;
  auto policy = b.policy();
  auto window = b.window();
  const char* expected[] = {"200",  "400",   "800",   "1600",  "3200",
                            "6400", "12800", "25600", "30000", "30000"};
  for (int i = 0; i < 10; ++i)
    BOOST_TEST(text(live(policy, window, false, t0, t0)) ==
               std::string(expected[i]) + " " + std::to_string(i + 1));
  std::string last;
  for (int i = 0; i < 5'000; ++i) last = text(live(policy, window, false, t0, t0));
  BOOST_TEST(last == "30000 5010");
}

BOOST_AUTO_TEST_CASE(jitter_stays_in_its_fraction_of_the_delay) {
  bench b;
  b.backoff.jitter = 0.2;
  const auto delay = [&](double random) {
    auto policy = b.policy();
    auto window = b.window();
    return text(live(policy, window, false, t0, t0, random));
  };
  BOOST_TEST(delay(0.0) == "160 1");
  BOOST_TEST(delay(0.5) == "200 1");
  BOOST_TEST(delay(0.75) == "220 1");
  BOOST_TEST(delay(0.999999) == "240 1");
}

BOOST_AUTO_TEST_CASE(readiness_of_reset_after_forgets_the_count_and_a_millisecond_less_does_not) {
  bench b;
  b.intensity.period = 1s;
  auto policy = b.policy();
  auto window = b.window();
  BOOST_TEST(text(live(policy, window, true, t0, t0)) == "now 1");
  BOOST_TEST(text(live(policy, window, true, t0, t0 + 59'999ms)) == "200 2");
  BOOST_TEST(text(live(policy, window, true, t0 + 100s, t0 + 160s)) == "now 1");
}

BOOST_AUTO_TEST_CASE(the_sixth_restart_within_the_period_parks) {
  bench b;
  auto policy = b.policy();
  auto window = b.window();
  for (int i = 0; i < 5; ++i)
    BOOST_TEST(text(live(policy, window, true, t0, t0 + i * 1s)).find("park") == std::string::npos);
  BOOST_TEST(text(live(policy, window, true, t0, t0 + 59'999ms)) == "park 300000");
}

BOOST_AUTO_TEST_CASE(a_restart_leaves_the_window_when_it_is_exactly_as_old_as_the_period) {
  bench b;
  auto window = b.window();
  for (int i = 0; i < 5; ++i) BOOST_TEST(window.admit(t0));
  BOOST_TEST(!window.admit(t0 + 59'999ms));
  BOOST_TEST(window.admit(t0 + 60s));
}

BOOST_AUTO_TEST_CASE(the_sixth_start_in_a_row_that_never_got_ready_parks_however_slow) {
  bench b;
  auto policy = b.policy();
  auto window = b.window();
  for (int i = 0; i < 5; ++i)
    BOOST_TEST(text(live(policy, window, false, t0, t0 + i * 100s)).find("park") ==
               std::string::npos);
  BOOST_TEST(text(live(policy, window, false, t0, t0 + 500s)) == "park 300000");
}

BOOST_AUTO_TEST_CASE(a_ready_life_between_breaks_the_row_of_never_ready_starts) {
  bench b;
  auto policy = b.policy();
  auto window = b.window();
  auto at = t0;
  for (int i = 0; i < 5; ++i) live(policy, window, false, at, at), at += 100s;
  live(policy, window, true, at, at + 1s);
  at += 100s;
  for (int i = 0; i < 5; ++i, at += 100s)
    BOOST_TEST(text(live(policy, window, false, at, at)).find("park") == std::string::npos);
  BOOST_TEST(text(live(policy, window, false, at, at)) == "park 300000");
}

BOOST_AUTO_TEST_CASE(a_supervisor_that_does_not_park_gives_up) {
  bench b;
  b.parks = false;
  b.intensity.max = 0;
  auto policy = b.policy();
  auto window = b.window();
  BOOST_TEST(text(live(policy, window, true, t0, t0)) == "give_up");
}

BOOST_AUTO_TEST_CASE(a_half_open_try_that_dies_before_it_is_ready_is_parked_at_once) {
  bench b;
  b.intensity.max = 0;
  auto policy = b.policy();
  auto window = b.window();
  BOOST_TEST(text(live(policy, window, true, t0, t0)) == "park 300000");
  b.intensity.max = 5;
  auto roomy = b.window();
  policy.on_half_open();
  BOOST_TEST(text(live(policy, roomy, false, t0 + 300s, t0 + 301s)) == "park 300000");
}

BOOST_AUTO_TEST_CASE(a_half_open_try_that_stays_ready_resets_both_brakes) {
  bench b;
  b.intensity.period = 1h;
  auto policy = b.policy();
  auto window = b.window();
  for (int i = 0; i < 5; ++i) live(policy, window, true, t0, t0 + 1s);
  BOOST_TEST(text(live(policy, window, true, t0, t0 + 2s)) == "park 300000");
  policy.on_half_open();
  // Ready, but not long enough: the window is still full.
  BOOST_TEST(text(live(policy, window, true, t0 + 300s, t0 + 359s)) == "park 300000");
  policy.on_half_open();
  BOOST_TEST(text(live(policy, window, true, t0 + 700s, t0 + 760s)) == "now 1");
  BOOST_TEST(text(live(policy, window, true, t0 + 761s, t0 + 762s)) == "200 2");
}

BOOST_AUTO_TEST_CASE(the_restart_type_decides_who_is_restarted) {
  struct row {
    restart_type type;
    bool failed;
    const char* expected;
  };
  const row rows[] = {
      {restart_type::permanent, true, "200 1"},    {restart_type::permanent, false, "200 1"},
      {restart_type::transient, true, "200 1"},    {restart_type::transient, false, "finished"},
      {restart_type::temporary, true, "finished"}, {restart_type::temporary, false, "finished"}};
  for (const auto& x : rows) {
    bench b;
    b.type = x.type;
    auto policy = b.policy();
    auto window = b.window();
    BOOST_TEST(text(live(policy, window, false, t0, t0, 0.5, x.failed)) == x.expected);
  }
}

BOOST_AUTO_TEST_CASE(an_order_of_a_person_forgets_the_brakes) {
  bench b;
  auto policy = b.policy();
  auto window = b.window();
  live(policy, window, true, t0, t0);
  live(policy, window, true, t0, t0);
  BOOST_TEST(policy.attempt() == 2u);
  policy.forget();
  BOOST_TEST(policy.attempt() == 0u);
  BOOST_TEST(text(live(policy, window, true, t0, t0)) == "now 1");
}

BOOST_AUTO_TEST_CASE(what_no_restart_helps_is_parked_at_once_for_a_person) {
  bench b;
  auto policy = b.policy();
  auto window = b.window();
  live(policy, window, true, t0, t0);
  policy.on_start();
  BOOST_TEST(text(policy.on_hopeless_end()) == "park 0");
  BOOST_TEST(policy.attempt() == 0u);
  BOOST_TEST(text(live(policy, window, true, t0 + 1s, t0 + 1s)) == "now 1"); // It was no crash.
  b.type = restart_type::temporary;
  BOOST_TEST(text(b.policy().on_hopeless_end()) == "finished");
}

BOOST_AUTO_TEST_SUITE_END()
