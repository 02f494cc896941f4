#include "node/records/import_line.hpp"

#include "mcp/answers.hpp"
#include "mcp/json_text.hpp"
#include "mcp/members.hpp"
#include "mcp/rounds.hpp"
#include "mcp/tool_error.hpp"
#include "messages/gone_kinds.hpp"
#include "store/wall_clock.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>

namespace toolscore {
namespace {

constexpr std::int64_t no_limit = std::numeric_limits<std::int64_t>::max();

/// A member that a line has, or may have; `raw` is its value as it stands there.
struct member {
  const char* name;
  bool needed = true;
  std::string_view raw{};
};

using members = std::span<member>;

std::string in_quotes(std::string_view name) {
  return mcp::quote(name.substr(0, 64));
}

/// @returns what is wrong
std::string take_members(std::string_view object, members all, const char* what) {
  std::string fault;
  mcp::for_members(object, [&](std::string_view key, std::string_view value) {
    for (auto& each : all) {
      if (!mcp::says(key, each.name)) continue;
      if (!each.raw.empty()) fault = in_quotes(each.name) + " stands there twice";
      each.raw = value;
      return fault.empty();
    }
    fault = in_quotes(mcp::decode(key)) + " is no member of " + what;
    return false;
  });
  for (const auto& each : all)
    if (fault.empty() && each.needed && each.raw.empty())
      fault = in_quotes(each.name) + " is missing";
  return fault;
}

/// Reads members by name and remembers the first fault.
class reader {
public:
  reader(members all, std::span<std::string> room) : all_(all), room_(room) {}

  std::string_view raw(std::string_view name) const {
    for (const auto& each : all_)
      if (name == each.name) return each.raw;
    return {};
  }
  bool has(std::string_view name) const { return !raw(name).empty(); }

  std::string_view text(std::string_view name,
                        std::size_t bytes_max = import_lines::text_bytes_max) {
    const auto value = raw(name);
    if (value.empty()) return {};
    if (!mcp::is_string(value)) {
      fail(name, "is no text");
      return {};
    }
    auto& kept = room_[used_++];
    kept = mcp::decode(value);
    if (kept.size() > bytes_max)
      fail(name, "is longer than " + std::to_string(bytes_max) + " bytes");
    return kept;
  }

  std::int64_t whole(std::string_view name, std::int64_t least, std::int64_t most = no_limit) {
    const auto value = raw(name);
    std::int64_t out = 0;
    const auto* end = value.data() + value.size();
    const auto [at, failed] = std::from_chars(value.data(), end, out);
    if (failed != std::errc{} || at != end || out < least || out > most)
      fail(name, "is no whole number from " + std::to_string(least) + " on");
    return out;
  }

  bool flag(std::string_view name) {
    const auto value = raw(name);
    if (!value.empty() && value != "true" && value != "false")
      fail(name, "is neither true nor false");
    return value == "true";
  }

  outcome step(std::string_view name) {
    const auto word = text(name);
    for (const auto x : {outcome::not_reached, outcome::ok, outcome::failed})
      if (word == to_string(x)) return x;
    fail(name, "is neither ok, failed nor not_reached");
    return outcome::not_reached;
  }

  std::optional<gone_kind> ending(std::string_view name) {
    if (!has(name)) return std::nullopt;
    const auto kind = gone_kind_named(text(name));
    if (!kind) fail(name, "is no way in which an instance ends");
    return kind;
  }

  std::int64_t time(std::string_view name) {
    std::int64_t out = 0;
    if (!read_timestamp(text(name), out)) fail(name, "is no time like 2026-01-02T03:04:05.678901Z");
    return out;
  }

