#pragma once
#include "loop/asio.hpp"
#include "messages/error.hpp"
#include "runners/pool_io.hpp"

#include <boost/beast/ssl.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace toolscore {

using tls_client_context = std::shared_ptr<boost::asio::ssl::context>;

/// Whom we believe who they are: the system's authorities (or those of SSL_CERT_FILE and
/// SSL_CERT_DIR), or those in one file. Reading them takes milliseconds, so it is done on the pool,
/// once for each file. Used on the loop's thread.
class tls_trust {
public:
  using loaded = std::function<void(result<tls_client_context>)>;
  explicit tls_trust(blocking_runner pool);

  /// @param ca_file  empty = the system's
  /// `then` may be called from inside. A file that could not be read is read again next time.
  /// @error bad_config  it cannot be read
  void load(const std::string& ca_file, loaded then);

private:
  struct state;
  std::shared_ptr<state> state_;
};

} // namespace toolscore
