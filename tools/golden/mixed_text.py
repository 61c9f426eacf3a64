# Copyright 2026 The Hearth Authors
# SPDX-License-Identifier: Apache-2.0
"""Deterministic mixed text for the tokenizer tests, from a seed text and Philox4x32-10.

src/text/tokenizer_golden_test.cc generates the same bytes; change both together.
"""

CHUNKS = 4608  # about 1.2 KB each: more than 5 MB
STRINGS = 100_000
CHUNK_GROUP = 16
STRING_GROUP = 1000
STRING_STREAM = 1 << 32

LINES = [
    "<|im_start|> <|im_end|> <|endoftext|> <end_of_turn> <start_of_turn> <bos> <eos> <s> "
    "</s> <unk> <pad>",
    "<|begin_of_text|> <|eot_id|> <|start_header_id|> <tool_call> </tool_call> <0x0A> "
    "[INST] <unused7> <|im_start <|sep|>",
    "<|im_end|><|im_end|> |> <| <fim_prefix> <table> <mask> [multimodal] <|file_sep|> "
    "<repo_name> <|sep|>\xa0",
    "'s 'S 't 'T 're 'Re 'RE 've 'VE 'm 'M 'll 'LL 'lL 'd 'D '\u017f '' 'x n't",
    "\u0663\u0664 \u2167 \xbd \uff11\uff12 \u4e8c\u5341 1,234.56 0x1F 1e-9 2026-11-22 "
    "\u0be7 \U0001d7d8 007",
    "\U0001f600 \U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f1e8\U0001f1f3 "
    "\u2764\ufe0f \U0001f44d\U0001f3fd \u26a1 \U0001f680\U0001f680 "
    "\U0001f9d1\u200d\U0001f4bb",
    "e\u0301 A\u030a\u0302 n\u0303 \u1100\u1161\u11a8 \u0915\u094d\u0937\u093f "
    "\u0e01\u0e33 \u05d0\u05b8 \u0627\u064e\u0651 o\u0308\u0304 \u0301 \u1e69 \uf900 "
    "\u2126",
]
WORDS = [line.split(" ") for line in LINES]
SPECIALS = WORDS[0] + WORDS[1] + WORDS[2]
CONTRACTIONS, NUMBERS, EMOJI, MARKS = WORDS[3:]
SPACES = [" ", "\t", "\n", "\r\n", "\r", "\xa0", "\u3000", "\u2003", "\x85", "\u2028", "  ", "\n\n"]
BROKEN = [b"\xff", b"\xfe", b"\xc3", b"\xe4\xb8", b"\xf0\x9f\x98", b"\x80", b"\xbf\xbf", b"\xe2\x80"]
# First and last code point of ranges that every Unicode version since 9 agrees on.
RANGES = [(0x20, 0x7E), (0xA1, 0xFF), (0x100, 0x17E), (0x391, 0x3A1), (0x3B1, 0x3C9), (0x410, 0x44F),
          (0x5D0, 0x5EA), (0x621, 0x63A), (0x905, 0x939), (0xE01, 0xE2E), (0x3041, 0x3096),
          (0x30A1, 0x30FA), (0x4E00, 0x9FA5), (0xAC00, 0xD7A3), (0x2190, 0x21FF), (0x2500, 0x257F),
          (0x1F300, 0x1F320), (0x1D400, 0x1D454), (0x20000, 0x2A6D6), (0xE000, 0xE010)]
MASK = 0xFFFFFFFF


class Philox:
    """Sequential numbers of src/base/random.h."""

    def __init__(self, seed, stream):
        self.seed, self.stream, self.next, self.block = seed, stream, 0, ()

    def draw(self, bound):
        if self.next % 4 == 0:
            n = self.next // 4
            c0, c1, c2, c3 = n & MASK, n >> 32, self.stream & MASK, self.stream >> 32
            k0, k1 = self.seed & MASK, self.seed >> 32
            for _ in range(10):
                p0, p1 = 0xD2511F53 * c0, 0xCD9E8D57 * c2
                c0, c1, c2, c3 = (p1 >> 32) ^ c1 ^ k0, p1 & MASK, (p0 >> 32) ^ c3 ^ k1, p0 & MASK
                k0, k1 = (k0 + 0x9E3779B9) & MASK, (k1 + 0xBB67AE85) & MASK
            self.block = (c0, c1, c2, c3)
        value = self.block[self.next % 4]
        self.next += 1
        return value % bound


def piece(random, seed_text):
    kind = random.draw(16)
    pick = lambda items: items[random.draw(len(items))]
    if kind < 7:
        begin, size = random.draw(len(seed_text)), 10 + random.draw(200)
        end = min(begin + size, len(seed_text))
        if kind < 6:  # whole characters only
            while begin < end and seed_text[begin] & 0xC0 == 0x80:
                begin += 1
            while end > begin and end < len(seed_text) and seed_text[end] & 0xC0 == 0x80:
                end -= 1
        return seed_text[begin:end]
    if kind == 7:
        if random.draw(4) == 0:
            return pick(NUMBERS).encode()
        return bytes(0x30 + random.draw(10) for _ in range(1 + random.draw(9)))
    if kind == 8:
        return pick(EMOJI).encode()
    if kind == 9:
        return pick(MARKS).encode()
    if kind == 10:
        return pick(SPACES).encode() * (1 + random.draw(7))
    if kind == 11:
        return pick(SPECIALS).encode()
    if kind == 12:
        low, high = pick(RANGES)
        count = 1 + random.draw(6)
        return "".join(chr(low + random.draw(high - low + 1)) for _ in range(count)).encode()
    if kind == 13:
        return bytes(0x21 + random.draw(0x5E) for _ in range(1 + random.draw(12)))
    if kind == 14:
        return pick(BROKEN)
    return pick(CONTRACTIONS).encode()


def chunk(index, seed_text):
    random = Philox(2026, index)
    size, out = 200 + random.draw(2000), bytearray()
    while len(out) < size:
        out += piece(random, seed_text)
        if random.draw(3) == 0:
            out += b" "
    return bytes(out)


def short_string(index):
    random = Philox(2026, STRING_STREAM + index)
    out = bytearray()
    for _ in range(1 + random.draw(12)):
        kind = random.draw(8)
        if kind == 0:
            out += SPECIALS[random.draw(len(SPECIALS))].encode()
        elif kind == 1:
            out += SPACES[random.draw(len(SPACES))].encode()
        elif kind == 2:
            out += BROKEN[random.draw(len(BROKEN))]
        elif kind == 3:
            out += MARKS[random.draw(len(MARKS))].encode()
        elif kind == 4:
            low, high = RANGES[random.draw(len(RANGES))]
            out += chr(low + random.draw(high - low + 1)).encode()
        else:
            out += bytes((0x20 + random.draw(0x5F),))
    return bytes(out)


def replace_invalid(data):
    """Every byte that is not part of a valid character becomes one U+FFFD."""
    out, at = [], 0
    while at < len(data):
        for size in (1, 2, 3, 4):
            try:
                out.append(data[at:at + size].decode())
                at += size
                break
            except UnicodeDecodeError:
                continue
        else:
            out.append("\ufffd")
            at += 1
    return "".join(out)


def fnv1a(state, values):
    """FNV-1a with a step per 32-bit value."""
    for value in values:
        state = ((state ^ value) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return state


FNV_START = 0xCBF29CE484222325
