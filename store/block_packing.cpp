#include "store/block_packing.hpp"

#include <cstdint>
#include <lz4.h>

namespace toolscore {
namespace {

/// What no record begins with: its first byte is flags of which this one is none.
constexpr char mark = static_cast<char>(0x80);
/// The mark, and how long the block is, the lowest byte first.
constexpr std::size_t head_bytes = 1 + sizeof(std::uint32_t);
/// More is kept as it is.
constexpr std::size_t packed_max = 16u << 20;
/// One byte stands for no more than so many, by the format.
constexpr std::size_t ratio_max = 255;

} // namespace

void pack_block(std::string_view bytes, std::string& kept) {
  kept.clear();
  if (bytes.size() > head_bytes && bytes.size() <= packed_max) {
    const auto room = bytes.size() - head_bytes - 1; // It is to be shorter.
    kept.resize(head_bytes + room);
    const int made = LZ4_compress_default(bytes.data(), kept.data() + head_bytes,
                                          static_cast<int>(bytes.size()), static_cast<int>(room));
    if (made > 0) {
      kept.resize(head_bytes + static_cast<std::size_t>(made));
      kept[0] = mark;
      for (std::size_t i = 1; i < head_bytes; ++i)
        kept[i] = static_cast<char>(bytes.size() >> 8 * (i - 1));
      return;
    }
  }
  kept.assign(bytes);
}

std::string_view unpack_block(std::string_view kept, std::string& room) {
  if (kept.size() <= head_bytes || kept[0] != mark) return kept;
  std::size_t size = 0;
  for (std::size_t i = head_bytes; i-- > 1;)
    size = size << 8U | static_cast<unsigned char>(kept[i]);
  const auto packed = kept.substr(head_bytes);
  if (size > packed_max || size / ratio_max > packed.size()) return kept;
  room.resize(size);
  const int made = LZ4_decompress_safe(packed.data(), room.data(), static_cast<int>(packed.size()),
                                       static_cast<int>(size));
  if (made < 0 || static_cast<std::size_t>(made) != size) return kept;
  return room;
}

} // namespace toolscore
