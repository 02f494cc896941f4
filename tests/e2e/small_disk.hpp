#pragma once
#include <cstddef>
#include <string>

namespace toolscore::test {

/// A file system of a few MiB over a directory, in a mount namespace of this test program's own
/// (which the first one makes), so that nothing is left of it on the host. Whoever is not root gets
/// a user namespace with it.
class small_disk {
public:
  small_disk(const std::string& directory, std::size_t bytes);
  ~small_disk();
  small_disk(const small_disk&) = delete;
  small_disk& operator=(const small_disk&) = delete;

  /// False where this host has no mounts for us: the test has nothing to test with.
  bool is_there() const { return there_; }
  /// Takes every byte that is left.
  void fill() const;
  /// Gives them back.
  void make_room() const;
  bool is_full() const;

private:
  std::string directory_;
  bool there_ = false;
};

} // namespace toolscore::test
