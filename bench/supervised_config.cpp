#include "bench/supervised_config.hpp"

#include <nlohmann/json.hpp>

namespace toolscore {
namespace {

using json = nlohmann::ordered_json;

std::string name_of(std::size_t number) {
  return "c" + std::to_string(number);
}

json child_of(const supervised_plan& plan, std::size_t number) {
  json child{{"command", plan.program},
             {"args", {plan.die ? "die" : "stay", plan.board, std::to_string(number)}}};
  if (plan.die) return child;
  child["link"] = "none";
  child["ready"] = "started";
  child["backoff"] = {{"min", 0}, {"max", 0}};
  child["intensity"] = {{"max", 100'000}, {"period", "1s"}};
  if (!plan.isolation.empty()) {
    child["isolation"] = plan.isolation;
    if (plan.isolation == "strict")
      child["paths"] = {{"read", {plan.program}}, {"write", {plan.board}}};
  }
  if (plan.chain && number > 0) child["depends_on"] = {{name_of(number - 1), "started"}};
  return child;
}

} // namespace

std::string supervised_config(const supervised_plan& plan) {
  json config{{"node", {{"listen", "127.0.0.1:0"}, {"state_dir", plan.state_dir}}},
              {"mcpServers", json::object()}};
  auto& servers = config["mcpServers"];
  if (!plan.healthy.empty())
    servers["bench"] = {
        {"command", plan.healthy.front()},
        {"args", std::vector<std::string>(plan.healthy.begin() + 1, plan.healthy.end())}};
  for (std::size_t number = 0; number < plan.count; ++number)
    servers[name_of(number)] = child_of(plan, number);
  return config.dump(1) + '\n';
}

} // namespace toolscore
