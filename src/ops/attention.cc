// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/checked.h"
#include "ops/ops.h"

namespace hearth::ops {
namespace {

using kernels::kAttendRows;
using kernels::kKvChunk;
static_assert(kernels::kKvTokens == tensor::kKvBlock);

// tensor::KvElement and kernels::Kv name the same three types in the same order.
size_t TypeOf(const Attention& a) {
  static_assert(static_cast<int>(tensor::KvElement::kInt8) == static_cast<int>(kernels::Kv::kInt8));
  static_assert(static_cast<int>(tensor::KvElement::kF16) == static_cast<int>(kernels::Kv::kHalf));
  return static_cast<size_t>(a.kv->shape().element);
}

kernels::KvHead HeadOf(const Attention& a, int64_t head) {
  const tensor::KvView view = a.kv->View(a.layer, static_cast<int32_t>(head));
  return {view.keys, view.values, view.key_scales, view.value_scales};
}

int64_t Chunks(int64_t tokens) {
  return (tokens + kKvChunk - 1) / kKvChunk;
}

// Floats of the result of one stretch of the cache for one group of heads.
int64_t PartStride(int64_t group, int64_t head_size) {
  return static_cast<int64_t>(RoundUp(static_cast<uint64_t>(group * (head_size + 2)), 16));
}

// The chunk where a query at `position` begins to see.
int64_t FirstChunk(const Attention& a, int64_t position) {
  return a.window > 0 && position + 1 > a.window ? (position + 1 - a.window) / kKvChunk : 0;
}

// Tokens [first, first + count) x the heads of one group, over a range of chunks.
kernels::AttendArgs ArgsOf(const Attention& a, int64_t head, int64_t first, int64_t count) {
  const int64_t head_size = a.kv->shape().head_size;
  kernels::AttendArgs args = {};
  args.kv = HeadOf(a, head);
  args.head_size = static_cast<int32_t>(head_size);
  args.tokens = static_cast<int32_t>(count);
  args.group = a.group;
  args.position = a.position + first;
  args.window = a.window;
  args.scale = a.scale;
  args.softcap = a.softcap;
  args.query = a.query[first] + head * a.group * head_size;
  args.query_stride = a.query.stride;
  args.first_chunk = FirstChunk(a, args.position);
  args.last_chunk = Chunks(args.position + count);
  args.scratch = a.scratch;
  return args;
}

// Tasks of a single token: every one is one chunk of one KV head.
int64_t SingleTasks(const Attention& a) {
  return (Chunks(a.position + 1) - FirstChunk(a, a.position)) * a.kv->shape().kv_heads;
}

// Tasks [first, last) of one token; each leaves its part in `partial`.
void AttendSingle(const Attention& a, int64_t first, int64_t last) {
  const int64_t head_size = a.kv->shape().head_size;
  const int64_t begin = FirstChunk(a, a.position);
  const int64_t chunks = Chunks(a.position + 1) - begin;
  const int64_t stride = PartStride(a.group, head_size);
  for (int64_t task = first; task < last; ++task) {
    kernels::AttendArgs args = ArgsOf(a, task / chunks, 0, 1);
    args.first_chunk = begin + task % chunks;
    args.last_chunk = args.first_chunk + 1;
    args.mix = a.partial + task * stride;
    args.mix_stride = head_size;
    args.highest = args.mix + a.group * head_size;
    args.total = args.highest + a.group;
    a.kernels->kv.attend[TypeOf(a)](args);
  }
}

// Several tokens: every task is a block of queries of one KV head, complete.
void AttendBlocks(const Attention& a, const Worker& worker) {
  const int64_t head_size = a.kv->shape().head_size;
  const int64_t kv_heads = a.kv->shape().kv_heads;
  const int64_t step = std::max<int64_t>(1, kAttendRows / a.group);
  const int64_t blocks = (a.tokens + step - 1) / step;
  float* result = a.scratch + kernels::AttendScratch(head_size);
  // The latest queries see the most tokens: whoever is free takes the largest task that is left.
  for (int64_t ticket = worker.Ticket(); ticket < blocks * kv_heads; ticket = worker.Ticket()) {
    const int64_t task = blocks * kv_heads - 1 - ticket;
    const int64_t head = task % kv_heads;
    const int64_t token = task / kv_heads * step;
    const int64_t count = std::min(step, a.tokens - token);
    kernels::AttendArgs args = ArgsOf(a, head, token, count);
    args.mix = result;
    args.mix_stride = head_size;
    args.highest = result + kAttendRows * head_size;
    args.total = args.highest + kAttendRows;
    a.kernels->kv.attend[TypeOf(a)](args);
    for (int64_t row = 0; row < count * a.group; ++row) {
      a.kernels->kv.merge(
          {.head_size = args.head_size,
           .parts = 1,
           .highest = args.highest + row,
           .total = args.total + row,
           .mix = args.mix + row * head_size,
           .stride = 0,
           .mix_stride = 0,
           .out = a.mixed[token + row / a.group] + (head * a.group + row % a.group) * head_size});
    }
  }
}

// Tokens of one task on tiles. A task converts the keys and values that it sees, so it
// should be large, and each thread should have several, because later ones see more.
int64_t TileStep(const Attention& a, int threads) {
  const int64_t most = std::max<int64_t>(1, kernels::kTileAttendRows / a.group);
  const int64_t wanted = a.tokens * a.kv->shape().kv_heads / (4 * int64_t{threads});
  const int64_t step = static_cast<int64_t>(RoundUp(static_cast<uint64_t>(wanted) + 1, 16));
  return std::min(most, step);
}

const kernels::TileAttendTable* TilesOf(const Attention& a) {
  return a.float_scores ? a.kernels->attend_float_scores : a.kernels->attend_tiles;
}

// Several tokens on tiles: every task is a block of queries of one KV head, taken as in
// AttendBlocks.
void AttendTiles(const Attention& a, const Worker& worker) {
  const tensor::KvShape& shape = a.kv->shape();
  const int64_t step = TileStep(a, worker.count);
  const int64_t blocks = (a.tokens + step - 1) / step;
  for (int64_t task = worker.Ticket(); task < blocks * shape.kv_heads; task = worker.Ticket()) {
    const int64_t head = task % shape.kv_heads;
    const int64_t first = (blocks - 1 - task / shape.kv_heads) * step;
    const int64_t column = head * a.group * shape.head_size;
    TilesOf(a)->attend[TypeOf(a)]({.kv = HeadOf(a, head),
                                   .head_size = shape.head_size,
                                   .tokens = static_cast<int32_t>(std::min(step, a.tokens - first)),
                                   .group = a.group,
                                   .position = a.position + first,
                                   .stored = a.position + a.tokens,
                                   .window = a.window,
                                   .scale = a.scale,
                                   .softcap = a.softcap,
                                   .query = a.query[first] + column,
                                   .query_stride = a.query.stride,
                                   .out = a.mixed[first] + column,
                                   .out_stride = a.mixed.stride,
                                   .scratch = reinterpret_cast<uint8_t*>(a.scratch)});
  }
}

bool UsesTiles(const Attention& a) {
  return !a.precise && TilesOf(a) != nullptr && a.tokens >= kernels::kGemmMinTokens &&
         a.group <= kernels::kTileAttendRows;
}

}  // namespace

int64_t AttentionScratch(const Kernels& kernels, int64_t head_size) {
  const int64_t blocks = kernels::AttendScratch(head_size) + kAttendRows * (head_size + 2);
  const int64_t tiles =
      kernels::TileAttendScratch(head_size, kernels.attend_float_scores != nullptr) /
      int64_t{sizeof(float)};
  return kernels.attend_tiles == nullptr ? blocks : std::max(blocks, tiles);
}

int64_t PartialFloats(int64_t heads, int64_t kv_heads, int64_t head_size, int64_t context) {
  return kv_heads * Chunks(context) * PartStride(heads / kv_heads, head_size);
}

void StoreKeys(const Attention& a, Rows keys, int64_t first, int64_t last) {
  const int64_t head_size = a.kv->shape().head_size;
  for (int64_t head = first; head < last; ++head) {
    const kernels::KvHead kv = HeadOf(a, head);
    for (int64_t t = 0; t < a.tokens; ++t) {
      a.kernels->kv.store_key[TypeOf(a)](kv, head_size, a.position + t, keys[t] + head * head_size);
    }
  }
}

void StoreValues(const Attention& a, Rows values, int64_t first, int64_t last) {
  const int64_t head_size = a.kv->shape().head_size;
  for (int64_t head = first; head < last; ++head) {
    const kernels::KvHead kv = HeadOf(a, head);
    for (int64_t t = 0; t < a.tokens; ++t) {
      a.kernels->kv.store_value[TypeOf(a)](kv, head_size, a.position + t,
                                           values[t] + head * head_size);
    }
  }
}

void Attend(const Attention& a, const Worker& worker) {
  if (a.tokens == 1) {
    worker.Divide(SingleTasks(a), 1,
                  [&](int64_t first, int64_t last) { AttendSingle(a, first, last); });
  } else if (UsesTiles(a)) {
    AttendTiles(a, worker);
  } else {
    AttendBlocks(a, worker);
  }
}

void AttendTogether(std::span<const Attention> rows, const Worker& worker) {
  int64_t tasks = 0;
  for (const Attention& row : rows) tasks += SingleTasks(row);
  worker.Divide(tasks, 1, [&](int64_t first, int64_t last) {
    int64_t base = 0;  // tasks of the rows before
    for (const Attention& row : rows) {
      const int64_t own = SingleTasks(row);
      AttendSingle(row, std::max<int64_t>(first - base, 0), std::min(last - base, own));
      base += own;
    }
  });
}

void FinishAttention(const Attention& a) {
  const int64_t head_size = a.kv->shape().head_size;
  const int64_t chunks = Chunks(a.position + 1) - FirstChunk(a, a.position);
  const int64_t stride = PartStride(a.group, head_size);
  for (int64_t head = 0; head < a.kv->shape().kv_heads; ++head) {
    const float* part = a.partial + head * chunks * stride;
    for (int64_t g = 0; g < a.group; ++g) {
      const float* highest = part + a.group * head_size + g;
      a.kernels->kv.merge({.head_size = static_cast<int32_t>(head_size),
                           .parts = chunks,
                           .highest = highest,
                           .total = highest + a.group,
                           .mix = part + g * head_size,
                           .stride = stride,
                           .mix_stride = stride,
                           .out = a.mixed[0] + (head * a.group + g) * head_size});
    }
  }
}

}  // namespace hearth::ops
