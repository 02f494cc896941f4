#pragma once
#include "messages/launch_plan.hpp"

#include <memory>
#include <string>

namespace toolscore {

/// A launch plan between two starts. A thousand of them, with their maps of strings, are some
/// megabytes that nobody looks at while the servers run; as one text they take a quarter of it.
/// What is not started as a mere process of this host is kept as it is. Pure; a copy is cheap.
class packed_plan {
public:
  packed_plan() = default; ///< None.
  explicit packed_plan(std::shared_ptr<const launch_plan> plan);

  explicit operator bool() const noexcept { return text_ || whole_; }
  /// Never null unless there is none; made anew at each call where it was packed.
  std::shared_ptr<const launch_plan> unpacked() const;

private:
  std::shared_ptr<const std::string> text_;
  std::shared_ptr<const launch_plan> whole_;
};

} // namespace toolscore
