#include "reason/references.hpp"

#include "node/printable.hpp"
#include "node/reply_json.hpp"

#include <charconv>
#include <functional>
#include <optional>
#include <string_view>

namespace toolscore::reason {
namespace {

constexpr std::size_t resolved_bytes_max = std::size_t{16} << 20U;

error wrong(std::string_view reference, const std::string& why) {
  return {errc::bad_request, "${" + printable(reference.substr(0, 200)) + "}: " + why};
}

std::vector<std::string_view> segments_of(std::string_view path) {
  std::vector<std::string_view> out;
  while (true) {
    const auto dot = path.find('.');
    out.push_back(path.substr(0, dot));
    if (dot == path.npos) return out;
    path.remove_prefix(dot + 1);
  }
}

std::optional<std::size_t> place(std::string_view text) {
  std::size_t number = 0;
  const auto* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  if (read.ec != std::errc{} || read.ptr != end) return std::nullopt;
  return number;
}

/// One reference, taken apart.
struct reference {
  std::string_view written;
  std::vector<std::string_view> path; ///< "vars", NAME; or "calls", N, root, members...
  std::size_t call = 0;
};

result<reference> read_reference(std::string_view written) {
  reference x{written, segments_of(written), 0};
  const auto& path = x.path;
  if (path[0] == "vars") {
    if (path.size() != 2 || path[1].empty()) return wrong(written, "write ${vars.NAME}");
    return x;
  }
  if (path[0] != "calls")
    return wrong(written, "a reference begins with calls or vars; write $${ for the text ${");
  const auto number = path.size() > 1 ? place(path[1]) : std::nullopt;
  if (!number || path.size() < 3)
    return wrong(written, "write ${calls.NUMBER.result...}, ${calls.NUMBER.text} or "
                          "${calls.NUMBER.error...}");
  x.call = *number;
  const auto root = path[2];
  if (root != "result" && root != "error" && !(root == "text" && path.size() == 3))
    return wrong(written, "of a call there are text, result and error");
  return x;
}

result<json> member_at(const reference& x, const json& root) {
  const json* at = &root;
  for (std::size_t i = 3; i < x.path.size(); ++i) {
    const auto name = std::string(x.path[i]);
    if (at->is_object() && at->contains(name)) {
      at = &at->at(name);
      continue;
    }
    const auto index = at->is_array() ? place(name) : std::nullopt;
    if (!index || *index >= at->size())
      return wrong(x.written, "there is no \"" + printable(name) + "\" in what it came back with");
    at = &at->at(*index);
  }
  return *at;
}

result<json> value_of(std::string_view written, const reference_scope& scope) {
  const auto read = read_reference(written);
  if (!read) return read.failure();
  if (read->path[0] == "vars") {
    const auto found = scope.vars.find(std::string(read->path[1]));
    if (found == scope.vars.end())
      return wrong(written,
                   "it has no value; give it with --set " + printable(read->path[1]) + "=VALUE");
    return json(found->second);
  }
  if (read->call >= scope.calls.size()) return wrong(written, "that call has not been made yet");
  const auto& call = scope.calls[read->call];
  const auto root = read->path[2];
  const auto& from = root == "text" ? call.text : root == "error" ? call.error : call.result;
  if (from.is_null()) return wrong(written, "that call has no " + std::string(root));
  return member_at(*read, from);
}

/// Cuts a text at its references. @returns what is wrong; empty = nothing
error pieces_of(std::string_view text, const std::function<void(std::string_view)>& plain,
                const std::function<std::optional<error>(std::string_view)>& refers) {
  while (!text.empty()) {
    const auto mark = text.find("${");
    if (mark == text.npos) break;
    if (mark > 0 && text[mark - 1] == '$') {
      plain(text.substr(0, mark - 1));
      plain("${");
      text.remove_prefix(mark + 2);
      continue;
    }
    plain(text.substr(0, mark));
    const auto end = text.find('}', mark);
    if (end == text.npos) return wrong(text.substr(mark + 2), "its } is missing");
    if (auto why = refers(text.substr(mark + 2, end - mark - 2))) return *why;
    text.remove_prefix(end + 1);
  }
  plain(text);
  return {errc::bad_request, {}};
}

/// "${...}" and nothing beside it.
std::optional<std::string_view> only_reference(std::string_view text) {
  if (!text.starts_with("${") || text.find('}') != text.size() - 1) return std::nullopt;
  return text.substr(2, text.size() - 3);
}

result<json> resolve_text(const std::string& text, const reference_scope& scope) {
  if (const auto whole = only_reference(text)) return value_of(*whole, scope);
  std::string out;
  const auto why = pieces_of(
      text, [&](std::string_view plain) { out += plain; },
      [&](std::string_view written) -> std::optional<error> {
        const auto value = value_of(written, scope);
        if (!value) return value.failure();
        out += value->is_string() ? value->get<std::string>() : compact(*value);
        if (out.size() > resolved_bytes_max)
          return wrong(written, "what it stands for is too long");
        return std::nullopt;
      });
  if (!why.detail.empty()) return why;
  return json(std::move(out));
}

} // namespace

result<json> resolve(const json& value, const reference_scope& scope) {
  if (value.is_string()) return resolve_text(value.get<std::string>(), scope);
  if (!value.is_structured()) return value;
  json out = value;
  for (auto& [key, each] : out.items()) {
    auto resolved = resolve(each, scope);
    if (!resolved) return resolved.failure();
    each = std::move(*resolved);
  }
  return out;
}

std::string reference_fault(const json& value, std::size_t calls) {
  if (value.is_structured()) {
    for (const auto& [key, each] : value.items())
      if (auto why = reference_fault(each, calls); !why.empty()) return why;
    return {};
  }
  if (!value.is_string()) return {};
  return pieces_of(
             value.get_ref<const std::string&>(), [](std::string_view) {},
             [&](std::string_view written) -> std::optional<error> {
               const auto read = read_reference(written);
               if (!read) return read.failure();
               if (read->path[0] == "calls" && read->call >= calls)
                 return wrong(written, calls == 0 ? "there is no call before this one"
                                                  : "before this one there are calls 0 to " +
                                                        std::to_string(calls - 1) + " alone");
               return std::nullopt;
             })
      .detail;
}

} // namespace toolscore::reason
