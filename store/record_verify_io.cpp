#include "store/record_verify_io.hpp"

#include "store/record_chain_io.hpp"
#include "store/record_reader_io.hpp"

namespace toolscore {
namespace {

class chain_walk {
public:
  explicit chain_walk(chain_report& out) : out_(out) {}

  void operator()(const stored_block& block) {
    if (out_.first == 0) {
      out_.first = block.first;
      if (block.first == 1 && !block.before.empty())
        note(block, "the first one follows another that is not there");
    } else if (block.first != out_.last + 1) {
      note(block, "it does not begin where the one before ended, at " + std::to_string(out_.last));
    } else if (block.before != out_.digest) {
      note(block, "it does not follow the one before: that was replaced");
    }
    if (digest_of(block) != block.digest) note(block, "it was changed: its digest is another");
    read(block);
    out_.last = block.last;
    out_.digest = block.digest;
  }

private:
  void read(const stored_block& block) {
    block_reader reader(block.bytes, block.first);
    record_row row;
    std::int64_t count = 0;
    for (; reader.next(row); ++count)
      if (row.gap) ++out_.gaps;
    if (reader.broken() || count != block.last - block.first + 1)
      note(block, "its records cannot be read");
  }

  void note(const stored_block& block, const std::string& what) {
    if (out_.problems.size() < chain_report::problems_max)
      out_.problems.push_back("records " + std::to_string(block.first) + " to " +
                              std::to_string(block.last) + ": " + what);
  }

  chain_report& out_;
};

} // namespace

result<chain_report> verify_records(const std::string& state_dir) {
  chain_report out;
  const auto read = with_records(state_dir, [&](SQLite::Database& base) -> result<done> {
    chain_walk walk(out);
    each_block(base, {}, [&](const stored_block& block) {
      walk(block);
      return true;
    });
    return done{};
  });
  if (!read) return read.failure();
  return out;
}

} // namespace toolscore
