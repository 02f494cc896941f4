#pragma once
#include "messages/envelope.hpp"
#include "node_fixture.hpp"

#include <string>
#include <vector>

namespace toolscore::test {

using header_list = std::vector<std::pair<std::string, std::string>>;

inline constexpr const char* legacy_protocol = "2025-06-18";
inline constexpr const char* modern_protocol = "2026-07-28";

/// What one POST came back with.
struct talk_reply {
  int status = 0; ///< 0 = no answer.
  std::string session;
  bool streamed = false;                  ///< The answer was a stream of events.
  std::vector<reply_json> notes;          ///< The notifications of the stream, in order.
  reply_json body = reply_json::object(); ///< The JSON-RPC response.
  std::string text;                       ///< As it came.

  const reply_json& result() const { return member_of(body, "result"); }
  std::string said() const; ///< The text of the first content item.
  std::int64_t error_code() const { return number_of(member_of(body, "error"), "code"); }
  std::string error_message() const { return text_of(member_of(body, "error"), "message"); }
  std::string told() const { return std::to_string(status) + " " + text; }
};

talk_reply read_reply(const http_reply& reply);

/// A client of either era at one path of a node.
class talker {
public:
  talker(const node_fixture& node, std::string path, era speaks)
      : node_(node), path_(std::move(path)), era_(speaks) {}

  /// Legacy: initialize and its notification. Modern: server/discover.
  talk_reply greet();
  /// `more` headers stand beside those that the era demands, and win over them.
  talk_reply ask(const std::string& method, const reply_json& params = reply_json::object(),
                 std::chrono::milliseconds limit = 30s, const header_list& more = {}) const;
  talk_reply call(const std::string& tool, const reply_json& arguments = reply_json::object(),
                  std::chrono::milliseconds limit = 30s, const reply_json& meta = {}) const;
  /// @returns the HTTP status
  int tell(const std::string& method, const reply_json& params) const;

  std::int64_t id = 7; ///< Of the next request.

private:
  header_list headers(const std::string& method, const reply_json& params) const;

  const node_fixture& node_;
  std::string path_;
  era era_;
  std::string session_;
};

/// The server answers a call, as it did before its neighbour misbehaved.
void check_unharmed(node_fixture& node, const std::string& server);

/// What a program that fails prints on one line, without its end.
bool is_one_line(const std::string& text);

} // namespace toolscore::test
