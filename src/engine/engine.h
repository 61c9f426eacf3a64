// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/result.h"
#include "text/chat_template.h"
#include "text/tokenizer.h"

namespace hearth::engine {

enum class Precision {
  kDefault,  // packed weights, 8-bit activations
  kFloat32,  // dequantised weights, float activations: the yardstick, slow
};
// Number format of a KV cache. kAuto: int8 in models from width 1,024 on, FP16 in narrower ones,
// which lose more by it and have small caches (docs/quality.md).
enum class KvType { kAuto, kInt8, kF16 };

struct LoadOptions {
  Precision precision = Precision::kDefault;
  int threads = 0;  // 0: one for each fast core that the process may use
  // The sessions that will be opened: what the memory prediction counts besides the weights.
  int32_t sessions = 1;
  int32_t context = 0;  // 0: 4096, or what the model was trained for when that is less
  KvType kv = KvType::kAuto;
  bool force = false;  // load although the prediction says it does not fit
  std::function<void(uint64_t done, uint64_t total)> progress;  // bytes of weights packed so far
  CancelToken* cancel = nullptr;
  std::string packed_folder;  // where packed weights are kept (docs/formats.md); empty: nowhere
};

// One line of the memory prediction.
struct MemoryLine {
  std::string what;  // "weights", "KV cache", "scratch", ...
  uint64_t bytes;
};
struct MemoryPlan {
  std::vector<MemoryLine> lines;
  uint64_t total = 0;
};

struct ModelInfo {
  std::string name, architecture, license, size_label;
  uint64_t parameters = 0;
  uint64_t file_bytes = 0;
  uint64_t step_bytes = 0;     // of weights that a decode step for a likely token reads
  uint64_t layer_weights = 0;  // in the matrices of the layers: 2 operations each per token
  int32_t layers = 0, width = 0, heads = 0, kv_heads = 0, head_size = 0, feed_forward = 0;
  int32_t vocabulary = 0;
  int32_t trained_context = 0;
  struct TypeGroup {
    std::string type;
    uint64_t tensors, bytes;
  };
  std::vector<TypeGroup> types;  // largest first
  std::string chat_template;     // source, empty when the file has none
};

// A loaded model: immutable, shared, thread-safe. Owns packed weights, tokenizer, chat template and
// the thread team that its sessions compute with.
class Engine {
 public:
  // kResourceExhausted when the prediction exceeds the free memory; kDataLoss when a file is
  // damaged or was changed meanwhile. The files are not needed once this returns.
  static Result<std::shared_ptr<const Engine>> Load(const std::string& path,
                                                    const LoadOptions& options);
  // What `Load` plus `sessions` of `context` tokens (0: as in LoadOptions) will need, and facts for
  // `show`; reads no weights.
  static Result<ModelInfo> Inspect(const std::string& path);
  static Result<MemoryPlan> Plan(const std::string& path, int32_t context, KvType kv,
                                 Precision precision = Precision::kDefault, int32_t sessions = 1);
  ~Engine();

  const ModelInfo& info() const;
  // The packed weights came from a file of `packed_folder`.
  bool from_packed() const;
  // Keeps the packed weights in `packed_folder` for the next start, and removes those of models
  // that are gone. Does nothing without a folder or when they came from there.
  Status SavePacked() const;
  // Removes the files of `packed_folder` whose models are gone.
  static void PrunePacked(const std::string& packed_folder);
  const text::Tokenizer& tokenizer() const;
  const text::ChatTemplate* chat_template() const;  // null when the model has none
  int threads() const;

  struct Impl;
  const Impl& impl() const { return *impl_; }

 private:
  explicit Engine(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace hearth::engine
