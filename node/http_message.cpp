#include "node/http_message.hpp"

#include <algorithm>
#include <charconv>

namespace toolscore {
namespace {

bool legal_host(std::string_view host) {
  if (host.empty() || host.size() > 253) return false;
  return host.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789.-_:") == host.npos;
}

bool legal_port(std::string_view port) {
  unsigned number = 0;
  const auto parsed = std::from_chars(port.data(), port.data() + port.size(), number);
  return parsed.ec == std::errc{} && parsed.ptr == port.data() + port.size() && number > 0 &&
         number <= 65'535;
}

} // namespace

std::string to_string(const http_address& x) {
  if (!x.socket_path.empty()) return x.socket_path;
  return (x.tls ? "https://" : "http://") + host_field(x);
}

std::string host_field(const http_address& x) {
  if (!x.socket_path.empty()) return "localhost";
  const bool six = x.host.find(':') != x.host.npos;
  return (six ? "[" + x.host + "]" : x.host) + ":" + x.port;
}

url_reading read_url(std::string_view url) {
  url_reading answer;
  const std::string shown = "\"" + std::string(url.substr(0, 80)) + "\"";
  answer.failure = "--url " + shown + " is no address, write http://127.0.0.1:8088";
  answer.address.tls = url.starts_with("https://");
  if (!answer.address.tls && !url.starts_with("http://")) return answer;
  url.remove_prefix(answer.address.tls ? 8 : 7);
  if (url.ends_with('/')) url.remove_suffix(1);
  std::string_view host = url;
  std::string_view port = answer.address.tls ? "443" : "80";
  if (url.starts_with('[')) {
    const auto end = url.find(']');
    if (end == url.npos) return answer;
    host = url.substr(1, end - 1);
    const auto rest = url.substr(end + 1);
    if (!rest.empty() && rest[0] != ':') return answer;
    if (!rest.empty()) port = rest.substr(1);
  } else if (const auto colon = url.find(':'); colon != url.npos) {
    host = url.substr(0, colon);
    port = url.substr(colon + 1);
  }
  if (!legal_host(host) || !legal_port(port)) return answer;
  answer.address.host = std::string(host);
  answer.address.port = std::string(port);
  answer.failure.clear();
  return answer;
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.' || c == '~';
    if (plain) {
      out += c;
    } else {
      out += '%';
      out += digits[byte >> 4];
      out += digits[byte & 15];
    }
  }
  return out;
}

} // namespace toolscore
