#pragma once
#include "gateway/http_types.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace toolscore {

struct reader_limits {
  std::uint32_t header_bytes_max = 16 * 1024;
  std::uint64_t body_bytes_max = 64ull << 20;
};

/// Reads HTTP/1 requests out of bytes, one after the other. The parser is Beast's; fields and body
/// go straight to where they are used, so that a request costs one allocation for its body.
class request_reader {
public:
  explicit request_reader(reader_limits limits);
  ~request_reader();

  /// Reads on. Stops behind the head, so that it can be judged before the body is taken, and at the
  /// end of the request. @returns how many bytes were used; the rest must be offered again.
  std::size_t feed(std::string_view data);
  bool has_head() const;
  bool complete() const;
  /// 0, or the status to refuse the request with: 400, 413, 431, 501.
  int failure() const;
  /// Valid from has_head() on; its `body` from complete() on.
  inbound_request& request();
  /// True while some of the body is still to come and the client waits to be asked for it.
  bool wants_continue() const;
  /// Bytes of the body still to come where that is known, else 0.
  std::uint64_t body_left() const;
  /// Forgets this request; the next one can be fed.
  void reset();

private:
  class parser;
  std::unique_ptr<parser> parser_;
};

} // namespace toolscore
