#include "runners/oauth/oauth_metadata.hpp"

#include "runners/oauth/oauth_text.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

namespace toolscore {
namespace {

using json = nlohmann::json;

constexpr std::size_t text_bytes_max = 4'096;
constexpr std::size_t texts_max = 64;

std::string text_of(const json& object, const char* key) {
  const auto at = object.find(key);
  if (at == object.end() || !at->is_string()) return {};
  auto text = at->get<std::string>();
  return text.size() <= text_bytes_max ? text : std::string();
}

std::vector<std::string> texts_of(const json& object, const char* key) {
  std::vector<std::string> out;
  const auto at = object.find(key);
  if (at == object.end() || !at->is_array()) return out;
  for (const auto& x : *at)
    if (x.is_string() && x.get_ref<const std::string&>().size() <= text_bytes_max &&
        out.size() < texts_max)
      out.push_back(x.get<std::string>());
  return out;
}

bool holds(const std::vector<std::string>& all, const char* one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

json object_of(std::string_view text) {
  return json::parse(text.begin(), text.end(), nullptr, false);
}

error bad(std::string what) {
  return {errc::bad_answer, std::move(what)};
}

/// Whether `whole` is `part`, or a path above it on the same origin.
bool is_above(const http_place& whole, const http_place& part) {
  if (!same_origin(whole, part)) return false;
  const auto above = resource_identifier(whole);
  const auto below = resource_identifier(part);
  return below == above || below.starts_with(above + "/");
}

bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char x) { return x >= ' ' && x < 0x7f; });
}

} // namespace

result<resource_metadata> read_resource_metadata(std::string_view text, const http_place& server) {
  const auto tree = object_of(text);
  if (!tree.is_object()) return bad("its resource metadata are no JSON object");
  resource_metadata out;
  out.resource = text_of(tree, "resource");
  const auto place = read_http_place(out.resource);
  if (!place || !is_above(*place, server))
    return bad("its resource metadata are those of another resource");
  out.issuers = texts_of(tree, "authorization_servers");
  if (out.issuers.empty()) return bad("its resource metadata name no authorization server");
  for (const auto& one : texts_of(tree, "scopes_supported"))
    if (is_plain(one)) out.scope += (out.scope.empty() ? "" : " ") + one;
  return out;
}

result<issuer_metadata> read_issuer_metadata(std::string_view text, const std::string& issuer) {
  const auto tree = object_of(text);
  if (!tree.is_object()) return bad("its metadata are no JSON object");
  issuer_metadata out;
  out.issuer = text_of(tree, "issuer");
  if (out.issuer != issuer) return bad("its metadata are those of another issuer");
  out.authorization_endpoint = text_of(tree, "authorization_endpoint");
  out.token_endpoint = text_of(tree, "token_endpoint");
  out.registration_endpoint = text_of(tree, "registration_endpoint");
  out.revocation_endpoint = text_of(tree, "revocation_endpoint");
  if (out.token_endpoint.empty()) return bad("its metadata name no token endpoint");
  out.auth_methods = texts_of(tree, "token_endpoint_auth_methods_supported");
  out.takes_s256 = holds(texts_of(tree, "code_challenge_methods_supported"), "S256");
  const auto named = tree.find("authorization_response_iss_parameter_supported");
  out.names_itself = named != tree.end() && *named == true;
  return out;
}

std::string chosen_auth_method(const issuer_metadata& of, bool has_secret) {
  if (!has_secret) return "none";
  const bool post = holds(of.auth_methods, "client_secret_post");
  return post && !holds(of.auth_methods, "client_secret_basic") ? "client_secret_post"
                                                                : "client_secret_basic";
}

std::string registration_text(const std::string& redirect_uri, const std::string& scope) {
  json out{{"client_name", "toolscore"},
           {"redirect_uris", {redirect_uri}},
           {"grant_types", {"authorization_code", "refresh_token"}},
           {"response_types", {"code"}},
           {"token_endpoint_auth_method", "none"}};
  if (!scope.empty()) out["scope"] = scope;
  return out.dump();
}

result<oauth_client> read_registration(int status, std::string_view text) {
  const auto tree = object_of(text);
  if (status < 200 || status > 299) {
    auto why = tree.is_object() ? text_of(tree, "error") : std::string();
    if (!is_plain(why)) why.clear();
    return bad("it refused to register a client (HTTP " + std::to_string(status) +
               (why.empty() ? "" : ", " + why) + "); write \"client_id\" under \"auth\"");
  }
  oauth_client out;
  if (tree.is_object()) out.id = text_of(tree, "client_id");
  if (out.id.empty()) return bad("its answer to a registration holds no client_id");
  out.secret = text_of(tree, "client_secret");
  out.auth_method = text_of(tree, "token_endpoint_auth_method");
  const bool known = out.auth_method == "client_secret_basic" ||
                     out.auth_method == "client_secret_post" || out.auth_method == "none";
  if (!known) out.auth_method = out.secret.empty() ? "none" : "client_secret_basic";
  return out;
}

} // namespace toolscore
