// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>  // kernel units include this file: C headers and constants only

// The packed layout of a loaded weight matrix: one order for every ISA, the same bits as the file.
//
// A matrix [rows][columns] is cut into panels of 16 rows. A panel is one linear stream of
// super-blocks of 256 columns (the last may hold fewer blocks of 32): first the scale area, then
// the code area, both multiples of 64 bytes, so that a kernel reads memory strictly forward.
//
// Code area, per block of 32 columns. A *quad line* j (0..7) is 16 rows x 4 consecutive columns
// 4j..4j+3 = 64 bytes once expanded, byte 4*row + i: one zmm operand of vpdpbusd, two ymm operands,
// one row of an AMX int8 B tile. Stored as planes:
//   nibble plane, 4 lines   line j: low nibble = quad j, high nibble = quad j + 4
//   pair plane, 2 lines     line j: bits 2t, 2t+1 = quad j + 2t, t = 0..3
//   bit plane, 1 line       bit t = quad t
//   byte plane, 8 lines     line j = quad j
//   triple plane, 3 lines   line j: bits 0-2 = quad 2j, bits 3-5 = quad 2j + 1
//                           quad 6 = bits 6, 7 of line 0, then bit 6 of line 1
//                           quad 7 = bits 6, 7 of line 2, then bit 7 of line 1
//   W2 = pair   W3 = pair, bit   W4 = nibble   W5 = nibble, bit   W6 = nibble, pair   W8 = byte
// The code is the concatenation, first plane in the low bits. Signed 8-bit values are stored + 128.
// 16-bit floats: lines of 16 rows x 2 consecutive columns; 32-bit floats: 16 rows x 1 column.
// Columns are padded to 32 and rows to 16 with zero bytes.
//
// A *split* matrix has three parts, so that the high bits of all its codes can be read alone: first
// panels as above whose codes are the high bits, then, behind the last of them, the middle bits of
// each panel, block after block, no scales, and behind these the low bits in the same way.
//   S6 = pair, bit, triple   S8 = pair, pair, nibble
//
// A weight is  w = s * (table[code] or code - zero) + o,  evaluated in float32 in this order, which
// is bit for bit the reference decoder. s and o are constant over `group` columns (32 or 16).
namespace hearth::quant {

// Number formats of weights as ordinary model files hold them. Values are Hearth's own, never on
// disk.
enum class Type : uint8_t {
  kF32,
  kF16,
  kBF16,
  kQ4_0,
  kQ4_1,
  kQ5_0,
  kQ5_1,
  kQ8_0,
  kQ2_K,
  kQ3_K,
  kQ4_K,
  kQ5_K,
  kQ6_K,
  kIQ4_NL,
  kIQ4_XS,
  kMXFP4,
  // The same numbers in split matrices, for the output layer: never in a file.
  kQ6_KSplit,
  kQ8_0Split,
};
inline constexpr int kFileTypeCount = 16;
inline constexpr int kTypeCount = 18;

inline constexpr int kPanelRows = 16;
inline constexpr int kBlockColumns = 32;
inline constexpr int kSuperBlocks = 8;  // blocks per super-block
inline constexpr int kSuperColumns = kBlockColumns * kSuperBlocks;

enum class Codes : uint8_t {
  kBit,
  kW2,
  kW3,
  kW4,
  kW5,
  kW6,
  kW8,
  kTriple,
  kS6,
  kS8,
  kHalf,
  kBrain,
  kFloat
};

// How s and o are stored in a scale area; nb = blocks in the super-block, [16] runs over rows.
enum class Scales : uint8_t {
  kNone,     // floats: no scale area
  kHalf,     // fp16 s[nb][16]
  kHalfMin,  // fp16 s, o: [nb][2][16]
  kE8M0,     // uint8 exponent e[nb][16]: s = 2^(e - 128)
  kK6Min,    // fp16 d[16], dmin[16]; 6-bit sc, m per 32: s = d * sc, o = -(dmin * m)
  kK6,       // fp16 d[16]; 6-bit sc per 32: s = d * (sc - 32)
  kByte16,   // fp16 d[16], 32 bytes of zeros; int8 sc[16 groups][16] per 16: s = d * sc
  kK6x16,    // fp16 d[16], 32 bytes of zeros; 6-bit sc per 16: s = d * (sc - 32)
  kK4Min16,  // fp16 d[16], dmin[16]; uint8 [16 groups][16], low nibble sc, high nibble m, per 16
};
// 6-bit values x[groups][16 rows] of a super-block, n = 8 or 16 groups:
//   low bits   n/2 x 16 bytes, byte [p][row]: low nibble = group p, high nibble = group p + n/2
//   high bits  n/4 x 16 bytes, byte [g][row]: bits 2t, 2t+1 = group g + t * n/4
// kK6Min:  d 32, dmin 32, low sc 64, low m 64, high sc 32, high m 32 = 256 bytes
// kK6:     d 32, high sc 32, low sc 64 = 128 bytes
// kK6x16:  d 32, zeros 32, low sc 128, high sc 64 = 256 bytes

// One row per type: everything a kernel needs to know about its packed form.
struct PackRow {
  Type type;
  Codes codes;
  Scales scales;
  uint8_t zero;         // subtracted from a linear code; with a table, added to it to be unsigned
  uint8_t group;        // columns per s, o
  const int8_t* table;  // 16 values, or null for linear codes
};

// Codebooks: nibble to integer.
constexpr int8_t kIQ4Values[16] = {-127, -104, -83, -65, -49, -35, -22, -10,
                                   1,    13,   25,  38,  53,  69,  89,  113};
constexpr int8_t kMXFP4Values[16] = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};

