#pragma once
#include "runners/container/container_host_io.hpp"
#include "runners/container/container_process_io.hpp"

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace toolscore {

/// The inside of container_host; what of it is about containers that are kept is in
/// container_host_kept_io.cpp.
struct container_host::state : std::enable_shared_from_this<container_host::state> {
  using child = std::shared_ptr<hosted_container::state>;
  enum class former { not_looked, looking, none };
  /// One that a former node kept.
  struct offered {
    kept_offer its;
    std::string container; ///< Its id; empty until the engine has shown it.
    bool unwanted = false; ///< Nobody will ask for it.
  };

  state(boost::asio::io_context& loop, std::shared_ptr<engine_client> asked,
        container_host_options chosen);

  void look();
  void take_name(const result<engine_answer>& answer);
  void take_list(const result<engine_answer>& answer);
  void remove_next();
  void looked(std::optional<error> failed);
  void begin(const child& who);
  void hold(const child& who);
  void check_empty();
  bool recorded() const;
  void record();

  bool must_wait(const child& who) const;
  bool see_to_former(const child& who);
  bool spare(const listed_container& one);
  void forget_lost();
  void end_offer(const std::string& server, std::chrono::milliseconds term,
                 std::function<void()> then);
  bool end_kept(const std::string& server, std::chrono::milliseconds term,
                std::function<void()> then);

  boost::asio::io_context& io;
  std::shared_ptr<engine_client> engine;
  container_host_options options;
  std::uint64_t nproc;
  std::string engine_name = "engine";
  former at = former::not_looked;
  std::shared_ptr<void> asking;
  std::deque<std::string> leftovers;
  std::vector<std::function<void(std::optional<error>)>> on_looked;
  std::set<child> living;
  std::vector<child> behind; ///< They wait for one that ends.
  std::uint64_t last_serial = 0;
  std::size_t waiting = 0;
  std::vector<std::function<void()>> on_empty;

  std::shared_ptr<const kept_trees> kept_files; ///< Null: nothing is kept.
  std::map<std::string, offered> offers;        ///< By server.
  std::map<std::string, std::uint64_t> last_numbers;
  bool leaving = false;
  bool some_left = false;
};

} // namespace toolscore
