#include "tests/gateway/signing.hpp"

#include <memory>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdexcept>
#include <vector>

namespace toolscore::test {
namespace {

const unsigned char* raw(std::string_view x) {
  return reinterpret_cast<const unsigned char*>(x.data());
}

std::string number_of(EVP_PKEY* key, const char* name, std::size_t size = 0) {
  BIGNUM* number = nullptr;
  if (::EVP_PKEY_get_bn_param(key, name, &number) != 1) throw std::runtime_error(name);
  std::string out(size != 0 ? size : static_cast<std::size_t>(BN_num_bytes(number)), '\0');
  ::BN_bn2binpad(number, reinterpret_cast<unsigned char*>(out.data()),
                 static_cast<int>(out.size()));
  ::BN_free(number);
  return out;
}

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  std::string out(data, static_cast<std::size_t>(size));
  ::BIO_free(bio);
  return out;
}

} // namespace

std::string base64url(std::string_view bytes) {
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string out;
  unsigned bits = 0;
  unsigned count = 0;
  for (const char c : bytes) {
    bits = bits << 8U | static_cast<unsigned char>(c);
    for (count += 8; count >= 6; count -= 6) out += digits[bits >> (count - 6) & 63U];
  }
  if (count != 0) out += digits[bits << (6 - count) & 63U];
  return out;
}

signing_key::signing_key(jwt_algorithm algorithm, std::string id)
    : algorithm_(algorithm), id_(std::move(id)) {
  EVP_PKEY* key = nullptr;
  if (algorithm == jwt_algorithm::rs256)
    key = ::EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{2'048});
  else if (algorithm == jwt_algorithm::es256)
    key = ::EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256");
  else
    key = ::EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
  if (key == nullptr) throw std::runtime_error("no key could be made");
  key_ = {key, ::EVP_PKEY_free};
}

const char* signing_key::algorithm_name() const {
  return algorithm_ == jwt_algorithm::rs256   ? "RS256"
         : algorithm_ == jwt_algorithm::es256 ? "ES256"
                                              : "EdDSA";
}

std::string signing_key::public_half(std::string_view more) const {
  std::string out = R"({"kid":")" + id_ + "\"" + std::string(more);
  if (algorithm_ == jwt_algorithm::rs256) {
    out += R"(,"kty":"RSA","n":")" + base64url(number_of(key_.get(), OSSL_PKEY_PARAM_RSA_N)) +
           R"(","e":")" + base64url(number_of(key_.get(), OSSL_PKEY_PARAM_RSA_E)) + "\"";
  } else if (algorithm_ == jwt_algorithm::es256) {
    out += R"(,"kty":"EC","crv":"P-256","x":")" +
           base64url(number_of(key_.get(), OSSL_PKEY_PARAM_EC_PUB_X, 32)) + R"(","y":")" +
           base64url(number_of(key_.get(), OSSL_PKEY_PARAM_EC_PUB_Y, 32)) + "\"";
  } else {
    std::string x(32, '\0');
    std::size_t size = x.size();
    ::EVP_PKEY_get_raw_public_key(key_.get(), reinterpret_cast<unsigned char*>(x.data()), &size);
    out += R"(,"kty":"OKP","crv":"Ed25519","x":")" + base64url(x) + "\"";
  }
  return out + "}";
}

std::string signing_key::signature_of(std::string_view text) const {
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(::EVP_MD_CTX_new(),
                                                                   ::EVP_MD_CTX_free);
  const EVP_MD* hash = algorithm_ == jwt_algorithm::eddsa ? nullptr : ::EVP_sha256();
  std::size_t size = 0;
  if (::EVP_DigestSignInit(context.get(), nullptr, hash, nullptr, key_.get()) != 1 ||
      ::EVP_DigestSign(context.get(), nullptr, &size, raw(text), text.size()) != 1)
    throw std::runtime_error("nothing could be signed");
  std::string out(size, '\0');
  ::EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size, raw(text),
                   text.size());
  out.resize(size);
  if (algorithm_ != jwt_algorithm::es256) return out;
  const unsigned char* at = raw(out);
  const std::unique_ptr<ECDSA_SIG, void (*)(ECDSA_SIG*)> pair(
      ::d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(out.size())), ::ECDSA_SIG_free);
  std::string halves(64, '\0');
  auto* const to = reinterpret_cast<unsigned char*>(halves.data());
  ::BN_bn2binpad(::ECDSA_SIG_get0_r(pair.get()), to, 32);
  ::BN_bn2binpad(::ECDSA_SIG_get0_s(pair.get()), to + 32, 32);
  return halves;
}

std::string signing_key::sign(std::string_view header_json, std::string_view claims_json) const {
  const auto text = base64url(header_json) + "." + base64url(claims_json);
  return text + "." + base64url(signature_of(text));
}

std::string signing_key::sign(std::string_view claims_json) const {
  return sign(R"({"alg":")" + std::string(algorithm_name()) + R"(","typ":"at+jwt","kid":")" + id_ +
                  "\"}",
              claims_json);
}

std::string signing_key::pem() const {
  BIO* const bio = ::BIO_new(::BIO_s_mem());
  ::PEM_write_bio_PUBKEY(bio, key_.get());
  return text_of(bio);
}

std::string hmac_signed(std::string_view header_json, std::string_view claims_json,
                        std::string_view secret) {
  const auto text = base64url(header_json) + "." + base64url(claims_json);
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  ::HMAC(::EVP_sha256(), secret.data(), static_cast<int>(secret.size()), raw(text), text.size(),
         out, &size);
  return text + "." + base64url({reinterpret_cast<const char*>(out), size});
}

certificate make_certificate(std::string_view common_name) {
  const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(
      ::EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"), ::EVP_PKEY_free);
  const std::unique_ptr<X509, void (*)(X509*)> x(::X509_new(), ::X509_free);
  ::X509_set_version(x.get(), 2);
  ::ASN1_INTEGER_set(::X509_get_serialNumber(x.get()), 1);
  ::X509_gmtime_adj(::X509_getm_notBefore(x.get()), -3'600);
  ::X509_gmtime_adj(::X509_getm_notAfter(x.get()), 86'400);
  ::X509_set_pubkey(x.get(), key.get());
  auto* const name = ::X509_get_subject_name(x.get());
  ::X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, raw(common_name),
                               static_cast<int>(common_name.size()), -1, 0);
  ::X509_set_issuer_name(x.get(), name);
  for (const auto& [kind, value] : std::vector<std::pair<int, const char*>>{
           {NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1"},
           {NID_basic_constraints, "critical,CA:TRUE"}}) {
    auto* const extension = ::X509V3_EXT_conf_nid(nullptr, nullptr, kind, value);
    ::X509_add_ext(x.get(), extension, -1);
    ::X509_EXTENSION_free(extension);
  }
  ::X509_sign(x.get(), key.get(), ::EVP_sha256());
  certificate out;
  BIO* bio = ::BIO_new(::BIO_s_mem());
  ::PEM_write_bio_X509(bio, x.get());
  out.certificate = text_of(bio);
  bio = ::BIO_new(::BIO_s_mem());
  ::PEM_write_bio_PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  out.key = text_of(bio);
  return out;
}

} // namespace toolscore::test
