// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
//
// Packed weights in the words of the vocabulary: scales, code lines and whole blocks. Included by
// the ISA units after a vocabulary; quant/layout.h describes the bytes.
#pragma once

namespace hearth::kernels {
namespace {

using quant::Codes;
using quant::Scales;
using quant::Type;

template <Type kType>
struct Format {
  static constexpr quant::PackRow kRow = quant::kPackRows[static_cast<int>(kType)];
  static constexpr quant::SplitCodes kSplit = quant::SplitOf(kRow.codes);
  static constexpr quant::PlaneSet kPlanes = quant::PlanesOf(kRow.codes);
  static constexpr bool kTable = kRow.table != nullptr;
  static constexpr int kGroups = quant::kBlockColumns / kRow.group;  // s, o pairs per block: 1 or 2
  static constexpr int kLines = 8 / kGroups;                         // quad lines per group
  static constexpr bool kOffset = kRow.scales == Scales::kHalfMin ||
                                  kRow.scales == Scales::kK6Min || kRow.scales == Scales::kK4Min16;
  // Products of a super-block are exact sums of integers.
  static constexpr bool kExact = quant::HasIntegerScales(kType);
  static constexpr int64_t kBlockBytes = static_cast<int64_t>(quant::CodeBlockBytes(kSplit.high));
  static constexpr int64_t kMiddleBytes = static_cast<int64_t>(quant::MiddleBlockBytes(kRow.codes));
  static constexpr int64_t kLowBytes = static_cast<int64_t>(quant::LowBlockBytes(kRow.codes));
  static constexpr int64_t kAreaBytes =
      static_cast<int64_t>(quant::ScaleAreaBytes(kRow.scales, quant::kSuperBlocks));
  static constexpr int64_t kSuperBytes = kAreaBytes + quant::kSuperBlocks * kBlockBytes;

