#include "gateway/signature_io.hpp"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <string>

namespace toolscore {
namespace {

constexpr std::size_t half = 32; // Of an ES256 signature.

const unsigned char* raw(std::string_view x) {
  return reinterpret_cast<const unsigned char*>(x.data());
}

template <class T>
using owned = std::unique_ptr<T, void (*)(T*)>;

owned<BIGNUM> number(std::string_view x) {
  return {::BN_bin2bn(raw(x), static_cast<int>(x.size()), nullptr), ::BN_free};
}

public_key from_params(const char* kind, OSSL_PARAM_BLD* builder) {
  const owned<OSSL_PARAM> params(::OSSL_PARAM_BLD_to_param(builder), ::OSSL_PARAM_free);
  const owned<EVP_PKEY_CTX> context(::EVP_PKEY_CTX_new_from_name(nullptr, kind, nullptr),
                                    ::EVP_PKEY_CTX_free);
  EVP_PKEY* key = nullptr;
  if (!params || !context || ::EVP_PKEY_fromdata_init(context.get()) != 1 ||
      ::EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) != 1)
    return nullptr;
  return {key, ::EVP_PKEY_free};
}

public_key rsa_key(const json_web_key& x) {
  const owned<OSSL_PARAM_BLD> builder(::OSSL_PARAM_BLD_new(), ::OSSL_PARAM_BLD_free);
  const auto n = number(x.first);
  const auto e = number(x.second);
  if (!builder || !n || !e ||
      ::OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      ::OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1)
    return nullptr;
  return from_params("RSA", builder.get());
}

public_key curve_key(const json_web_key& x) {
  const owned<OSSL_PARAM_BLD> builder(::OSSL_PARAM_BLD_new(), ::OSSL_PARAM_BLD_free);
  const std::string point = '\x04' + x.first + x.second;
  if (!builder ||
      ::OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) !=
          1 ||
      ::OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                         point.size()) != 1)
    return nullptr;
  return from_params("EC", builder.get()); // A point that is not on the curve is refused here.
}

/// r and s as the library wants them.
std::string der_of(std::string_view signature) {
  auto r = number(signature.substr(0, half));
  auto s = number(signature.substr(half));
  const owned<ECDSA_SIG> pair(::ECDSA_SIG_new(), ::ECDSA_SIG_free);
  if (!pair || !r || !s || ::ECDSA_SIG_set0(pair.get(), r.get(), s.get()) != 1) return {};
  static_cast<void>(r.release()); // They are the pair's now.
  static_cast<void>(s.release());
  unsigned char* text = nullptr;
  const int length = ::i2d_ECDSA_SIG(pair.get(), &text);
  if (length <= 0) return {};
  std::string out(reinterpret_cast<const char*>(text), static_cast<std::size_t>(length));
  ::OPENSSL_free(text);
  return out;
}

bool is_of_kind(EVP_PKEY* key, jwt_algorithm algorithm) {
  const int kind = ::EVP_PKEY_get_base_id(key);
  return kind == (algorithm == jwt_algorithm::rs256   ? EVP_PKEY_RSA
                  : algorithm == jwt_algorithm::es256 ? EVP_PKEY_EC
                                                      : EVP_PKEY_ED25519);
}

} // namespace

public_key make_public_key(const json_web_key& x) {
  public_key key;
  if (x.algorithm == jwt_algorithm::rs256)
    key = rsa_key(x);
  else if (x.algorithm == jwt_algorithm::es256)
    key = curve_key(x);
  else
    key = {::EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, raw(x.first), x.first.size()),
           ::EVP_PKEY_free};
  ::ERR_clear_error();
  return key;
}

bool is_signed_by(const public_key& key, jwt_algorithm algorithm, std::string_view text,
                  std::string_view signature) {
  if (!key || !is_of_kind(key.get(), algorithm)) return false;
  std::string der;
  if (algorithm == jwt_algorithm::es256) {
    if (signature.size() != 2 * half) return false;
    der = der_of(signature);
    signature = der;
  }
  const owned<EVP_MD_CTX> context(::EVP_MD_CTX_new(), ::EVP_MD_CTX_free);
  // Ed25519 hashes by itself.
  const EVP_MD* hash = algorithm == jwt_algorithm::eddsa ? nullptr : ::EVP_sha256();
  const bool good = context && !signature.empty() &&
                    ::EVP_DigestVerifyInit(context.get(), nullptr, hash, nullptr, key.get()) == 1 &&
                    ::EVP_DigestVerify(context.get(), raw(signature), signature.size(), raw(text),
                                       text.size()) == 1;
  ::ERR_clear_error();
  return good;
}

} // namespace toolscore
