#pragma once
#include <chrono>
#include <git2.h>

namespace toolscore {

/// What one connection to a remote needs to remember. Outlives the operation it is given to.
struct remote_connection {
  int credentials_tried = 0;
  std::chrono::steady_clock::time_point told; ///< When progress was last printed.

  /// Credentials from the ssh agent or the usual key files, progress on stdout, proxy from the
  /// environment.
  git_fetch_options fetch_options();
};

/// Which certificates are trusted: SSL_CERT_FILE, else GIT_SSL_CAINFO, and SSL_CERT_DIR.
void use_certificates_of_environment();

} // namespace toolscore
