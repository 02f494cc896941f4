#include "store/block_packing.hpp"
#include "store/record_block.hpp"
#include "tests/fuzz/fuzzing.hpp"

namespace toolscore::test {
namespace {

std::string some_block() {
  block_writer writer;
  for (std::int64_t i = 0; i < 20; ++i) {
    record_row row;
    row.at_us = 1'750'000'000'000'000 + i;
    row.server = "fs";
    row.tool = "read";
    row.arguments = R"({"path":"/a"})";
    row.result = R"({"content":[{"type":"text","text":"abcabcabcabc"}]})";
    writer.add(row);
  }
  return std::string(writer.bytes());
}

std::vector<std::string> block_seeds() {
  const auto whole = some_block();
  std::string kept;
  pack_block(whole, kept);
  return {kept, whole, std::string("\x80\xff\xff\x00\x00\x1f\x00\x01\x00\xff\xff", 11)};
}

/// A store's file may hold anything: what is no block ends the reading, and nothing is made of a
/// few bytes that is longer than they can stand for.
void check_block(std::string_view input) {
  std::string room;
  const auto bytes = unpack_block(input, room);
  expect(bytes.size() <= 256 * input.size(), "no more than the format can say");
  block_reader reader(bytes, 1);
  record_row row;
  std::size_t records = 0;
  while (reader.next(row)) ++records;
  expect(records <= bytes.size(), "a record takes a byte at least");

  const auto block = '\x01' + std::string(input); // As any block, it begins with a record's flags.
  std::string kept;
  pack_block(block, kept);
  expect(kept.size() <= block.size(), "packing makes nothing longer");
  expect(unpack_block(kept, room) == block, "what is unpacked is what was packed");
}

} // namespace

std::vector<fuzz_target> store_targets() {
  return {{"block", block_seeds(), check_block}};
}

} // namespace toolscore::test
