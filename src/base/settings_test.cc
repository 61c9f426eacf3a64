// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "base/settings.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <set>

#include "base/os.h"

namespace hearth {
namespace {

Status Set(std::string_view name, std::string_view text, SettingValues& values) {
  const Setting* setting = FindSetting(name);
  EXPECT_NE(setting, nullptr) << name;
  return Assign(*setting, text, values);
}

TEST(Settings, DefaultsAreAllowed) {
  const SettingValues defaults;
  for (const Setting& setting : Settings()) {
    SettingValues values;
    if (setting.is_list()) continue;
    EXPECT_TRUE(Assign(setting, Show(setting, defaults), values).has_value()) << setting.name;
    EXPECT_EQ(Show(setting, values), Show(setting, defaults));
  }
}

TEST(Settings, NamesAndFlagsAreUnique) {
  std::set<std::string> seen;
  for (const Setting& setting : Settings()) {
    EXPECT_TRUE(seen.insert(setting.flag()).second);
    EXPECT_EQ(FindSetting(setting.flag()), &setting);
    EXPECT_EQ(FindSetting(setting.name), &setting);
  }
  EXPECT_EQ(FindSetting("--nothing"), nullptr);
}

TEST(Settings, RangesAndKindsAreChecked) {
  SettingValues values;
  EXPECT_TRUE(Set("--top-k", "5", values).has_value());
  EXPECT_EQ(values.top_k, 5);
  struct Case {
    const char* name;
    const char* text;
  };
  const Case bad[] = {{"temperature", "5.1"},
                      {"temperature", "nan"},
                      {"temperature", "-0.1"},
                      {"temperature", ""},
                      {"top_k", "1.5"},
                      {"top_k", "-1"},
                      {"top_k", "99999999999999999999"},
                      {"kv", "f8"},
                      {"kv", "int8|f16"},
                      {"force", "yes please"},
                      {"ctx", "4k"}};
  for (const Case& c : bad) {
    const Status status = Set(c.name, c.text, values);
    ASSERT_FALSE(status.has_value()) << c.name << "=" << c.text;
    EXPECT_EQ(status.error().code(), Code::kInvalidArgument);
    EXPECT_NE(status.error().Text(Lang::kEnglish).find("--"), std::string::npos);
  }
  EXPECT_EQ(values.temperature, SettingValues().temperature);
  EXPECT_EQ(values.kv, SettingValues().kv);
}

TEST(Settings, ListsGrowAndClear) {
  SettingValues values;
  ASSERT_TRUE(Set("stop", "a", values).has_value());
  ASSERT_TRUE(Set("stop", "b", values).has_value());
  EXPECT_EQ(values.stop, (std::vector<std::string>{"a", "b"}));
  ASSERT_TRUE(Set("stop", "", values).has_value());
  EXPECT_TRUE(values.stop.empty());
}

TEST(Settings, EnvironmentIsCheckedToo) {
  SettingValues values;
  ::setenv("HEARTH_TOP_K", "7", 1);
  ASSERT_TRUE(AssignFromEnvironment(settings::kSampling, values).has_value());
  EXPECT_EQ(values.top_k, 7);
  ::setenv("HEARTH_TOP_K", "seven", 1);
  const Status status = AssignFromEnvironment(settings::kSampling, values);
  ::unsetenv("HEARTH_TOP_K");
  ASSERT_FALSE(status.has_value());
  EXPECT_NE(status.error().Text(Lang::kEnglish).find("HEARTH_TOP_K"), std::string::npos);
}

// HEARTH_UPDATE_DOCS=1 writes the page instead.
TEST(Settings, PageIsCurrent) {
  const std::string path = HEARTH_SOURCE_DIR "/docs/settings.md";
  if (std::getenv("HEARTH_UPDATE_DOCS") != nullptr) {
    ASSERT_TRUE(os::WriteFileAtomic(path, SettingsPage()).has_value());
  }
  EXPECT_EQ(os::ReadWholeFile(path, 1 << 20).value(), SettingsPage());
}

}  // namespace
}  // namespace hearth
