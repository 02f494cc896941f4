#pragma once
#include "gateway/client_access.hpp"
#include "gateway/router.hpp"
#include "messages/access.hpp"
#include "messages/envelope.hpp"
#include "messages/exchange.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace toolscore {

/// The name of a header field in lower case, as it stands in the program.
class header_name {
public:
  consteval header_name(const char* lower) : text_(lower), key_(key_of(text_)) {}
  constexpr std::string_view text() const noexcept { return text_; }
  /// Length and first letter: tells most names apart at once.
  constexpr std::uint32_t key() const noexcept { return key_; }
  /// Which of 64 bits stands for a key.
  constexpr std::uint32_t bit() const noexcept { return bit_of(key_); }

  static constexpr std::uint32_t key_of(std::string_view lower) noexcept {
    const auto first = lower.empty() ? '\0' : lower.front();
    return static_cast<std::uint32_t>(lower.size()) << 8 | static_cast<unsigned char>(first);
  }
  static constexpr std::uint32_t bit_of(std::uint32_t key) noexcept {
    return (key * 0x9e3779b1u) >> 26;
  }

private:
  std::string_view text_;
  std::uint32_t key_;
};

/// The header fields of one request, in one text, so that a request costs no allocation a field.
class header_list {
public:
  void add(std::string_view name, std::string_view value);
  void clear() noexcept;
  /// Another value, of the same length, for the first field of that name, if there is one.
  void replace(header_name name, std::string_view value) noexcept;
  /// The first value of that name.
  std::optional<std::string_view> get(header_name name) const noexcept {
    const auto found = find(name);
    return found == absent ? std::nullopt : std::optional(value(found));
  }
  std::size_t count(header_name name) const noexcept;
  std::size_t size() const noexcept { return entries_.size(); }
  /// In lower case, however it came.
  std::string_view name(std::size_t index) const noexcept {
    const auto& x = entries_[index];
    return {text_.data() + x.name_at, x.name_length};
  }
  std::string_view value(std::size_t index) const noexcept {
    const auto& x = entries_[index];
    return {text_.data() + x.name_at + x.name_length, x.value_length};
  }

private:
  static constexpr std::size_t absent = std::size_t(-1);
  struct entry {
    std::uint32_t key; ///< As header_name's.
    std::uint32_t name_at;
    std::uint32_t name_length;
    std::uint32_t value_length; ///< The value stands right behind the name.
  };
  /// Its first place, or `absent`.
  std::size_t find(header_name wanted) const noexcept {
    if ((seen_ >> wanted.bit() & 1U) == 0) return absent;
    for (std::size_t i = first_[wanted.bit()]; i < entries_.size(); ++i)
      if (entries_[i].key == wanted.key() && name(i) == wanted.text()) return i;
    return absent;
  }

  std::string text_;
  std::vector<entry> entries_;
  std::uint64_t seen_ = 0; ///< A bit for each key there is: of what is absent most is known by it.
  std::array<std::uint16_t, 64> first_{}; ///< The first place of each bit that is seen.
};

/// Who is at the other end of a connection, known before the first byte.
struct peer_info {
  bool local_socket = false; ///< It came through the unix socket.
  bool owner = false;        ///< Its uid is ours or root; only for the unix socket.
  std::string name;          ///< "local" or "uid:1000".
};

/// What was found out about all of a request but its body; kept while its connection sends the same
/// head again.
struct head_findings {
  bool let_in = false;     ///< It shows no token, which could go out of force.
  bool media_good = false; ///< Its media types are those of MCP.
};

/// One HTTP request whose head is complete; `body` follows when all of it is there.
struct inbound_request {
  http_method method = http_method::other;
  std::string target;
  std::size_t path_length = 0; ///< Of `target`, up to the query.
  unsigned version = 11;       ///< 10 or 11.
  bool keep_alive = true;
  header_list headers;
  bytes body; ///< Never null once the request is complete.
  peer_info peer;
  principal who; ///< Filled in when the head is judged, like all up to `where`.
  scope_set scopes;
  access_ptr access; ///< Null = everything is shown.
  route where;
  head_findings found;
  std::chrono::steady_clock::time_point received;

  std::string_view path() const noexcept { return std::string_view{target}.substr(0, path_length); }
  std::string_view query() const noexcept;
};

/// A whole answer. `headers` are further header lines, each ended by CRLF.
struct outbound_answer {
  int status = 200;
  std::string_view content_type; ///< Static text; empty where there is no body.
  std::string headers;
  bytes body;         ///< Null = empty.
  bool close = false; ///< The connection ends with this answer.
};

/// An answer with a JSON text as its body.
outbound_answer json_answer(int status, std::string text);

/// The value of `name` in a query string, percent-decoded; empty optional = absent.
std::optional<std::string> query_value(std::string_view query, std::string_view name);

/// Whether the client reads an event stream, as its Accept says; without one it takes everything.
bool takes_stream(const header_list& headers) noexcept;

/// ASCII only, `lower` is already in lower case.
bool equals_ignoring_case(std::string_view text, std::string_view lower) noexcept;

} // namespace toolscore
