// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "formats/gguf_writer.h"

#include <gtest/gtest.h>

#include "formats/catalogue.h"

namespace hearth::formats {
namespace {

TEST(GgufWriter, WhatIsWrittenIsRead) {
  for (const uint64_t alignment : {1u, 8u, 32u, 4096u}) {
    GgufWriter writer(alignment);
    writer.AddU16("u16", 65'535);
    writer.AddU32("u32", 4'000'000'000u);
    writer.AddI32("i32", -5);
    writer.AddU64("u64", UINT64_MAX);
    writer.AddF32("f32", 0.5f);
    writer.AddBool("bool", true);
    writer.AddString("string", "\u4f60\u597d");
    writer.AddI32s("i32s", std::vector<int32_t>{-1, 2});
    writer.AddF32s("f32s", std::vector<float>{1.5f, -2});
    writer.AddStrings("strings", std::vector<std::string>{"", "two"});
    writer.AddTensor("matrix", {3, 64}, quant::Type::kQ4_0);
    writer.AddTensor("vector", {5}, quant::Type::kF32);
    EXPECT_EQ(writer.Header().size(), writer.data_start());

    const std::string path = testing::TempDir() + "/gguf_writer";
    Result<os::File> file = os::File::OpenWrite(path);
    ASSERT_TRUE(file && writer.Start(*file));
    const std::vector<uint8_t> data(writer.TensorBytes(1), 9);
    ASSERT_TRUE(file->WriteAt(writer.TensorPosition(1), data));

    const Result<Catalogue> model = OpenModel(path);
    ASSERT_TRUE(model) << model.error().Text();
    EXPECT_EQ(model->Integer("u16").value(), 65'535u);
    EXPECT_EQ(model->Integer("u32").value(), 4'000'000'000u);
    EXPECT_EQ(model->Number("i32").value(), -5);
    EXPECT_EQ(model->Integer("u64").value(), UINT64_MAX);
    EXPECT_EQ(model->Number("f32").value(), 0.5);
    EXPECT_EQ(model->Integer("bool").value(), 1u);
    EXPECT_EQ(model->Text("string").value(), "\u4f60\u597d");
    EXPECT_EQ(*model->Array<int64_t>("i32s"), (std::vector<int64_t>{-1, 2}));
    EXPECT_EQ(*model->Array<float>("f32s"), (std::vector<float>{1.5f, -2}));
    EXPECT_EQ(*model->Array<std::string>("strings"), (std::vector<std::string>{"", "two"}));
    const TensorInfo* matrix = model->Find("matrix");
    ASSERT_NE(matrix, nullptr);
    EXPECT_EQ(matrix->shape, (std::vector<uint64_t>{3, 64}));
    EXPECT_EQ(matrix->bytes, 3u * 36);
    EXPECT_EQ(matrix->offset, writer.TensorPosition(0));
    const TensorInfo* vector = model->Find("vector");
    ASSERT_NE(vector, nullptr);
    EXPECT_EQ(vector->offset % alignment, 0u);
    EXPECT_EQ(model->total_bytes, writer.file_bytes());
    std::vector<uint8_t> back(vector->bytes);
    ASSERT_TRUE(model->files[0].ReadAt(vector->offset, back));
    EXPECT_EQ(back, data);
  }
}

}  // namespace
}  // namespace hearth::formats
