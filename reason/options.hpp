#pragma once
#include "messages/server_state.hpp"
#include "node/exit_code.hpp"
#include "reason/task_record.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace toolscore::reason {

/// One command line, read.
struct options {
  std::string tasks_file;
  std::string url = "http://127.0.0.1:8088";
  std::string authorities;
  std::string token; ///< By TOOLSCORE_TOKEN alone: what stands in a command line, others see.
  std::optional<era> speaks;
  std::string out = "task-trajectories.ndjson";
  std::string trajectory; ///< Empty = made up at the start.
  std::map<std::string, std::string> vars;
  std::size_t parallel = 8;
  std::chrono::seconds call_limit{630};
  task_limits limits;
  // The model. Its key comes by TOOLSCORE_REASON_KEY alone.
  std::string model_url;
  std::string model;
  std::string model_key;
  bool stream = false;
  std::optional<token_prices> prices;
};

/// Options, or what to print and end with.
struct options_reading {
  std::optional<options> chosen;
  command_output answer;
};

/// @param arguments  without the program's name
options_reading read_options(std::vector<std::string> arguments);

} // namespace toolscore::reason
