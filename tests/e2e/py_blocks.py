"""Blocks of records as they stand in a store's file, read without any program of ours."""

import sqlite3

from py_node import check


def unpacked(kept):
    """A block of records, by LZ4's block format where it begins with the mark and its length."""
    if kept[:1] != b"\x80":
        return kept
    out, at = bytearray(), 5

    def length(count):
        nonlocal at
        while count >= 15:  # It goes on in the next byte, until one is no 255.
            at += 1
            count += kept[at - 1]
            if kept[at - 1] != 255:
                break
        return count

    while at < len(kept):
        token = kept[at]
        at += 1
        count = length(token >> 4)
        out += kept[at:at + count]
        at += count
        if at == len(kept):
            break
        back = kept[at] | kept[at + 1] << 8
        at += 2
        for _ in range(length(token & 15) + 4):
            out.append(out[-back])
    check(len(out) == int.from_bytes(kept[1:5], "little"), "a block of another length than it says")
    return bytes(out)


def blocks_of(state):
    """The bytes of all blocks."""
    base = sqlite3.connect("file:%s/toolscore.db?mode=ro" % state, uri=True)
    try:
        return [unpacked(kept) for kept, in base.execute("SELECT records FROM record_blocks ORDER BY last")]
    finally:
        base.close()
