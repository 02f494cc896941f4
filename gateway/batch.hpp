#pragma once
#include "gateway/connection.hpp"
#include "messages/envelope.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace toolscore {

/// The one revision of the protocol that has batches.
inline constexpr std::string_view batching_version = "2025-03-26";
bool begins_array(std::string_view body) noexcept;

/// The messages of a JSON-RPC batch, each byte for byte; only protocol 2025-03-26 has them.
/// @returns nothing where `body` is no array of at least one and at most `items_max` items
std::optional<std::vector<std::string_view>> split_batch(std::string_view body,
                                                         std::size_t items_max);

/// The connection that the messages of one batch answer on: each has a turn of its own, from 1.
/// Their answers go out together, as one array; or, once one of them has something to tell before
/// its answer, each by itself on one stream. On the loop's thread.
class batch_answers final : public client_connection,
                            private gone_watcher,
                            public std::enable_shared_from_this<batch_answers> {
public:
  batch_answers(std::shared_ptr<client_connection> connection, std::uint64_t turn,
                std::size_t count);
  ~batch_answers() override;

  void answer(std::uint64_t turn, outbound_answer x) override;
  void begin_stream(std::uint64_t turn, std::string_view content_type, std::string_view headers,
                    std::string_view first) override;
  void stream(std::uint64_t turn, std::string_view text) override;
  void end_stream(std::uint64_t turn, std::string_view last) override;
  std::size_t unsent() const override { return connection_->unsent(); }
  void cut_off(std::uint64_t turn) override;
  void watch(std::uint64_t turn, gone_watcher* watcher) override;
  bool is_over(std::uint64_t turn) const override;

private:
  struct message {
    bool over = false;
    gone_watcher* watcher = nullptr;
  };
  void on_gone() override;
  void finish(std::uint64_t turn);
  void end_all();

  std::shared_ptr<client_connection> connection_;
  std::uint64_t turn_;
  std::vector<message> messages_;
  std::size_t left_;
  std::vector<bytes> answers_; ///< Until a stream begins.
  bool streaming_ = false;
};

} // namespace toolscore