  void fail(std::string_view name, const std::string& why) {
    if (fault_.empty()) fault_ = in_quotes(name) + " " + why;
  }
  void fail(const std::string& why) {
    if (fault_.empty()) fault_ = why;
  }
  const std::string& fault() const noexcept { return fault_; }

private:
  members all_;
  std::span<std::string> room_;
  std::size_t used_ = 0;
  std::string fault_;
};

/// Arguments or a result. Where the line says that something was cut, a text is what was left.
std::string_view value_of(reader& from, std::string_view name, bool truncated, std::int64_t& cut) {
  const auto raw = from.raw(name);
  if (raw == "null") return {};
  if (truncated && mcp::is_string(raw)) {
    const auto left = from.text(name, import_lines::value_bytes_max);
    cut = static_cast<std::int64_t>(std::max<std::size_t>(left.size(), 1));
    return left;
  }
  if (raw.size() > import_lines::value_bytes_max)
    from.fail(name, "is longer than " + std::to_string(import_lines::value_bytes_max) + " bytes");
  return raw;
}

/// Each step is reached only where the one before it was ok, and the last one reached may fail; of
/// a call that asks for input the last one is open.
bool can_follow(const record_row& row) {
  if (row.needs_input()) return row.admission == outcome::ok && row.transport == outcome::ok;
  bool reached = true;
  for (const auto x : {row.admission, row.transport, row.rpc, row.tool_outcome}) {
    if ((x != outcome::not_reached) != reached) return false;
    reached = x == outcome::ok;
  }
  return true;
}

/// What the outcomes say, and what stands beside them.
void check_ending(reader& from, const record_row& row, bool success) {
  const bool answered = row.rpc != outcome::not_reached;
  if (!can_follow(row)) from.fail("its outcomes cannot follow each other");
  if (success != row.success()) from.fail("success", "is not what its outcomes say");
  const bool failed = !row.success() && !row.needs_input();
  if (from.flag("needs_input") != row.needs_input() || from.has("needs_input") != row.needs_input())
    from.fail("needs_input", "is not what its outcomes say");
  if (row.success() && !row.failure.empty()) from.fail("it is a success and has a failure");
  if (row.needs_input() && !row.failure.empty()) from.fail("it asks for input and has a failure");
  if (failed && row.failure.empty()) from.fail("it is no success and says no failure");
  if (row.ended && row.transport != outcome::failed)
    from.fail("ended", "is there, and the call was not lost");
  // Older nodes wrote the words alone.
  if (row.ended && (row.ended == gone_kind::hung) != mcp::tells_hung(row.failure))
    from.fail("ended", "is not what its failure says");
  const bool cut = row.result_cut != 0;
  if (!answered && !row.result.empty()) from.fail("it has no answer and a result");
  if (!answered || cut) return;
  if (!mcp::is_object(row.result))
    return from.fail("it has an answer, and \"result\" is no object");
  const bool is_error = mcp::says_tool_error(mcp::member_of(row.result, "isError"));
  if (row.success() && is_error) from.fail("it is a success, and its result says isError");
  // The other way round an older node has written it: what asked was a success to that.
  if (row.needs_input() && (is_error || !mcp::asks_for_input(row.result)))
    from.fail("it asks for input, and its result does not");
  if (row.tool_outcome == outcome::failed && !is_error)
    from.fail("its tool has failed, and its result does not say isError");
}

void read_gap(reader& from, record_row& row, std::span<std::string> room) {
  const auto raw = from.raw("gap");
  if (!mcp::is_object(raw)) return from.fail("gap", "is no object");
  std::array all{member{"count"}, member{"from"}, member{"to"}, member{"reason"}};
  if (const auto fault = take_members(raw, all, "a gap"); !fault.empty()) return from.fail(fault);
  reader gap(all, room);
  row.gap = true;
  row.queued_us = gap.raw("count") == "null" ? 0 : gap.whole("count", 1);
  row.at_us = gap.time("from");
  row.total_us = gap.time("to") - row.at_us;
  row.failure = gap.text("reason");
  if (!gap.fault().empty()) return from.fail(gap.fault());
  if (row.total_us < 0) from.fail("the gap ends before it begins");
}

void read_call(reader& from, record_row& row) {
  row.trajectory = from.text("trajectory_id");
  row.task = from.text("task_id");
  row.trace = from.text("trace_id");
  row.at_us = from.time("timestamp");
  row.server = from.text("server");
  row.instance = from.whole("instance", 0);
  row.server_version = from.text("server_version");
  row.server_commit = from.text("server_commit");
  row.principal = from.text("principal");
  row.method = from.text("method");
  row.tool = from.text("tool");
  row.admission = from.step("admission");
  row.transport = from.step("transport");
  row.rpc = from.step("rpc");
  row.tool_outcome = from.step("tool_outcome");
  row.failure = from.text("failure");
  row.ended = from.ending("ended");
  row.attempt = from.whole("attempt", 1);
  row.queued_us = from.whole("queued_us", 0);
  row.wire_us = from.whole("wire_us", 0);
  row.total_us = from.whole("total_us", 0);
  const bool truncated = from.flag("truncated");
  row.arguments = value_of(from, "arguments", truncated, row.arguments_cut);
  row.result = value_of(from, "result", truncated, row.result_cut);
  if (truncated && row.arguments_cut == 0 && row.result_cut == 0)
    from.fail("truncated", "is true, and neither arguments nor result is a text");
  if (row.method.empty()) from.fail("method", "is empty");
  check_ending(from, row, from.flag("success"));
}

} // namespace

bool read_timestamp(std::string_view text, std::int64_t& microseconds) {
  constexpr std::string_view form = "0000-00-00T00:00:00.000000Z";
  if (text.size() != form.size()) return false;
  const auto part = [&](std::size_t at, std::size_t length) {
    int value = -1;
    const auto* end = text.data() + at + length;
    const auto [last, failed] = std::from_chars(text.data() + at, end, value);
    return failed == std::errc{} && last == end ? value : -1;
  };
  using namespace std::chrono;
  const year_month_day date{year(part(0, 4)), month(static_cast<unsigned>(part(5, 2))),
                            day(static_cast<unsigned>(part(8, 2)))};
  if (!date.ok()) return false;
  const auto at = sys_days(date) + hours(part(11, 2)) + minutes(part(14, 2)) +
                  seconds(part(17, 2)) + std::chrono::microseconds(part(20, 6));
  microseconds = duration_cast<std::chrono::microseconds>(at.time_since_epoch()).count();
  return timestamp_text(microseconds) == text; // Which no 25th hour and no other sign is.
}

std::string import_lines::chain_fault(std::string_view line, bool has_hash) {
  if (lines_ == 1) hashed_ = has_hash;
  if (!hashed_) return has_hash ? "it has a hash, and the lines before it have none" : "";
  return chain_.check(line);
}

std::string import_lines::read(std::string_view line) {
  ++lines_;
  row_ = {};
  row_.imported = true;
  // Which also says that it is UTF-8, and one value.
  if (!nlohmann::json::accept(line) || !mcp::is_object(line)) return "it is no JSON object";
  std::array call{member{"number"},          member{"trajectory_id"},  member{"task_id"},
                  member{"trace_id"},        member{"timestamp"},      member{"server"},
                  member{"instance"},        member{"server_version"}, member{"server_commit"},
                  member{"principal"},       member{"method"},         member{"tool"},
                  member{"arguments"},       member{"result"},         member{"truncated", false},
                  member{"admission"},       member{"transport"},      member{"rpc"},
                  member{"tool_outcome"},    member{"success"},        member{"needs_input", false},
                  member{"failure"},         member{"ended", false},   member{"attempt"},
                  member{"queued_us"},       member{"wire_us"},        member{"total_us"},
                  member{"imported", false}, member{"hash", false}};
  std::array gap{member{"number"}, member{"gap"}, member{"imported", false}, member{"hash", false}};
  const bool is_gap = !mcp::member_of(line, "gap").empty();
  const auto all = is_gap ? members(gap) : members(call);
  if (auto fault = take_members(line, all, "a record"); !fault.empty()) return fault;
  reader from(all, texts_);
  if (auto fault = chain_fault(line, from.has("hash")); !fault.empty()) return fault;
  const auto number = from.whole("number", 1);
  if (from.fault().empty() && number <= number_)
    from.fail("its number does not rise: " + std::to_string(number) + " comes after " +
              std::to_string(number_));
  number_ = number;
  if (from.has("imported") && !from.flag("imported")) from.fail("imported", "is not true");
  if (is_gap)
    read_gap(from, row_, texts_);
  else
    read_call(from, row_);
  return from.fault();
}

} // namespace toolscore
