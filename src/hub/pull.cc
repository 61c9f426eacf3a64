// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "hub/pull.h"

#include <chrono>
#include <thread>
#include <utility>

#include "hub/blob_writer.h"
#include "hub/messages.h"

namespace hearth::hub {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using Phase = PullProgress::Phase;

constexpr milliseconds kLockPoll{200};
constexpr milliseconds kReportEvery{100};

bool Cancelled(const PullOptions& options) {
  return options.cancel != nullptr && options.cancel->cancelled();
}

// Passes progress on, never backwards within a phase and not too often.
class Reporter {
 public:
  Reporter(const PullOptions& options, uint64_t total) : options_(options), total_(total) {}

  void Report(Phase phase, uint64_t done) {
    if (!options_.progress) return;
    const auto now = Clock::now();
    if (phase == phase_ && done != total_ && now - last_ < kReportEvery) return;
    phase_ = phase;
    last_ = now;
    options_.progress({phase, done, total_});
  }

 private:
  const PullOptions& options_;
  uint64_t total_;
  Phase phase_ = Phase::kWaiting;
  Clock::time_point last_ = {};
};

// Waits for the blob's lock while another program works on it, showing that one's progress.
Result<os::File> WaitForLock(const Store& store, const CatalogueEntry& row,
                             const PullOptions& options, Reporter& reporter) {
  HEARTH_ASSIGN(os::File lock, os::File::OpenWrite(store.LockPath(row.sha256)));
  while (true) {
    HEARTH_ASSIGN(const bool locked, lock.Lock(/*wait=*/false));
    if (locked) return lock;
    if (Cancelled(options)) return Fail(Code::kCancelled, msg::kHubCancelled);
    const auto partial = os::File::OpenRead(store.PartialPath(row.sha256));
    reporter.Report(Phase::kWaiting, partial ? partial->Size().value_or(0) : 0);
    std::this_thread::sleep_for(kLockPoll);
  }
}

// Fetches from one source until the blob is complete and has the right hash.
Status FetchFrom(const Store& store, const SourceKind& kind, FetchContext& context) {
  BlobWriter& blob = context.blob;
  HEARTH_TRY(
      store.CheckDisk(context.model.name, blob.size() - blob.available() + kind.scratch(context)));
  const bool resumed = blob.available() > 0;
  HEARTH_TRY(kind.fetch(context));
  Status finished = blob.Finish(context.model.sha256, context.model.name);
  if (finished || !resumed || finished.error().code() != Code::kDataLoss) return finished;
  // The bytes of an earlier call may have been the wrong ones: once more from the beginning.
  HEARTH_TRY(kind.fetch(context));
  return blob.Finish(context.model.sha256, context.model.name);
}

// True when trying another source makes no sense: the reason is on this side.
bool IsOurs(Code code) {
  return code == Code::kCancelled || code == Code::kResourceExhausted;
}

// Goes through the sources in order; returns the kind that delivered.
Result<std::string> FetchFromAny(const Store& store, const CatalogueEntry& row,
                                 const PullOptions& options, BlobWriter& blob, Reporter& reporter) {
  const auto say = [&](std::string_view kind, const Error* why_not) {
    if (options.on_source) options.on_source(kind, why_not);
  };
  std::string reasons;
  for (const Source& source : row.sources) {
    FetchContext context{.model = row,
                         .source = source,
                         .settings = options.settings,
                         .blob = blob,
                         .staging = store.StagingPath(row.sha256),
                         .progress =
                             [&](uint64_t done) {
                               const bool checking = done < blob.available();
                               reporter.Report(checking ? Phase::kChecking : Phase::kFetching,
                                               done);
                             },
                         .cancel = options.cancel};
    const SourceKind* kind = FindSourceKind(source.kind);
    Status status = kind != nullptr ? kind->probe(context)
                                    : Fail(Code::kUnimplemented, msg::kHubSourceKind, source.kind);
    if (status) {
      say(source.kind, nullptr);
      status = FetchFrom(store, *kind, context);
    }
    if (status) return source.kind;
    if (Cancelled(options)) return Fail(Code::kCancelled, msg::kHubCancelled);
    if (IsOurs(status.error().code())) return std::unexpected(std::move(status).error());
    say(source.kind, &status.error());
    reasons += fmt::format("\n  {}: {}", source.kind, status.error().Text());
    if (row.sources.size() == 1) return std::unexpected(std::move(status).error());
  }
  return Fail(Code::kUnavailable, msg::kHubNoSource, row.name, reasons);
}

}  // namespace

Result<Model> Pull(Store& store, std::string_view name, const PullOptions& options) {
  if (!ValidName(name)) return Fail(Code::kInvalidArgument, msg::kHubName, name);
  HEARTH_ASSIGN(const auto catalogue, Catalogue(store.folder()));
  const CatalogueEntry* row = Find(catalogue, name);
  if (row == nullptr) return Fail(Code::kNotFound, msg::kHubUnknown, name);
  if (auto here = store.Resolve(row->name)) {
    if (here->sha256 != row->sha256) return Fail(Code::kAlreadyExists, msg::kHubTaken, row->name);
    return here;
  }
  HEARTH_TRY(store.MakeFolders());
  Reporter reporter(options, row->size);
  HEARTH_ASSIGN(const os::File lock, WaitForLock(store, *row, options, reporter));

  Model model{.name = row->name,
              .path = store.BlobPath(row->sha256),
              .size = row->size,
              .sha256 = row->sha256,
              .license = row->license,
              .description_en = row->description_en,
              .description_zh = row->description_zh,
              .source = "store"};
  const auto there = os::File::OpenRead(model.path);
  const bool complete = there && there->Size().value_or(0) == row->size;
  if (!complete) {
    const std::string partial = store.PartialPath(row->sha256);
    HEARTH_ASSIGN(BlobWriter blob, BlobWriter::Open(partial, row->size));
    auto source = FetchFromAny(store, *row, options, blob, reporter);
    const Status cleaned = os::RemoveTree(store.StagingPath(row->sha256));
    if (!source && blob.available() == 0) HEARTH_TRY(os::RemoveFile(partial));
    if (!source) return std::unexpected(std::move(source).error());
    HEARTH_TRY(cleaned);
    model.source = *source;
    HEARTH_TRY(os::Rename(partial, model.path));
  }
  HEARTH_TRY(store.WriteManifest(model));
  reporter.Report(Phase::kFetching, row->size);
  return model;
}

}  // namespace hearth::hub
