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
    if (kSplit.low_bits != 0) return (1 << 2 * kSplit.low_bits) - 1;
    return kPlanes.byte ? 255 : (1 << (4 * kPlanes.nibble + 2 * kPlanes.pair + kPlanes.bit)) - 1;
  }
  static constexpr int kMax = MaxCode();
  // Lines hold code + zero as unsigned bytes, or, where the ISA wants it, signed bytes and no zero.
  static constexpr bool kSigned = kSignedWide && kMax > 127;
  static constexpr int kZero = kSigned ? 0 : kRow.zero;
};

// Where the codes of a block lie; `low` is the second part of a split one.
struct Block {
  const uint8_t* at;
  const uint8_t* low;
  Block(const uint8_t* codes, const uint8_t* low_codes = nullptr) : at(codes), low(low_codes) {}
};

// Quad line `quad` of one part of a split block, kUp bits further up.
template <Codes kCodes, int kUp>
[[gnu::always_inline]] inline L PartLine(const uint8_t* part, int quad) {
  static_assert(kCodes == Codes::kW4 || kCodes == Codes::kTriple);
  if constexpr (kCodes == Codes::kW4) {
    constexpr uint8_t kMask = 15 << kUp;
    const L stored = LoadL(part + 64 * (quad % 4));
    return quad < 4 ? ShiftAnd<kUp>(stored, kMask) : ShiftAnd<kUp - 4>(stored, kMask);
  } else if (quad < 6) {
    constexpr uint8_t kMask = 7 << kUp;
    const L stored = LoadL(part + 64 * (quad / 2));
    return quad % 2 == 0 ? ShiftAnd<kUp>(stored, kMask) : ShiftAnd<kUp - 3>(stored, kMask);
  } else {
    constexpr uint8_t kLow = 3 << kUp, kTop = 4 << kUp;
    const L middle = LoadL(part + 64);
    return Or(ShiftAnd<kUp - 6>(LoadL(part + 128 * (quad - 6)), kLow),
              quad == 6 ? ShiftAnd<kUp - 4>(middle, kTop) : ShiftAnd<kUp - 5>(middle, kTop));
  }
}

// Quad line `quad` of a block that is not split.
template <Type kType>
[[gnu::always_inline]] inline L WholeLine(const uint8_t* block, int quad) {
  using Fmt = Format<kType>;
  L line;
  if constexpr (Fmt::kPlanes.byte) {
    line = LoadL(block + 64 * quad);
    return Fmt::kSigned ? Xor(line, 0x80) : line;
  }
  constexpr int kPairAt = Fmt::kPlanes.nibble ? 256 : 0;
  constexpr int kPairShift = Fmt::kPlanes.nibble ? 4 : 0;
  constexpr int kBitAt = kPairAt + (Fmt::kPlanes.pair ? 128 : 0);
  constexpr int kBitShift = kPairShift + (Fmt::kPlanes.pair ? 2 : 0);
  if constexpr (Fmt::kPlanes.nibble) {
    const L stored = LoadL(block + 64 * (quad % 4));
    line = quad < 4 ? ShiftAnd<0>(stored, 15) : ShiftAnd<-4>(stored, 15);
  }
  if constexpr (Fmt::kPlanes.pair) {
    const L stored = LoadL(block + kPairAt + 64 * (quad % 2));
    constexpr uint8_t kMask = 3 << kPairShift;
    L pair;
    switch (quad / 2) {
      case 0:
        pair = ShiftAnd<kPairShift>(stored, kMask);
        break;
      case 1:
        pair = ShiftAnd<kPairShift - 2>(stored, kMask);
        break;
      case 2:
        pair = ShiftAnd<kPairShift - 4>(stored, kMask);
        break;
      default:
        pair = ShiftAnd<kPairShift - 6>(stored, kMask);
    }
    line = Fmt::kPlanes.nibble ? Or(line, pair) : pair;
  }
  if constexpr (Fmt::kPlanes.bit) {
    const L stored = LoadL(block + kBitAt);
    constexpr uint8_t kMask = 1 << kBitShift;
    L bit;
    switch (quad) {
      case 0:
        bit = ShiftAnd<kBitShift>(stored, kMask);
        break;
      case 1:
        bit = ShiftAnd<kBitShift - 1>(stored, kMask);
        break;
      case 2:
        bit = ShiftAnd<kBitShift - 2>(stored, kMask);
        break;
      case 3:
        bit = ShiftAnd<kBitShift - 3>(stored, kMask);
        break;
      case 4:
        bit = ShiftAnd<kBitShift - 4>(stored, kMask);
        break;
      case 5:
        bit = ShiftAnd<kBitShift - 5>(stored, kMask);
        break;
      case 6:
        bit = ShiftAnd<kBitShift - 6>(stored, kMask);
        break;
      default:
        bit = ShiftAnd<kBitShift - 7>(stored, kMask);
    }
    line = Or(line, bit);
  }
  if constexpr (Fmt::kTable) line = Lookup(Fmt::kRow.table, Fmt::kZero, line);
  return line;
}

// Quad line `quad` (a constant after unrolling) of a block: 16 rows x 4 columns of codes.
template <Type kType>
[[gnu::always_inline]] inline L CodeLine(const Block& block, int quad) {
  using Fmt = Format<kType>;
  if constexpr (Fmt::kSplit.low_bits == 0) {
    return WholeLine<kType>(block.at, quad);
  } else {
    const L code = Or(PartLine<Fmt::kSplit.high, Fmt::kSplit.low_bits>(block.at, quad),
                      PartLine<Fmt::kSplit.low, 0>(block.low, quad));
    return Fmt::kSigned ? Xor(code, 0x80) : code;
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

// One packed panel, walked block by block.
template <Type kType>
struct PanelReader {
  using Fmt = Format<kType>;
  const uint8_t* at;             // next bytes
  const uint8_t* low = nullptr;  // of the second part, where the panel is split
  int blocks_left;               // in the panel
  ScaleReader<Fmt::kRow.scales> scales;

  void Open(const uint8_t* panel, int64_t columns, const uint8_t* low_codes = nullptr) {
    at = panel;
    if constexpr (Fmt::kLowBytes != 0) low = low_codes;
    blocks_left = static_cast<int>(columns / quant::kBlockColumns);
  }
  Block Next() {
    const uint8_t* const codes = at;
    at += Fmt::kBlockBytes;
    if constexpr (Fmt::kLowBytes == 0) return codes;
    low += Fmt::kLowBytes;
    return {codes, low - Fmt::kLowBytes};
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
