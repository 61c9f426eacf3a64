// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
// A GGUF file of any bytes: refused, or accepted with every promise of the catalogue kept.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

#include "base/os.h"
#include "formats/catalogue.h"

namespace {

// One file per process, rewritten for each input.
struct Scratch {
  std::string path;
  hearth::os::File file;
  Scratch()
      : path(std::filesystem::temp_directory_path() /
             fmt::format("hearth_fuzz_gguf.{}", reinterpret_cast<uintptr_t>(this))) {
    auto opened = hearth::os::File::OpenWrite(path);
    HEARTH_CHECK(opened.has_value());
    file = *std::move(opened);
  }
  ~Scratch() { std::filesystem::remove(path); }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static Scratch scratch;
  HEARTH_CHECK(scratch.file.WriteAt(0, {data, size}).has_value());
  HEARTH_CHECK(scratch.file.Truncate(size).has_value());
  const auto model = hearth::formats::OpenModel(scratch.path);
  if (!model) {
    HEARTH_CHECK(!model.error().Text(hearth::Lang::kChinese).empty());
    return 0;
  }
  HEARTH_CHECK(model->total_bytes == size && model->index.size() == model->tensors.size());
  for (const auto& tensor : model->tensors) {
    HEARTH_CHECK(model->Find(tensor.name) == &tensor);
    HEARTH_CHECK(tensor.bytes > 0 && tensor.offset <= size && tensor.bytes <= size - tensor.offset);
    const auto& row = hearth::quant::Row(tensor.type);
    HEARTH_CHECK(tensor.columns() % row.block_weights == 0);
    uint64_t bytes = hearth::quant::RowBytes(row, tensor.columns());
    for (size_t i = 0; i + 1 < tensor.shape.size(); ++i) bytes *= tensor.shape[i];
    HEARTH_CHECK(bytes == tensor.bytes);
  }
  for (const auto& [key, value] : model->metadata) {
    (void)model->Integer(key);
    (void)model->Number(key);
    (void)model->Text(key);
  }
  return 0;
}
