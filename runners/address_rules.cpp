#include "runners/address_rules.hpp"

#include <algorithm>
#include <initializer_list>
#include <optional>

namespace toolscore {
namespace {

struct range {
  std::initializer_list<std::uint8_t> prefix;
  int bits;
};

/// Whether the first `bits` of `address`, from byte `at` on, are the prefix's.
bool begins(const address_bytes& address, std::size_t at, const range& with) {
  int left = with.bits;
  for (const auto part : with.prefix) {
    if (left <= 0) break;
    const auto mask = static_cast<std::uint8_t>(left >= 8 ? 0xff : 0xff << (8 - left));
    if ((address[at++] & mask) != (part & mask)) return false;
    left -= 8;
  }
  return true;
}

template <std::size_t Count>
bool begins_any(const address_bytes& address, std::size_t at, const range (&ranges)[Count]) {
  return std::any_of(std::begin(ranges), std::end(ranges),
                     [&](const range& x) { return begins(address, at, x); });
}

/// Where an IPv4 address stands inside; nothing where there is none.
std::optional<std::size_t> four_inside(const address_bytes& x) {
  static const range at_the_end[]{{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96},     // mapped
                                  {{0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0}, 96}}; // NAT64
  if (begins_any(x, 0, at_the_end)) return 12;
  if (begins(x, 0, {{0x20, 0x02}, 16})) return 2; // 6to4
  const bool compatible = begins(x, 0, {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 96});
  const bool small = x[12] == 0 && x[13] == 0 && x[14] == 0; // :: and ::1 are themselves.
  if (compatible && !small) return 12;
  return std::nullopt;
}

address_reach reach_of_four(const address_bytes& x, std::size_t at) {
  static const range inside[]{{{10}, 8}, {{172, 16}, 12}, {{192, 168}, 16}, {{100, 64}, 10}};
  static const range nowhere[]{
      {{0}, 8},  {{192, 0, 0}, 24}, {{192, 0, 2}, 24}, {{198, 51, 100}, 24}, {{203, 0, 113}, 24},
      {{224}, 3}};
  if (begins(x, at, {{127}, 8})) return address_reach::loopback;
  if (begins(x, at, {{169, 254}, 16})) return address_reach::link;
  if (begins_any(x, at, inside)) return address_reach::inside;
  return begins_any(x, at, nowhere) ? address_reach::nowhere : address_reach::elsewhere;
}

} // namespace

address_reach reach_of(const address_bytes& x) noexcept {
  if (const auto at = four_inside(x)) return reach_of_four(x, *at);
  static const range nowhere[]{{{0xff}, 8}, {{0x20, 0x01, 0x0d, 0xb8}, 32}};
  static const range metadata{{0xfd, 0x00, 0x0e, 0xc2}, 32};
  const address_bytes zero{};
  auto one = zero;
  one[15] = 1;
  if (x == one) return address_reach::loopback;
  if (x == zero || begins_any(x, 0, nowhere)) return address_reach::nowhere;
  if (begins(x, 0, {{0xfe, 0x80}, 10}) || begins(x, 0, metadata)) return address_reach::link;
  // Unique local, what sites had before, and what a site translates to IPv4 by itself (RFC 8215).
  static const range inside[]{{{0xfc}, 7}, {{0xfe, 0xc0}, 10}, {{0, 0x64, 0xff, 0x9b, 0, 1}, 48}};
  if (begins_any(x, 0, inside)) return address_reach::inside;
  return address_reach::elsewhere;
}

std::string address_fault(const address_bytes& address, bool tls) {
  switch (reach_of(address)) {
  case address_reach::loopback:
  case address_reach::inside:
    return {};
  case address_reach::link:
    return "is a link-local address, where no server of this kind is";
  case address_reach::nowhere:
    return "is no host's address";
  case address_reach::elsewhere:
    break;
  }
  return tls ? "" : "is on the internet, where http:// tells everybody what is said; use https://";
}

std::string told_address_fault(const address_bytes& address) {
  const auto reach = reach_of(address);
  if (reach == address_reach::loopback || reach == address_reach::inside)
    return "is on this host or in a private network, where a server outside must not lead; if it "
           "is right, write it as \"issuer\" under \"auth\"";
  return address_fault(address, true);
}

} // namespace toolscore
