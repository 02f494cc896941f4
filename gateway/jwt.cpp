#include "gateway/jwt.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

namespace toolscore {
namespace {

using json = nlohmann::json;

constexpr std::size_t subject_max = 128;
constexpr int depth_max = 8;
constexpr double seconds_max = 253'402'300'799.0; // 9999-12-31: later is no time.
// 2255, with room for a leeway: what is later would not fit the clock, and is good until then.
constexpr double clock_seconds_max = 9'000'000'000.0;

error wrong(const char* what) {
  return {errc::bad_request, what};
}

/// An object in which no name stands twice at its top: parsers disagree on which one counts.
json parse_object(std::string_view text) {
  std::set<std::string> names;
  bool twice = false;
  bool deep = false;
  auto out = json::parse(
      text,
      [&](int depth, json::parse_event_t event, json& value) {
        deep = deep || depth > depth_max;
        if (event == json::parse_event_t::key && depth == 1)
          twice = twice || !names.insert(value.get<std::string>()).second;
        return !deep;
      },
      false);
  return twice || deep || !out.is_object() ? json() : out;
}

std::string text_in(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

std::optional<jwt_algorithm> algorithm_named(const std::string& name) {
  if (name == "RS256") return jwt_algorithm::rs256;
  if (name == "ES256") return jwt_algorithm::es256;
  if (name == "EdDSA") return jwt_algorithm::eddsa;
  return std::nullopt;
}

std::string lowered(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return text;
}

std::optional<std::chrono::system_clock::time_point> time_in(const json& claims, const char* name) {
  const auto found = claims.find(name);
  if (found == claims.end() || !found->is_number()) return std::nullopt;
  const auto seconds = found->get<double>();
  if (!(seconds >= 0 && seconds <= seconds_max)) return std::nullopt;
  return std::chrono::system_clock::time_point{
      std::chrono::seconds{static_cast<std::int64_t>(std::min(seconds, clock_seconds_max))}};
}

void add_scopes(scope_set& out, std::string_view words) {
  while (!words.empty()) {
    const auto end = std::min(words.find(' '), words.size());
    const auto word = words.substr(0, end);
    for (const auto x :
         {scope::mcp_read, scope::mcp_call, scope::control_read, scope::control_write})
      if (word == to_string(x)) out.add(x);
    words.remove_prefix(std::min(end + 1, words.size()));
  }
}

void read_scopes(const json& claims, scope_set& out) {
  for (const char* name : {"scope", "scp"}) {
    const auto found = claims.find(name);
    if (found == claims.end()) continue;
    if (found->is_string()) add_scopes(out, found->get_ref<const std::string&>());
    if (!found->is_array()) continue;
    for (const auto& word : *found)
      if (word.is_string()) add_scopes(out, word.get_ref<const std::string&>());
  }
}

/// A subject becomes a principal's name, which stands in logs and records.
bool is_plain(std::string_view subject) {
  return !subject.empty() && subject.size() <= subject_max &&
         std::all_of(subject.begin(), subject.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

std::optional<error> read_header(std::string_view text, jwt& out) {
  const auto bytes = base64url_decoded(text);
  const auto header = bytes ? parse_object(*bytes) : json();
  if (header.is_null()) return wrong("its header is no JSON object");
  const auto algorithm = algorithm_named(text_in(header, "alg"));
  if (!algorithm) return wrong("its algorithm is none of RS256, ES256 and EdDSA");
  out.algorithm = *algorithm;
  // What a header calls critical must be understood, and nothing of it is.
  if (header.contains("crit")) return wrong("its header has critical extensions");
  const auto type = lowered(text_in(header, "typ"));
  if (header.contains("typ") && type != "jwt" && type != "at+jwt" && type != "application/at+jwt")
    return wrong("it is no access token by its type");
  if (header.contains("kid") && !header["kid"].is_string()) return wrong("its key id is no text");
  out.key = text_in(header, "kid");
  return std::nullopt;
}

std::optional<error> read_claims(std::string_view text, jwt& out) {
  const auto bytes = base64url_decoded(text);
  const auto claims = bytes ? parse_object(*bytes) : json();
  if (claims.is_null()) return wrong("its claims are no JSON object");
  out.issuer = text_in(claims, "iss");
  out.subject = text_in(claims, "sub");
  if (!is_plain(out.subject)) return wrong("its subject is missing or no plain text");
  if (const auto found = claims.find("aud"); found != claims.end()) {
    if (found->is_string()) out.audience.push_back(found->get<std::string>());
    if (found->is_array())
      for (const auto& x : *found)
        if (x.is_string()) out.audience.push_back(x.get<std::string>());
  }
  const auto expires = time_in(claims, "exp");
  if (!expires) return wrong("it does not say when it expires");
  out.expires = *expires;
  out.not_before = time_in(claims, "nbf");
  if (claims.contains("nbf") && !out.not_before) return wrong("its nbf is no time");
  read_scopes(claims, out.scopes);
  return std::nullopt;
}

} // namespace

std::optional<std::string> base64url_decoded(std::string_view text) {
  std::string out;
  out.reserve(text.size() * 3 / 4);
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    int value = 0;
    if (c >= 'A' && c <= 'Z')
      value = c - 'A';
    else if (c >= 'a' && c <= 'z')
      value = c - 'a' + 26;
    else if (c >= '0' && c <= '9')
      value = c - '0' + 52;
    else if (c == '-')
      value = 62;
    else if (c == '_')
      value = 63;
    else
      return std::nullopt;
    bits = bits << 6U | static_cast<std::uint32_t>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out += static_cast<char>(bits >> static_cast<unsigned>(count) & 0xffU);
  }
  // A lone character says less than a byte, and what is left over says nothing.
  if (count == 6 || (bits & ((1U << static_cast<unsigned>(count)) - 1U)) != 0) return std::nullopt;
  return out;
}

result<jwt> read_jwt(std::string_view token) {
  if (token.size() > jwt_bytes_max) return wrong("it is longer than 8 KiB");
  const auto first = token.find('.');
  const auto second = first == token.npos ? token.npos : token.find('.', first + 1);
  if (second == token.npos || token.find('.', second + 1) != token.npos)
    return wrong("it does not have three parts");
  jwt out;
  if (auto failed = read_header(token.substr(0, first), out)) return *failed;
  if (auto failed = read_claims(token.substr(first + 1, second - first - 1), out)) return *failed;
  out.signed_text = token.substr(0, second);
  auto signature = base64url_decoded(token.substr(second + 1));
  if (!signature || signature->empty()) return wrong("its signature is missing or no base64url");
  out.signature = std::move(*signature);
  return out;
}

std::string check_claims(const jwt& x, const issuer_spec& issuer,
                         std::chrono::system_clock::time_point now) {
  if (x.issuer != issuer.url) return "it is another issuer's";
  if (std::find(x.audience.begin(), x.audience.end(), issuer.resource) == x.audience.end())
    return "it is not for this gateway";
  if (now >= x.expires + issuer.leeway) return "it has expired";
  if (x.not_before && now + issuer.leeway < *x.not_before) return "it is not good yet";
  return {};
}

namespace {

constexpr std::size_t rsa_bytes_min = 256; // 2048 bits
constexpr std::size_t rsa_bytes_max = 1'024;
constexpr std::size_t point_bytes = 32;

/// Of one entry; nothing where it is of no use here.
std::optional<json_web_key> read_key(const json& entry) {
  if (!entry.is_object()) return std::nullopt;
  json_web_key out;
  out.id = text_in(entry, "kid");
  const auto kind = text_in(entry, "kty");
  const auto curve = text_in(entry, "crv");
  const auto bytes = [&](const char* name) {
    return base64url_decoded(text_in(entry, name)).value_or(std::string{});
  };
  if (kind == "RSA") {
    out.first = bytes("n");
    out.second = bytes("e");
    if (out.first.size() < rsa_bytes_min || out.first.size() > rsa_bytes_max ||
        out.second.empty() || out.second.size() > 8)
      return std::nullopt;
  } else if (kind == "EC" && curve == "P-256") {
    out.algorithm = jwt_algorithm::es256;
    out.first = bytes("x");
    out.second = bytes("y");
    if (out.first.size() != point_bytes || out.second.size() != point_bytes) return std::nullopt;
  } else if (kind == "OKP" && curve == "Ed25519") {
    out.algorithm = jwt_algorithm::eddsa;
    out.first = bytes("x");
    if (out.first.size() != point_bytes) return std::nullopt;
  } else {
    return std::nullopt;
  }
  const auto use = text_in(entry, "use");
  if (!use.empty() && use != "sig") return std::nullopt;
  const auto algorithm = text_in(entry, "alg");
  if (!algorithm.empty() && algorithm_named(algorithm) != out.algorithm) return std::nullopt;
  return out;
}

} // namespace

result<std::vector<json_web_key>> read_key_set(std::string_view text) {
  if (text.size() > key_set_bytes_max) return wrong("the key set is over 256 KiB");
  const auto set = parse_object(text);
  const auto list = set.is_object() ? set.find("keys") : set.end();
  if (!set.is_object() || list == set.end() || !list->is_array())
    return wrong("it is no JSON object with a list \"keys\"");
  if (list->size() > keys_max) return wrong("the key set has more than 64 keys");
  std::vector<json_web_key> out;
  for (const auto& entry : *list)
    if (auto key = read_key(entry)) out.push_back(std::move(*key));
  if (out.empty()) return wrong("it has no public key for RS256, ES256 or EdDSA");
  return out;
}

const json_web_key* find_key(const std::vector<json_web_key>& keys, const jwt& x) {
  const json_web_key* found = nullptr;
  for (const auto& key : keys) {
    if (key.algorithm != x.algorithm || (!x.key.empty() && key.id != x.key)) continue;
    if (found != nullptr) return nullptr;
    found = &key;
  }
  return found;
}

} // namespace toolscore
