// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "formats/gguf.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "base/checked.h"
#include "base/random.h"
#include "formats/gguf_writer.h"
#include "formats/random_model.h"

namespace hearth::formats {
namespace {

std::string Path(std::string_view name = "gguf") {
  return testing::TempDir() + "/formats_" + std::string(name);
}

// Writes `bytes`, then zeros up to `size` (a hole: costs no disk).
void Write(const std::string& path, std::string_view bytes, uint64_t size = 0) {
  Result<os::File> file = os::File::OpenWrite(path);
  ASSERT_TRUE(file);
  ASSERT_TRUE(file->WriteAt(0, {reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()}));
  ASSERT_TRUE(file->Truncate(bytes.size()));
  ASSERT_TRUE(file->Truncate(std::max<uint64_t>(size, bytes.size())));
}

Result<Catalogue> Open(std::string_view bytes, uint64_t size = 0) {
  Write(Path(), bytes, size);
  return OpenModel(Path());
}

void ExpectError(const Result<Catalogue>& result, Code code, std::string_view id,
                 std::string_view part = "") {
  ASSERT_FALSE(result) << "accepted, but should be " << id;
  EXPECT_EQ(CodeName(result.error().code()), CodeName(code)) << result.error().Text();
  EXPECT_EQ(result.error().id(), id) << result.error().Text();
  const std::string text = result.error().Text(Lang::kEnglish);
  EXPECT_TRUE(text.starts_with(testing::TempDir())) << text;
  EXPECT_NE(text.find(part), std::string::npos) << text;
  EXPECT_EQ(text.find('?'), std::string::npos) << "an argument is missing: " << text;
  EXPECT_NE(result.error().Text(Lang::kChinese), text);
}

// A file spelled field by field.
struct Raw {
  std::string bytes;

