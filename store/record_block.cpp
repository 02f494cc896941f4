#include "store/record_block.hpp"

#include "messages/gone_kinds.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace toolscore {
namespace {

constexpr std::uint8_t gap_flag = 1;
constexpr std::uint8_t imported_flag = 2;
/// Behind them how an instance ended, from 1; 0 = it did not, or nobody has written it down. The
/// highest bit is none of a record's: a packed block begins with it.
constexpr unsigned ended_shift = 2;
static_assert((gone_kind_count << ended_shift | imported_flag | gap_flag) < 0x80);

std::uint8_t first_byte(const record_row& row) {
  const auto ended = row.ended ? static_cast<unsigned>(*row.ended) + 1 : 0;
  return static_cast<std::uint8_t>((row.gap ? gap_flag : 0) | (row.imported ? imported_flag : 0) |
                                   ended << ended_shift);
}

/// The codes of a text's length: those of a real one begin behind them.
constexpr std::uint64_t same_text = 1;
constexpr std::uint64_t lengths_from = 1;

/// All texts of a record in the order in which they stand; `Row` is const or not.
template <class Row>
auto texts_of(Row& row) {
  return std::array{&row.trajectory,     &row.task,          &row.trace,     &row.server,
                    &row.server_version, &row.server_commit, &row.principal, &row.method,
                    &row.tool,           &row.failure,       &row.arguments, &row.result};
}

template <class Row>
auto outcomes_of(Row& row) {
  return std::array{&row.admission, &row.transport, &row.rpc, &row.tool_outcome};
}

template <class Row>
auto numbers_of(Row& row) {
  return std::array{&row.instance, &row.attempt,       &row.queued_us, &row.wire_us,
                    &row.total_us, &row.arguments_cut, &row.result_cut};
}

/// Seven bits a byte, the lowest first; the eighth says that more follow.
constexpr std::size_t number_bytes_max = 10;
char* put(char* to, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7U) *to++ = static_cast<char>(value | 0x80U);
  *to++ = static_cast<char>(value);
  return to;
}

char* put_signed(char* to, std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value);
  return put(to, value < 0 ? ~(bits << 1U) : bits << 1U);
}

} // namespace

outcome_bit outcome_of(const record_row& row) noexcept {
  if (row.gap) return outcome_bit::gap;
  if (row.success()) return outcome_bit::success;
  if (row.admission == outcome::failed) return outcome_bit::admission;
  if (row.transport == outcome::failed) return outcome_bit::transport;
  if (row.rpc == outcome::failed) return outcome_bit::rpc;
  if (row.tool_outcome == outcome::failed) return outcome_bit::tool;
  return outcome_bit::needs_input;
}

/// By FNV-1a, which every build of every version counts alike: the bits are kept.
std::uint64_t mask_of(std::string_view name) noexcept {
  std::uint64_t hash = 14'695'981'039'346'656'037U;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 1'099'511'628'211U;
  return std::uint64_t{1} << (hash >> 58U);
}

void block_writer::clear() {
  used_ = 0;
  records_ = 0;
  labels_ = {};
  before_us_ = 0;
  std::fill(std::begin(before_), std::end(before_), place{});
}

/// Where the next record goes, with room for all of it.
char* block_writer::room_for(const record_row& row) {
  std::size_t most = 2 + (8 + texts) * number_bytes_max;
  for (const auto* x : texts_of(row)) most += x->size();
  if (bytes_.size() - used_ < most) bytes_.resize(std::max(used_ + most, 2 * bytes_.size()));
  return bytes_.data() + used_;
}

char* block_writer::put_text(char* to, std::size_t field, std::string_view text) {
  if (text.empty()) {
    *to = 0;
    return to + 1;
  }
  auto& before = before_[field];
  if (before.length == text.size() &&
      std::memcmp(bytes_.data() + before.at, text.data(), text.size()) == 0) {
    *to = static_cast<char>(same_text);
    return to + 1;
  }
  to = put(to, text.size() + lengths_from);
  before = {static_cast<std::size_t>(to - bytes_.data()), text.size()};
  std::memcpy(to, text.data(), text.size());
  return to + text.size();
}

