// What a container engine says.
#include "runners/container/engine_answer.hpp"
#include "runners/container/image_name.hpp"
#include "runners/container/stream_frames.hpp"
#include "tests/fuzz/fuzzing.hpp"

#include <algorithm>

namespace toolscore::test {
namespace {

struct told {
  std::string output;
  std::string errors;
  bool broken = false;
  bool whole = false;
  bool operator==(const told&) const = default;
};

/// Fed in pieces of `cut` bytes.
told demultiplexed(std::string_view input, std::size_t cut) {
  told out;
  stream_frames frames;
  while (!input.empty()) {
    auto rest = input.substr(0, cut);
    input.remove_prefix(rest.size());
    while (const auto piece = frames.next(rest)) {
      expect(!piece->text.empty(), "no piece is empty");
      (piece->from == stream_frames::source::output ? out.output : out.errors) += piece->text;
    }
    expect(rest.empty() || frames.is_broken(), "all is used unless the stream is broken");
  }
  out.broken = frames.is_broken();
  out.whole = frames.is_whole();
  return out;
}

/// The same, read from the text as a whole.
told read_at_once(std::string_view input) {
  told out;
  while (input.size() >= 8) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(input[at]); };
    if ((byte(0) != 1 && byte(0) != 2) || byte(1) != 0 || byte(2) != 0 || byte(3) != 0) {
      out.broken = true;
      return out;
    }
    const std::size_t size = std::size_t{byte(4)} << 24U | std::size_t{byte(5)} << 16U |
                             std::size_t{byte(6)} << 8U | std::size_t{byte(7)};
    const auto text = input.substr(8, size);
    (byte(0) == 1 ? out.output : out.errors) += text;
    input.remove_prefix(8 + text.size());
    if (text.size() < size) return out;
  }
  out.whole = input.empty();
  return out;
}

void check_frames(std::string_view input) {
  auto expected = read_at_once(input);
  for (const std::size_t cut : {std::size_t{1}, 1 + choice_of(input) % 16, input_bytes_max}) {
    auto found = demultiplexed(input, cut);
    if (expected.broken) found.whole = expected.whole;
    expect(found == expected, "both streams whole, however the bytes were cut");
  }
}

void check_answers(std::string_view input) {
  const engine_answer answer{200, std::string(input)};
  if (const auto id = created_id(answer))
    expect(id->find_first_not_of("0123456789abcdef") == id->npos, "an id can stand in a path");
  if (const auto facts = read_inspect(answer)) expect(facts->pid >= 0, "a pid is none below 0");
  static_cast<void>(read_wait(answer));
  static_cast<void>(read_image(answer));
  if (const auto list = read_list(answer))
    for (const auto& one : *list) expect(!one.id.empty(), "who is listed has an id");
  const auto is_line = [](const std::string& text) {
    return std::none_of(text.begin(), text.end(),
                        [](char c) { return static_cast<unsigned char>(c) < 0x20; });
  };
  const auto why = refusal({500, std::string(input)}, "x");
  expect(why.detail.size() < 700 && is_line(why.detail), "a refusal is a short line");
  expect(is_line(read_version(answer)), "and so is a name");
  pull_progress progress;
  for (auto rest = input; !rest.empty();) {
    const auto piece = rest.substr(0, 1 + choice_of(rest) % 64);
    progress.feed(piece);
    rest.remove_prefix(piece.size());
  }
  expect(progress.text().size() < 100, "progress is short");
  if (const auto image = parse_image_name(input))
    for (const char c : image->name + image->tag + image->digest)
      expect(c > ' ' && c < 0x7f && c != '?' && c != '#' && c != '%', "a name can stand in a path");
}

} // namespace

std::vector<fuzz_target> engine_targets() {
  const auto frame = [](char kind, std::string_view text) {
    return std::string{kind, 0, 0, 0, 0, 0, 0, static_cast<char>(text.size())} + std::string(text);
  };
  return {
      {"frames",
       {frame(1, "hello\n"), frame(2, "no\n") + frame(1, "") + frame(1, "yes"),
        std::string("\x01\0\0\0\xff\xff\xff\xff", 8), frame(3, "x"), "plain text"},
       check_frames},
      {"engine",
       {R"({"Id":"ab12","Warnings":[]})", R"({"Id":"sha256:ab12"})",
        R"({"State":{"Running":true,"Pid":12,"ExitCode":0,"OOMKilled":false,"Error":""}})",
        R"({"StatusCode":137,"Error":null})", R"([{"Id":"ab","Labels":{"toolscore.node":"n"}}])",
        R"({"message":"no such image","cause":"x"})",
        "{\"status\":\"Downloading\",\"id\":\"aa\",\"progressDetail\":{\"current\":3,\"total\":9}}"
        "\n"
        "{\"error\":\"denied\"}\n",
        "registry.example:5000/team/server:1.2"},
       check_answers}};
}

} // namespace toolscore::test
