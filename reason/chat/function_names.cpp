#include "reason/chat/function_names.hpp"

#include "node/reply_json.hpp"

#include <algorithm>
#include <set>

namespace toolscore::reason {
namespace {

bool allowed(char x) {
  return (x >= 'a' && x <= 'z') || (x >= 'A' && x <= 'Z') || (x >= '0' && x <= '9') || x == '_' ||
         x == '-';
}

std::string wished(const model_tool& x) {
  return x.server.empty() ? x.tool : x.server + "__" + x.tool;
}

std::string made_legal(std::string name) {
  for (char& x : name)
    if (!allowed(x)) x = '_';
  if (name.empty()) name = "tool";
  if (name.size() > function_name_max) name.resize(function_name_max);
  return name;
}

std::string unused(const std::string& name, const std::set<std::string>& taken) {
  if (taken.count(name) == 0) return name;
  for (std::size_t number = 2;; ++number) {
    const auto end = "_" + std::to_string(number);
    auto next = name.substr(0, function_name_max - end.size()) + end;
    if (taken.count(next) == 0) return next;
  }
}

} // namespace

void name_functions(std::vector<model_tool>& tools) {
  std::set<std::string> taken;
  for (auto& x : tools) {
    x.function.clear();
    if (const auto name = wished(x); name == made_legal(name) && taken.insert(name).second)
      x.function = name;
  }
  for (auto& x : tools)
    if (x.function.empty()) {
      x.function = unused(made_legal(wished(x)), taken);
      taken.insert(x.function);
    }
}

const model_tool* tool_called(const std::vector<model_tool>& tools, const std::string& function) {
  const auto found = std::find_if(tools.begin(), tools.end(),
                                  [&](const auto& x) { return x.function == function; });
  return found == tools.end() ? nullptr : &*found;
}

model_tool tool_from(const std::string& server, const json& listed) {
  model_tool out;
  out.server = server;
  out.tool = text_of(listed, "name");
  out.description = text_of(listed, "description");
  out.parameters = member_of(listed, "inputSchema");
  if (!out.parameters.is_object() || text_of(out.parameters, "type") != "object")
    out.parameters = {{"type", "object"}, {"properties", json::object()}};
  return out;
}

} // namespace toolscore::reason
