#pragma once
#include "loop/asio.hpp"

#include <array>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace toolscore {

// stdin and stdout as others gave them: their flags are shared with whoever else has them and stay
// as they are. Hence one waits until there is something to read or room to write, and then moves
// no more than that surely is; a file, which nobody can wait for, is never late.

/// Reads a descriptor to its end.
class input_pipe {
public:
  using receiver = std::function<void(std::string_view)>; ///< An empty text is the end.
  input_pipe(boost::asio::io_context& loop, int descriptor, receiver take);
  ~input_pipe();
  input_pipe(const input_pipe&) = delete;
  input_pipe& operator=(const input_pipe&) = delete;

  void start() { wait(); }
  void stop();

private:
  void wait();
  void read();

  boost::asio::io_context& loop_;
  boost::asio::posix::stream_descriptor pipe_;
  receiver take_;
  std::array<char, std::size_t{64} << 10U> part_{};
  bool stopped_ = false;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0); ///< The loop may outlive us.
};

/// Writes whole lines in order.
class output_pipe {
public:
  /// So much that is unwritten makes it full.
  static constexpr std::size_t full_bytes = std::size_t{8} << 20U;

  /// `on_broken`: the reader is gone; nothing is written any more.
  output_pipe(boost::asio::io_context& loop, int descriptor, std::function<void()> on_broken);
  ~output_pipe();
  output_pipe(const output_pipe&) = delete;
  output_pipe& operator=(const output_pipe&) = delete;

  void write(std::string line);
  bool is_full() const { return waiting_bytes_ >= full_bytes; }
  bool is_empty() const { return lines_.empty(); }
  /// Calls it once when it is full no more.
  void when_room(std::function<void()> resume) { resumes_.push_back(std::move(resume)); }
  /// Calls it once when all is written or the reader is gone.
  void when_empty(std::function<void()> then);

private:
  void wait();
  void write_some();
  void tell();

  boost::asio::io_context& loop_;
  boost::asio::posix::stream_descriptor pipe_;
  std::function<void()> on_broken_;
  std::deque<std::string> lines_;
  std::size_t written_ = 0; ///< Of the first line.
  std::size_t waiting_bytes_ = 0;
  std::vector<std::function<void()>> resumes_;
  std::function<void()> on_empty_;
  bool waits_ = false;
  bool broken_ = false;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

} // namespace toolscore
