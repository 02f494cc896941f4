#include "node/stdio/event_reader.hpp"

#include <algorithm>
#include <utility>

namespace toolscore {

bool event_reader::feed(std::string_view chunk, std::vector<std::string>& events) {
  while (!chunk.empty()) {
    if (std::exchange(after_cr_, false) && chunk.front() == '\n') {
      chunk.remove_prefix(1);
      continue;
    }
    const auto end = chunk.find_first_of("\r\n");
    line_.append(chunk.substr(0, end));
    if (line_.size() + data_.size() > event_bytes_max_) return false;
    if (end == std::string_view::npos) return true;
    after_cr_ = chunk[end] == '\r';
    chunk.remove_prefix(end + 1);
    end_line(events);
  }
  return true;
}

void event_reader::end_line(std::vector<std::string>& events) {
  constexpr std::string_view mark = "\xef\xbb\xbf";
  constexpr std::string_view field = "data";
  std::string_view line = line_;
  if (std::exchange(first_, false) && line.starts_with(mark)) line.remove_prefix(mark.size());
  if (line.empty()) {
    // A priming event has an id and empty data: no message.
    if (!data_.empty()) events.push_back(std::move(data_));
    data_.clear();
    has_data_ = false;
  } else if (line == field || (line.starts_with(field) && line[field.size()] == ':')) {
    line.remove_prefix(std::min(line.size(), field.size() + 1));
    if (line.starts_with(' ')) line.remove_prefix(1);
    if (std::exchange(has_data_, true)) data_ += '\n';
    data_.append(line);
  }
  line_.clear();
}

std::string on_one_line(std::string json) {
  std::replace_if(
      json.begin(), json.end(), [](char x) { return x == '\n' || x == '\r'; }, ' ');
  return json;
}

} // namespace toolscore
