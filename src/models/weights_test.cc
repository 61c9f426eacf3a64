// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "models/weights.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "formats/random_model.h"

namespace hearth::models {
namespace {

using formats::Catalogue;
using formats::TensorInfo;

std::string Path() {
  return testing::TempDir() + "/models_weights";
}

// Writes a small random model, with `damage` done to its bytes.
template <typename Damage>
Result<Catalogue> Open(std::string_view preset, std::string_view type, Damage&& damage) {
  HEARTH_TRY(formats::WriteRandomModel(Path(), *formats::FindRandomModelPreset(preset), type, 1));
  std::stringstream content;
  content << std::ifstream(Path(), std::ios::binary).rdbuf();
  std::string bytes = content.str();
  {
    HEARTH_ASSIGN(const Catalogue whole, formats::OpenModel(Path()));
    damage(bytes, whole);
  }
  std::ofstream(Path(), std::ios::binary | std::ios::trunc) << bytes;
  return formats::OpenModel(Path());
}

Result<Catalogue> Open(std::string_view preset, std::string_view type) {
  return Open(preset, type, [](std::string&, const Catalogue&) {});
}

Result<std::unique_ptr<const DecoderWeights>> Load(const Catalogue& catalogue, int threads = 2) {
  HEARTH_ASSIGN(const DecoderConfig config, ReadConfig(catalogue));
  HEARTH_ASSIGN(const uint64_t planned, PlanWeights(catalogue, config));
  EXPECT_GT(planned, 0u);
  ThreadTeam team(threads);
  return LoadWeights(catalogue, config, {&team, {}, nullptr});
}

template <typename T>
void ExpectError(const Result<T>& result, Code code, std::string_view id, std::string_view part) {
  ASSERT_FALSE(result) << "accepted, but should be " << id;
  const std::string text = result.error().Text(Lang::kEnglish);
  EXPECT_EQ(CodeName(result.error().code()), CodeName(code)) << text;
  EXPECT_EQ(result.error().id(), id) << text;
  EXPECT_NE(text.find(part), std::string::npos) << text;
  EXPECT_TRUE(text.starts_with(testing::TempDir())) << text;
}

std::vector<float> Decoded(const Catalogue& catalogue, std::string_view name, uint64_t row) {
  const TensorInfo& tensor = *catalogue.Find(name);
  const quant::TypeRow& type = quant::Row(tensor.type);
  std::vector<uint8_t> bytes(quant::RowBytes(type, tensor.columns()));
  EXPECT_TRUE(catalogue.files[tensor.file].ReadAt(tensor.offset + row * bytes.size(), bytes));
  std::vector<float> out(tensor.columns());
  type.decode(bytes.data(), static_cast<int64_t>(out.size() / type.block_weights), out.data());
  return out;
}

TEST(Weights, ArriveAsTheFileHasThem) {
  for (const char* preset : {"tiny-llama", "tiny-qwen2", "tiny-gemma3"}) {
    for (const char* type : {"F16", "Q4_0", "Q4_K_M", "Q3_K"}) {
      const auto catalogue = Open(preset, type);
      ASSERT_TRUE(catalogue) << catalogue.error().Text();
      for (const int threads : {1, 3}) {
        const auto weights = Load(*catalogue, threads);
        ASSERT_TRUE(weights) << weights.error().Text();
        const DecoderWeights& w = **weights;
        std::vector<float> row(512);
        for (const uint64_t i : {uint64_t{0}, uint64_t{100}, uint64_t{255}}) {
          w.layers[1].down.Row(i, row.data());
          ASSERT_EQ(row, Decoded(*catalogue, "blk.1.ffn_down.weight", i)) << preset << ' ' << type;
        }
        EXPECT_EQ(w.output_norm, Decoded(*catalogue, "output_norm.weight", 0));
        EXPECT_EQ(w.head.data == w.embedding.data, catalogue->Find("output.weight") == nullptr);
      }
    }
  }
}

TEST(Weights, MissingAndUnknownTensorsAreNamed) {
  const auto rename = [](std::string from, std::string to) {
    return [from, to](std::string& bytes, const Catalogue&) {
      const std::string whole_name = '\0' + from;  // the last byte of its length stands before it
      bytes.replace(bytes.find(whole_name) + 1, from.size(), to);
    };
  };
  const auto missing =
      Open("tiny-llama", "Q4_0", rename("blk.1.ffn_up.weight", "blk.1.ffn_ux.weight"));
  ASSERT_TRUE(missing);
  ExpectError(Load(*missing), Code::kDataLoss, "models.missing_tensor", "blk.1.ffn_up.weight");
  const auto unknown = Open("tiny-llama", "Q4_0", rename("output.weight", "outlet.weight"));
  ASSERT_TRUE(unknown);
  ExpectError(Load(*unknown), Code::kUnimplemented, "models.unused_tensor", "outlet.weight");
}

TEST(Weights, WrongShapesAreNamed) {
  const auto catalogue = Open("tiny-llama", "Q4_0", [](std::string& bytes, const Catalogue&) {
    const std::string_view key = "llama.feed_forward_length";
    bytes[bytes.find(key) + key.size() + 4] = 0x40;  // 512 becomes 576
  });
  ASSERT_TRUE(catalogue);
  ExpectError(Load(*catalogue), Code::kDataLoss, "models.bad_shape", "[512, 256]; [576, 256]");
}

TEST(Weights, InfiniteAndNanScalesAreRefusedWithTheirPlace) {
  struct Case {
    const char* type;
    const char* tensor;
    uint64_t at;  // bytes into the tensor
    uint16_t half;
    uint64_t block_at;
  };
  for (const Case& c : {Case{"Q4_0", "blk.1.attn_k.weight", 18 * 700, 0x7c00, 18 * 700},
                        {"Q4_K", "blk.0.ffn_up.weight", 144 * 300 + 2, 0xfe00, 144 * 300},
                        {"F16", "blk.1.attn_q.weight", 4444, 0xfc00, 4444},
                        {"Q4_0", "blk.0.ffn_norm.weight", 42, 0x7f80, 40},
                        {"Q6_K", "token_embd.weight", 210 * 511 + 208, 0x7c01, 210 * 511}}) {
    uint64_t place = 0;
    const auto catalogue =
        Open("tiny-llama", c.type, [&](std::string& bytes, const Catalogue& whole) {
          const uint64_t start = whole.Find(c.tensor)->offset;
          bytes[start + c.at] = static_cast<char>(c.half & 0xff);
          bytes[start + c.at + 1] = static_cast<char>(c.half >> 8);
          place = start + c.block_at;
        });
    ASSERT_TRUE(catalogue);
    ExpectError(Load(*catalogue), Code::kDataLoss, "models.not_finite",
                fmt::format("{} holds an infinite number or one that is not a number at byte {}.",
                            c.tensor, place));
  }
}

TEST(Weights, FileCutWhileLoadingIsDataLoss) {
  const auto catalogue = Open("tiny-llama", "Q4_0");
  ASSERT_TRUE(catalogue);
  Result<os::File> file = os::File::OpenWrite(Path());
  ASSERT_TRUE(file && file->Truncate(catalogue->total_bytes / 2));
  ExpectError(Load(*catalogue), Code::kDataLoss, "file.short", "was changed while in use");
}

TEST(Weights, LoadingCanBeCancelled) {
  const auto catalogue = Open("tiny-llama", "Q4_0");
  ASSERT_TRUE(catalogue);
  const auto config = ReadConfig(*catalogue);
  ASSERT_TRUE(config);
  ThreadTeam team(2);
  CancelToken cancel;
  cancel.Cancel();
  const auto weights = LoadWeights(*catalogue, *config, {&team, {}, &cancel});
  ASSERT_FALSE(weights);
  EXPECT_EQ(weights.error().code(), Code::kCancelled);
}

}  // namespace
}  // namespace hearth::models
