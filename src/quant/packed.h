// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "base/os.h"
#include "base/result.h"
#include "quant/types.h"

// Packing and unpacking of the layout that quant/layout.h describes.
namespace hearth::quant {

// Sizes in bytes. REQUIRES (all): columns >= 1; for K-quants a multiple of 256, for other block
// types of 32 (what the type's block_weights demands).
uint64_t PanelBytes(Type type, uint64_t columns);        // of the first part of a split matrix
uint64_t MiddlePanelBytes(Type type, uint64_t columns);  // of the second; 0: not split
uint64_t LowPanelBytes(Type type, uint64_t columns);     // of the third; 0: not split
uint64_t PackedBytes(Type type, uint64_t rows, uint64_t columns);

// Where the parts of one panel lie; that of a matrix which is not split has the first only.
template <typename Byte>
struct PanelParts {
  Byte* high;
  Byte* middle = nullptr;
  Byte* low = nullptr;
};

// Packs one panel. rows[i]: source data of row i in the file's format, null beyond the last row.
// What `out` points to, PanelBytes, MiddlePanelBytes and LowPanelBytes, need not be zeroed.
void PackPanel(Type type, uint64_t columns, const uint8_t* const rows[kPanelRows],
               PanelParts<uint8_t> out);

// The floats of one row (0..15) of a packed panel, equal to the reference decoder's. out:
// [columns].
void UnpackRow(Type type, uint64_t columns, PanelParts<const uint8_t> panel, int row, float* out);

// A view of a packed matrix; the owner is elsewhere.
struct PackedMatrix {
  Type type = Type::kF32;
  uint64_t rows = 0;
  uint64_t columns = 0;
  uint64_t panel_bytes = 0;
  uint64_t middle_bytes = 0, low_bytes = 0;  // of a panel, where the matrix is split
  const uint8_t* data = nullptr;  // [panels] of each part, one after the other, 64-byte aligned

  uint64_t panels() const { return (rows + kPanelRows - 1) / kPanelRows; }
  uint64_t bytes() const { return panels() * (panel_bytes + middle_bytes + low_bytes); }
  // Panel i of what lies at `at` as this matrix does at `data`.
  template <typename Byte>
  PanelParts<Byte> PartsAt(Byte* at, uint64_t i) const {
    Byte* const middles = at + panels() * panel_bytes;
    return {at + i * panel_bytes, middles + i * middle_bytes,
            middles + panels() * middle_bytes + i * low_bytes};
  }
  PanelParts<const uint8_t> panel(uint64_t i) const { return PartsAt(data, i); }
  void Row(uint64_t row, float* out) const {
    UnpackRow(type, columns, panel(row / kPanelRows), static_cast<int>(row % kPanelRows), out);
  }
};

// The sizes of a matrix whose data is not there yet.
PackedMatrix SizedMatrix(Type type, uint64_t rows, uint64_t columns);

}  // namespace hearth::quant
