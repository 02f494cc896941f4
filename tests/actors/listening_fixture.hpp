#pragma once
#include "tests/actors/asking_fixture.hpp"

namespace toolscore::test {

inline const std::string announces_all =
    R"({"tools":{"listChanged":true},"prompts":{"listChanged":true},)"
    R"("resources":{"subscribe":true,"listChanged":true}})";

/// A session as the gateway knows it; it is lost when the owner drops it.
class heard_session final : public session_listener {
public:
  struct seen {
    std::vector<std::string> told;
    std::vector<input_request> asked;
    std::function<void(input_response)> then;
    bool lost = false;
    bool listens = true; ///< Else it cannot be asked.
  };
  explicit heard_session(std::shared_ptr<seen> all) : all_(std::move(all)) {}
  ~heard_session() override { all_->lost = true; }
  void event(bytes json) override { all_->told.push_back(*json); }
  std::uint64_t ask(input_request question, std::function<void(input_response)> then) override {
    if (!all_->listens) return 0;
    all_->asked.push_back(std::move(question));
    all_->then = std::move(then);
    return all_->asked.size();
  }
  void withdraw(std::uint64_t) override {}

private:
  std::shared_ptr<seen> all_;
};
using seen_ptr = std::shared_ptr<heard_session::seen>;

/// One server that announces changes, and who listens to it.
struct listening_fixture : asking_fixture {
  listening_fixture() { how.capabilities = announces_all; }

  void run_modern() {
    how.says = speech::modern;
    run();
  }

  /// A modern client's stream.
  made_call_ptr listen(const std::string& wanted) {
    auto made = std::make_shared<made_call>();
    made->server = "fs";
    node.ask("fs", "subscriptions/listen", R"({"notifications":)" + wanted + "}", made);
    advance(milliseconds(1));
    return made;
  }
  seen_ptr session_listens(const std::string& id) {
    auto all = std::make_shared<heard_session::seen>();
    send(node.directory.at("fs"),
         session_listen{id, "local", std::make_shared<heard_session>(all)});
    settle();
    return all;
  }
  made_call_ptr subscribe(const std::string& session_id, const std::string& uri, bool on = true) {
    auto made = std::make_shared<made_call>();
    node.ask_as("fs", session(session_id, {}), on ? "resources/subscribe" : "resources/unsubscribe",
                R"({"uri":")" + uri + "\"}", made);
    advance(milliseconds(5));
    return made;
  }
  /// The raw id of the last line that holds that text.
  static std::string id_of_last(const life_ptr& one, const std::string& text) {
    std::string found;
    for (const auto& line : one->lines) {
      const auto at = line.find("\"id\":");
      if (line.find(text) == std::string::npos || at == std::string::npos) continue;
      found = line.substr(at + 5, line.find(',', at) - at - 5);
    }
    return found;
  }
  static std::string last_with(const life_ptr& one, const std::string& text) {
    std::string found;
    for (const auto& line : one->lines)
      if (line.find(text) != std::string::npos) found = line;
    return found;
  }
  /// The server acknowledges the stream that was asked for last.
  void acknowledge(const life_ptr& one) {
    say(one, R"({"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":)"
             R"({"_meta":{"io.modelcontextprotocol/subscriptionId":)" +
                 id_of_last(one, "subscriptions/listen") + R"(},"notifications":{}}})");
  }
  void changes(const life_ptr& one, const std::string& kind) {
    say(one, R"({"jsonrpc":"2.0","method":"notifications/)" + kind + R"(/list_changed"})");
  }
  void updates(const life_ptr& one, const std::string& uri) {
    say(one, R"({"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":")" +
                 uri + "\"}}");
  }
};

inline std::size_t count_of(const std::vector<std::string>& all, const std::string& text) {
  std::size_t count = 0;
  for (const auto& one : all) count += one.find(text) != std::string::npos;
  return count;
}

} // namespace toolscore::test
