#include "runners/image/build_news.hpp"

#include <charconv>
#include <nlohmann/json.hpp>
#include <utility>

namespace toolscore {
namespace {

using json = nlohmann::json;

std::string text_of(const json& object, const char* name) {
  const auto at = object.find(name);
  return at != object.end() && at->is_string() ? at->get<std::string>() : std::string();
}

/// A number and what has to follow it; takes both from `text`.
bool take_number(std::string_view& text, std::size_t& number, std::string_view behind) {
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc{}) return false;
  text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
  if (!text.starts_with(behind)) return false;
  text.remove_prefix(behind.size());
  return true;
}

bool take_word(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word)) return false;
  text.remove_prefix(word.size());
  return true;
}

} // namespace

std::optional<build_step> read_step(std::string_view line) {
  build_step out;
  std::size_t stages = 0;
  if (take_word(line, "[") &&
      (!take_number(line, out.stage, "/") || !take_number(line, stages, "] ")))
    return std::nullopt;
  if (!take_word(line, "STEP ") && !take_word(line, "Step ")) return std::nullopt;
  if (!take_number(line, out.number, "/") || !take_number(line, out.count, "")) return std::nullopt;
  if (!take_word(line, ": ") && !take_word(line, " : ")) return std::nullopt;
  out.text = with_single_blanks(line);
  return out;
}

void build_news::feed(std::string_view text) {
  while (!text.empty()) {
    const auto newline = text.find('\n');
    const auto part = text.substr(0, newline);
    if (partial_.size() + part.size() > line_bytes_max) {
      overlong_ = true;
      partial_.clear();
    }
    if (!overlong_) partial_.append(part);
    if (newline == text.npos) return;
    text.remove_prefix(newline + 1);
    if (!overlong_) take(partial_);
    partial_.clear();
    overlong_ = false;
  }
}

void build_news::finish() {
  if (!partial_.empty()) take(std::exchange(partial_, {}));
  if (!spoken_.empty()) say(std::exchange(spoken_, {}));
}

void build_news::take(std::string_view line) {
  const auto tree = json::parse(line.begin(), line.end(), nullptr, false);
  if (!tree.is_object()) return;
  if (const auto why = text_of(tree, "error"); !why.empty()) {
    failure_ = with_single_blanks(why);
    return;
  }
  take_stream(text_of(tree, "stream"));
  // Of images that it begins from; what comes a hundred times a layer has "progressDetail".
  if (const auto status = text_of(tree, "status"); !status.empty() && tree.count("id") == 0)
    say(status);
}

void build_news::take_stream(std::string_view text) {
  while (!text.empty()) {
    const auto newline = text.find('\n');
    if (spoken_.size() < line_bytes_max) spoken_.append(text.substr(0, newline));
    if (newline == text.npos) return;
    text.remove_prefix(newline + 1);
    say(std::exchange(spoken_, {}));
  }
}

void build_news::say(std::string_view line) {
  if (auto step = read_step(line)) {
    step_ = std::move(*step);
    return on_step_(*step_);
  }
  on_line_(line);
}

} // namespace toolscore
