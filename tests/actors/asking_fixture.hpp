#pragma once
#include "tests/virtual_node.hpp"

#include <boost/test/unit_test.hpp>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace toolscore::test {

/// One server, and callers who can be asked in the middle of their calls. A call stays open until a
/// test answers it.
struct asking_fixture : actor_fixture {
  virtual_node node{*this};
  server_spec fs = virtual_node::spec("fs");
  manner how;
  std::map<std::size_t, manner> start; ///< Of single starts, from 1; every other is `how`.

  asking_fixture() {
    how.says = speech::legacy;
    how.answers_after.reset();
    fs.policy.call_timeout = std::chrono::minutes(1);
    fs.policy.call_timeout_max = std::chrono::minutes(3);
  }

  void run() {
    node.host.choose = [this](const std::string&, std::size_t number) {
      const auto at = start.find(number);
      return at == start.end() ? how : at->second;
    };
    node.begin({{fs, desired_state::running, {}}});
    advance(milliseconds(20));
    BOOST_TEST_REQUIRE(node.status("fs") == "ready");
  }

  static client_capabilities forms() {
    client_capabilities x;
    x.elicitation_form = true;
    return x;
  }
  /// Of a legacy client.
  static std::shared_ptr<const caller> session(const std::string& id,
                                               client_capabilities what = forms()) {
    return std::make_shared<const caller>(caller{id, "local", what, {}});
  }
  static std::shared_ptr<const caller> modern(const std::string& principal = "local",
                                              client_capabilities what = forms()) {
    return std::make_shared<const caller>(caller{{}, principal, what, {}});
  }
  made_call_ptr call(const std::shared_ptr<const caller>& from) {
    return node.call_of("fs", from, "tools/call",
                        from && from->session.empty() ? era::modern : era::legacy);
  }
  /// As call(), once its instance has it.
  made_call_ptr written(const std::shared_ptr<const caller>& from) {
    auto made = call(from);
    advance(milliseconds(20));
    return made;
  }

  life_ptr life(std::size_t number) { return node.host.lives.at(number - 1); }
  std::size_t starts() const { return node.host.starts("fs"); }
  std::size_t alive() const { return node.host.alive("fs"); }
  server_status row() {
    const auto all = node.rows();
    return all.empty() ? server_status{} : all.front();
  }
  void session_over(const std::string& id) {
    send(node.directory.at("fs"), toolscore::session_over{id});
  }

  /// A server speaks of its own accord.
  void say(const life_ptr& from, const std::string& line) {
    node.host.say(from, line);
    settle();
  }
  void asks(const life_ptr& from, const std::string& id,
            const std::string& method = "elicitation/create",
            const std::string& params = R"({"message":"Sure?"})") {
    say(from, R"({"jsonrpc":"2.0","id":)" + id + R"(,"method":")" + method + R"(","params":)" +
                  params + "}");
  }
  void finish(const life_ptr& one, const std::string& result = {}) {
    node.host.answer(one, result);
    settle();
  }
  /// How many of the lines that it was sent hold that text.
  std::size_t heard(const life_ptr& one, const std::string& text) {
    advance(milliseconds(1));
    std::size_t count = 0;
    for (const auto& line : one->lines) count += line.find(text) != std::string::npos;
    return count;
  }
};

/// Answered once, with that in its text.
inline bool ended_with(const made_call_ptr& call, const std::string& text) {
  return call->ends == 1 && call->text.find(text) != std::string::npos;
}
inline bool succeeded(const made_call_ptr& call) {
  return call->ends == 1 && !call->failed();
}

} // namespace toolscore::test
