#include "node/printable.hpp"
#include "reason/references.hpp"
#include "reason/task.hpp"
#include "reason/task_fields.hpp"

#include <set>

namespace toolscore::reason {
namespace {

std::string fates_text() {
  std::string out = "\"any\"";
  for (std::size_t i = 1; i < call_fate_count; ++i)
    out += std::string(", \"") + to_string(static_cast<call_fate>(i)) + "\"";
  return out;
}

void read_failures(task_fields& fields, call_expectation& out) {
  for (const auto& name : fields.texts("fails_as")) {
    const auto fate = fate_named(name);
    if (name == "any")
      out.any_failure = true;
    else if (fate && *fate != call_fate::success)
      out.failures.push_back(*fate);
    else
      return fields.fail("\"" + printable(name) + "\" is no failure, write one of " + fates_text());
  }
  const auto is_error = fields.flag("is_error");
  if (!is_error) return;
  if (out.wants_failure()) return fields.fail("write \"is_error\" or \"fails_as\", not both");
  if (*is_error) out.failures.push_back(call_fate::tool_error);
}

call_expectation read_call_expectation(const json& object, const std::string& where,
                                       std::string& fault) {
  call_expectation out;
  task_fields fields(object, where + "expect: ", fault);
  fields.allow({"is_error", "fails_as", "text_contains", "text_equals", "json"});
  read_failures(fields, out);
  out.contains = fields.texts("text_contains");
  if (fields.has("text_equals")) out.equals = fields.text("text_equals", false);
  const auto* values = fields.object("json");
  if (values == nullptr) return out;
  for (const auto& [pointer, value] : values->items()) {
    try {
      (void)json::json_pointer(pointer);
    } catch (const json::exception&) {
      fields.fail("\"" + printable(pointer) + "\" is no JSON pointer, write \"/a/0/b\"");
    }
    out.values.emplace_back(pointer, value);
  }
  return out;
}

/// @param before  how many calls its references may name
scripted_call read_call(const json& object, std::size_t number, std::size_t before,
                        std::string& fault) {
  scripted_call out;
  const auto where = "call " + std::to_string(number) + ": ";
  task_fields fields(object, where, fault);
  fields.allow({"server", "tool", "arguments", "expect", "parallel"});
  out.server = fields.text("server", true, 128);
  out.tool = fields.text("tool", true, 256);
  if (const auto* arguments = fields.object("arguments")) out.arguments = *arguments;
  if (const auto* expect = fields.object("expect"))
    out.expect = read_call_expectation(*expect, where, fault);
  if (auto why = reference_fault(out.arguments, before); !why.empty())
    fields.fail("arguments: " + why);
  return out;
}

void read_groups(const json& calls, task& out, std::string& fault) {
  std::size_t count = 0;
  for (const auto& each : calls) {
    const auto before = count;
    std::vector<scripted_call> group;
    if (each.is_object() && each.contains("parallel")) {
      task_fields fields(each, "call " + std::to_string(count) + ": ", fault);
      fields.allow({"parallel"});
      const auto* members = fields.array("parallel");
      if (members != nullptr && members->size() > parallel_max)
        fields.fail("more than " + std::to_string(parallel_max) + " calls are to run at once");
      if (!fault.empty() || members == nullptr) return;
      for (const auto& one : *members) group.push_back(read_call(one, count++, before, fault));
    } else {
      group.push_back(read_call(each, count++, before, fault));
    }
    if (count > calls_max) fault = "it has more than " + std::to_string(calls_max) + " calls";
    if (!fault.empty()) return;
    out.groups.push_back(std::move(group));
  }
}

void read_answer_expectation(const json& object, task& out, std::string& fault) {
  task_fields fields(object, "expect: ", fault);
  fields.allow({"answer_contains", "answer_equals", "uses", "failed_calls"});
  out.expect.contains = fields.texts("answer_contains");
  if (fields.has("answer_equals")) out.expect.equals = fields.text("answer_equals", false);
  out.expect.uses = fields.texts("uses");
  const auto calls = fields.text("failed_calls", false);
  if (calls == "none_allowed")
    out.expect.calls = failed_calls::all;
  else if (calls == "ignored")
    out.expect.calls = failed_calls::none;
  else if (!calls.empty() && calls != "made_good")
    fields.fail("\"failed_calls\" is \"made_good\", \"none_allowed\" or \"ignored\"");
}

void read_limits(const json& object, task& out, std::string& fault) {
  task_fields fields(object, "limits: ", fault);
  fields.allow({"steps", "seconds", "tokens"});
  if (const auto x = fields.number("steps", 1, 1'000)) out.limits.steps = *x;
  if (const auto x = fields.number("seconds", 1, 86'400))
    out.limits.time = std::chrono::seconds{*x};
  if (const auto x = fields.number("tokens", 1, 1'000'000'000)) out.limits.tokens = *x;
}

task read_task(const json& object, const task_limits& limits, std::string& fault) {
  task out;
  out.limits = limits;
  task_fields fields(object, {}, fault);
  fields.allow({"task_id", "description", "calls", "servers", "group", "expect", "limits"});
  out.id = fields.text("task_id", true, task_id_bytes_max);
  out.description = fields.text("description", true);
  if (const auto* own = fields.object("limits")) read_limits(*own, out, fault);
  if (const auto* calls = fields.array("calls")) {
    for (const char* key : {"servers", "group", "expect"})
      if (fields.has(key))
        fields.fail(std::string("a task with \"calls\" has no \"") + key +
                    "\"; what is expected stands at its calls");
    if (fault.empty()) read_groups(*calls, out, fault);
    return out;
  }
  out.servers = fields.texts("servers");
  out.group = fields.text("group", false, 128);
  if (!out.group.empty() && !out.servers.empty())
    fields.fail("write \"servers\" or \"group\", not both");
  if (const auto* expect = fields.object("expect")) read_answer_expectation(*expect, out, fault);
  return out;
}

} // namespace

result<std::vector<task>> read_tasks(std::string_view text, const std::string& file,
                                     const task_limits& limits) {
  std::vector<task> out;
  std::set<std::string> ids;
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    auto line = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    if (line.find_first_not_of(" \t\r") == line.npos) continue;
    const auto wrong = [&](const std::string& why) {
      return error{errc::bad_config, file + ":" + std::to_string(number) + ": " + why};
    };
    const auto object = read_json(line);
    if (!object) return wrong("no JSON object stands on this line; a task is one line");
    std::string fault;
    auto one = read_task(*object, limits, fault);
    if (!fault.empty()) return wrong(fault);
    if (!ids.insert(one.id).second)
      return wrong("a task before it has the task_id \"" + printable(one.id) + "\", too");
    if (out.size() == tasks_max)
      return wrong("there are more than " + std::to_string(tasks_max) + " tasks");
    out.push_back(std::move(one));
  }
  if (out.empty()) return error{errc::bad_config, file + ": there is no task in it"};
  return out;
}

} // namespace toolscore::reason
