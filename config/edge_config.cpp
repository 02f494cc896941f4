#include "config/edge_config.hpp"

#include "config/expand.hpp"

#include <algorithm>
#include <array>

namespace toolscore {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t hosts_max = 100;
constexpr std::size_t tokens_max = 1'000;
constexpr std::size_t rules_max = 1'000;
constexpr std::size_t globs_max = 1'000;
constexpr std::size_t digest_digits = 64;

/// Names of principals that are made otherwise: nobody may be taken for one of them.
constexpr std::array reserved_names{"local", "token", "library"};

bool legal_client_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && name.front() >= 'a' && name.front() <= 'z' &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_.") == name.npos;
}

/// A path with references and "~" put in. @returns nothing where the key is absent or wrong
std::string read_path(fields& object, std::string_view key, const environment& env) {
  std::string written;
  object.text(key, written);
  if (written.empty()) return {};
  const auto expanded = expand(written, env);
  auto path = expanded ? expand_home(*expanded, env) : expanded;
  if (!path) {
    object.fail(key, path.failure().detail);
    return {};
  }
  if (!path->starts_with('/'))
    object.fail(key, "\"" + *path + "\" is not absolute, write it from / or from ~/");
  return std::move(*path);
}

void read_scopes(fields& token, scope_set& out) {
  static constexpr std::array all{scope::mcp_read, scope::mcp_call, scope::control_read,
                                  scope::control_write};
  std::vector<std::string> words;
  token.texts("scopes", words, all.size());
  for (const auto& word : words) {
    const auto found =
        std::find_if(all.begin(), all.end(), [&](scope x) { return word == to_string(x); });
    if (found == all.end())
      return token.fail("scopes", "\"" + word.substr(0, 60) +
                                      "\" is no scope, there are \"mcp:read\", \"mcp:call\", "
                                      "\"control:read\" and \"control:write\"");
    out.add(*found);
  }
  if (out.empty()) token.fail("scopes", "is empty, write for example [\"mcp:call\"]");
}

void read_digest(fields& token, token_spec& out) {
  token.text("sha256", out.value);
  for (char& c : out.value)
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c + 32);
  if (out.value.size() != digest_digits ||
      out.value.find_first_not_of("0123456789abcdef") != out.value.npos)
    token.fail("sha256", "is not 64 hex digits, write what `printf %s TOKEN | sha256sum` prints");
}

void read_token(fields token, const std::string& name, edge_spec& out, const environment& env) {
  token.only({"scopes", "sha256", "file", "env"});
  if (!legal_client_name(name))
    token.fail("", "a client's name is [a-z][a-z0-9._-]{0,63}, choose another");
  if (std::find(reserved_names.begin(), reserved_names.end(), name) != reserved_names.end())
    token.fail("", "the name is the node's own, choose another");
  token_spec x;
  x.name = name;
  read_scopes(token, x.scopes);
  const int sources = (token.find("sha256") != nullptr ? 1 : 0) +
                      (token.find("file") != nullptr ? 1 : 0) +
                      (token.find("env") != nullptr ? 1 : 0);
  if (sources != 1)
    return token.fail("", "needs one of \"sha256\" (of the token), \"file\" (that holds it) and "
                          "\"env\" (a variable that does)");
  if (token.find("sha256") != nullptr) {
    read_digest(token, x);
  } else if (token.find("file") != nullptr) {
    x.from = token_spec::source::file;
    x.value = read_path(token, "file", env);
    if (x.value.empty()) token.fail("file", "is empty, name the file that holds the token");
  } else {
    x.from = token_spec::source::environment;
    token.text("env", x.value);
    if (x.value.empty()) token.fail("env", "is empty, name the variable that holds the token");
  }
  out.tokens.push_back(std::move(x));
}

void read_globs(fields& object, std::string_view key, std::vector<std::string>& out) {
  object.texts(key, out, globs_max);
}