  static constexpr int MaxCode() {
    int max = 0;
    if (kTable) {
      for (int i = 0; i < 16; ++i) {
        const int value = kRow.table[i] + kRow.zero;
        max = value > max ? value : max;
      }
      return max;
    }
    if (!kSplit.whole()) {
      return (1 << (kSplit.high_bits + kSplit.middle_bits + kSplit.low_bits)) - 1;
    }
    return kPlanes.byte ? 255 : (1 << (4 * kPlanes.nibble + 2 * kPlanes.pair + kPlanes.bit)) - 1;
  }
  static constexpr int kMax = MaxCode();
  // Lines hold code + zero as unsigned bytes, or, where the ISA wants it, signed bytes and no zero.
  static constexpr bool kSigned = kSignedWide && kMax > 127;
  static constexpr int kZero = kSigned ? 0 : kRow.zero;
};

// Where the codes of a block lie, and the other parts of a split one.
struct Block {
  const uint8_t* at;
  const uint8_t* middle;
  const uint8_t* low;
  Block(const uint8_t* codes, const uint8_t* middle_codes = nullptr,
        const uint8_t* low_codes = nullptr)
      : at(codes), middle(middle_codes), low(low_codes) {}
};

// Quad line `quad` of one plane of codes, kUp bits further up.
template <Codes kPlane, int kUp>
[[gnu::always_inline]] inline L PlaneLine(const uint8_t* plane, int quad) {
  if constexpr (kPlane == Codes::kW4) {
    constexpr uint8_t kMask = 15 << kUp;
    const L stored = LoadL(plane + 64 * (quad % 4));
    return quad < 4 ? ShiftAnd<kUp>(stored, kMask) : ShiftAnd<kUp - 4>(stored, kMask);
  } else if constexpr (kPlane == Codes::kW2) {
    constexpr uint8_t kMask = 3 << kUp;
    const L stored = LoadL(plane + 64 * (quad % 2));
    switch (quad / 2) {
      case 0:
        return ShiftAnd<kUp>(stored, kMask);
      case 1:
        return ShiftAnd<kUp - 2>(stored, kMask);
      case 2:
        return ShiftAnd<kUp - 4>(stored, kMask);
      default:
        return ShiftAnd<kUp - 6>(stored, kMask);
    }
  } else if constexpr (kPlane == Codes::kBit) {
    constexpr uint8_t kMask = 1 << kUp;
    const L stored = LoadL(plane);
    switch (quad) {
      case 0:
        return ShiftAnd<kUp>(stored, kMask);
      case 1:
        return ShiftAnd<kUp - 1>(stored, kMask);
      case 2:
        return ShiftAnd<kUp - 2>(stored, kMask);
      case 3:
        return ShiftAnd<kUp - 3>(stored, kMask);
      case 4:
        return ShiftAnd<kUp - 4>(stored, kMask);
      case 5:
        return ShiftAnd<kUp - 5>(stored, kMask);
      case 6:
        return ShiftAnd<kUp - 6>(stored, kMask);
      default:
        return ShiftAnd<kUp - 7>(stored, kMask);
    }
  } else {
    static_assert(kPlane == Codes::kTriple);
    if (quad < 6) {
      constexpr uint8_t kMask = 7 << kUp;
      const L stored = LoadL(plane + 64 * (quad / 2));
      return quad % 2 == 0 ? ShiftAnd<kUp>(stored, kMask) : ShiftAnd<kUp - 3>(stored, kMask);
    }
    constexpr uint8_t kLow = 3 << kUp, kTop = 4 << kUp;
    const L middle = LoadL(plane + 64);
    return Or(ShiftAnd<kUp - 6>(LoadL(plane + 128 * (quad - 6)), kLow),
              quad == 6 ? ShiftAnd<kUp - 4>(middle, kTop) : ShiftAnd<kUp - 5>(middle, kTop));
  }
}

// Quad line `quad` of a block that is not split.
template <Type kType>
[[gnu::always_inline]] inline L WholeLine(const uint8_t* block, int quad) {
  using Fmt = Format<kType>;
  constexpr quant::PlaneSet kPlanes = Fmt::kPlanes;
  L line;
  if constexpr (kPlanes.byte) {
    line = LoadL(block + 64 * quad);
    return Fmt::kSigned ? Xor(line, 0x80) : line;
  }
  constexpr int kPairUp = kPlanes.nibble ? 4 : 0;
  constexpr int kBitUp = kPairUp + (kPlanes.pair ? 2 : 0);
  if constexpr (kPlanes.nibble) {
    line = PlaneLine<Codes::kW4, 0>(block, quad);
    block += 256;
  }
  if constexpr (kPlanes.pair) {
    const L pair = PlaneLine<Codes::kW2, kPairUp>(block, quad);
    line = kPlanes.nibble ? Or(line, pair) : pair;
    block += 128;
  }
  if constexpr (kPlanes.bit) line = Or(line, PlaneLine<Codes::kBit, kBitUp>(block, quad));
  if constexpr (Fmt::kTable) line = Lookup(Fmt::kRow.table, Fmt::kZero, line);
  return line;
}

// Quad line `quad` (a constant after unrolling) of a block: 16 rows x 4 columns of codes.
template <Type kType>
[[gnu::always_inline]] inline L CodeLine(const Block& block, int quad) {
  using Fmt = Format<kType>;
  if constexpr (Fmt::kSplit.whole()) {
    return WholeLine<kType>(block.at, quad);
  } else {
    constexpr quant::SplitCodes kSplit = Fmt::kSplit;
    const L high = PlaneLine<kSplit.high, kSplit.middle_bits + kSplit.low_bits>(block.at, quad);
    const L middle = PlaneLine<kSplit.middle, kSplit.low_bits>(block.middle, quad);
    const L code = Or(Or(high, middle), PlaneLine<kSplit.low, 0>(block.low, quad));
    return Fmt::kSigned ? Xor(code, 0x80) : code;
  }
}

// The same of the high bits of a split block, kBoth: with the middle ones.
template <Type kType, bool kBoth>
[[gnu::always_inline]] inline L HighLine(const Block& block, int quad) {
  constexpr quant::SplitCodes kSplit = Format<kType>::kSplit;
  if constexpr (!kBoth) {
    return PlaneLine<kSplit.high, 0>(block.at, quad);
  } else {
    return Or(PlaneLine<kSplit.high, kSplit.middle_bits>(block.at, quad),
              PlaneLine<kSplit.middle, 0>(block.middle, quad));
  }
}

// 6-bit values of 8 or 16 groups x 16 rows to bytes out[n][16]. Stored by lines: what reads 16
// bytes of them at once must find them in one store.
template <int n>
[[gnu::always_inline]] inline void UnpackSixBit(const uint8_t* low, const uint8_t* high,
                                                uint8_t* out) {
  static_assert(n == 8 || n == 16);
  constexpr uint8_t kTop = 0x30;
  if constexpr (n == 8) {
    const L l = LoadL(low);
    const L h = LoadTwice(high);
    StoreL(out, Or(ShiftAnd<0>(l, 15), Halves(ShiftAnd<4>(h, kTop), ShiftAnd<2>(h, kTop))));
    StoreL(out + 64, Or(ShiftAnd<-4>(l, 15), Halves(ShiftAnd<0>(h, kTop), ShiftAnd<-2>(h, kTop))));
  } else {
    const L l[2] = {LoadL(low), LoadL(low + 64)};
    const L h = LoadL(high);
    StoreL(out, Or(ShiftAnd<0>(l[0], 15), ShiftAnd<4>(h, kTop)));
    StoreL(out + 64, Or(ShiftAnd<0>(l[1], 15), ShiftAnd<2>(h, kTop)));
    StoreL(out + 128, Or(ShiftAnd<-4>(l[0], 15), ShiftAnd<0>(h, kTop)));
    StoreL(out + 192, Or(ShiftAnd<-4>(l[1], 15), ShiftAnd<-2>(h, kTop)));
  }
}

// The scales of one super-block of one panel. s(b, g) and o(b, g) are the 16 rows' values for group
// g of block b, computed as the reference decoder does. Where s is a float d times integers, these
// are n(b, g), and n_words(b, g) has them in both words of a lane; where o is minus_dmin times
// integers, m_words(j) has those of blocks 2j and 2j + 1, of the first in the low words.
template <Scales kScales>
struct ScaleReader;

template <>
struct ScaleReader<Scales::kHalf> {
  const uint16_t* s_at;
  void Open(const uint8_t* area) { s_at = reinterpret_cast<const uint16_t*>(area); }
  F s(int b, int) const { return LoadHalf(s_at + 16 * b); }
  F o(int, int) const { return Set1(0); }
};

template <>
struct ScaleReader<Scales::kHalfMin> {
  const uint16_t* s_at;
  void Open(const uint8_t* area) { s_at = reinterpret_cast<const uint16_t*>(area); }
  F s(int b, int) const { return LoadHalf(s_at + 32 * b); }
  F o(int b, int) const { return LoadHalf(s_at + 32 * b + 16); }
};

template <>
struct ScaleReader<Scales::kE8M0> {
  const uint8_t* e_at;
  void Open(const uint8_t* area) { e_at = area; }
  F s(int b, int) const {  // 2^(e - 128): exponent field e - 1; denormal for e = 0, 1
    const I e = LoadU8(e_at + 16 * b);
    const F normal = BitsToF(ShiftLeftI<23>(AddI(e, Set1I(-1))));
    const F denormal = BitsToF(AddI(Set1I(0x00200000), AndI(ShiftLeftI<21>(e), Set1I(0x00200000))));
    return SelectLess(ToFloat(e), Set1(2), denormal, normal);
  }
  F o(int, int) const { return Set1(0); }
};

template <>
struct ScaleReader<Scales::kK6Min> {
  F d, minus_dmin;
  alignas(64) uint8_t sc[128];
  alignas(64) uint8_t m[128];
  void Open(const uint8_t* area) {
    d = LoadHalf(reinterpret_cast<const uint16_t*>(area));
    minus_dmin = Mul(Set1(-1), LoadHalf(reinterpret_cast<const uint16_t*>(area + 32)));
    UnpackSixBit<8>(area + 64, area + 192, sc);
    UnpackSixBit<8>(area + 128, area + 224, m);
  }
  F s(int b, int) const { return Mul(d, ToFloat(LoadU8(sc + 16 * b))); }
  F o(int b, int) const { return Mul(minus_dmin, ToFloat(LoadU8(m + 16 * b))); }
  I n(int b, int) const { return LoadU8(sc + 16 * b); }
  I n_words(int b, int) const { return LoadS8Twice(reinterpret_cast<const int8_t*>(sc) + 16 * b); }
  I m_words(int j) const {
    return SwapWords(LoadS8Pairs(reinterpret_cast<const int8_t*>(m) + 32 * j));
  }
};

template <>
struct ScaleReader<Scales::kK6> {
  F d;
  alignas(64) uint8_t sc[128];
  void Open(const uint8_t* area) {
    d = LoadHalf(reinterpret_cast<const uint16_t*>(area));
    UnpackSixBit<8>(area + 64, area + 32, sc);
  }
  F s(int b, int) const { return Mul(d, ToFloat(AddI(LoadU8(sc + 16 * b), Set1I(-32)))); }
  F o(int, int) const { return Set1(0); }
};

template <>
struct ScaleReader<Scales::kByte16> {
  F d;
  const int8_t* sc;
  void Open(const uint8_t* area) {
    d = LoadHalf(reinterpret_cast<const uint16_t*>(area));
    sc = reinterpret_cast<const int8_t*>(area + 64);
  }
  F s(int b, int g) const { return Mul(d, ToFloat(n(b, g))); }
  F o(int, int) const { return Set1(0); }
  I n(int b, int g) const { return LoadS8(sc + 16 * (2 * b + g)); }
  I n_words(int b, int g) const { return LoadS8Twice(sc + 16 * (2 * b + g)); }
};

template <>
struct ScaleReader<Scales::kK6x16> {
  F d;
  alignas(64) uint8_t sc[256];
  void Open(const uint8_t* area) {
    d = LoadHalf(reinterpret_cast<const uint16_t*>(area));
    UnpackSixBit<16>(area + 64, area + 192, sc);
  }
  F s(int b, int g) const {
    return Mul(d, ToFloat(AddI(LoadU8(sc + 16 * (2 * b + g)), Set1I(-32))));
  }
  F o(int, int) const { return Set1(0); }
};

template <>
struct ScaleReader<Scales::kK4Min16> {
  F d, minus_dmin;
  const uint8_t* packed;
  void Open(const uint8_t* area) {
    d = LoadHalf(reinterpret_cast<const uint16_t*>(area));
    minus_dmin = Mul(Set1(-1), LoadHalf(reinterpret_cast<const uint16_t*>(area + 32)));
    packed = area + 64;
  }
  F s(int b, int g) const {
    return Mul(d, ToFloat(AndI(LoadU8(packed + 16 * (2 * b + g)), Set1I(15))));
  }
  F o(int b, int g) const {
    return Mul(minus_dmin, ToFloat(ShiftRightI<4>(LoadU8(packed + 16 * (2 * b + g)))));
  }
};

// One packed panel, walked block by block; of a split one the first kReadParts parts.
template <Type kType, int kReadParts = 3>
struct PanelReader {
  using Fmt = Format<kType>;
  static constexpr int kParts = Fmt::kSplit.whole() ? 1 : kReadParts;
  const uint8_t* at;  // next bytes
  const uint8_t* middle = nullptr;
  const uint8_t* low = nullptr;  // of the other parts, where the panel is split
  int blocks_left;               // in the panel
  ScaleReader<Fmt::kRow.scales> scales;

