#include "loop/log_io.hpp"

#include "messages/known_secrets.hpp"

#include <memory>
#include <mutex>
#include <spdlog/logger.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <utility>

namespace toolscore::log {
namespace {

constexpr const char* pattern = "%Y-%m-%dT%H:%M:%S.%e%z level=%l %v";

spdlog::level::level_enum to_spdlog(level at) noexcept {
  switch (at) {
  case level::debug:
    return spdlog::level::debug;
  case level::info:
    return spdlog::level::info;
  case level::warn:
    return spdlog::level::warn;
  case level::error:
    return spdlog::level::err;
  case level::off:
    return spdlog::level::off;
  }
  return spdlog::level::off;
}

std::shared_ptr<spdlog::logger> make_logger(spdlog::sink_ptr sink) {
  auto made = std::make_shared<spdlog::logger>("toolscore", std::move(sink));
  made->set_pattern(pattern);
  made->flush_on(spdlog::level::info);
  made->set_error_handler([](const std::string&) {}); // A full disk stops no server.
  return made;
}

spdlog::sink_ptr stderr_sink() {
  return std::make_shared<spdlog::sinks::stderr_sink_mt>();
}

/// Replaced as a whole, so that a line that is being written keeps its sink.
struct target {
  std::mutex guard;
  std::shared_ptr<spdlog::logger> logger = make_logger(stderr_sink());
};

target& the_target() {
  // Never destroyed: threads and destructors may log until the process is gone.
  static auto* const one = new target;
  return *one;
}

std::shared_ptr<spdlog::logger> current() {
  auto& to = the_target();
  const std::lock_guard hold(to.guard);
  return to.logger;
}

void replace(spdlog::sink_ptr sink) {
  auto made = make_logger(std::move(sink));
  auto& to = the_target();
  const std::lock_guard hold(to.guard);
  made->set_level(to.logger->level());
  to.logger = std::move(made);
}

bool plain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte > 0x20 && byte != 0x7f && c != '"' && c != '\\' && c != '=';
}

void append_escaped(std::string& to, std::string_view text) {
  static constexpr char digits[] = "0123456789abcdef";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      to += '\\';
      to += c;
    } else if (c == '\n') {
      to += "\\n";
    } else if (c == '\t') {
      to += "\\t";
    } else if (byte < 0x20 || byte == 0x7f) {
      to += "\\x";
      to += digits[byte >> 4U];
      to += digits[byte & 0xfU];
    } else {
      to += c;
    }
  }
}

void append_value(std::string& to, std::string_view value) {
  const bool cut = value.size() > value_bytes_max;
  if (cut) {
    value = value.substr(0, value_bytes_max);
    // Not in the middle of a UTF-8 character.
    while (!value.empty() && (static_cast<unsigned char>(value.back()) & 0xc0U) == 0x80U)
      value.remove_suffix(1);
    if (!value.empty() && (static_cast<unsigned char>(value.back()) & 0xc0U) == 0xc0U)
      value.remove_suffix(1);
  }
  bool bare = !cut && !value.empty();
  for (const char c : value) bare = bare && plain(c);
  if (bare) {
    to += value;
    return;
  }
  to += '"';
  append_escaped(to, value);
  to += cut ? "...\"" : "\"";
}

} // namespace

std::string format_line(std::string_view event, std::initializer_list<field> fields) {
  std::string line = "event=";
  append_value(line, event);
  for (const auto& x : fields) {
    line += ' ';
    line += x.key;
    line += '=';
    append_value(line, x.value);
  }
  return line;
}

void write(level at, std::string_view event, std::initializer_list<field> fields) {
  const auto logger = current();
  if (!logger->should_log(to_spdlog(at))) return;
  // The string_view overload: text is never a format string.
  const auto line = known_secrets::here().scrubbed(format_line(event, fields));
  logger->log(to_spdlog(at), spdlog::string_view_t(line.data(), line.size()));
}

bool enabled(level at) noexcept {
  return at != level::off && current()->should_log(to_spdlog(at));
}

void set_level(level at) noexcept {
  current()->set_level(to_spdlog(at));
}

bool redirect_to_file(const std::string& path) {
  try {
    replace(std::make_shared<spdlog::sinks::basic_file_sink_mt>(path));
  } catch (const spdlog::spdlog_ex&) {
    return false;
  }
  return true;
}

void redirect_to_stderr() {
  replace(stderr_sink());
}

} // namespace toolscore::log
