#pragma once
#include <array>
#include <cstdint>
#include <string>

namespace toolscore {

/// An IPv6 address, or an IPv4 one as ::ffff:a.b.c.d.
using address_bytes = std::array<std::uint8_t, 16>;

enum class address_reach : std::uint8_t {
  loopback,
  inside,    ///< Private networks: 10/8, 172.16/12, 192.168/16, 100.64/10, fc00::/7, fec0::/10.
  link,      ///< Link-local, where clouds keep the keys of their machines: 169.254/16, fe80::/10.
  nowhere,   ///< No host: unspecified, multicast, broadcast, documentation, reserved.
  elsewhere, ///< The internet.
};

/// Addresses that carry an IPv4 one inside (mapped, compatible, 6to4, NAT64) count as that one.
address_reach reach_of(const address_bytes& address) noexcept;

/// Why a server that the configuration names is not spoken to at this address; empty = it is.
/// Secrets do not go in clear through the internet, and never to where a cloud keeps its own.
std::string address_fault(const address_bytes& address, bool tls);

/// The same where a server on the internet has told the address, always for TLS: what is inside is
/// none of its business.
std::string told_address_fault(const address_bytes& address);

} // namespace toolscore
