// Lists of modern servers that are good for a while: who asks makes the gateway look again.
#include "gateway/joint_listens.hpp"
#include "tests/gateway/joint_view_support.hpp"
#include "tests/gateway/mcp_client.hpp"

#include <boost/test/unit_test.hpp>

#include <deque>

using namespace toolscore;
using namespace toolscore::test;
using namespace std::chrono_literals;

namespace {

using time_point = std::chrono::steady_clock::time_point;

struct lasting_list {
  std::string id;
  std::int64_t ttl_ms = 0;
  time_point fetched{};
  era speaks = era::modern;
};

mcp::view_ptr view_of(const std::vector<lasting_list>& servers) {
  std::vector<mcp::offer_ptr> offers;
  for (const auto& x : servers) {
    mcp::kept_lists lists;
    lists[0].array = std::make_shared<const std::string>("[]");
    lists[0].life = {x.ttl_ms, true, x.fetched};
    auto handshake = std::make_shared<mcp::handshake_result>();
    handshake->server = x.speaks;
    handshake->capabilities_json = R"({"tools":{}})";
    offers.push_back(std::make_shared<const mcp::server_offer>(
        server_id{x.id}, mcp::offer_policy{}, std::move(handshake), std::move(lists)));
  }
  return std::make_shared<const mcp::joint_view>(std::move(offers), group_view{});
}

/// Who listens, with timers that the test lets run out.
struct waiting_listens {
  boost::asio::io_context io;
  fake_backend tree{io};
  time_point now{1h};
  std::deque<std::pair<std::chrono::milliseconds, std::function<void()>>> timers;
  joint_listens listens{tree,
                        [this](std::chrono::milliseconds wait, std::function<void()> work) {
                          timers.emplace_back(wait, std::move(work));
                        },
                        [this] { return now; }};

  std::shared_ptr<mcp_session> session = std::make_shared<mcp_session>();
  void run_out() {
    BOOST_TEST_REQUIRE(timers.size() == 1u);
    auto [wait, work] = std::move(timers.front());
    timers.pop_front();
    now += wait;
    work();
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(list_lifetimes)

BOOST_AUTO_TEST_CASE(who_asks_for_a_list_has_the_parts_fetched_that_are_good_no_more) {
  server_fixture node;
  const auto now = std::chrono::steady_clock::now();
  node.on_loop([&] {
    node.tree.views[""] = view_of({{"fresh", 3'600'000, now},
                                   {"none", 0, now},
                                   {"old", 1'000, now - 1h},
                                   {"silent", 0, now - 1h, era::legacy}});
  });
  asking ask{node};
  const auto told = [&] { return node.on_loop([&] { return node.tree.wanted_lists; }); };
  ask("/mcp", modern_text("server/discover"), modern_headers("server/discover"));
  BOOST_TEST(told().empty());
  const auto list = ask("/mcp", modern_text("tools/list"), modern_headers("tools/list"));
  BOOST_TEST(list.body.find(R"("ttlMs":0)") != std::string::npos, list.body);
  BOOST_TEST((told() == std::vector<std::string>{"none", "old"}));
}

BOOST_AUTO_TEST_CASE(while_nobody_listens_there_is_no_timer) {
  waiting_listens x;
  x.tree.views[""] = view_of({{"a", 60'000, x.now}});
  x.listens.tell("", {mcp::list_kind::tools});
  BOOST_TEST(x.timers.empty());
  x.listens.add("", x.session);
  BOOST_TEST(x.timers.size() == 1u);
  x.listens.add("", x.session);
  BOOST_TEST(x.timers.size() == 1u);
  x.session->over = true;
  x.run_out();
  BOOST_TEST(x.tree.wanted_lists.empty());
  BOOST_TEST(x.timers.empty());
}

BOOST_AUTO_TEST_CASE(while_somebody_listens_each_list_is_looked_at_when_its_time_is_over) {
  waiting_listens x;
  x.tree.views[""] = view_of({{"a", 60'000, x.now}, {"b", 90'000, x.now}, {"z", 0, x.now}});
  x.listens.add("", x.session);
  BOOST_TEST(x.timers.front().first.count() == 60'000);
  x.run_out();
  BOOST_TEST((x.tree.wanted_lists == std::vector<std::string>{"a", "z"}));
  x.tree.wanted_lists.clear();
  x.tree.views[""] = view_of({{"a", 60'000, x.now}, {"b", 90'000, x.now - 60s}});
  x.run_out();
  x.run_out();
  BOOST_TEST((x.tree.wanted_lists == std::vector<std::string>{"b"}));
}

BOOST_AUTO_TEST_CASE(where_nothing_comes_of_it_it_is_looked_at_rarer_and_rarer) {
  waiting_listens x;
  x.tree.views[""] = view_of({{"a", 1, x.now}});
  x.listens.add("", x.session);
  BOOST_TEST(x.timers.front().first.count() == 5'000);
  std::chrono::milliseconds last{0};
  for (int i = 0; i < 10; ++i) {
    last = x.timers.front().first;
    x.run_out();
    BOOST_TEST((x.timers.front().first >= last));
  }
  BOOST_TEST(last.count() == 300'000);
}

BOOST_AUTO_TEST_CASE(lists_that_are_good_for_no_time_are_not_looked_at_for_those_who_listen) {
  waiting_listens x;
  x.tree.views[""] = view_of({{"a", 0, x.now}, {"b", 5, x.now, era::legacy}});
  x.listens.add("", x.session);
  BOOST_TEST(x.timers.empty());
  x.listens.add("no such group", x.session);
  BOOST_TEST(x.timers.empty());
}

BOOST_AUTO_TEST_SUITE_END()
