#include "runners/proxy_rules.hpp"

#include "runners/oauth/oauth_text.hpp"

#include <algorithm>

namespace toolscore {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& x : out)
    if (x >= 'A' && x <= 'Z') x = static_cast<char>(x + ('a' - 'A'));
  return out;
}

/// "%40" is '@'; what is no code stays as it is.
std::string decoded(std::string_view text) {
  const auto digit = [](char x) {
    if (x >= '0' && x <= '9') return x - '0';
    if (x >= 'a' && x <= 'f') return x - 'a' + 10;
    return x >= 'A' && x <= 'F' ? x - 'A' + 10 : -1;
  };
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool code = text[at] == '%' && at + 2 < text.size() && digit(text[at + 1]) >= 0 &&
                      digit(text[at + 2]) >= 0;
    out += code ? static_cast<char>(digit(text[at + 1]) * 16 + digit(text[at + 2])) : text[at];
    if (code) at += 2;
  }
  return out;
}

/// "http://user:password@host:port", or without its scheme.
std::optional<http_proxy> read_proxy(std::string url, std::string_view name, std::string& fault) {
  if (url.find("://") == url.npos) url = "http://" + url;
  http_proxy out;
  const auto begin = url.find("://") + 3;
  const auto end = std::min(url.find_first_of("/?#", begin), url.size());
  const auto at = url.substr(0, end).rfind('@');
  if (at != url.npos && at >= begin) {
    const auto user = url.substr(begin, at - begin);
    const auto colon = std::min(user.find(':'), user.size());
    out.authorization = plain_credentials(decoded(user.substr(0, colon)),
                                          decoded(user.substr(std::min(colon + 1, user.size()))));
    url.erase(begin, at + 1 - begin);
  }
  const auto place = read_http_place(url);
  if (!place || place->tls || place->port == 0) {
    if (fault.empty()) // Its value may hold a password.
      fault = std::string(name) + " is no http:// URL of a proxy, and others are not known here";
    return std::nullopt;
  }
  out.place = *place;
  return out;
}

} // namespace

proxy_settings
read_proxies(const std::function<std::optional<std::string>(std::string_view name)>& variable) {
  const auto value = [&](std::string_view name) {
    auto text = variable(lower(name));
    if (!text || text->empty()) text = variable(name);
    return text.value_or("");
  };
  proxy_settings out;
  if (auto url = value("HTTP_PROXY"); !url.empty())
    out.http = read_proxy(std::move(url), "HTTP_PROXY", out.fault);
  if (auto url = value("HTTPS_PROXY"); !url.empty())
    out.https = read_proxy(std::move(url), "HTTPS_PROXY", out.fault);
  std::string entry;
  for (const char x : value("NO_PROXY") + ",") {
    if (x != ',' && x != ' ' && x != '\t') {
      entry += x;
      continue;
    }
    if (!entry.empty()) out.direct.push_back(lower(entry));
    entry.clear();
  }
  return out;
}

bool goes_direct(const std::vector<std::string>& direct, const http_place& to) {
  const auto port = ":" + std::to_string(to.port);
  return std::any_of(direct.begin(), direct.end(), [&](std::string_view entry) {
    if (entry == "*") return true;
    const bool bracketed = entry.starts_with('[');
    const auto colon = entry.rfind(':');
    // An IPv6 address without brackets has no port.
    const bool has_port =
        colon != entry.npos && (bracketed ? entry[colon - 1] == ']' : entry.find(':') == colon);
    if (has_port) {
      if (entry.substr(colon) != port) return false;
      entry = entry.substr(0, colon);
    }
    if (bracketed && entry.ends_with(']')) entry = entry.substr(1, entry.size() - 2);
    while (entry.starts_with('.')) entry.remove_prefix(1);
    if (entry.empty()) return false;
    return to.host == entry || to.host.ends_with("." + std::string(entry));
  });
}

const http_proxy* proxy_for(const proxy_settings& settings, const http_place& to) {
  const auto& chosen = to.tls ? settings.https : settings.http;
  if (!chosen || is_loopback(to.host) || goes_direct(settings.direct, to)) return nullptr;
  return &*chosen;
}

std::string connect_target(const http_place& to) {
  const bool bracketed = to.host.find(':') != to.host.npos;
  return (bracketed ? "[" + to.host + "]" : to.host) + ":" + std::to_string(to.port);
}

} // namespace toolscore
