#include "runners/message_assembly.hpp"

#include "mcp/event_reader.hpp"
#include "runners/line_framer.hpp"

#include <algorithm>
#include <utility>

namespace toolscore {

std::optional<message_assembly::outcome> message_assembly::feed(std::string_view part, bool last) {
  if (!overlong_ && part.size() <= bytes_max_ - text_.size()) {
    text_.append(part);
  } else if (!std::exchange(overlong_, true)) {
    text_.resize(std::min(text_.size(), start_bytes_max));
    text_.shrink_to_fit();
  }
  if (!last) return std::nullopt;
  auto text = std::exchange(text_, {});
  if (std::exchange(overlong_, false)) return outcome{kind::overlong, std::move(text)};
  text = mcp::on_one_line(std::move(text));
  const auto first = text.find_first_not_of(" \t\r");
  if (first == text.npos || text[first] != '{') return outcome{kind::garbage, quote_start(text)};
  return outcome{kind::message, std::move(text)};
}

} // namespace toolscore
