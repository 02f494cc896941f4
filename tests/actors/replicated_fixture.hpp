#pragma once
#include "tests/virtual_node.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace toolscore::test {

using namespace std::chrono_literals;

/// One server "fs" with some replicas in a tree on virtual time.
struct replicated : actor_fixture {
  virtual_node node{*this};
  server_spec fs = virtual_node::spec("fs");
  server_spec web = virtual_node::spec("web");
  manner how; ///< Of every process, unless `of` says otherwise.
  std::map<std::size_t, manner> of;

  void begin(std::uint32_t replicas, std::vector<server_spec> others = {}) {
    fs.policy.replicas = replicas;
    node.host.choose = [this](const std::string& server, std::size_t start) {
      const auto at = of.find(start);
      return server != "fs" || at == of.end() ? how : at->second;
    };
    std::vector<initial_server> initial{{fs, desired_state::running, {}}};
    for (auto& spec : others) initial.push_back({std::move(spec), desired_state::running, {}});
    node.begin(std::move(initial));
  }
  void run(std::uint32_t replicas, std::vector<server_spec> others = {}) {
    begin(replicas, std::move(others));
    advance(20ms);
    BOOST_TEST_REQUIRE(node.status("fs") == "ready");
    BOOST_TEST_REQUIRE(node.host.alive("fs") == replicas);
  }
  server_status row() {
    for (auto& row : node.rows())
      if (row.id.value == "fs") return row;
    return {};
  }
  std::vector<life_ptr> living() {
    std::vector<life_ptr> all;
    for (const auto& life : node.host.lives)
      if (life->server == "fs" && life->runs) all.push_back(life);
    return all;
  }
  static std::size_t calls_to(const life_ptr& life) {
    return static_cast<std::size_t>(
        std::count_if(life->lines.begin(), life->lines.end(), [](const std::string& line) {
          return line.find("tools/call") != std::string::npos;
        }));
  }
  bool served(const made_call_ptr& call) { return call->ends == 1 && !call->failed(); }
  static bool says(const made_call_ptr& call, const std::string& what) {
    return call->text.find(what) != std::string::npos;
  }
};

} // namespace toolscore::test