void block_writer::add(const record_row& row) {
  const auto end_us = row.gap ? row.at_us + row.total_us : row.at_us;
  labels_.from_us = records_ == 0 ? row.at_us : std::min(labels_.from_us, row.at_us);
  labels_.to_us = records_ == 0 ? end_us : std::max(labels_.to_us, end_us);
  constexpr auto all = ~std::uint64_t{0}; // What a gap took may have been anybody's.
  labels_.servers |= row.gap ? all : mask_of(row.server);
  labels_.tools |= row.gap ? all : mask_of(row.tool);
  labels_.outcomes |= mask_of(outcome_of(row));
  char* to = room_for(row);
  *to++ = static_cast<char>(first_byte(row));
  unsigned packed = 0;
  for (const auto* x : outcomes_of(row)) packed = packed << 2U | static_cast<unsigned>(*x);
  *to++ = static_cast<char>(packed);
  to = put_signed(to, row.at_us - before_us_);
  before_us_ = row.at_us;
  for (const auto* x : numbers_of(row)) to = put_signed(to, *x);
  std::size_t field = 0;
  for (const auto* x : texts_of(row)) to = put_text(to, field++, *x);
  used_ = static_cast<std::size_t>(to - bytes_.data());
  ++records_;
}

std::uint64_t block_reader::take() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64 && at_ < bytes_.size(); shift += 7U) {
    const auto byte = static_cast<unsigned char>(bytes_[at_++]);
    value |= static_cast<std::uint64_t>(byte & 0x7fU) << shift;
    if (byte < 0x80) return value;
  }
  broken_ = true;
  return 0;
}

std::int64_t block_reader::take_signed() {
  const auto bits = take();
  return static_cast<std::int64_t>((bits & 1U) != 0 ? ~(bits >> 1U) : bits >> 1U);
}

void block_reader::take_text(std::size_t field, std::string_view& text) {
  const auto code = take();
  if (code == 0) {
    text = {};
  } else if (code == same_text) {
    broken_ = broken_ || before_[field].empty();
    text = before_[field];
  } else if (code - lengths_from > bytes_.size() - at_) {
    broken_ = true;
  } else {
    text = before_[field] = bytes_.substr(at_, code - lengths_from);
    at_ += text.size();
  }
}

bool block_reader::next(record_row& row) {
  if (broken_ || at_ == bytes_.size()) return false;
  const auto flags = static_cast<std::uint8_t>(bytes_[at_++]);
  const std::size_t ended = flags >> ended_shift;
  broken_ = ended > gone_kind_count || at_ == bytes_.size();
  if (broken_) return false;
  row.gap = (flags & gap_flag) != 0;
  row.imported = (flags & imported_flag) != 0;
  row.ended = ended == 0 ? std::nullopt : std::optional(static_cast<gone_kind>(ended - 1));
  const auto packed = static_cast<unsigned char>(bytes_[at_++]);
  unsigned shift = 8;
  for (auto* x : outcomes_of(row)) {
    shift -= 2;
    const auto value = packed >> shift & 3U;
    broken_ = broken_ || value > static_cast<unsigned>(outcome::failed);
    *x = static_cast<outcome>(value);
  }
  // Sums of what was broken may pass the type's end: as unsigned they go round.
  row.at_us = static_cast<std::int64_t>(static_cast<std::uint64_t>(take_signed()) +
                                        static_cast<std::uint64_t>(before_us_));
  before_us_ = row.at_us;
  for (auto* x : numbers_of(row)) *x = take_signed();
  std::size_t field = 0;
  for (auto* x : texts_of(row)) take_text(field++, *x);
  row.number = number_++;
  return !broken_;
}

} // namespace toolscore
