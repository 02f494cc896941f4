#include "messages/http_place.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <span>

namespace toolscore {
namespace {

constexpr std::size_t url_bytes_max = 4'096;
constexpr std::size_t host_bytes_max = 253; // Of a name in the DNS.
constexpr std::string_view own_port = "${PORT}";

error wrong(const char* what) {
  return {errc::bad_config, what};
}

std::uint16_t usual_port(bool tls) noexcept {
  return tls ? 443 : 80;
}

bool is_host_letter(char x) noexcept {
  return (x >= 'a' && x <= 'z') || (x >= '0' && x <= '9') || x == '-' || x == '.' || x == '_';
}
bool is_address_letter(char x) noexcept {
  return (x >= 'a' && x <= 'f') || (x >= '0' && x <= '9') || x == ':' || x == '.';
}

std::optional<std::uint16_t> port_of(std::string_view text) {
  if (text == own_port) return std::uint16_t{0};
  std::uint16_t port = 0;
  const auto* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, port);
  if (read.ec != std::errc{} || read.ptr != end || port == 0) return std::nullopt;
  return port;
}

/// Behind the scheme, up to the path.
result<http_place> read_authority(bool tls, std::string_view text) {
  if (text.find('@') != text.npos)
    return wrong("holds credentials before the host; write them as a header");
  http_place x;
  x.tls = tls;
  x.port = usual_port(tls);
  const bool bracketed = text.starts_with('[');
  const auto end = bracketed ? text.find(']') : text.find(':');
  if (bracketed && end == text.npos) return wrong("has a [ without a ]");
  const auto host_end = std::min(end, text.size());
  x.host = text.substr(bracketed ? 1 : 0, host_end - (bracketed ? 1 : 0));
  for (char& c : x.host)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  const auto good = bracketed ? is_address_letter : is_host_letter;
  if (x.host.empty() || x.host.size() > host_bytes_max ||
      !std::all_of(x.host.begin(), x.host.end(), good))
    return wrong("names no host");
  auto rest = text.substr(std::min(host_end + (bracketed ? 1 : 0), text.size()));
  if (rest.empty()) return x;
  const auto port = rest.starts_with(':') ? port_of(rest.substr(1)) : std::nullopt;
  if (!port) return wrong("has no port from 1 to 65535 behind its host");
  x.port = *port;
  return x;
}

std::string_view without_fragment(std::string_view text) {
  return text.substr(0, std::min(text.find('#'), text.size()));
}

/// Dots are left alone: whoever serves the path knows what they mean to it.
std::string target_of(std::string_view text) {
  text = without_fragment(text);
  if (text.empty()) return "/";
  return (text.front() == '/' ? "" : "/") + std::string(text);
}

std::string_view path_of(const http_place& x) {
  return std::string_view(x.target).substr(0, std::min(x.target.find('?'), x.target.size()));
}

/// The length of "https://" or "http://" at its beginning, in any case; 0 = neither.
std::size_t scheme_of(std::string_view text, bool& tls) {
  const auto begins = [&](std::string_view with) {
    return text.size() >= with.size() &&
           std::equal(with.begin(), with.end(), text.begin(), [](char a, char b) {
             return a == (b >= 'A' && b <= 'Z' ? static_cast<char>(b + ('a' - 'A')) : b);
           });
  };
  tls = begins("https://");
  if (tls) return 8;
  return begins("http://") ? 7 : 0;
}

bool is_printable(std::string_view text) {
  return text.size() <= url_bytes_max &&
         std::all_of(text.begin(), text.end(), [](char x) { return x > ' ' && x < 0x7f; });
}

} // namespace

bool authorizes_itself(const http_endpoint& x) noexcept {
  constexpr std::string_view name = "authorization";
  return std::any_of(x.headers.begin(), x.headers.end(), [&](const auto& header) {
    return std::equal(name.begin(), name.end(), header.first.begin(), header.first.end(),
                      [](char a, char b) {
                        return a == (b >= 'A' && b <= 'Z' ? static_cast<char>(b + ('a' - 'A')) : b);
                      });
  });
}

result<http_place> read_http_place(std::string_view url) {
  if (!is_printable(url)) return wrong("holds more than 4096 bytes, or what is no printable ASCII");
  bool tls = false;
  const auto scheme = scheme_of(url, tls);
  if (scheme == 0) return wrong("begins with neither https:// nor http://");
  url.remove_prefix(scheme);
  const auto end = std::min(url.find_first_of("/?#"), url.size());
  auto x = read_authority(tls, url.substr(0, end));
  if (x) x->target = target_of(url.substr(end));
  return x;
}

result<http_place> read_dialed_place(std::string_view url) {
  std::string text(url.substr(0, url_bytes_max + 1));
  const auto scheme_end = std::min(text.find(':'), text.size());
  for (char& c : std::span(text).first(scheme_end))
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  const bool web_socket = text.starts_with("ws://") || text.starts_with("wss://");
  bool tls = false;
  if (!web_socket && scheme_of(text, tls) == 0)
    return wrong("begins with neither https://, http://, wss:// nor ws://");
  auto x = read_http_place(web_socket ? "http" + text.substr(2) : url);
  if (x) x->web_socket = web_socket;
  return x;
}

result<http_place> resolve_reference(const http_place& base, std::string_view reference) {
  if (!is_printable(reference)) return wrong("is no URL");
  bool tls = false;
  if (scheme_of(reference, tls) != 0) return read_http_place(reference);
  if (reference.starts_with("//"))
    return read_http_place((base.tls ? "https:" : "http:") + std::string(reference));
  // Any other scheme: a colon before the path begins.
  const auto colon = reference.find(':');
  if (colon < reference.find_first_of("/?#")) return wrong("is no HTTP URL");
  auto x = base;
  if (reference.starts_with('/'))
    x.target = target_of(reference);
  else if (reference.starts_with('?'))
    x.target = std::string(path_of(base)) + std::string(without_fragment(reference));
  else if (!without_fragment(reference).empty())
    x.target = std::string(path_of(base).substr(0, path_of(base).rfind('/') + 1)) +
               std::string(without_fragment(reference));
  return x;
}

std::string authority_of(const http_place& x) {
  const bool bracketed = x.host.find(':') != x.host.npos;
  auto text = bracketed ? "[" + x.host + "]" : x.host;
  if (x.port == 0) return text.append(":").append(own_port);
  if (x.port != usual_port(x.tls)) text += ":" + std::to_string(x.port);
  return text;
}

std::string origin_of(const http_place& x) {
  const std::string scheme = x.web_socket ? "ws" : "http";
  return scheme + (x.tls ? "s://" : "://") + authority_of(x);
}

std::string shown_place(const http_place& x) {
  return origin_of(x).append(path_of(x));
}

bool same_origin(const http_place& a, const http_place& b) noexcept {
  return a.tls == b.tls && a.web_socket == b.web_socket && a.port == b.port && a.host == b.host;
}

bool is_loopback(std::string_view host) noexcept {
  if (host == "localhost" || host == "::1") return true;
  // The whole of 127.0.0.0/8, if it is an address at all.
  return host.starts_with("127.") && std::count(host.begin(), host.end(), '.') == 3 &&
         std::all_of(host.begin(), host.end(),
                     [](char x) { return x == '.' || (x >= '0' && x <= '9'); });
}

} // namespace toolscore
