#include "runners/tls_trust_io.hpp"

#include <openssl/ssl.h>

#include <utility>

namespace toolscore {
namespace {

namespace ssl = boost::asio::ssl;

result<tls_client_context> read_authorities(const std::string& ca_file) {
  auto context = std::make_shared<ssl::context>(ssl::context::tls_client);
  boost::system::error_code failed;
  if (ca_file.empty())
    context->set_default_verify_paths(failed);
  else
    context->load_verify_file(ca_file, failed);
  if (failed)
    return error{errc::bad_config,
                 (ca_file.empty() ? "the system's certificate authorities" : ca_file) +
                     " cannot be read: " + failed.message()};
  auto* const native = context->native_handle();
  ::SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  ::SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
  ::SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);
  context->set_verify_mode(ssl::verify_peer, failed);
  return context;
}

} // namespace

struct tls_trust::state {
  blocking_runner pool;
  std::map<std::string, tls_client_context> known;
  std::map<std::string, std::vector<loaded>> waiting;
};

tls_trust::tls_trust(blocking_runner pool) : state_(std::make_shared<state>()) {
  state_->pool = std::move(pool);
}

void tls_trust::load(const std::string& ca_file, loaded then) {
  auto& all = *state_;
  if (const auto at = all.known.find(ca_file); at != all.known.end()) return then(at->second);
  auto& asked = all.waiting[ca_file];
  asked.push_back(std::move(then));
  if (asked.size() > 1) return;
  auto answer = std::make_shared<result<tls_client_context>>(
      error{errc::io_failed, "the pool for files is full; try again"});
  all.pool([ca_file, answer] { *answer = read_authorities(ca_file); },
           [weak = std::weak_ptr<state>(state_), ca_file, answer] {
             const auto self = weak.lock();
             if (!self) return;
             if (*answer) self->known[ca_file] = **answer;
             const auto told = std::exchange(self->waiting[ca_file], {});
             self->waiting.erase(ca_file);
             for (const auto& each : told) each(*answer);
           });
}

} // namespace toolscore