  template <typename T>
  Raw& Put(T value) {
    bytes.append(reinterpret_cast<const char*>(&value), sizeof(T));
    return *this;
  }
  Raw& U8(uint8_t value) { return Put(value); }
  Raw& U32(uint32_t value) { return Put(value); }
  Raw& U64(uint64_t value) { return Put(value); }
  Raw& Text(std::string_view text) {
    U64(text.size());
    bytes += text;
    return *this;
  }
  Raw& Key(std::string_view key, uint32_t type) { return Text(key).U32(type); }
  Raw& Tensor(std::string_view name, std::initializer_list<uint64_t> dimensions, uint32_t type,
              uint64_t offset) {
    Text(name).U32(static_cast<uint32_t>(dimensions.size()));
    for (const uint64_t size : dimensions) U64(size);
    return U32(type).U64(offset);
  }
  Raw& Align(uint64_t alignment = 32) {
    bytes.resize(RoundUp(bytes.size(), alignment), '\0');
    return *this;
  }
  uint64_t size() const { return bytes.size(); }
};

Raw Head(uint64_t tensors, uint64_t keys, uint32_t version = 3) {
  Raw raw;
  raw.bytes = "GGUF";
  return raw.U32(version).U64(tensors).U64(keys);
}

constexpr uint32_t kU8 = 0, kU32Type = 4, kF64 = 12, kBool = 7, kString = 8, kArray = 9;
constexpr uint32_t kTypeF32 = 0, kTypeQ4_0 = 2;

// Every kind of value, and tensors of several types.
std::string Sample() {
  GgufWriter writer;
  writer.AddString("general.architecture", "llama");
  writer.AddU32("llama.block_count", 2);
  writer.AddF32("llama.rope.freq_base", 10000);
  writer.AddBool("tokenizer.ggml.add_bos_token", true);
  writer.AddI32("some.int", -1);
  writer.AddStrings("tokenizer.ggml.tokens", std::vector<std::string>{"a", "", "ccc"});
  writer.AddI32s("tokenizer.ggml.token_type", std::vector<int32_t>{1, 2, 3});
  writer.AddF32s("tokenizer.ggml.scores", std::vector<float>{0, -1, -2});
  writer.AddTensor("token_embd.weight", {3, 64}, quant::Type::kQ8_0);
  writer.AddTensor("blk.0.attn_norm.weight", {64}, quant::Type::kF32);
  writer.AddTensor("blk.0.ffn_up.weight", {2, 256}, quant::Type::kQ4_K);
  std::string bytes = writer.Header();
  bytes.resize(writer.file_bytes(), '\x11');
  return bytes;
}

// What OpenModel promises about everything that it accepts.
void ExpectSound(const Catalogue& model) {
  EXPECT_EQ(model.index.size(), model.tensors.size());
  std::vector<std::pair<uint64_t, uint64_t>> ranges;
  for (const TensorInfo& tensor : model.tensors) {
    const auto size = model.files[tensor.file].Size();
    ASSERT_TRUE(size);
    ASSERT_LE(tensor.offset, *size);
    ASSERT_LE(tensor.bytes, *size - tensor.offset);
    ASSERT_GE(tensor.bytes, 1u);
    if (tensor.file == 0) ranges.emplace_back(tensor.offset, tensor.offset + tensor.bytes);
  }
  std::ranges::sort(ranges);
  for (size_t i = 1; i < ranges.size(); ++i) ASSERT_LE(ranges[i - 1].second, ranges[i].first);
}

TEST(Gguf, ReadsVersions2And3) {
  for (const uint32_t version : {2u, 3u}) {
    const auto model =
        Open(Head(1, 1, version).Key("a", kU8).U8(7).Tensor("t", {4, 2}, kTypeF32, 0).Align().bytes,
             160);
    ASSERT_TRUE(model) << model.error().Text();
    EXPECT_EQ(model->Integer("a").value(), 7u);
    EXPECT_EQ(model->Find("t")->shape, (std::vector<uint64_t>{2, 4}));
    EXPECT_EQ(model->Find("t")->offset, 96u);
  }
}

TEST(Gguf, ReadsEveryScalarAndArrayKind) {
  Raw raw = Head(0, 24);
  const auto both = [&](uint32_t type, auto value) {
    raw.Key(fmt::format("s{}", type), type).Put(value);
    raw.Key(fmt::format("a{}", type), kArray).U32(type).U64(2).Put(value).Put(value);
  };
  both(0, uint8_t{255});
  both(1, int8_t{-128});
  both(2, uint16_t{65535});
  both(3, int16_t{-32768});
  both(4, uint32_t{0xffffffff});
  both(5, int32_t{INT32_MIN});
  both(6, 1.5f);
  both(7, uint8_t{1});
  both(10, uint64_t{UINT64_MAX});
  both(11, int64_t{INT64_MIN});
  raw.Key("s12", kF64).Put(0.1);
  raw.Key("s8", kString).Text("text");
  raw.Key("a8", kArray).U32(kString).U64(1).Text("x");
  raw.Key("empty", kArray).U32(kString).U64(0);
  const auto model = Open(raw.bytes);
  ASSERT_TRUE(model) << model.error().Text();
  EXPECT_EQ(model->Integer("s0").value(), 255u);
  EXPECT_EQ(model->Number("s1").value(), -128);
  EXPECT_EQ(model->Integer("s2").value(), 65535u);
  EXPECT_EQ(model->Number("s3").value(), -32768);
  EXPECT_EQ(model->Integer("s10").value(), UINT64_MAX);
  EXPECT_EQ(model->Number("s12").value(), 0.1);
  EXPECT_EQ((*model->Array<int64_t>("a11"))[1], INT64_MIN);
  EXPECT_EQ((*model->Array<uint64_t>("a7"))[0], 1u);
  EXPECT_EQ((*model->Array<float>("a6"))[1], 1.5f);
  EXPECT_TRUE(model->Array<std::string>("empty")->empty());
}

TEST(Gguf, EveryCutOfASmallFileIsRefused) {
  const std::string whole = Sample();
  const auto complete = Open(whole);
  ASSERT_TRUE(complete) << complete.error().Text();
  const TensorInfo& last = complete->tensors.back();
  const uint64_t end = last.offset + last.bytes;  // padding after it may be missing
  ASSERT_EQ(end, whole.size());
  const uint64_t data = complete->tensors.front().offset;
  for (uint64_t size = 0; size < end; ++size) {
    const auto cut = Open(std::string_view(whole).substr(0, size));
    ASSERT_FALSE(cut) << size;
    if (size < 4) {
      ExpectError(cut, Code::kInvalidArgument, "formats.unknown");
    } else if (size >= data) {
      ExpectError(cut, Code::kDataLoss, "gguf.outside");
    } else {
      const std::string_view id = cut.error().id();
      EXPECT_TRUE(id == "file.short" || id == "gguf.count" || id == "gguf.outside") << size << id;
      ExpectError(cut, Code::kDataLoss, id);
    }
  }
}

TEST(Gguf, RandomCutsOfAModelAreRefused) {
  ASSERT_TRUE(WriteRandomModel(Path("cuts"), *FindRandomModelPreset("tiny-qwen2"), "Q4_K_M", 1));
  Result<os::File> file = os::File::OpenWrite(Path("cuts"));
  ASSERT_TRUE(file);
  std::vector<uint64_t> cuts;
  const uint64_t size = file->Size().value();
  Philox random(11);
  for (int i = 0; i < 1000; ++i) cuts.push_back(random.Next() % (size - 31));
  std::ranges::sort(cuts, std::greater<>());  // cutting only shortens
  for (const uint64_t cut : cuts) {
    ASSERT_TRUE(file->Truncate(cut));
    const auto result = OpenModel(Path("cuts"));
    ASSERT_FALSE(result) << cut;
    ExpectError(result, cut < 4 ? Code::kInvalidArgument : Code::kDataLoss, result.error().id());
  }
}

TEST(Gguf, RandomBitFlipsNeverBreakThePromises) {
  const std::string whole = Sample();
  Philox random(12);
  int accepted = 0;
  for (int i = 0; i < 2000; ++i) {
    std::string damaged = whole;
    const uint32_t flips = 1 + random.Next() % 3;
    for (uint32_t flip = 0; flip < flips; ++flip) {
      char& byte = damaged[random.Next() % 700];
      byte = static_cast<char>(byte ^ (1 << random.Next() % 8));
    }
    const auto model = Open(damaged);
    if (!model) continue;
    ++accepted;
    ExpectSound(*model);
  }
  EXPECT_GT(accepted, 100);  // names and values may change without harm
  EXPECT_LT(accepted, 1900);
}

TEST(Gguf, RefusesOtherFiles) {
  ExpectError(Open(""), Code::kInvalidArgument, "formats.unknown");
  ExpectError(Open("GGUX and more bytes than 16"), Code::kInvalidArgument, "formats.unknown");
  ExpectError(Open(std::string("PK\x03\x04 and a lot more")), Code::kUnimplemented, "formats.other",
              "PyTorch (zip)");
  ExpectError(Open(std::string("\x40\0\0\0\0\0\0\0{\"a\":1}", 15)), Code::kUnimplemented,
              "formats.other", "safetensors");
  const auto absent = OpenModel(Path("absent"));
  ExpectError(absent, Code::kNotFound, "file.not_found");
  ExpectError(OpenModel(testing::TempDir()), Code::kInvalidArgument, "file.is_folder");
}

TEST(Gguf, RefusesOtherVersions) {
  for (const uint32_t version : {0u, 1u, 4u, 0x10003u}) {
    ExpectError(Open(Head(0, 0, version).bytes), Code::kUnimplemented, "gguf.version",
                std::to_string(version));
  }
  ExpectError(Open(Head(0, 0, 0x03000000).bytes), Code::kUnimplemented, "gguf.big_endian");
  EXPECT_TRUE(Open(Head(0, 0).bytes));
}

TEST(Gguf, CountsAtTheirLimits) {
  for (const uint64_t count : {kMaxKeys - 1, kMaxKeys, kMaxKeys + 1}) {
    Raw raw = Head(0, count);
    for (uint64_t i = 0; i < count; ++i) raw.Key(fmt::format("k{}", i), kU8).U8(1);
    const auto model = Open(raw.bytes);
    if (count <= kMaxKeys) {
      ASSERT_TRUE(model) << model.error().Text();
      EXPECT_EQ(model->metadata.size(), count);
    } else {
      ExpectError(model, Code::kDataLoss, "gguf.count", "byte 16 promises 100001 keys");
    }
  }
  for (const uint64_t count : {kMaxTensors - 1, kMaxTensors, kMaxTensors + 1}) {
    Raw raw = Head(count, 0);
    for (uint64_t i = 0; i < count; ++i) raw.Tensor(fmt::format("t{}", i), {1}, kTypeF32, 32 * i);
    raw.Align();
    const auto model = Open(raw.bytes, raw.size() + 32 * count);
    if (count <= kMaxTensors) {
      ASSERT_TRUE(model) << model.error().Text();
      EXPECT_EQ(model->tensors.size(), count);
    } else {
      ExpectError(model, Code::kDataLoss, "gguf.count", "byte 8 promises 100001 tensors");
    }
  }
  for (const uint64_t count : {uint64_t{1}, uint64_t{1} << 32, UINT64_MAX}) {
    ExpectError(Open(Head(count, 0).bytes), Code::kDataLoss, "gguf.count");
    ExpectError(Open(Head(0, count).bytes), Code::kDataLoss, "gguf.count");
  }
}

TEST(Gguf, ArraysAtTheirLimits) {
  for (const uint64_t count : {kMaxArrayItems - 1, kMaxArrayItems, kMaxArrayItems + 1}) {
    const Raw raw = Head(0, 1).Key("a", kArray).U32(kU8).U64(count);
    const auto model = Open(raw.bytes, raw.size() + count);
    if (count <= kMaxArrayItems) {
      ASSERT_TRUE(model) << model.error().Text();
      EXPECT_EQ(model->Array<uint64_t>("a")->size(), count);
    } else {
      ExpectError(model, Code::kDataLoss, "gguf.count");
    }
  }
  // The cap holds for all arrays together.
  Raw raw = Head(0, 2).Key("a", kArray).U32(kU8).U64(kMaxArrayItems - 5);
  raw.bytes.resize(raw.size() + kMaxArrayItems - 5);
  raw.Key("b", kArray).U32(kU8).U64(6).bytes += "123456";
  ExpectError(Open(raw.bytes), Code::kDataLoss, "gguf.count", "6 b, more than 5");
  // A count that the rest of the file cannot hold takes no memory.
  for (const uint64_t count : {uint64_t{2}, uint64_t{1} << 20, UINT64_MAX}) {
    for (const uint32_t type : {kU8, kU32Type, kBool, kString}) {
      const Raw lie = Head(0, 1).Key("a", kArray).U32(type).U64(count).U8(0);
      ExpectError(Open(lie.bytes), Code::kDataLoss, "gguf.count");
    }
  }
}

TEST(Gguf, StringsAndHeaderAtTheirLimits) {
  for (const uint64_t bytes : {kMaxStringBytes - 1, kMaxStringBytes, kMaxStringBytes + 1}) {
    const Raw raw = Head(0, 1).Key("a", kString).U64(bytes);
    const auto model = Open(raw.bytes, raw.size() + bytes);
    if (bytes <= kMaxStringBytes) {
      ASSERT_TRUE(model) << model.error().Text();
      EXPECT_EQ(model->Text("a").value()->size(), bytes);
    } else {
      ExpectError(model, Code::kDataLoss, "gguf.string");
    }
  }
  for (const uint64_t end : {kMaxHeaderBytes - 1, kMaxHeaderBytes, kMaxHeaderBytes + 1}) {
    // Three strings whose last byte is number `end`.
    const uint64_t each = uint64_t{50} << 20;
    Result<os::File> file = os::File::OpenWrite(Path());
    ASSERT_TRUE(file && file->Truncate(0) && file->Truncate(end));
    uint64_t at = 0;
    const auto put = [&](const Raw& raw) {
      const auto* bytes = reinterpret_cast<const uint8_t*>(raw.bytes.data());
      ASSERT_TRUE(file->WriteAt(at, {bytes, raw.size()}));
      at += raw.size();
    };
    put(Head(0, 3).Key("a", kString).U64(each));
    at += each;
    put(Raw().Key("b", kString).U64(each));
    at += each;
    put(Raw().Key("c", kString).U64(end - at - 21));
    const auto model = OpenModel(Path());
    if (end <= kMaxHeaderBytes) {
      EXPECT_TRUE(model) << model.error().Text();
    } else {
      ExpectError(model, Code::kDataLoss, "gguf.header");
    }
  }
  ExpectError(Open(Head(0, 1).Key("a", kString).U64(UINT64_MAX).bytes), Code::kDataLoss,
              "gguf.string");
  ExpectError(Open(Head(0, 1).Key("a", kString).U64(100).U8(0).bytes), Code::kDataLoss,
              "file.short");
}

TEST(Gguf, KeysAndNamesAtTheirLimits) {
  for (const uint64_t bytes : {uint64_t{0}, uint64_t{1}, kMaxKeyBytes, kMaxKeyBytes + 1}) {
    const auto model = Open(Head(0, 1).Key(std::string(bytes, 'k'), kU8).U64(1).bytes);
    if (bytes >= 1 && bytes <= kMaxKeyBytes) {
      EXPECT_TRUE(model);
    } else {
      ExpectError(model, Code::kDataLoss, "gguf.key", "at byte 24");
    }
  }
  for (const uint64_t bytes :
       {uint64_t{0}, uint64_t{1}, kMaxTensorNameBytes, kMaxTensorNameBytes + 1}) {
    const auto model =
        Open(Head(1, 0).Tensor(std::string(bytes, 't'), {1}, kTypeF32, 0).Align().Align(2048).bytes,
             4096);
    if (bytes >= 1 && bytes <= kMaxTensorNameBytes) {
      EXPECT_TRUE(model) << model.error().Text();
    } else {
      ExpectError(model, Code::kDataLoss, "gguf.tensor_name", "at byte 24");
    }
  }
  for (const char* bad : {"a\nb", "\x1b[31m", "\xff", "\u4f60"}) {
    ExpectError(Open(Head(0, 1).Key(bad, kU8).U64(1).bytes), Code::kDataLoss, "gguf.key");
    ExpectError(Open(Head(1, 0).Tensor(bad, {1}, kTypeF32, 0).Align().bytes, 256), Code::kDataLoss,
                "gguf.tensor_name");
  }
}

TEST(Gguf, RefusesWrongValues) {
  const auto value = [](uint32_t type) { return Head(0, 1).Key("a", type); };
  for (const uint32_t type : {13u, 0xffffffffu}) {
    ExpectError(Open(value(type).U64(0).bytes), Code::kDataLoss, "gguf.value_type", "metadata a");
    ExpectError(Open(value(kArray).U32(type).U64(0).bytes), Code::kDataLoss, "gguf.value_type");
  }
  ExpectError(Open(value(kArray).U32(kArray).U32(kU8).U64(0).bytes), Code::kUnimplemented,
              "gguf.array", "array of array values");
  ExpectError(Open(value(kArray).U32(kF64).U64(0).bytes), Code::kUnimplemented, "gguf.array",
              "float64");
  ExpectError(Open(value(kBool).U8(2).bytes), Code::kDataLoss, "gguf.bool");
  ExpectError(Open(value(kArray).U32(kBool).U64(2).U8(1).U8(255).bytes), Code::kDataLoss,
              "gguf.bool", "255");
  ExpectError(Open(Head(0, 2).Key("a", kU8).U8(1).Key("a", kU8).U8(1).bytes), Code::kDataLoss,
              "gguf.key_twice", "metadata a appears twice");
}

TEST(Gguf, AlignmentAtItsLimits) {
  const auto open = [](uint32_t alignment) {
    const Raw raw = Head(1, 1)
                        .Key("general.alignment", kU32Type)
                        .U32(alignment)
                        .Tensor("t", {1}, kTypeF32, 0)
                        .Align(std::max(alignment, 1u));
    return Open(raw.bytes, raw.size() + 4);
  };
  for (const uint32_t good : {1u, 2u, 64u, 1u << 20}) {
    const auto model = open(good);
    ASSERT_TRUE(model) << model.error().Text();
    EXPECT_EQ(model->Find("t")->offset % good, 0u);
  }
  for (const uint32_t bad : {0u, 3u, 33u, 1u << 21, 0x80000000u, 0xffffffffu}) {
    const auto head = Head(0, 1).Key("general.alignment", kU32Type).U32(bad);
    ExpectError(Open(head.bytes), Code::kDataLoss, "gguf.alignment", std::to_string(bad));
  }
  ExpectError(Open(Head(0, 1).Key("general.alignment", kString).Text("32").bytes), Code::kDataLoss,
              "formats.metadata_kind", "is of kind string, uint is needed");
}

TEST(Gguf, RefusesWrongShapes) {
  const auto open = [](std::initializer_list<uint64_t> dimensions, uint32_t type = kTypeF32) {
    return Open(Head(1, 0).Tensor("t", dimensions, type, 0).Align().bytes, 1 << 12);
  };
  EXPECT_TRUE(open({1}));
  EXPECT_TRUE(open({2, 2, 2, 2}));
  ExpectError(open({}), Code::kDataLoss, "gguf.dimensions");
  ExpectError(open({1, 1, 1, 1, 1}), Code::kDataLoss, "gguf.dimensions", "has 5 dimensions");
  ExpectError(open({0}), Code::kDataLoss, "gguf.dimension", "dimension 1 of tensor t is 0");
  ExpectError(open({4, 0, 4}), Code::kDataLoss, "gguf.dimension", "dimension 2");
  ExpectError(open({uint64_t{1} << 32, uint64_t{1} << 32}), Code::kDataLoss, "gguf.dimension");
  ExpectError(open({UINT64_MAX}), Code::kDataLoss, "gguf.dimension");
  ExpectError(open({uint64_t{1} << 63}), Code::kDataLoss, "gguf.dimension");
  ExpectError(open({INT64_MAX}), Code::kDataLoss, "gguf.outside");
  ExpectError(open({uint64_t{1} << 62}), Code::kDataLoss, "gguf.outside");
  ExpectError(open({uint64_t{1} << 40, 2}), Code::kDataLoss, "gguf.outside");
  EXPECT_TRUE(open({64, 3}, kTypeQ4_0));
  ExpectError(open({33, 2}, kTypeQ4_0), Code::kDataLoss, "gguf.columns", "multiple of 32");
  ExpectError(open({1, 32}, kTypeQ4_0), Code::kDataLoss, "gguf.columns");
  ExpectError(open({128, 2}, 12), Code::kDataLoss, "gguf.columns", "multiple of 256 as type Q4_K");
}

TEST(Gguf, UnsupportedTypesAreNamed) {
  const auto open = [](uint32_t type) {
    return Open(Head(1, 0).Tensor("t", {256}, type, 0).Align().bytes, 1 << 12);
  };
  ExpectError(open(16), Code::kUnimplemented, "gguf.tensor_type", "not supported yet: IQ2_XXS");
  ExpectError(open(16), Code::kUnimplemented, "gguf.tensor_type",
              "Supported: F32, F16, BF16, Q4_0");
  ExpectError(open(28), Code::kUnimplemented, "gguf.tensor_type", "F64");
  ExpectError(open(42), Code::kDataLoss, "gguf.tensor_type_unknown", "number 42");
  ExpectError(open(0xffffffff), Code::kDataLoss, "gguf.tensor_type_unknown");
}

TEST(Gguf, OffsetsAtTheirLimits) {
  // One tensor of 32 bytes in 4,096 bytes of data.
  const auto open = [](uint64_t offset) {
    const Raw raw = Head(1, 0).Tensor("t", {8}, kTypeF32, offset).Align();
    return Open(raw.bytes, raw.size() + 4096);
  };
  EXPECT_TRUE(open(0));
  EXPECT_TRUE(open(4096 - 64));
  EXPECT_TRUE(open(4096 - 32));
  for (const uint64_t bad :
       {uint64_t{4096}, uint64_t{1} << 40, uint64_t{1} << 63, UINT64_MAX - 31}) {
    ExpectError(open(bad), Code::kDataLoss, "gguf.outside", "tensor t needs 32 bytes");
  }
  for (const uint64_t bad : {1u, 31u, 33u, 16u}) {
    ExpectError(open(bad), Code::kDataLoss, "gguf.offset");
  }
  ExpectError(open(UINT64_MAX), Code::kDataLoss, "gguf.offset");
  // One byte short.
  const Raw raw = Head(1, 0).Tensor("t", {8}, kTypeF32, 0).Align();
  EXPECT_TRUE(Open(raw.bytes, raw.size() + 32));
  ExpectError(Open(raw.bytes, raw.size() + 31), Code::kDataLoss, "gguf.outside");
}

TEST(Gguf, RefusesOverlap) {
  const auto open = [](uint64_t a, uint64_t b) {
    const Raw raw =
        Head(2, 0).Tensor("a", {16}, kTypeF32, a).Tensor("b", {16}, kTypeF32, b).Align();
    return Open(raw.bytes, raw.size() + 4096);
  };
  EXPECT_TRUE(open(0, 64));
  EXPECT_TRUE(open(64, 0));  // any order, and gaps, are fine
  EXPECT_TRUE(open(1024, 512));
  ExpectError(open(0, 0), Code::kDataLoss, "gguf.overlap");
  ExpectError(open(0, 32), Code::kDataLoss, "gguf.overlap", "tensors a and b overlap at byte");
  ExpectError(open(96, 64), Code::kDataLoss, "gguf.overlap", "tensors b and a");
  const Raw twice = Head(2, 0).Tensor("a", {1}, kTypeF32, 0).Tensor("a", {1}, kTypeF32, 32).Align();
  ExpectError(Open(twice.bytes, 4096), Code::kDataLoss, "gguf.tensor_twice", "tensor a");
}

TEST(Gguf, FileCutWhileInUseIsDataLoss) {
  const std::string whole = Sample();
  const auto model = Open(whole);
  ASSERT_TRUE(model);
  const TensorInfo& last = model->tensors.back();
  std::vector<uint8_t> data(last.bytes);
  EXPECT_TRUE(model->files[0].ReadAt(last.offset, data));
  Write(Path(), std::string_view(whole).substr(0, whole.size() - 1));
  const Status late = model->files[0].ReadAt(last.offset, data);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code(), Code::kDataLoss);
  EXPECT_EQ(late.error().id(), "file.short");
}

// ---- Split sets

struct PartSpec {
  uint16_t number;
  uint16_t count;
  std::vector<std::string> tensors;
  int32_t promised = -1;  // split.tensors.count of part 1
};

std::string PartPath(int number, int count, const std::string& stem = "set") {
  return Path(fmt::format("{}-{:05}-of-{:05}.gguf", stem, number, count));
}

void WritePart(const std::string& path, const PartSpec& part) {
  GgufWriter writer;
  if (part.number == 0) writer.AddString("general.architecture", "llama");
  writer.AddU16("split.no", part.number);
  writer.AddU16("split.count", part.count);
  if (part.promised >= 0) writer.AddI32("split.tensors.count", part.promised);
  for (const std::string& name : part.tensors) writer.AddTensor(name, {8}, quant::Type::kF32);
  Write(path, writer.Header(), writer.file_bytes());
}

Result<Catalogue> OpenSet(const std::vector<PartSpec>& parts) {
  for (int i = 1; i <= 3; ++i) std::filesystem::remove(PartPath(i, 3));
  for (size_t i = 0; i < parts.size(); ++i) {
    WritePart(PartPath(static_cast<int>(i) + 1, 3), parts[i]);
  }
  return OpenModel(PartPath(1, 3));
}

TEST(GgufSplit, PartsBecomeOneCatalogue) {
  const auto model = OpenSet({{0, 3, {"a"}, 4}, {1, 3, {"b", "c"}}, {2, 3, {"d"}}});
  ASSERT_TRUE(model) << model.error().Text();
  EXPECT_EQ(model->files.size(), 3u);
  EXPECT_EQ(model->tensors.size(), 4u);
  EXPECT_EQ(model->Find("c")->file, 1u);
  EXPECT_EQ(model->Find("d")->file, 2u);
  EXPECT_EQ(model->Text("general.architecture").value(), "llama");
  uint64_t total = 0;
  for (int i = 1; i <= 3; ++i) total += std::filesystem::file_size(PartPath(i, 3));
  EXPECT_EQ(model->total_bytes, total);
  ExpectSound(*model);
}

TEST(GgufSplit, RefusesSetsThatDoNotFit) {
  const PartSpec first{0, 3, {"a"}}, second{1, 3, {"b"}}, third{2, 3, {"c"}};
  ASSERT_TRUE(OpenSet({first, second, third}));
  ExpectError(OpenModel(PartPath(2, 3)), Code::kInvalidArgument, "gguf.split_first", "part 2 of 3");
  ExpectError(OpenSet({first, second}), Code::kNotFound, "file.not_found", "-00003-of-00003.gguf");
  ExpectError(OpenSet({first, third, second}), Code::kDataLoss, "gguf.split_part",
              "should be part 2 of 3, but it says part 3 of 3");
  ExpectError(OpenSet({first, {1, 4, {"b"}}, third}), Code::kDataLoss, "gguf.split_part");
  ExpectError(OpenSet({first, second, {2, 3, {"a"}}}), Code::kDataLoss, "gguf.tensor_twice");
  ExpectError(OpenSet({{0, 3, {"a"}, 4}, second, third}), Code::kDataLoss, "gguf.split_tensors",
              "hold 3 tensors together, 4 are promised");
  ExpectError(OpenSet({{0, 0, {"a"}}, second, third}), Code::kDataLoss, "gguf.parts");
  ExpectError(OpenSet({{0, 513, {"a"}}, second, third}), Code::kDataLoss, "gguf.parts", "513");
  ExpectError(OpenSet({{0, 512, {"a"}}, second, third}), Code::kInvalidArgument, "gguf.split_name");
  // A whole set under a name that does not say where the others are.
  WritePart(Path("renamed.gguf"), first);
  ExpectError(OpenModel(Path("renamed.gguf")), Code::kInvalidArgument, "gguf.split_name",
              "-00001-of-00003.gguf");
  // A damaged part is named.
  ASSERT_TRUE(OpenSet({first, second, third}));
  Write(PartPath(2, 3), "GGUF");
  ExpectError(OpenModel(PartPath(1, 3)), Code::kDataLoss, "file.short", "-00002-of-00003.gguf");
  Write(PartPath(2, 3), "something else");
  ExpectError(OpenModel(PartPath(1, 3)), Code::kDataLoss, "formats.unknown");
}

// ---- Files that other programs wrote

// tools/golden/record_gguf_seeds.py
TEST(Gguf, ReadsWhatThePythonPackageWrites) {
  const std::string folder = std::string(HEARTH_SOURCE_DIR) + "/fuzz/corpus/gguf/";
  const auto names = os::ListFolder(folder);
  ASSERT_TRUE(names);
  int accepted = 0;
  for (const std::string& name : *names) {
    const auto model = OpenModel(folder + name);
    EXPECT_EQ(model.has_value(), !name.starts_with("refused")) << name;
    if (!model) continue;
    ++accepted;
    ExpectSound(*model);
    EXPECT_EQ(model->Text("general.architecture").value(), "llama") << name;
  }
  EXPECT_GE(accepted, 6);
  const auto kinds = OpenModel(folder + "kinds");
  ASSERT_TRUE(kinds) << kinds.error().Text();
  EXPECT_EQ(kinds->Integer("a.u64").value(), UINT64_MAX);
  EXPECT_EQ(kinds->Number("a.i64").value(), static_cast<double>(INT64_MIN));
  EXPECT_EQ(kinds->Number("a.f64").value(), 0.1);
  EXPECT_EQ(kinds->Text("a.string").value(), "text \u4f60\u597d");
  EXPECT_EQ(*kinds->Array<int64_t>("b.ints"), (std::vector<int64_t>{1, -2, 3}));
  const auto types = OpenModel(folder + "types");
  ASSERT_TRUE(types) << types.error().Text();
  for (const quant::TypeRow& row : quant::Types()) {
    const TensorInfo* tensor = types->Find(fmt::format("t.{}", row.name));
    ASSERT_NE(tensor, nullptr) << row.name;
    EXPECT_EQ(tensor->type, row.type);
    EXPECT_EQ(tensor->columns(), row.block_weights);
    EXPECT_EQ(tensor->bytes, row.block_bytes);
  }
  const auto shapes = OpenModel(folder + "shapes");
  ASSERT_TRUE(shapes) << shapes.error().Text();
  EXPECT_EQ(shapes->Find("four")->shape, (std::vector<uint64_t>{2, 1, 2, 2}));
  EXPECT_EQ(shapes->Find("two")->type, quant::Type::kF16);
}

TEST(RealModels, OpenWithEverythingInPlace) {
  const char* folder = std::getenv("HEARTH_TEST_MODELS");
  if (folder == nullptr) GTEST_SKIP() << "HEARTH_TEST_MODELS is not set";
  struct Expected {
    const char* file;
    size_t tensors;
    const char* architecture;
    size_t tokens;
  };
  for (const Expected& expected :
       {Expected{"qwen2.5-coder-1.5b-instruct-q4_k_m", 339, "qwen2", 151936},
        {"qwen2.5-coder-0.5b-instruct-q4_k_m", 291, "qwen2", 151936},
        {"gemma3-270m-q4_k_m", 236, "gemma3", 262144},
        {"smollm2-135m-instruct-q4_1", 272, "llama", 49152}}) {
    const std::string path = std::string(folder) + "/" + expected.file + ".gguf";
    if (!os::FileExists(path)) continue;
    const Result<Catalogue> model = OpenModel(path);
    ASSERT_TRUE(model) << model.error().Text();
    EXPECT_EQ(model->tensors.size(), expected.tensors);
    EXPECT_EQ(model->Text("general.architecture").value(), expected.architecture);
    const auto* tokens = model->Array<std::string>("tokenizer.ggml.tokens");
    ASSERT_NE(tokens, nullptr);
    EXPECT_EQ(tokens->size(), expected.tokens);
    EXPECT_EQ(model->total_bytes, std::filesystem::file_size(path));
    ExpectSound(*model);
  }
}

}  // namespace
}  // namespace hearth::formats
