#include "tests/config/config_support.hpp"

namespace toolscore::test {

environment environment_of(std::map<std::string, std::string> variables) {
  environment env;
  env.variable = [variables =
                      std::move(variables)](std::string_view name) -> std::optional<std::string> {
    const auto found = variables.find(std::string(name));
    if (found == variables.end()) return std::nullopt;
    return found->second;
  };
  env.file = [](std::string_view path) -> result<std::string> {
    if (path == "/run/secrets/t") return std::string("s3cret\n");
    return error{errc::bad_config, "no such file"};
  };
  env.workspace = "/work-space";
  return env;
}

environment usual_environment() {
  return environment_of({{"HOME", "/home/ann"}, {"KEY", "k-1"}, {"EMPTY", ""}});
}

std::string failure_of(std::string_view config_text) {
  const auto config = parse_config(config_text, "t.json", usual_environment());
  return config ? "" : config.failure().detail;
}

std::string with_server_members(std::string_view members) {
  return R"({"mcpServers": {"fs": {"command": "x", )" + std::string(members) + "}}}";
}

} // namespace toolscore::test
