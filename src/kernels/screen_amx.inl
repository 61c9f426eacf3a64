// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
//
// Products of 2 to 8 tokens with the high and the middle bits of split Q6_K panels (args.h,
// ScreenArgs) on AMX tiles. Hand-tuned because the dots of 8 tokens take vectors twice as long as
// the memory that these bits come from, and an estimate may round: what a code and its scale say
// becomes one byte, so that a super-block's sums stay in a tile. With bits h (2) and m (1)
//   byte = round(scale * (32 h - 57) / 64) + m * round(scale / 4), halves up
// is the middle of the weights with these bits, of zero 32, over 32 d. Order of float operations:
// per token and row, super-blocks in order,
//   out = fma(float(sum of byte * q), 4 f * d, out),
//   variance = fma(float(sum of scale^2 * share) + rounded, f * f, variance).
#pragma once

#include "kernels/amx_tiles.inl"
#include "kernels/screen.inl"

namespace hearth::kernels {
namespace {

template <int kTile>
[[gnu::always_inline]] inline void ZeroTile() {
  asm volatile("tilezero %%tmm%c0" : : "i"(kTile));
}
template <int kTile>
[[gnu::always_inline]] inline void StoreTile(void* to) {
  asm volatile("tilestored %%tmm%c0, (%1,%2,1)"
               :
               : "i"(kTile), "r"(to), "r"(int64_t{64})
               : "memory");
}
template <int kSum, int kA, int kB>
[[gnu::always_inline]] inline void AddProduct() {
  asm volatile("tdpbssd %%tmm%c2, %%tmm%c1, %%tmm%c0" : : "i"(kSum), "i"(kA), "i"(kB));
}

// The bytes of 16 columns of a panel: of each row by its high bits, four in a row, and what the
// middle bit adds.
struct RowBytes {
  // Four words 2 * (32 h - 57), the first in the lowest bits.
  static constexpr uint64_t kFactors = 0x004e'000e'ffce'ff8e;
  __m512i high, middle;

  [[gnu::always_inline]] explicit RowBytes(const int8_t* scales) {
    const __m512i four_each =
        _mm512_set_epi32(0x0f0f0f0f, 0x0e0e0e0e, 0x0d0d0d0d, 0x0c0c0c0c, 0x0b0b0b0b, 0x0a0a0a0a,
                         0x09090909, 0x08080808, 0x07070707, 0x06060606, 0x05050505, 0x04040404,
                         0x03030303, 0x02020202, 0x01010101, 0);
    const __m512i n = _mm512_shuffle_epi8(_mm512_broadcast_i32x4(LoadXmm(scales)), four_each);
    // Words 256 n, times twice a factor: bits 15 and up are n * factor / 64.
    const __m512i lower = _mm512_unpacklo_epi8(_mm512_setzero_si512(), n);
    const __m512i upper = _mm512_unpackhi_epi8(_mm512_setzero_si512(), n);
    const auto times = [&](__m512i factor) {
      return _mm512_packs_epi16(_mm512_mulhrs_epi16(lower, factor),
                                _mm512_mulhrs_epi16(upper, factor));
    };
    high = times(_mm512_set1_epi64(static_cast<int64_t>(kFactors)));
    middle = times(_mm512_set1_epi16(2 * 16));
  }
};

// One block of a panel to half a B tile, [8 quads][16 rows][4 columns].
[[gnu::always_inline]] inline void ScreenBytesOf(const Block& block, const int8_t* scales,
                                                 uint8_t* out) {
  const __m512i four_rows =
      _mm512_set_epi32(0x3c3c3c3c, 0x38383838, 0x34343434, 0x30303030, 0x2c2c2c2c, 0x28282828,
                       0x24242424, 0x20202020, 0x1c1c1c1c, 0x18181818, 0x14141414, 0x10101010,
                       0x0c0c0c0c, 0x08080808, 0x04040404, 0);
  const __m512i three = _mm512_set1_epi8(3);
  const __m512i middle = LoadL(block.middle).a;
  const __m512i high[2] = {LoadL(block.at).a, LoadL(block.at + 64).a};
#pragma GCC unroll 2
  for (int g = 0; g < 2; ++g) {
    const RowBytes bytes(scales + 16 * g);
#pragma GCC unroll 4
    for (int j = 0; j < 4; ++j) {
      const int quad = 4 * g + j;
      const __m512i bits = _mm512_srli_epi16(high[quad % 2], static_cast<unsigned>(quad / 2 * 2));
      constexpr int kAndOr = 0xea;  // bits & three | four_rows: row * 4 + the two bits
      const __m512i at = _mm512_ternarylogic_epi32(bits, three, four_rows, kAndOr);
      const __m512i byte = _mm512_permutexvar_epi8(at, bytes.high);
      const __mmask64 more =
          _mm512_test_epi8_mask(middle, _mm512_set1_epi8(static_cast<char>(1 << quad)));
      StoreL(out + 64 * quad, {_mm512_mask_add_epi8(byte, more, byte, bytes.middle)});
    }
  }
}

// Super-blocks of kPanels panels in turn, through three stages: bytes of one are made while those
// of the one before are multiplied and the sums of the one before that are added.
template <int kPanels>
class ScreenTiles {
  static constexpr Type kType = Type::kQ6_KSplit;
  using Fmt = Format<kType>;
  static constexpr int64_t kSteps = quant::kSuperColumns / kByteColumns;
  static constexpr int64_t kTokenBytes = kTokenGroup * kByteColumns;  // of a tile of tokens

  // A super-block of a panel of a set of kPanels.
  struct Unit {
    int64_t set = 0, super = 0;
    int panel = 0;
    F f = Set1(0), squares = Set1(0);  // scales of the rows, and what the variance has of f * f
  };

