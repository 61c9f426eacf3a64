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
extern const KernelTable kAmxTable;
#endif

const KernelTable* Table(cpu::Isa isa) {
  static constexpr const KernelTable* kTables[cpu::kIsaCount] = {
      &kScalarTable,
#ifndef HEARTH_SCALAR_ONLY
      &kAvx2Table,   &kAvxVnniTable, &kAvx512VnniTable, &kAmxTable,
#endif
  };
  return kTables[static_cast<size_t>(isa)];
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
