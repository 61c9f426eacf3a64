// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/table.h"

#if defined(HEARTH_PORTABLE) || !defined(__x86_64__)
#define HEARTH_SCALAR_ONLY
#endif

namespace hearth::kernels {

extern const KernelTable kScalarTable;
#ifndef HEARTH_SCALAR_ONLY
extern const KernelTable kAvx2Table;
extern const KernelTable kAvxVnniTable;
extern const KernelTable kAvx512VnniTable;
extern const KernelTable kAvx512Bf16Table;
extern const GemmTable kAmxGemm;
#endif

#ifndef HEARTH_SCALAR_ONLY
namespace {

// Every machine with AMX has AVX-512 with VNNI: its row is that one with a matrix unit.
const KernelTable* AmxTable() {
  static const KernelTable table = [] {
    KernelTable copy = kAvx512VnniTable;
    copy.name = "amx";
    copy.kv.attend[static_cast<int>(Kv::kInt8)] = kAmxGemm.attend_int8;
    copy.bytes = &kAmxGemm.bytes;
    copy.attend_tiles = &kAmxGemm.attend;
    copy.matrix_unit = &kAmxGemm;
    return copy;
  }();
  return &table;
}

}  // namespace
#endif

const KernelTable* Table(cpu::Isa isa) {
  switch (isa) {
    case cpu::Isa::kScalar:
      return &kScalarTable;
#ifndef HEARTH_SCALAR_ONLY
    case cpu::Isa::kAvx2:
      return &kAvx2Table;
    case cpu::Isa::kAvxVnni:
      return &kAvxVnniTable;
    case cpu::Isa::kAvx512Vnni:
      return &kAvx512VnniTable;
    case cpu::Isa::kAvx512Bf16:
      return &kAvx512Bf16Table;
    case cpu::Isa::kAmx:
      return AmxTable();
#else
    default:
      return nullptr;
#endif
  }
  return nullptr;
}

std::vector<const KernelTable*> UsableTables() {
  std::vector<const KernelTable*> tables;
  const cpu::Features& features = cpu::DetectFeatures();
  for (const cpu::IsaRow& row : cpu::kIsaTable) {
    const KernelTable* table = Table(row.isa);
    if (table != nullptr && cpu::Possible(row.isa, features)) tables.push_back(table);
  }
  return tables;
}

}  // namespace hearth::kernels
