#include "loop/name_lookup_io.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>

using namespace toolscore;
using namespace std::chrono_literals;

namespace {

namespace ip = boost::asio::ip;

std::atomic<bool> released = false;
std::atomic<int> asked = 0;
std::atomic<int> answered = 0;

/// A name server that is silent for some names: the system's resolver waits for it.
result<name_lookup::addresses> slow_system(const std::string& host) {
  ++asked;
  while (host.starts_with("silent") && !released) std::this_thread::yield();
  ++answered;
  if (host == "unknown.example") return error{errc::io_failed, "it is unknown"};
  return name_lookup::addresses{ip::make_address("192.0.2.1")};
}

struct fresh {
  fresh() {
    released = false;
    asked = answered = 0;
  }
  ~fresh() {
    released = true;
    while (asked != answered) std::this_thread::yield();
  }
  template <class Until>
  void run(Until until) {
    const auto end = std::chrono::steady_clock::now() + 10s;
    while (!until() && std::chrono::steady_clock::now() < end) io.run_for(1ms), io.restart();
  }
  boost::asio::io_context io;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(lookup, fresh)

BOOST_AUTO_TEST_CASE(a_name_is_asked_for_once_and_all_who_asked_hear_it) {
  name_lookup names(io, slow_system);
  int heard = 0;
  for (int i = 0; i < 3; ++i)
    names.find("a.example", [&](const auto& found) { heard += found && found->size() == 1; });
  names.find("unknown.example", [&](const auto& found) { heard += found ? 0 : 10; });
  run([&] { return heard == 13; });
  BOOST_TEST(heard == 13);
  BOOST_TEST(asked == 2);
}

BOOST_AUTO_TEST_CASE(a_silent_name_server_holds_up_no_other_name) {
  name_lookup names(io, slow_system);
  bool heard = false;
  names.find("silent.example", [](const auto&) { BOOST_TEST(false, "it was answered"); });
  names.find("a.example", [&](const auto& found) { heard = static_cast<bool>(found); });
  run([&] { return heard && asked == 2; }); // Or the other one begins in a later test.
  BOOST_TEST(heard);
}

BOOST_AUTO_TEST_CASE(its_end_waits_for_no_answer_and_what_comes_later_is_heard_by_nobody) {
  auto names = std::make_unique<name_lookup>(io, slow_system);
  for (int i = 0; i < 20; ++i)
    names->find("silent" + std::to_string(i), [](const auto&) { BOOST_TEST(false, "heard"); });
  run([] { return asked == static_cast<int>(name_lookup::at_once_max); });
  const auto before = std::chrono::steady_clock::now();
  names.reset();
  BOOST_TEST((std::chrono::steady_clock::now() - before < 1s));
  released = true;
  while (answered != asked) std::this_thread::yield();
  io.run_for(50ms);
  BOOST_TEST(asked == static_cast<int>(name_lookup::at_once_max)); // The others were dropped.
}

BOOST_AUTO_TEST_SUITE_END()