constexpr PackRow kPackRows[kTypeCount] = {
    {Type::kF32, Codes::kFloat, Scales::kNone, 0, 32, nullptr},
    {Type::kF16, Codes::kHalf, Scales::kNone, 0, 32, nullptr},
    {Type::kBF16, Codes::kBrain, Scales::kNone, 0, 32, nullptr},
    {Type::kQ4_0, Codes::kW4, Scales::kHalf, 8, 32, nullptr},
    {Type::kQ4_1, Codes::kW4, Scales::kHalfMin, 0, 32, nullptr},
    {Type::kQ5_0, Codes::kW5, Scales::kHalf, 16, 32, nullptr},
    {Type::kQ5_1, Codes::kW5, Scales::kHalfMin, 0, 32, nullptr},
    {Type::kQ8_0, Codes::kW8, Scales::kHalf, 128, 32, nullptr},
    {Type::kQ2_K, Codes::kW2, Scales::kK4Min16, 0, 16, nullptr},
    {Type::kQ3_K, Codes::kW3, Scales::kK6x16, 4, 16, nullptr},
    {Type::kQ4_K, Codes::kW4, Scales::kK6Min, 0, 32, nullptr},
    {Type::kQ5_K, Codes::kW5, Scales::kK6Min, 0, 32, nullptr},
    {Type::kQ6_K, Codes::kW6, Scales::kByte16, 32, 16, nullptr},
    {Type::kIQ4_NL, Codes::kW4, Scales::kHalf, 128, 32, kIQ4Values},
    {Type::kIQ4_XS, Codes::kW4, Scales::kK6, 128, 32, kIQ4Values},
    {Type::kMXFP4, Codes::kW4, Scales::kE8M0, 12, 32, kMXFP4Values},
    {Type::kQ6_KSplit, Codes::kS6, Scales::kByte16, 32, 16, nullptr},
    {Type::kQ8_0Split, Codes::kS8, Scales::kHalf, 128, 32, nullptr},
};

constexpr const PackRow& PackRowOf(Type type) {
  return kPackRows[static_cast<int>(type)];
}

// How a split matrix's codes are made of its parts, the high bits first.
struct SplitCodes {
  Codes high, middle, low;
  int high_bits, middle_bits, low_bits;  // all 0: one part, which is `high`
  constexpr bool whole() const { return high_bits == 0; }
};
constexpr SplitCodes SplitOf(Codes codes) {
  if (codes == Codes::kS6) return {Codes::kW2, Codes::kBit, Codes::kTriple, 2, 1, 3};
  if (codes == Codes::kS8) return {Codes::kW2, Codes::kW2, Codes::kW4, 2, 2, 4};
  return {codes, codes, codes, 0, 0, 0};
}

