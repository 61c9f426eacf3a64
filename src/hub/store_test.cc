// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "hub/store.h"

#include <gtest/gtest.h>

#include "hub/messages.h"
#include "hub/test_support.h"

namespace hearth::hub {
namespace {

// Runs `work` in a forked child; Join gives its exit code. REQUIRES: no other thread runs.
pid_t Fork(const std::function<int()>& work) {
  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(work());
  return pid;
}

class StoreTest : public ::testing::Test {
 protected:
  std::string Import(const std::string& name, const std::string& content) {
    WriteText(folder_.path() + "/in.bin", content);
    const auto model = store_.Import(name, folder_.path() + "/in.bin");
    return model ? "ok" : std::string(model.error().id());
  }
  std::vector<std::string> Names() {
    std::vector<std::string> names;
    const auto models = store_.List().value();
    for (const Model& model : models) names.push_back(model.name);
    return names;
  }
  static std::string IdOf(const auto& result) {
    return result ? "ok" : std::string(result.error().id());
  }

  TempFolder folder_;
  Store store_ = Store::Open(folder_.path() + "/data").value();
};

TEST_F(StoreTest, EmptyStoreHasNoFolders) {
  EXPECT_TRUE(store_.List().value().empty());
  EXPECT_FALSE(os::FileExists(store_.folder()));
  EXPECT_EQ(IdOf(store_.Resolve("nobody:1")), "hub.unknown");
  EXPECT_EQ(IdOf(store_.Resolve("smollm2:135m")), "hub.not_pulled");
  EXPECT_EQ(IdOf(store_.Resolve("starter")), "hub.not_pulled");
  EXPECT_EQ(IdOf(store_.Remove("nobody:1")), "hub.unknown");
  EXPECT_EQ(IdOf(store_.Remove("starter")), "hub.not_pulled");
}

TEST_F(StoreTest, ImportListResolveRemove) {
  EXPECT_EQ(Import("b:1", "content"), "ok");
  EXPECT_EQ(Import("a", "other"), "ok");
  EXPECT_EQ(Names(), (std::vector<std::string>{"a", "b:1"}));
  const Model model = store_.Resolve("b:1").value();
  EXPECT_EQ(model.size, 7u);
  EXPECT_EQ(model.sha256, Sha256Of("content"));
  EXPECT_EQ(model.source, "import");
  EXPECT_EQ(model.path, store_.BlobPath(Sha256Of("content")));
  EXPECT_EQ(ReadText(model.path), "content");
  EXPECT_FALSE(os::FileExists(store_.PartialPath(model.sha256)));
  ASSERT_TRUE(store_.Remove("b:1"));
  EXPECT_EQ(Names(), (std::vector<std::string>{"a"}));
  EXPECT_FALSE(os::FileExists(model.path));
  EXPECT_EQ(IdOf(store_.Resolve("b:1")), "hub.unknown");
}

TEST_F(StoreTest, ASharedBlobGoesWithItsLastName) {
  EXPECT_EQ(Import("a", "same"), "ok");
  EXPECT_EQ(Import("b", "same"), "ok");
  const std::string blob = store_.BlobPath(Sha256Of("same"));
  ASSERT_TRUE(store_.Remove("a"));
  EXPECT_TRUE(os::FileExists(blob));
  ASSERT_TRUE(store_.Remove("b"));
  EXPECT_FALSE(os::FileExists(blob));
}

TEST_F(StoreTest, ANameKeepsItsBytes) {
  EXPECT_EQ(Import("a", "one"), "ok");
  EXPECT_EQ(Import("a", "one"), "ok");
  EXPECT_EQ(Import("a", "two"), "hub.taken");
  EXPECT_EQ(ReadText(store_.Resolve("a")->path), "one");
  EXPECT_EQ(Import("c", ""), "file.short");
  EXPECT_EQ(IdOf(store_.Import("c", folder_.path())), "file.is_folder");
  EXPECT_EQ(IdOf(store_.Import("c", folder_.path() + "/none")), "file.not_found");
}

TEST_F(StoreTest, PathsAreUsedInPlace) {
  const std::string path = folder_.path() + "/m.gguf";
  WriteText(path, "GGUF");
  const Model model = store_.Resolve(path).value();
  EXPECT_EQ(model.path, path);
  EXPECT_EQ(model.size, 4u);
  EXPECT_EQ(IdOf(store_.Resolve(folder_.path() + "/none.gguf")), "file.not_found");
  EXPECT_EQ(IdOf(store_.Resolve("none.gguf")), "file.not_found");
  EXPECT_EQ(IdOf(store_.Resolve(folder_.path())), "file.is_folder");
}

TEST_F(StoreTest, DamagedBlobIsNoticed) {
  EXPECT_EQ(Import("a", "content"), "ok");
  const std::string blob = store_.BlobPath(Sha256Of("content"));
  WriteText(blob, "conten");
  EXPECT_EQ(IdOf(store_.Resolve("a")), "hub.blob_missing");
  ASSERT_TRUE(os::RemoveFile(blob));
  EXPECT_EQ(IdOf(store_.Resolve("a")), "hub.blob_missing");
  EXPECT_TRUE(store_.Remove("a"));
}

TEST_F(StoreTest, ABlobBeingFetchedIsNotRemoved) {
  EXPECT_EQ(Import("a", "content"), "ok");
  os::File lock = os::File::OpenWrite(store_.LockPath(Sha256Of("content"))).value();
  ASSERT_TRUE(lock.Lock(false).value());
  EXPECT_EQ(IdOf(store_.Remove("a")), "hub.in_use");
  EXPECT_EQ(Names(), (std::vector<std::string>{"a"}));
}

TEST_F(StoreTest, ForeignFilesInTheFolderAreLeftAlone) {
  EXPECT_EQ(Import("a", "content"), "ok");
  for (const char* file : {"notes.txt", "A.json", "a:b.json", ".hidden.json", "a.json.99.tmp"}) {
    WriteText(store_.folder() + "/models/" + file, "hello");
  }
  EXPECT_EQ(Names(), (std::vector<std::string>{"a"}));
}

TEST_F(StoreTest, BadManifestIsNamedAndCanBeRemoved) {
  EXPECT_EQ(Import("a", "content"), "ok");
  const std::string path = store_.ManifestPath("a");
  const std::string good = ReadText(path);
  const std::string hash = Sha256Of("content");
  struct Row {
    std::string from;
    std::string to;
    const char* id;
  };
  const Row rows[] = {
      {good, "", "json.invalid"},
      {good, "[]", "hub.manifest"},
      {good, good.substr(0, good.size() / 2), "json.invalid"},
      {"\"format\": 1", "\"format\": 0", "hub.manifest"},
      {"\"format\": 1", "\"format\": 2", "hub.newer"},
      {"\"name\": \"a\"", "\"name\": \"b\"", "hub.manifest"},
      {"\"name\": \"a\"", "\"name\": \"../a\"", "hub.manifest"},
      {"\"name\": \"a\"", "\"name\": 1", "hub.manifest"},
      {hash, "../../../etc/passwd", "hub.manifest"},
      {hash, hash.substr(1), "hub.manifest"},
      {"\"size\": 7", "\"size\": 0", "hub.manifest"},
      {"\"size\": 7", "\"size\": 9000000000000000000", "hub.manifest"},
      {"\"role\": \"model\"", "\"role\": \"other\"", "hub.manifest"},
      {"\"files\"", "\"filos\"", "hub.manifest"},
      {"\"license\": \"\"", "\"license\": 3", "hub.manifest"},
      {"\"license\": \"\"", "\"license\": \"" + std::string(2000, 'x') + "\"", "hub.manifest"},
  };
  for (const Row& row : rows) {
    std::string bad = good;
    ASSERT_NE(bad.find(row.from), bad.npos) << row.from;
    bad.replace(bad.find(row.from), row.from.size(), row.to);
    WriteText(path, bad);
    EXPECT_EQ(IdOf(store_.Resolve("a")), row.id) << row.to;
    ASSERT_FALSE(store_.List()) << row.to;
    EXPECT_NE(store_.List().error().Text(Lang::kEnglish).find(path), std::string::npos) << row.to;
  }
  WriteText(path, std::string(100000, ' '));
  EXPECT_EQ(IdOf(store_.Resolve("a")), "file.too_large");
  EXPECT_TRUE(store_.Remove("a"));
  EXPECT_TRUE(Names().empty());
  EXPECT_TRUE(os::FileExists(store_.BlobPath(hash)));  // who else uses it is not known
}

TEST_F(StoreTest, UnknownManifestKeysAreTolerated) {
  const auto model = ParseManifest(
      fmt::format(
          R"({{"format":1,"name":"a","new":{{}},"files":[{{"role":"projector","size":1,"sha256":"{0}"}},)"
          R"({{"role":"model","size":2,"sha256":"{1}","x":1}}]}})",
          Sha256Of("p"), Sha256Of("m")),
      "x");
  ASSERT_TRUE(model);
  EXPECT_EQ(model->size, 2u);
  EXPECT_EQ(model->sha256, Sha256Of("m"));
}

TEST_F(StoreTest, TraversalCorpusOnEveryNameEntry) {
  EXPECT_EQ(Import("a", "content"), "ok");
  const auto before = os::ListFolder(folder_.path()).value();
  const std::string in = folder_.path() + "/in.bin";
  for (const std::string& name : TraversalCorpus()) {
    EXPECT_EQ(IdOf(store_.Remove(name)), "hub.name") << name;
    EXPECT_EQ(IdOf(store_.Import(name, in)), "hub.name") << name;
    if (name.find('/') != name.npos) continue;  // that is a path to a file used in place
    EXPECT_EQ(IdOf(store_.Resolve(name)), "hub.name") << name;
  }
  EXPECT_EQ(os::ListFolder(folder_.path()).value(), before);
  EXPECT_EQ(Names(), (std::vector<std::string>{"a"}));
}

TEST_F(StoreTest, ReadOnlyFolderIsSaid) {
  EXPECT_EQ(Import("a", "content"), "ok");
  const std::string in = folder_.path() + "/in.bin";
  ::chmod(in.c_str(), 0644);
  ::chmod(folder_.path().c_str(), 0755);
  for (const char* part : {"", "/blobs", "/models", "/locks", "/staging"}) {
    ::chmod((store_.folder() + part).c_str(), 0555);
  }
  ::chmod(store_.ManifestPath("a").c_str(), 0444);
  ::chmod(store_.BlobPath(Sha256Of("content")).c_str(), 0444);
  const int code = Join(Fork([&] {
    if (::getuid() == 0 && ::setuid(65534) != 0) return 9;
    const auto imported = store_.Import("b", in);
    if (imported || imported.error().id() != "file.denied") return 1;
    if (imported.error().code() != Code::kPermissionDenied) return 2;
    if (!store_.Resolve("a")) return 3;  // reading goes on working
    const auto removed = store_.Remove("a");
    if (removed || removed.error().code() != Code::kPermissionDenied) return 4;
    return 0;
  }));
  for (const char* part : {"", "/blobs", "/models", "/locks", "/staging"}) {
    ::chmod((store_.folder() + part).c_str(), 0755);
  }
  EXPECT_EQ(code, 0);
  EXPECT_EQ(Names(), (std::vector<std::string>{"a"}));
}

TEST_F(StoreTest, DiskSpaceIsAskedFirst) {
  ASSERT_TRUE(store_.MakeFolders());
  EXPECT_TRUE(store_.CheckDisk("x", 1));
  const Status checked = store_.CheckDisk("x", uint64_t{1} << 60);
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().id(), "hub.disk_space");
  EXPECT_EQ(checked.error().code(), Code::kResourceExhausted);
}

}  // namespace
}  // namespace hearth::hub
