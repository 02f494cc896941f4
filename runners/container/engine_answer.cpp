#include "runners/container/engine_answer.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace toolscore {
namespace {

using json = nlohmann::json;
constexpr std::size_t message_bytes_max = 600;
constexpr std::size_t id_bytes_max = 128;

json parsed(std::string_view text) {
  return json::parse(text.begin(), text.end(), nullptr, false);
}

const json* member(const json& object, const char* name) {
  if (!object.is_object()) return nullptr;
  const auto at = object.find(name);
  return at == object.end() ? nullptr : &*at;
}
std::string text_of(const json& object, const char* name) {
  const auto* const x = member(object, name);
  return x != nullptr && x->is_string() ? x->get<std::string>() : std::string();
}
std::int64_t number_of(const json& object, const char* name) {
  const auto* const x = member(object, name);
  return x != nullptr && x->is_number_integer() ? x->get<std::int64_t>() : 0;
}
bool flag_of(const json& object, const char* name) {
  const auto* const x = member(object, name);
  return x != nullptr && x->is_boolean() && x->get<bool>();
}

/// One line, without what would break a log.
std::string one_line(std::string text) {
  if (text.size() > message_bytes_max) text.resize(message_bytes_max);
  for (auto& c : text)
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  while (text.ends_with(' ')) text.pop_back();
  return text;
}

/// It goes into the path of further requests.
bool is_id(const std::string& id) {
  return !id.empty() && id.size() <= id_bytes_max && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  });
}

error unreadable(const char* what) {
  return {errc::io_failed,
          std::string("the engine's answer about ") + what + " is none of its API"};
}

} // namespace

error refusal(const engine_answer& answer, const std::string& what, errc code) {
  auto words = text_of(parsed(answer.body), "message");
  if (words.empty()) words = answer.body;
  words = one_line(std::move(words));
  return {code,
          what + ": HTTP " + std::to_string(answer.status) + (words.empty() ? "" : ": ") + words};
}

result<std::string> created_id(const engine_answer& answer) {
  auto id = text_of(parsed(answer.body), "Id");
  if (!is_id(id)) return unreadable("a new container");
  return id;
}

result<container_facts> read_inspect(const engine_answer& answer) {
  const auto tree = parsed(answer.body);
  const auto* const state = member(tree, "State");
  if (state == nullptr || !state->is_object()) return unreadable("a container");
  container_facts out;
  out.running = flag_of(*state, "Running");
  out.pid = std::max<std::int64_t>(0, number_of(*state, "Pid"));
  out.exit_code = static_cast<int>(number_of(*state, "ExitCode"));
  out.out_of_memory = flag_of(*state, "OOMKilled");
  out.failure = one_line(text_of(*state, "Error"));
  return out;
}

result<int> read_wait(const engine_answer& answer) {
  const auto tree = parsed(answer.body);
  const auto* const code = member(tree, "StatusCode");
  if (code == nullptr || !code->is_number_integer()) return unreadable("an end");
  return static_cast<int>(code->get<std::int64_t>());
}

process_exit exit_from_code(int code) {
  constexpr int signals_begin = 128;
  constexpr int signals_max = 64;
  if (code > signals_begin && code <= signals_begin + signals_max)
    return {true, code - signals_begin};
  return {false, code};
}

bool is_cgroup_of(std::string_view cgroup_text, const std::string& id) {
  return !id.empty() && cgroup_text.find(id) != cgroup_text.npos;
}

result<std::vector<listed_container>> read_list(const engine_answer& answer) {
  const auto tree = parsed(answer.body);
  if (!tree.is_array()) return unreadable("containers");
  std::vector<listed_container> out;
  for (const auto& row : tree) {
    listed_container one;
    one.id = text_of(row, "Id");
    if (!is_id(one.id)) return unreadable("containers");
    if (const auto* const labels = member(row, "Labels"); labels != nullptr && labels->is_object())
      for (const auto& [name, value] : labels->items())
        if (value.is_string()) one.labels[name] = value.get<std::string>();
    out.push_back(std::move(one));
  }
  return out;
}

result<std::string> read_image(const engine_answer& answer) {
  auto id = text_of(parsed(answer.body), "Id");
  constexpr std::string_view algorithm = "sha256:";
  const bool prefixed = id.starts_with(algorithm);
  if (!is_id(prefixed ? id.substr(algorithm.size()) : id)) return unreadable("an image");
  return prefixed ? id : std::string(algorithm) + id;
}

std::string read_version(const engine_answer& answer) {
  const auto tree = parsed(answer.body);
  auto name = std::string("docker");
  if (const auto* const parts = member(tree, "Components"); parts != nullptr && parts->is_array())
    for (const auto& part : *parts)
      if (text_of(part, "Name").starts_with("Podman")) name = "podman";
  const auto number = one_line(text_of(tree, "Version")).substr(0, 40);
  return number.empty() ? "engine" : name + " " + number;
}

void pull_progress::feed(std::string_view text) {
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

void pull_progress::take(std::string_view line) {
  const auto tree = parsed(line);
  if (!tree.is_object()) return;
  if (const auto* const failed = member(tree, "error"); failed != nullptr && failed->is_string()) {
    failure_ = one_line(failed->get<std::string>());
    return;
  }
  const auto id = text_of(tree, "id");
  const auto status = text_of(tree, "status");
  if (id.empty() || id.starts_with("sha256:")) return;
  const auto known = layers_.find(id);
  if (known == layers_.end() && layers_.size() >= layers_max) return;
  const bool layer_news =
      status.find("ull") != status.npos || status.find("ownload") != status.npos ||
      status.find("xtract") != status.npos || status.find("xist") != status.npos;
  if (!layer_news || status.starts_with("Pulling from")) return;
  auto& one = layers_[id];
  if (const auto* const detail = member(tree, "progressDetail"); detail != nullptr) {
    one.current =
        static_cast<std::uint64_t>(std::max<std::int64_t>(0, number_of(*detail, "current")));
    one.total = std::max(one.total, static_cast<std::uint64_t>(
                                        std::max<std::int64_t>(0, number_of(*detail, "total"))));
  }
  one.done =
      status == "Pull complete" || status == "Already exists" || status == "Download complete";
}

std::string pull_progress::text() const {
  if (layers_.empty()) return {};
  const auto done = std::count_if(layers_.begin(), layers_.end(),
                                  [](const auto& row) { return row.second.done; });
  std::uint64_t total = 0;
  std::uint64_t current = 0;
  for (const auto& [id, one] : layers_) {
    total += one.total;
    current += one.done ? one.total : std::min(one.current, one.total);
  }
  auto out = std::to_string(done) + " of " + std::to_string(layers_.size()) + " layers";
  if (total != 0) out += ", " + std::to_string(current * 100 / total) + " %";
  return out;
}

} // namespace toolscore
