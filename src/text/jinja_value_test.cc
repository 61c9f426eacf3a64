// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "text/jinja_value.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace hearth::text::jinja {
namespace {

TEST(JinjaValue, DictsKeepOrderAndFindKeys) {
  Heap heap(1 << 20, 1 << 20);
  const Value held = Value::Of(heap.Make<Dict>());
  Dict& dict = held.As<Dict>();
  for (int i = 0; i < 100; ++i) dict.Set(heap.Text(fmt::format("k{}", i)), Value::Int(i));
  dict.Set(heap.Text("k5"), Value::Int(-5));
  ASSERT_EQ(dict.items.size(), 100u);
  EXPECT_EQ(dict.items[5].second.integer(), -5);
  EXPECT_EQ(dict.Find("k99")->integer(), 99);
  EXPECT_EQ(dict.Find("k100"), nullptr);
  dict.Set(Value::Int(1), Value::None());
  EXPECT_NE(dict.Find(Value::Float(1.0)), nullptr);  // 1 == 1.0 == True, as in Python
  EXPECT_NE(dict.Find(Value::Bool(true)), nullptr);
}

TEST(JinjaValue, EverythingIsCountedAndReturned) {
  Heap heap(1 << 20, 1 << 20);
  {
    Value v = heap.Text(std::string(1000, 'x'));
    EXPECT_GE(heap.used(), 1000u);
    for (int i = 0; i < 5000; ++i) v = heap.NewList({v});  // deeper than any stack would like
    const Value copy = v;
  }
  EXPECT_EQ(heap.used(), 0u);
}

TEST(JinjaValue, CyclesEndWithTheHeap) {
  Heap heap(1 << 20, 1 << 20);  // the leak checker watches
  const Value space = Value::Of(heap.Make<Namespace>(Value::Of(heap.Make<Dict>())));
  space.As<Namespace>().attributes.As<Dict>().Set(heap.Text("self"), space);
}

TEST(JinjaValue, ComparingSpendsSteps) {
  Heap heap(1 << 20, 1000);
  Value a = heap.NewList({}), b = heap.NewList({});
  for (int i = 0; i < 60; ++i) {
    a = heap.NewList({a, a});
    b = heap.NewList({b, b});
  }
  EXPECT_FALSE(Equal(a, b));  // 2^60 comparisons
  EXPECT_TRUE(heap.starved());
}

}  // namespace
}  // namespace hearth::text::jinja
