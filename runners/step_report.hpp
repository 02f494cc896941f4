#pragma once
#include "messages/launch_plan.hpp"

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

namespace toolscore {

/// Keeps what an install step said last, fit for one line of an error: no control characters, no
/// credentials, no progress, no noise of npm and pip.
class step_report {
public:
  static constexpr std::size_t lines_max = 5;
  static constexpr std::size_t line_bytes_max = 300;

  void add(std::string_view line);
  /// The commit that toolscore-clone named, or the digest that toolscore-fetch did.
  const std::string& version() const { return version_; }
  /// What it said last of how far it is ("progress ..."); empty where it says nothing of that.
  const std::string& progress() const { return progress_; }
  /// "npm: npm install x: exit 1: first line | last line", and what to do where that is known.
  std::string failure(std::string_view step, const launch_plan& launch, std::string_view how) const;

private:
  std::deque<std::string> lines_;
  std::string version_;
  std::string progress_;
};

/// A command line for people: arguments with blanks are quoted, credentials are left out, at most
/// 500 bytes.
std::string command_text(const launch_plan& launch);

} // namespace toolscore
