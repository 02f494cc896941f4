#include "runners/http_answer.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace toolscore {
namespace {

using std::chrono::milliseconds;

struct status_row {
  int status;
  std::string_view words;
};
constexpr std::array rows{
    status_row{400, "Bad Request"},
    status_row{401, "Unauthorized; check its \"headers\""},
    status_row{403, "Forbidden; check its \"headers\""},
    status_row{404, "Not Found"},
    status_row{405, "Method Not Allowed"},
    status_row{406, "Not Acceptable"},
    status_row{407, "Proxy Authentication Required"},
    status_row{408, "Request Timeout"},
    status_row{413, "Content Too Large"},
    status_row{415, "Unsupported Media Type"},
    status_row{429, "Too Many Requests"},
    status_row{500, "Internal Server Error"},
    status_row{502, "Bad Gateway"},
    status_row{503, "Service Unavailable"},
    status_row{504, "Gateway Timeout"},
};

bool is_event_stream(const std::string& type) {
  constexpr std::string_view stream = "text/event-stream";
  return type.size() >= stream.size() &&
         std::equal(stream.begin(), stream.end(), type.begin(), [](char a, char b) {
           return a == (b >= 'A' && b <= 'Z' ? static_cast<char>(b + ('a' - 'A')) : b);
         });
}

bool is_one_of(int status, std::initializer_list<int> all) {
  return std::find(all.begin(), all.end(), status) != all.end();
}

} // namespace

answer_way way_of(const http_answer_head& head, bool is_request, bool in_session) {
  if (head.status >= 200 && head.status < 300) {
    if (!is_request) return answer_way::accepted;
    return is_event_stream(head.content_type) ? answer_way::stream : answer_way::body;
  }
  // Not 303, which would have it asked by a GET.
  if (is_one_of(head.status, {301, 302, 307, 308}) && !head.location.empty())
    return answer_way::elsewhere;
  if (head.status == 404 && in_session) return answer_way::session_lost;
  return answer_way::refused;
}

bool tells_era(int status) noexcept {
  return status >= 400 && status < 500 && !is_one_of(status, {401, 403, 407, 408, 425, 429});
}

bool may_be_older(int status) noexcept {
  return is_one_of(status, {400, 404, 405});
}

std::string status_words(int status) {
  const auto text = "HTTP " + std::to_string(status);
  const auto* const row =
      std::find_if(rows.begin(), rows.end(), [&](const auto& x) { return x.status == status; });
  return row == rows.end() ? text : text + " " + std::string(row->words);
}

milliseconds reopen_after(std::optional<milliseconds> asked, unsigned ends) noexcept {
  constexpr milliseconds first{1'000};
  constexpr milliseconds most{60'000};
  constexpr unsigned doublings_max = 6;
  return std::min(most, asked.value_or(first) * (1U << std::min(ends, doublings_max)));
}

} // namespace toolscore
