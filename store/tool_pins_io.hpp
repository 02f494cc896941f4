#pragma once
#include "messages/error.hpp"
#include "messages/ids.hpp"
#include "store/database_io.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace toolscore {

/// What a look at a server's tools has told.
struct tools_seen {
  std::vector<std::string> changed; ///< Otherwise than at the last look, and not as approved.
  std::vector<std::string> held;    ///< All that are not as they were approved.
};

/// The tools of each server as they were approved: at first sight, or by a person since.
/// @error store_failed from every function; then nothing has changed
class tool_pins {
public:
  explicit tool_pins(database& base) : base_(base.handle()) {}
  /// Compares and keeps what is new; a tool that is not in the list stays as it was.
  /// @param tools_array  JSON, of a whole list
  result<tools_seen> see(const server_id& server, std::string_view tools_array);
  /// As it was seen last, a tool is approved; of an empty name all are.
  /// @returns what is held after that  @error bad_request  no such tool is held
  result<std::vector<std::string>> approve(const server_id& server, const std::string& tool);
  /// JSON: {"server", "tools": [{"name", "approved", "seen", "was", "is"}]}: digests, and of those
  /// that differ the texts.
  result<std::string> report(const server_id& server);
  result<done> remove(const server_id& server);

private:
  std::vector<std::string> held(const server_id& server);
  SQLite::Database& base_;
};

} // namespace toolscore
