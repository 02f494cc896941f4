#pragma once
#include "messages/install_choice.hpp"
#include "runners/process_plan.hpp"

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

namespace toolscore {

/// All that an install and a start of a server would run, as far as it is known before anything
/// runs. A value: printing it starts nothing.
struct plan_outline {
  std::string server;
  std::string from;
  std::string directory; ///< Of the install; empty: nothing is installed.
  bool installed = false;
  std::string version;         ///< Where it is installed.
  std::string update;          ///< What an update would do, one line; empty: there is none.
  std::vector<evidence> found; ///< project: what speaks for its kind, where its files are known.
  std::vector<install_step> steps;
  std::optional<launch_plan> launch;
  std::string open; ///< What only the steps will show, or why it cannot be started; one line.
};

/// @param known  what is there: an install's facts, or a directory's that is to be copied; nothing
/// =
///               unknown before the first step has run
/// @error as plan_install and next_step
/// @param choice  which install it starts from, by its row in the store
result<plan_outline> outline_of(const server_spec& spec, const host_facts& host, bool installed,
                                const std::optional<install_facts>& known,
                                const install_choice& choice = {});

/// For people. Values of variables are not shown, for some are secrets.
std::string outline_text(const plan_outline& outline);
nlohmann::ordered_json outline_json(const plan_outline& outline);

} // namespace toolscore
