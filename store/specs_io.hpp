#pragma once
#include "messages/error.hpp"
#include "messages/ids.hpp"
#include "messages/install_choice.hpp"
#include "messages/server_state.hpp"
#include "store/database_io.hpp"

#include <string>
#include <vector>

namespace toolscore {

/// A server's definition as it is kept: `origin_json` is read again by config's parse_server.
struct stored_spec {
  server_id server;
  std::string origin_json;
  desired_state desired = desired_state::running;
  install_choice install{}; ///< Is not written with the rest, and stays when that is replaced.
};

/// Server definitions. What a call here acknowledges is on the disk (synchronous=FULL).
/// Secrets in clear are not in the database but in files of their own (seal_definition).
/// @error store_failed from every function; then nothing has changed
class specs {
public:
  explicit specs(database& base);
  /// Adds or replaces.
  result<done> put(const stored_spec& spec);
  /// Adds or replaces `kept` and removes `gone`: all of it or, on an error, nothing. One write to
  /// the disk however many there are; none if there are none.
  result<done> change(const std::vector<stored_spec>& kept, const std::vector<server_id>& gone);
  /// Changes the desired state alone. @error unknown_server there is no such definition
  result<done> set_desired(const server_id& server, desired_state desired);
  /// Changes alone from which install it starts. @error unknown_server  as above
  result<done> set_install(const server_id& server, const install_choice& install);
  /// Removing what is not there is no error.
  result<done> remove(const server_id& server);
  /// By name.
  result<std::vector<stored_spec>> all();
  /// Whether `stored`, which is from all(), is the definition that put(`wanted`) would keep; their
  /// desired states are not looked at.
  bool is_kept(const stored_spec& stored, const stored_spec& wanted) const;

private:
  std::string secrets_of(const server_id& server) const;

  SQLite::Database& base_;
  std::string secrets_; ///< The directory of all servers' secrets.
};

} // namespace toolscore