 public:
  // The sets of panels [first + i, first + sets + i, ...] for i < sets.
  ScreenTiles(const ScreenArgs& a, int64_t first, int64_t sets)
      : a_(a), first_(first), sets_(sets), supers_(a.columns / quant::kSuperColumns) {
    for (int64_t b = 0; b < a.columns / 32; ++b) {
      for (int64_t m = 0; m < kTokenGroup; ++m) {
        __builtin_memcpy(tokens_ + b / 2 * kTokenBytes + m * kByteColumns + b % 2 * 32,
                         a.x.q + (b * kTokenGroup + m) * 32, 32);
      }
    }
  }

  void Run() {
    const int64_t units = sets_ * supers_ * kPanels;
    Unit open, multiplied, added;
    for (int64_t k = 0; k < units + 2; ++k) {
      if (k >= 2) k % 2 == 0 ? AddSums<1>(added) : AddSums<0>(added);
      if (k >= 1 && k <= units) {
        k % 2 == 0 ? Multiply<0>(multiplied, bytes_[1]) : Multiply<1>(multiplied, bytes_[0]);
      }
      added = multiplied;
      multiplied = open;
      if (k < units) {
        Open(multiplied, bytes_[k % 2]);
        Advance(open);
      }
    }
  }

 private:
  void Advance(Unit& unit) const {
    if (++unit.panel < kPanels) return;
    unit.panel = 0;
    if (++unit.super < supers_) return;
    unit.super = 0;
    ++unit.set;
  }
  int64_t PanelOf(const Unit& unit) const { return first_ + unit.set + unit.panel * sets_; }

  [[gnu::always_inline]] void Open(Unit& unit, uint8_t* out) {
    PanelReader<kType, 2>& reader = reader_[unit.panel];
    if (unit.super == 0) {
      reader.Open(a_.panels, a_.panel_bytes, a_.middle, nullptr, PanelOf(unit), a_.columns);
    }
    PrefetchAhead<Fmt::kAreaBytes>(reader.at);
    reader.OpenSuper();
    const int8_t* scales = reader.scales.sc;
    const int32_t* share = a_.x.share + unit.super * quant::kSuperBlocks;
    I squares = Set1I(0);
#pragma GCC unroll 8
    for (int b = 0; b < quant::kSuperBlocks; ++b, scales += 32, out += kTileBytes / 2) {
      const Block block = reader.Next();
      PrefetchAhead<Fmt::kBlockBytes>(block.at);
      PrefetchAhead<Fmt::kMiddleBytes>(block.middle);
      ScreenBytesOf(block, scales, out);
      const L pair = AsLine(LoadS8Pairs(scales));
      squares = AddWordDots(squares, AsUnits(MulW(pair, pair)), Set1I(share[b]));
    }
    unit.f = reader.scales.d;
    unit.squares = Add(ToFloat(squares), Set1(a_.x.rounded[unit.super]));
  }

  template <int kSum>
  [[gnu::always_inline]] void Multiply(const Unit& unit, const uint8_t* bytes) const {
    StoresBeforeTiles();
    const uint8_t* tokens = tokens_ + unit.super * kSteps * kTokenBytes;
    ZeroTile<kSum>();
    for (int64_t step = 0; step < kSteps; ++step) {
      _tile_loadd(4, tokens + step * kTokenBytes, kByteColumns);
      _tile_loadd(6, bytes + step * kTileBytes, 64);
      AddProduct<kSum, 4, 6>();
    }
  }

  template <int kSum>
  [[gnu::always_inline]] void AddSums(const Unit& unit) {
    alignas(64) int32_t sums[kTokenGroup][quant::kPanelRows];
    StoreTile<kSum>(sums);
    const F f = Mul(unit.f, Set1(4));
    const float* d = a_.x.d + unit.super * kTokenGroup;
    F* out = out_[unit.panel];
    F& variance = variance_[unit.panel];
    if (unit.super == 0) {
      for (int m = 0; m < kTokenGroup; ++m) out[m] = Set1(0);
      variance = Set1(0);
    }
#pragma GCC unroll 8
    for (int m = 0; m < kTokenGroup; ++m) {
      out[m] = Fma(ToFloat(LoadI(sums[m])), Mul(f, Set1(d[m])), out[m]);
    }
    variance = Fma(unit.squares, Mul(unit.f, unit.f), variance);
    if (unit.super + 1 < supers_) return;
    for (int64_t m = 0; m < a_.tokens; ++m) StoreScreened(a_, PanelOf(unit), m, out[m]);
    a_.variance[PanelOf(unit)] = ReduceMax(variance);
  }

  const ScreenArgs& a_;
  const int64_t first_, sets_, supers_;
  PanelReader<kType, 2> reader_[kPanels];
  F out_[kPanels][kTokenGroup], variance_[kPanels];
  alignas(64) uint8_t bytes_[2][kSteps * kTileBytes];
  alignas(64) uint8_t tokens_[kTokenGroup * kScreenTileColumns];
};

inline void ScreenAmx(const ScreenArgs& a) {
  TileConfig config;
  config.rows[0] = config.rows[1] = config.rows[4] = kTokenGroup;
  ConfigureTiles(config);
  const int64_t sets = (a.last_panel - a.first_panel) / kStreams;
  const int64_t left = a.first_panel + sets * kStreams;
  if (sets > 0) ScreenTiles<kStreams>(a, a.first_panel, sets).Run();
  if (left < a.last_panel) ScreenTiles<1>(a, left, a.last_panel - left).Run();
  _tile_release();
}

template <Type kType>
constexpr ScreenFn ScreenAmxOf() {
  return kType == Type::kQ6_KSplit ? ScreenAmx : nullptr;
}

}  // namespace
}  // namespace hearth::kernels
