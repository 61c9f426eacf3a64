// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What an isa_limits_*.cc unit exports: plain C types only, no function is shared with other units.
namespace hearth::kernels {

// Bytes of scratch that a probe gets: as large as half of the smallest L2 it is meant for.
inline constexpr long kProbeBuffer = 1 << 20;

// A loop that does nothing but one kind of arithmetic.
struct Probe {
  const char* name;   // "AMX int8, tiles from L1"
  double operations;  // per step; a multiply-add counts 2
  // Runs `steps` steps on the calling thread; `buffer` has kProbeBuffer bytes, 64-byte aligned.
  void (*run)(long steps, unsigned char* buffer);
};

struct ProbeTable {
  // Reads all of [data, data + bytes) once, as `streams` (1 or 8) concurrent sequential streams,
  // with prefetch 2 KiB ahead when there are 8. REQUIRES: bytes is a multiple of 8192, data 64-byte
  // aligned. The result depends on every byte, so that no read can be left out. Null: use another
  // row's.
  unsigned long (*read)(const unsigned char* data, long bytes, int streams);
  const Probe* probes;
  int count;
};

extern const ProbeTable kLimitsScalar;
extern const ProbeTable kLimitsAvx2;
extern const ProbeTable kLimitsAvxVnni;
extern const ProbeTable kLimitsAvx512Vnni;
extern const ProbeTable kLimitsAvx512Bf16;
extern const ProbeTable kLimitsAmx;

}  // namespace hearth::kernels
