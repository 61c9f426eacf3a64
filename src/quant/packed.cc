// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "quant/packed.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/checked.h"
#include "quant/decode.h"
#include "quant/half.h"

namespace hearth::quant {
namespace {

// One row of one super-block between the file's order and the packed order.
struct RowBlock {
  uint8_t codes[kSuperColumns];  // [column]
  uint8_t sc[16];                // per group, as stored (unsigned 6-bit, or int8 bits)
  uint8_t m[16];
  uint16_t s[kSuperBlocks];  // fp16 per block, or s[0] = d
  uint16_t o[kSuperBlocks];  // fp16 per block, or o[0] = dmin
};

// --- File order to RowBlock -------------------------------------------------------------------

// 32 nibbles as Q4_0 and its relatives hold them: byte i = columns i (low) and i + 16 (high).
void SplitNibbles(const uint8_t* in, uint8_t* out) {
  for (int i = 0; i < 16; ++i) {
    out[i] = in[i] & 15;
    out[i + 16] = in[i] >> 4;
  }
}

void AddHighBits(const uint8_t* bits, uint8_t* codes) {
  uint32_t word;
  std::memcpy(&word, bits, 4);
  for (int i = 0; i < 32; ++i) codes[i] = static_cast<uint8_t>(codes[i] | ((word >> i) & 1) << 4);
}

// Layout of the 32-column block types: where scale, offset, high bits and nibbles begin.
struct SmallBlock {
  int bytes, offset, high, nibbles;  // -1: absent
};

void ReadSmallBlocks(const uint8_t* in, int blocks, const SmallBlock& layout, RowBlock* out) {
  for (int b = 0; b < blocks; ++b, in += layout.bytes) {
    out->s[b] = LoadU16(in);
    if (layout.offset >= 0) out->o[b] = LoadU16(in + layout.offset);
    SplitNibbles(in + layout.nibbles, out->codes + 32 * b);
    if (layout.high >= 0) AddHighBits(in + layout.high, out->codes + 32 * b);
  }
}

void ReadQ8_0(const uint8_t* in, int blocks, RowBlock* out) {
  for (int b = 0; b < blocks; ++b, in += 34) {
    out->s[b] = LoadU16(in);
    for (int i = 0; i < 32; ++i) out->codes[32 * b + i] = in[2 + i] ^ 0x80;
  }
}

void ReadMxfp4(const uint8_t* in, int blocks, RowBlock* out) {
  for (int b = 0; b < blocks; ++b, in += 17) {
    out->sc[b] = in[0];
    SplitNibbles(in + 1, out->codes + 32 * b);
  }
}

void ReadK6Min(const uint8_t* in, RowBlock* out) {
  for (int i = 0; i < 8; ++i) {
    const ScaleMin pair = KScaleMin(in, i);
    out->sc[i] = pair.scale;
    out->m[i] = pair.min;
  }
}

// Four runs of 32 bytes, each the low nibbles of 32 columns and the high nibbles of the next 32.
void ReadNibbleRuns(const uint8_t* in, uint8_t* codes) {
  for (int run = 0; run < 4; ++run) {
    for (int i = 0; i < 32; ++i) {
      codes[64 * run + i] = in[32 * run + i] & 15;
      codes[64 * run + 32 + i] = in[32 * run + i] >> 4;
    }
  }
}

void ReadQ4_K(const uint8_t* in, RowBlock* out) {
  out->s[0] = LoadU16(in);
  out->o[0] = LoadU16(in + 2);
  ReadK6Min(in + 4, out);
  ReadNibbleRuns(in + 16, out->codes);
}

void ReadQ5_K(const uint8_t* in, RowBlock* out) {
  out->s[0] = LoadU16(in);
  out->o[0] = LoadU16(in + 2);
  ReadK6Min(in + 4, out);
  ReadNibbleRuns(in + 48, out->codes);
  const uint8_t* high = in + 16;  // bit b of byte i: column i of block b
  for (int b = 0; b < 8; ++b) {
    for (int i = 0; i < 32; ++i) {
      out->codes[32 * b + i] =
          static_cast<uint8_t>(out->codes[32 * b + i] | ((high[i] >> b) & 1) << 4);
    }
  }
}

void ReadQ6_K(const uint8_t* in, RowBlock* out) {
  const uint8_t* low = in;
  const uint8_t* high = in + 128;
  for (int half = 0; half < 2; ++half, low += 64, high += 32) {
    uint8_t* codes = out->codes + 128 * half;
    for (int i = 0; i < 32; ++i) {
      codes[i] = static_cast<uint8_t>((low[i] & 15) | (high[i] & 3) << 4);
      codes[i + 32] = static_cast<uint8_t>((low[i + 32] & 15) | (high[i] >> 2 & 3) << 4);
      codes[i + 64] = static_cast<uint8_t>((low[i] >> 4) | (high[i] >> 4 & 3) << 4);
      codes[i + 96] = static_cast<uint8_t>((low[i + 32] >> 4) | (high[i] >> 6) << 4);
    }
  }
  std::memcpy(out->sc, in + 192, 16);
  out->s[0] = LoadU16(in + 208);
}

// Two runs of 32 bytes, each four 2-bit planes of 32 columns.
void ReadPairRuns(const uint8_t* in, uint8_t* codes) {
  for (int run = 0; run < 2; ++run) {
    for (int t = 0; t < 4; ++t) {
      for (int i = 0; i < 32; ++i) codes[128 * run + 32 * t + i] = in[32 * run + i] >> (2 * t) & 3;
    }
  }
}

void ReadQ2_K(const uint8_t* in, RowBlock* out) {
  for (int i = 0; i < 16; ++i) {
    out->sc[i] = in[i] & 15;
    out->m[i] = in[i] >> 4;
  }
  ReadPairRuns(in + 16, out->codes);
  out->s[0] = LoadU16(in + 80);
  out->o[0] = LoadU16(in + 82);
}

void ReadQ3_K(const uint8_t* in, RowBlock* out) {
  ReadPairRuns(in + 32, out->codes);
  for (int b = 0; b < 8; ++b) {  // bit b of byte i: column i of block b
    for (int i = 0; i < 32; ++i) {
      out->codes[32 * b + i] = static_cast<uint8_t>(out->codes[32 * b + i] | (in[i] >> b & 1) << 2);
    }
  }
  for (int i = 0; i < 16; ++i) out->sc[i] = static_cast<uint8_t>(Q3KScale(in + 96, i) + 32);
  out->s[0] = LoadU16(in + 108);
}

void ReadIQ4_XS(const uint8_t* in, RowBlock* out) {
  out->s[0] = LoadU16(in);
  for (int b = 0; b < 8; ++b) {
    out->sc[b] = static_cast<uint8_t>(IQ4XSScale(in, b) + 32);
    SplitNibbles(in + 8 + 16 * b, out->codes + 32 * b);
  }
}

void ReadRowBlock(Type type, const uint8_t* in, int blocks, RowBlock* out) {
  switch (type) {
    case Type::kQ4_0:
    case Type::kIQ4_NL:
      return ReadSmallBlocks(in, blocks, {18, -1, -1, 2}, out);
    case Type::kQ4_1:
      return ReadSmallBlocks(in, blocks, {20, 2, -1, 4}, out);
    case Type::kQ5_0:
      return ReadSmallBlocks(in, blocks, {22, -1, 2, 6}, out);
    case Type::kQ5_1:
      return ReadSmallBlocks(in, blocks, {24, 2, 4, 8}, out);
    case Type::kQ8_0:
    case Type::kQ8_0Split:
      return ReadQ8_0(in, blocks, out);
    case Type::kMXFP4:
      return ReadMxfp4(in, blocks, out);
    case Type::kQ2_K:
      return ReadQ2_K(in, out);
    case Type::kQ3_K:
      return ReadQ3_K(in, out);
    case Type::kQ4_K:
      return ReadQ4_K(in, out);
    case Type::kQ5_K:
      return ReadQ5_K(in, out);
    case Type::kQ6_K:
    case Type::kQ6_KSplit:
      return ReadQ6_K(in, out);
    case Type::kIQ4_XS:
      return ReadIQ4_XS(in, out);
    case Type::kF32:
    case Type::kF16:
    case Type::kBF16:
      break;
  }
  HEARTH_CHECK(false);
}

// --- RowBlock to packed order -----------------------------------------------------------------

uint32_t Load32(const uint8_t* p) {
  uint32_t v;
  std::memcpy(&v, p, 4);
  return v;
}
void Store32(uint8_t* p, uint32_t v) {
  std::memcpy(p, &v, 4);
}

// Writes the 32 codes of one row into the planes of one block. `shift` is where a plane's bits
// stand.
void StoreCodes(PlaneSet planes, const uint8_t* codes, int row, uint8_t* out) {
  out += 4 * row;
  int shift = 0;
  if (planes.nibble) {
    for (int j = 0; j < 4; ++j) {
      Store32(out + 64 * j, (Load32(codes + 4 * j) & 0x0f0f0f0f) |
                                (Load32(codes + 16 + 4 * j) & 0x0f0f0f0f) << 4);
    }
    out += 256;
    shift = 4;
  }
  if (planes.pair) {
    for (int j = 0; j < 2; ++j) {
      uint32_t word = 0;
      for (int t = 0; t < 4; ++t) {
        word |= (Load32(codes + 4 * (j + 2 * t)) >> shift & 0x03030303) << (2 * t);
      }
      Store32(out + 64 * j, word);
    }
    out += 128;
    shift += 2;
  }
  if (planes.bit) {
    uint32_t word = 0;
    for (int t = 0; t < 8; ++t) word |= (Load32(codes + 4 * t) >> shift & 0x01010101) << t;
    Store32(out, word);
  }
  if (planes.byte) {
    for (int j = 0; j < 8; ++j) Store32(out + 64 * j, Load32(codes + 4 * j));
  }
  if (planes.triple) {
    const auto quad = [&](int q) { return Load32(codes + 4 * q) & 0x07070707; };
    const uint32_t last[3] = {quad(6) & 0x03030303,
                              (quad(6) >> 2 & 0x01010101) | (quad(7) >> 1 & 0x02020202),
                              quad(7) & 0x03030303};
    for (int j = 0; j < 3; ++j) {
      Store32(out + 64 * j, quad(2 * j) | quad(2 * j + 1) << 3 | last[j] << 6);
    }
  }
}

// The same where the panel may be split: the parts of the block.
void StoreParts(Codes codes, const uint8_t* values, int row, const PanelParts<uint8_t>& block) {
  const SplitCodes split = SplitOf(codes);
  if (split.whole()) return StoreCodes(PlanesOf(codes), values, row, block.high);
  const auto store = [&](Codes part, int shift, int bits, uint8_t* out) {
    uint8_t of_part[kBlockColumns];
    for (int i = 0; i < kBlockColumns; ++i) {
      of_part[i] = static_cast<uint8_t>(values[i] >> shift & ((1 << bits) - 1));
    }
    StoreCodes(PlanesOf(part), of_part, row, out);
  };
  store(split.high, split.middle_bits + split.low_bits, split.high_bits, block.high);
  store(split.middle, split.low_bits, split.middle_bits, block.middle);
  store(split.low, 0, split.low_bits, block.low);
}

void Store16(uint8_t* base, int index, uint16_t v) {
  StoreU16(base + 2 * index, v);
}

// Adds row `row` of 6-bit values x[n] to the low and high areas, which start as zeros.
void StoreSixBit(const uint8_t* x, int n, int row, uint8_t* low, uint8_t* high) {
  for (int g = 0; g < n; ++g) {
    uint8_t& l = low[16 * (g % (n / 2)) + row];
    l = static_cast<uint8_t>(l | (x[g] & 15) << (g < n / 2 ? 0 : 4));
    uint8_t& h = high[16 * (g % (n / 4)) + row];
    h = static_cast<uint8_t>(h | (x[g] >> 4) << (2 * (g / (n / 4))));
  }
}

int SixBit(const uint8_t* low, const uint8_t* high, int n, int group, int row) {
  const int l = low[16 * (group % (n / 2)) + row] >> (group < n / 2 ? 0 : 4) & 15;
  const int h = high[16 * (group % (n / 4)) + row] >> (2 * (group / (n / 4))) & 3;
  return l | h << 4;
}

void StoreScales(Scales scales, const RowBlock& in, int blocks, int row, uint8_t* out) {
  switch (scales) {
    case Scales::kHalf:
      for (int b = 0; b < blocks; ++b) Store16(out, 16 * b + row, in.s[b]);
      return;
    case Scales::kHalfMin:
      for (int b = 0; b < blocks; ++b) {
        Store16(out, 32 * b + row, in.s[b]);
        Store16(out, 32 * b + 16 + row, in.o[b]);
      }
      return;
    case Scales::kE8M0:
      for (int b = 0; b < blocks; ++b) out[16 * b + row] = in.sc[b];
      return;
    case Scales::kK6Min:
      Store16(out, row, in.s[0]);
      Store16(out, 16 + row, in.o[0]);
      StoreSixBit(in.sc, 8, row, out + 64, out + 192);
      StoreSixBit(in.m, 8, row, out + 128, out + 224);
      return;
    case Scales::kK6:
      Store16(out, row, in.s[0]);
      StoreSixBit(in.sc, 8, row, out + 64, out + 32);
      return;
    case Scales::kByte16:
      Store16(out, row, in.s[0]);
      for (int g = 0; g < 16; ++g) out[64 + 16 * g + row] = in.sc[g];
      return;
    case Scales::kK6x16:
      Store16(out, row, in.s[0]);
      StoreSixBit(in.sc, 16, row, out + 64, out + 192);
      return;
    case Scales::kK4Min16:
      Store16(out, row, in.s[0]);
      Store16(out, 16 + row, in.o[0]);
      for (int g = 0; g < 16; ++g) {
        out[64 + 16 * g + row] = static_cast<uint8_t>(in.sc[g] | in.m[g] << 4);
      }
      return;
    case Scales::kNone:
      return;
  }
}

// Floats keep their bits: element size `bytes`, 4 / bytes columns per 4-byte unit of a line.
void PackFloats(uint64_t columns, int bytes, const uint8_t* const rows[kPanelRows], uint8_t* out) {
  const uint64_t per_unit = 4 / static_cast<uint64_t>(bytes);
  for (int row = 0; row < kPanelRows; ++row) {
    if (rows[row] == nullptr) continue;
    const uint64_t whole = columns / per_unit;
    for (uint64_t u = 0; u < whole; ++u) Store32(out + 64 * u + 4 * row, Load32(rows[row] + 4 * u));
    if (columns % per_unit != 0) std::memcpy(out + 64 * whole + 4 * row, rows[row] + 4 * whole, 2);
  }
}

int BlocksAt(uint64_t columns, uint64_t super) {
  const uint64_t left = columns / kBlockColumns - super * kSuperBlocks;
  return static_cast<int>(std::min<uint64_t>(left, kSuperBlocks));
}

// --- Packed order to floats -------------------------------------------------------------------

struct ScaleOffset {
  float s;
  float o;
  bool has_offset;
};

float HalfAt(const uint8_t* base, int index) {
  return LoadHalf(base + 2 * index);
}

// s and o of `row` for the group of columns `group` of a super-block.
ScaleOffset ReadScale(Scales scales, const uint8_t* area, int group, int row) {
  switch (scales) {
    case Scales::kHalf:
      return {HalfAt(area, 16 * group + row), 0, false};
    case Scales::kHalfMin:
      return {HalfAt(area, 32 * group + row), HalfAt(area, 32 * group + 16 + row), true};
    case Scales::kE8M0:
      return {MXFP4Scale(area[16 * group + row]), 0, false};
    case Scales::kK6Min: {
      const float d = HalfAt(area, row);
      const float dmin = HalfAt(area, 16 + row);
      const int sc = SixBit(area + 64, area + 192, 8, group, row);
      const int m = SixBit(area + 128, area + 224, 8, group, row);
      return {d * static_cast<float>(sc), -(dmin * static_cast<float>(m)), true};
    }
    case Scales::kK6:
      return {
          HalfAt(area, row) * static_cast<float>(SixBit(area + 64, area + 32, 8, group, row) - 32),
          0, false};
    case Scales::kByte16:
      return {
          HalfAt(area, row) * static_cast<float>(static_cast<int8_t>(area[64 + 16 * group + row])),
          0, false};
    case Scales::kK6x16:
      return {HalfAt(area, row) *
                  static_cast<float>(SixBit(area + 64, area + 192, 16, group, row) - 32),
              0, false};
    case Scales::kK4Min16: {
      const int packed = area[64 + 16 * group + row];
      return {HalfAt(area, row) * static_cast<float>(packed & 15),
              -(HalfAt(area, 16 + row) * static_cast<float>(packed >> 4)), true};
    }
    case Scales::kNone:
      break;
  }
  return {1, 0, false};
}

int ReadCode(PlaneSet planes, const uint8_t* block, int row, int column) {
  const int quad = column / 4;
  const int byte = 4 * row + column % 4;
  int code = 0;
  int shift = 0;
  if (planes.nibble) {
    code = block[64 * (quad % 4) + byte] >> (quad < 4 ? 0 : 4) & 15;
    block += 256;
    shift = 4;
  }
  if (planes.pair) {
    code |= (block[64 * (quad % 2) + byte] >> (2 * (quad / 2)) & 3) << shift;
    block += 128;
    shift += 2;
  }
  if (planes.bit) code |= (block[byte] >> quad & 1) << shift;
  if (planes.byte) code = block[64 * quad + byte];
  if (planes.triple && quad < 6) code = block[64 * (quad / 2) + byte] >> (3 * (quad % 2)) & 7;
  if (planes.triple && quad >= 6) {
    code = block[128 * (quad - 6) + byte] >> 6 | (block[64 + byte] >> quad & 1) << 2;
  }
  return code;
}

int ReadParts(Codes codes, const PanelParts<const uint8_t>& block, int row, int column) {
  const SplitCodes split = SplitOf(codes);
  int code = ReadCode(PlanesOf(split.high), block.high, row, column);
  if (split.whole()) return code;
  code = code << split.middle_bits | ReadCode(PlanesOf(split.middle), block.middle, row, column);
  return code << split.low_bits | ReadCode(PlanesOf(split.low), block.low, row, column);
}

// The parts of block `i` of those that begin at `codes`.
template <typename Byte>
PanelParts<Byte> BlockAt(Codes codes, const PanelParts<Byte>& at, int i) {
  const auto n = static_cast<uint64_t>(i);
  return {at.high + n * CodeBlockBytes(SplitOf(codes).high),
          at.middle + n * MiddleBlockBytes(codes), at.low + n * LowBlockBytes(codes)};
}

void UnpackFloats(Codes codes, uint64_t columns, const uint8_t* panel, int row, float* out) {
  for (uint64_t c = 0; c < columns; ++c) {
    if (codes == Codes::kFloat) {
      std::memcpy(out + c, panel + 64 * c + 4 * row, 4);
    } else {
      const uint16_t bits = LoadU16(panel + 64 * (c / 2) + 4 * row + 2 * (c % 2));
      out[c] = codes == Codes::kHalf ? HalfToFloat(bits) : Bf16ToFloat(bits);
    }
  }
}

}  // namespace

uint64_t PanelBytes(Type type, uint64_t columns) {
  return PanelBytes(PackRowOf(type), CeilDiv(columns, kBlockColumns));
}

uint64_t MiddlePanelBytes(Type type, uint64_t columns) {
  return CeilDiv(columns, kBlockColumns) * MiddleBlockBytes(PackRowOf(type).codes);
}

uint64_t LowPanelBytes(Type type, uint64_t columns) {
  return CeilDiv(columns, kBlockColumns) * LowBlockBytes(PackRowOf(type).codes);
}

uint64_t PackedBytes(Type type, uint64_t rows, uint64_t columns) {
  return CeilDiv(rows, kPanelRows) * (PanelBytes(type, columns) + MiddlePanelBytes(type, columns) +
                                      LowPanelBytes(type, columns));
}

PackedMatrix SizedMatrix(Type type, uint64_t rows, uint64_t columns) {
  return {.type = type,
          .rows = rows,
          .columns = columns,
          .panel_bytes = PanelBytes(type, columns),
          .middle_bytes = MiddlePanelBytes(type, columns),
          .low_bytes = LowPanelBytes(type, columns),
          .data = nullptr};
}

void PackPanel(Type type, uint64_t columns, const uint8_t* const rows[kPanelRows],
               PanelParts<uint8_t> out) {
  const PackRow& row = PackRowOf(type);
  std::memset(out.high, 0, PanelBytes(type, columns));
  if (!SplitOf(row.codes).whole()) {
    std::memset(out.middle, 0, MiddlePanelBytes(type, columns));
    std::memset(out.low, 0, LowPanelBytes(type, columns));
  }
  if (const int bytes = FloatBytes(row.codes); bytes != 0) {
    return PackFloats(columns, bytes, rows, out.high);
  }
  const TypeRow& source = Row(type);
  const uint64_t supers = CeilDiv(columns, kSuperColumns);
  RowBlock block;
  for (uint64_t s = 0; s < supers; ++s) {
    const int blocks = BlocksAt(columns, s);
    uint8_t* const scales = out.high;
    out.high += ScaleAreaBytes(row.scales, blocks);
    const uint64_t in_offset = s * kSuperColumns / source.block_weights * source.block_bytes;
    for (int r = 0; r < kPanelRows; ++r) {
      if (rows[r] == nullptr) continue;
      ReadRowBlock(type, rows[r] + in_offset, blocks, &block);
      StoreScales(row.scales, block, blocks, r, scales);
      for (int b = 0; b < blocks; ++b) {
        StoreParts(row.codes, block.codes + kBlockColumns * b, r, BlockAt(row.codes, out, b));
      }
    }
    out = BlockAt(row.codes, out, blocks);
  }
}

void UnpackRow(Type type, uint64_t columns, PanelParts<const uint8_t> panel, int row, float* out) {
  const PackRow& pack = PackRowOf(type);
  if (FloatBytes(pack.codes) != 0) return UnpackFloats(pack.codes, columns, panel.high, row, out);
  const uint64_t supers = CeilDiv(columns, kSuperColumns);
  for (uint64_t s = 0; s < supers; ++s) {
    const int blocks = BlocksAt(columns, s);
    const uint8_t* const scales = panel.high;
    panel.high += ScaleAreaBytes(pack.scales, blocks);
    for (int c = 0; c < blocks * kBlockColumns; ++c) {
      const ScaleOffset scale = ReadScale(pack.scales, scales, c / pack.group, row);
      const auto block = BlockAt(pack.codes, panel, c / kBlockColumns);
      const int code = ReadParts(pack.codes, block, row, c % kBlockColumns);
      const int value = pack.table != nullptr ? pack.table[code] : code - pack.zero;
      const float product = scale.s * static_cast<float>(value);
      out[s * kSuperColumns + c] = scale.has_offset ? product + scale.o : product;
    }
    panel = BlockAt(pack.codes, panel, blocks);
  }
}

}  // namespace hearth::quant
