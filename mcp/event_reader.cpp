#include "mcp/event_reader.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <utility>

namespace toolscore::mcp {
namespace {

constexpr std::size_t id_bytes_max = 1'024; // It goes back in a header.
constexpr std::chrono::milliseconds retry_max{3'600'000};

bool fits_a_header(std::string_view id) {
  return id.size() <= id_bytes_max &&
         std::all_of(id.begin(), id.end(), [](char x) { return x >= ' ' && x < 0x7f; });
}

} // namespace

bool event_reader::feed(std::string_view chunk, std::vector<stream_event>& events) {
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

void event_reader::end_line(std::vector<stream_event>& events) {
  constexpr std::string_view mark = "\xef\xbb\xbf";
  std::string_view line = line_;
  if (std::exchange(first_, false) && line.starts_with(mark)) line.remove_prefix(mark.size());
  if (line.empty()) {
    end_event(events);
  } else {
    const auto colon = std::min(line.find(':'), line.size());
    auto value = line.substr(std::min(colon + 1, line.size()));
    if (value.starts_with(' ')) value.remove_prefix(1);
    take_field(line.substr(0, colon), value);
  }
  line_.clear();
}

void event_reader::end_event(std::vector<stream_event>& events) {
  last_id_ = id_;
  // A priming event has an id and empty data: no message.
  if (!data_.empty()) events.push_back({std::move(name_), std::move(data_)});
  data_.clear();
  name_.clear();
  has_data_ = false;
}

void event_reader::take_field(std::string_view name, std::string_view value) {
  if (name == "data") {
    if (std::exchange(has_data_, true)) data_ += '\n';
    data_.append(value);
  } else if (name == "event") {
    name_ = value;
  } else if (name == "id") {
    if (fits_a_header(value)) id_ = value;
  } else if (name == "retry") {
    std::uint32_t wait = 0;
    const auto* const end = value.data() + value.size();
    const auto read = std::from_chars(value.data(), end, wait);
    if (read.ec == std::errc{} && read.ptr == end)
      retry_ = std::min(std::chrono::milliseconds{wait}, retry_max);
  }
}

std::string on_one_line(std::string json) {
  std::replace_if(
      json.begin(), json.end(), [](char x) { return x == '\n' || x == '\r'; }, ' ');
  return json;
}

} // namespace toolscore::mcp