void read_rule(fields rule, const std::string& client, edge_spec& out) {
  rule.only({"servers", "tools"});
  access_rule x;
  x.client = client;
  read_globs(rule, "servers", x.servers);
  fields tools = rule.section("tools");
  tools.only({"allow", "deny"});
  read_globs(tools, "allow", x.allow);
  read_globs(tools, "deny", x.deny);
  for (const auto* list : {&x.allow, &x.deny})
    for (const auto& glob : *list)
      if (glob.find("__") == glob.npos && glob.find('*') == glob.npos)
        tools.fail(list == &x.allow ? "allow" : "deny",
                   "\"" + glob.substr(0, 60) +
                       "\" fits no tool, write it with its server: \"fs__read_file\", \"fs__*\"");
  out.rules.push_back(std::move(x));
}

bool is_loopback_url(std::string_view url) {
  for (const std::string_view host : {"http://127.0.0.1", "http://localhost", "http://[::1]"})
    if (url.starts_with(host) && url.size() > host.size() &&
        (url[host.size()] == ':' || url[host.size()] == '/'))
      return true;
  return false;
}

/// "https://host...", or http on loopback.
bool is_safe_url(std::string_view url) {
  return url.size() <= 2'000 && url.find_first_of(" \t\r\n\"\\#@") == url.npos &&
         ((url.starts_with("https://") && url.size() > 8) || is_loopback_url(url));
}

void read_issuer(fields issuer, edge_spec& out, const environment& env) {
  issuer.only({"url", "jwks", "resource", "leeway"});
  issuer_spec x;
  issuer.text("url", x.url);
  if (!is_safe_url(x.url))
    issuer.fail("url", "must be the issuer as its tokens name it, an https:// URL");
  issuer.text("resource", x.resource);
  if (!is_safe_url(x.resource) || x.resource.ends_with('/'))
    issuer.fail("resource", "must be this gateway's own URL as clients know it, without a slash at "
                            "its end: \"https://gateway.example/mcp\"");
  issuer.text("jwks", x.jwks);
  if (x.jwks.find("://") == x.jwks.npos)
    x.jwks = read_path(issuer, "jwks", env);
  else if (!is_safe_url(x.jwks))
    issuer.fail("jwks", "must be an https:// URL (http:// on loopback alone), or an absolute path");
  if (x.jwks.empty()) issuer.fail("jwks", "is missing, name the issuer's keys: a URL or a path");
  issuer.duration("leeway", x.leeway);
  if (x.leeway > 5min) issuer.fail("leeway", "is over 5m, which keeps expired tokens in force");
  out.issuer = std::move(x);
}

void read_tls(fields tls, edge_spec& out, const environment& env) {
  tls.only({"cert", "key"});
  tls_spec x;
  x.certificate = read_path(tls, "cert", env);
  x.key = read_path(tls, "key", env);
  for (const auto& [key, path] : {std::pair{"cert", &x.certificate}, std::pair{"key", &x.key}})
    if (path->empty()) tls.fail(key, "is missing, name a PEM file");
  out.tls = std::move(x);
}

} // namespace

void read_edge(fields& node, edge_spec& out, const environment& env) {
  node.flag("http_sse", out.http_sse);
  node.texts("hosts", out.hosts, hosts_max);
  for (const auto& host : out.hosts)
    if (host.empty() || host.size() > 260 || host.find_first_of("/@ \t\r\n\"") != host.npos)
      node.fail("hosts",
                "\"" + host.substr(0, 60) +
                    "\" is no name, write \"gateway.example\" or \"gateway.example:8443\"");
  const auto tokens = node.section("tokens");
  if (tokens.object().size() > tokens_max)
    node.fail("tokens", "has more than " + std::to_string(tokens_max) + " entries");
  for (const auto& [name, value] : tokens.object().items())
    if (!node.failed()) read_token(tokens.section(name), name, out, env);
  const auto access = node.section("access");
  if (access.object().size() > rules_max)
    node.fail("access", "has more than " + std::to_string(rules_max) + " entries");
  for (const auto& [client, value] : access.object().items())
    if (!node.failed()) read_rule(access.section(client), client, out);
  if (node.find("issuer") != nullptr) read_issuer(node.section("issuer"), out, env);
  if (node.find("tls") != nullptr) read_tls(node.section("tls"), out, env);
}

} // namespace toolscore
