#pragma once
#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

/// One event a line, on stderr or in a file, never on stdout, which may be a protocol:
/// `event=child.restart server=fs attempt=3 reason="exit 1"`. Callable from every thread.
namespace toolscore::log {

/// info = a state changed, warn = we cope, error = a person is needed.
enum class level { debug, info, warn, error, off };

/// Longer values are cut there, and end in "...".
inline constexpr std::size_t value_bytes_max = 1'024;

struct field {
  std::string_view key; ///< A fixed name.
  std::string value;    ///< As it is; quoting and escaping are the log's affair.
};

inline field kv(std::string_view key, std::string_view value) {
  return {key, std::string(value)};
}
inline field kv(std::string_view key, const char* value) {
  return {key, value ? value : ""};
}
inline field kv(std::string_view key, bool value) {
  return {key, value ? "true" : "false"};
}
template <class Number>
requires(std::integral<Number> || std::floating_point<Number>) field
    kv(std::string_view key, Number value) {
  return {key, std::to_string(value)};
}

/// `event` is noun.verb.
void write(level at, std::string_view event, std::initializer_list<field> fields = {});
template <class... Fields>
requires(sizeof...(Fields) > 0 &&
         (std::same_as<Fields, field> && ...)) void write(level at, std::string_view event,
                                                          Fields... fields) {
  write(at, event, {std::move(fields)...});
}

/// True if write() at this level would print: spares making costly fields.
bool enabled(level at) noexcept;
/// Default info.
void set_level(level at) noexcept;
/// Appends to the file from now on. @returns false if it cannot be opened; nothing changes then
[[nodiscard]] bool redirect_to_file(const std::string& path);
void redirect_to_stderr();

/// The text of a line without time and level. Control characters, quotes and backslashes are
/// escaped, so that no value can fake a field or a line.
std::string format_line(std::string_view event, std::initializer_list<field> fields);

} // namespace toolscore::log
