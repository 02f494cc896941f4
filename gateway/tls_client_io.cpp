#include "gateway/tls_client_io.hpp"

#include "loop/asio.hpp"

#include <boost/beast/ssl.hpp>

namespace toolscore {
namespace ssl = boost::asio::ssl;

result<std::shared_ptr<ssl::context>> trusting(const std::string& authorities_file) {
  auto context = std::make_shared<ssl::context>(ssl::context::tls_client);
  ::SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  context->set_verify_mode(ssl::verify_peer);
  boost::system::error_code failed;
  if (authorities_file.empty())
    context->set_default_verify_paths(failed);
  else
    context->load_verify_file(authorities_file, failed);
  if (failed)
    return error{errc::bad_config, authorities_file +
                                       ": is no PEM file of authorities that can be "
                                       "read (" +
                                       failed.message() + ")"};
  return context;
}

bool expect_peer(ssl_st* connection, const std::string& host) noexcept {
  // An address has no name that could be asked for.
  if (::X509_VERIFY_PARAM_set1_ip_asc(::SSL_get0_param(connection), host.c_str()) == 1) return true;
  return ::SSL_set1_host(connection, host.c_str()) == 1 &&
         ::SSL_set_tlsext_host_name(connection, host.c_str()) == 1;
}

} // namespace toolscore