// True where s is a float per row and super-block times integers, and products with integers are
// exact sums over the super-block. Not split ones: the output layer, of one to eight tokens, gains
// nothing by it, and without the common unit that it takes (kernels/args.h) a little less is lost.
constexpr bool HasIntegerScales(Type type) {
  const PackRow& row = PackRowOf(type);
  return (row.scales == Scales::kK6Min || row.scales == Scales::kByte16) &&
         SplitOf(row.codes).whole();
}

// Which planes a block of codes has, in storage order.
struct PlaneSet {
  bool nibble, pair, bit, byte, triple;
};
constexpr PlaneSet PlanesOf(Codes codes) {
  return {codes == Codes::kW4 || codes == Codes::kW5 || codes == Codes::kW6,
          codes == Codes::kW2 || codes == Codes::kW3 || codes == Codes::kW6,
          codes == Codes::kW3 || codes == Codes::kW5 || codes == Codes::kBit, codes == Codes::kW8,
          codes == Codes::kTriple};
}

// Bytes of one element of a float format, 0 for integer codes.
constexpr int FloatBytes(Codes codes) {
  return codes == Codes::kFloat ? 4 : codes == Codes::kHalf || codes == Codes::kBrain ? 2 : 0;
}

// Bytes of the codes of one block, 16 rows x 32 columns, of one part.
constexpr uint64_t CodeBlockBytes(Codes codes) {
  if (const int bytes = FloatBytes(codes); bytes != 0) {
    return static_cast<uint64_t>(kPanelRows * kBlockColumns * bytes);
  }
  const PlaneSet planes = PlanesOf(codes);
  return static_cast<uint64_t>(256 * planes.nibble + 128 * planes.pair + 64 * planes.bit +
                               512 * planes.byte + 192 * planes.triple);
}
constexpr uint64_t MiddleBlockBytes(Codes codes) {
  const SplitCodes split = SplitOf(codes);
  return split.whole() ? 0 : CodeBlockBytes(split.middle);
}
constexpr uint64_t LowBlockBytes(Codes codes) {
  const SplitCodes split = SplitOf(codes);
  return split.whole() ? 0 : CodeBlockBytes(split.low);
}

// Bytes of the scale area of a super-block of `blocks` blocks (8, or fewer in the tail).
constexpr uint64_t ScaleAreaBytes(Scales scales, int blocks) {
  const auto n = static_cast<uint64_t>(blocks);
  switch (scales) {
    case Scales::kNone:
      return 0;
    case Scales::kHalf:
      return (32 * n + 63) / 64 * 64;
    case Scales::kHalfMin:
      return 64 * n;
    case Scales::kE8M0:
      return (16 * n + 63) / 64 * 64;
    case Scales::kK6:
      return 128;
    case Scales::kK6Min:
    case Scales::kK6x16:
      return 256;
    case Scales::kByte16:
    case Scales::kK4Min16:
      return 320;
  }
  return 0;
}

// Bytes of a panel of `blocks` blocks, with the high bits only where the matrix is split.
constexpr uint64_t PanelBytes(const PackRow& row, uint64_t blocks) {
  const uint64_t tail = blocks % kSuperBlocks;
  return blocks * CodeBlockBytes(SplitOf(row.codes).high) +
         blocks / kSuperBlocks * ScaleAreaBytes(row.scales, kSuperBlocks) +
         (tail == 0 ? 0 : ScaleAreaBytes(row.scales, static_cast<int>(tail)));
}

// The packed type of the output layer, of which decoding mostly reads the high bits only.
constexpr Type SplitTypeOf(Type type) {
  return type == Type::kQ6_K ? Type::kQ6_KSplit : type == Type::kQ8_0 ? Type::kQ8_0Split : type;
}

}  // namespace hearth::quant
