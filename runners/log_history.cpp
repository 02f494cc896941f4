#include "runners/log_history.hpp"

#include <utility>

namespace toolscore {

void log_history::begin(std::uint64_t instance, std::shared_ptr<const log_ring> ring) {
  if (now_.ring) {
    dropped_ = dropped_ || before_.ring;
    before_ = std::move(now_);
  }
  now_ = {instance, std::move(ring)};
}

log_part log_history::end_of(std::uint64_t instance, std::size_t bytes_max) const {
  return now_.ring && now_.instance == instance ? now_.ring->last(bytes_max) : log_part{};
}

log_answer log_history::last_lines(std::uint32_t lines) const {
  log_answer answer;
  answer.next = {now_.instance, now_.ring ? now_.ring->bytes_seen() : 0};
  if (now_.ring) answer.text = now_.ring->tail(lines);
  // One that has written nothing yet: why it was started again stands in the log before.
  if (answer.text.empty() && before_.ring) answer.text = before_.ring->tail(lines);
  return answer;
}

log_answer log_history::read(const log_request& request) const {
  if (!request.from) return last_lines(request.lines);
  auto from = *request.from;
  log_answer answer;
  const bool of_before = before_.ring && from.instance == before_.instance;
  if (!of_before && from.instance != now_.instance) {
    // Of that instance nothing is kept; instance 0 was before the first one.
    answer.gap = from.instance != 0 || dropped_;
    from = {before_.ring ? before_.instance : now_.instance, 0};
  }
  if (before_.ring && from.instance == before_.instance) {
    auto rest = before_.ring->since(from.byte, log_end::any);
    answer.text = std::move(rest.text);
    answer.gap = answer.gap || rest.gap;
    if (!answer.text.empty() && answer.text.back() != '\n') answer.text += '\n';
    from = {now_.instance, 0};
  }
  answer.next = from;
  if (!now_.ring) return answer;
  const auto fresh = now_.ring->since(from.byte, log_end::whole_lines);
  answer.text += fresh.text;
  answer.gap = answer.gap || fresh.gap;
  answer.next.byte = fresh.next;
  return answer;
}

} // namespace toolscore
