#include "gateway/tls_context_io.hpp"

#include <cerrno>
#include <cstring>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <string>
#include <sys/stat.h>

namespace toolscore {
namespace {

error wrong(const char* key, const std::string& path, const std::string& what) {
  return {errc::bad_config, std::string("node.tls.") + key + ": " + path + ": " + what};
}

/// The first thing that OpenSSL has to complain of.
std::string complaint() {
  char text[256];
  ::ERR_error_string_n(::ERR_peek_error(), text, sizeof text);
  ::ERR_clear_error();
  const std::string_view whole(text);
  const auto last = whole.rfind(':');
  return std::string(last == whole.npos ? whole : whole.substr(last + 1));
}

int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_length,
                    const unsigned char* offered, unsigned int offered_length, void*) {
  static constexpr unsigned char ours[] = "\x08http/1.1";
  unsigned char* chosen = nullptr;
  if (::SSL_select_next_proto(&chosen, out_length, ours, sizeof ours - 1, offered,
                              offered_length) != OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

void set_manners(SSL_CTX* x) {
  ::SSL_CTX_set_min_proto_version(x, TLS1_2_VERSION);
  ::SSL_CTX_set_cipher_list(x, "ECDHE+AESGCM:ECDHE+CHACHA20");
  ::SSL_CTX_set_options(x, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  // What is kept for resumption is the client's ticket, so that nothing grows here; and an idle
  // connection holds no buffers.
  ::SSL_CTX_set_session_cache_mode(x, SSL_SESS_CACHE_OFF);
  ::SSL_CTX_set_mode(x, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                            SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  ::SSL_CTX_set_alpn_select_cb(x, choose_protocol, nullptr);
}

} // namespace

result<tls_context> load_tls(const tls_spec& files) {
  struct stat about {};
  for (const auto& [key, path] : {std::pair{"cert", &files.certificate}, {"key", &files.key}})
    if (::stat(path->c_str(), &about) != 0 || !S_ISREG(about.st_mode))
      return wrong(key, *path, S_ISDIR(about.st_mode) ? "is no file" : std::strerror(errno));
  if ((about.st_mode & 07U) != 0) // Of the key, which came last. A group of its own is usual.
    return wrong("key", files.key, "everybody may read it; run `chmod o-rwx " + files.key + "`");
  tls_context x(::SSL_CTX_new(::TLS_server_method()), ::SSL_CTX_free);
  if (!x) return error{errc::io_failed, "TLS is not to be had: " + complaint()};
  set_manners(x.get());
  if (::SSL_CTX_use_certificate_chain_file(x.get(), files.certificate.c_str()) != 1)
    return wrong("cert", files.certificate, "is no PEM certificate: " + complaint());
  if (::SSL_CTX_use_PrivateKey_file(x.get(), files.key.c_str(), SSL_FILETYPE_PEM) != 1)
    return wrong("key", files.key,
                 "is not the PEM key of " + files.certificate + ": " + complaint());
  return x;
}

} // namespace toolscore
