#pragma once
#include "loop/asio.hpp"
#include "runners/side_channels.hpp"

#include <functional>
#include <memory>
#include <string>

namespace toolscore {

/// A unix datagram socket below a directory that only the node's account can enter. Who sent is
/// told by the kernel (SCM_CREDENTIALS, translated to the host's pids): what does not descend from
/// the tree's init is dropped, and so is what had gone before it could be asked for; sd_notify's
/// barrier (BARRIER=1) is for those who leave at once. A flood is read slowly: its sender waits.
class notify_socket final : public notify_channel {
public:
  static constexpr std::size_t datagram_bytes_max = 4'096;
  struct state;

  /// @error io_failed  what failed, with errno in words
  static result<std::shared_ptr<notify_channel>> open(boost::asio::io_context& io,
                                                      const std::string& path,
                                                      std::function<void(std::string)> heard);
  explicit notify_socket(std::shared_ptr<state> content);
  ~notify_socket() override;

  const std::string& address() const override;
  void listen(std::int64_t init_pid, std::int64_t pid) override;

private:
  std::shared_ptr<state> state_;
};

/// Removes the sockets that a former node left in `directory`.
void remove_notify_sockets(const std::string& directory);
/// The path of the next one: short, because a socket's address holds 107 bytes at most.
std::string next_notify_path(const std::string& directory);

} // namespace toolscore