  void Open(const uint8_t* panel, int64_t columns) {
    at = panel;
    blocks_left = static_cast<int>(columns / quant::kBlockColumns);
  }
  // Panel `i` of a matrix whose parts begin at `panels`, `middles` and `lows`.
  void Open(const uint8_t* panels, uint64_t panel_bytes, const uint8_t* middles,
            const uint8_t* lows, int64_t i, int64_t columns) {
    Open(panels + static_cast<uint64_t>(i) * panel_bytes, columns);
    if constexpr (kParts > 1) middle = middles + i * blocks_left * Fmt::kMiddleBytes;
    if constexpr (kParts > 2) low = lows + i * blocks_left * Fmt::kLowBytes;
  }
  Block Next() {
    const Block block(at, middle, low);
    at += Fmt::kBlockBytes;
    if constexpr (kParts > 1) middle += Fmt::kMiddleBytes;
    if constexpr (kParts > 2) low += Fmt::kLowBytes;
    return block;
  }
  // Reads the scale area; returns the blocks of the super-block that begins here.
  int OpenSuper() {
    const int blocks = blocks_left < quant::kSuperBlocks ? blocks_left : quant::kSuperBlocks;
    scales.Open(at);
    at += quant::ScaleAreaBytes(Fmt::kRow.scales, blocks);
    blocks_left -= blocks;
    return blocks;
  }
};

// Decodes one block to w[32] of 16 rows, bit for bit the reference decoder.
template <Type kType>
inline void DecodeBlock(const ScaleReader<Format<kType>::kRow.scales>& scales, int b,
                        const Block& block, F* w) {
  using Fmt = Format<kType>;
#pragma GCC unroll 8
  for (int quad = 0; quad < 8; ++quad) {
    const int g = Fmt::kGroups == 2 ? quad / 4 : 0;
    const F s = scales.s(b, g);
    const F o = scales.o(b, g);
    const L line = CodeLine<kType>(block, quad);
    const I codes[4] = {ByteOfUnits<0>(line), ByteOfUnits<1>(line), ByteOfUnits<2>(line),
                        ByteOfUnits<3>(line)};
#pragma GCC unroll 4
    for (int k = 0; k < 4; ++k) {
      I code = codes[k];
      if constexpr (Fmt::kSigned) {
        code = ShiftRightSignedI<24>(ShiftLeftI<24>(code));
      } else if constexpr (Fmt::kZero != 0) {
        code = AddI(code, Set1I(-Fmt::kZero));
      }
      const F product = Mul(s, ToFloat(code));
      w[4 * quad + k] = Fmt::kOffset ? Add(product, o) : product;
    }
  }
}

}  // namespace
}  // namespace hearth::kernels
