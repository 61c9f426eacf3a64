// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/cancel.h"
#include "base/result.h"
#include "hub/blob_writer.h"
#include "hub/catalogue.h"

namespace hearth::hub {

// How sources are reached. The defaults are the product; tests shorten the times.
struct SourceSettings {
  std::string hf_endpoint = "https://huggingface.co";
  std::string
      hf_token;  // sent to https://huggingface.co only, never to a mirror or after a redirect
  std::vector<std::vector<std::string>> pip_commands = {
      {"python3", "-m", "pip"}, {"pip3"}, {"pip"}};
  int pip_parallel = 3;
  int attempts = 5;  // in a row without a new megabyte
  std::chrono::milliseconds probe_timeout{5000};
  std::chrono::milliseconds connect_timeout{15000};
  std::chrono::milliseconds stall_timeout{60000};
  // Longer: a mirror of packages may fetch a whole file itself before it sends the first byte.
  std::chrono::milliseconds pip_stall_timeout{120000};
  std::chrono::milliseconds retry_pause{1000};  // doubles at each attempt

  // HF_ENDPOINT and HF_TOKEN, read when called.
  static SourceSettings FromEnvironment();
};

// What a source needs for one fetch.
struct FetchContext {
  const CatalogueEntry& model;
  const Source& source;
  const SourceSettings& settings;
  BlobWriter& blob;
  std::string staging;                     // folder for temporary files, exclusively ours
  std::function<void(uint64_t)> progress;  // bytes of the whole model
  const CancelToken* cancel = nullptr;
};

// A kind of source. Both functions are called from one thread with the blob's lock held.
struct SourceKind {
  std::string_view name;
  // Quick: can this machine reach the source now? The error says why not.
  Status (*probe)(const FetchContext&);
  // Bytes of disk it needs beside the blob.
  uint64_t (*scratch)(const FetchContext&);
  // Appends to `blob` until it has all bytes. May call blob.StartAt first to begin at a boundary.
  Status (*fetch)(FetchContext&);
};

// A source of another kind is one more file and one more row.
std::span<const SourceKind> SourceKinds();
const SourceKind* FindSourceKind(std::string_view name);  // nullptr: not known to this version

namespace huggingface {
Status Probe(const FetchContext& context);
uint64_t Scratch(const FetchContext& context);
Status Fetch(FetchContext& context);
}  // namespace huggingface

namespace python_packages {
Status Probe(const FetchContext& context);
uint64_t Scratch(const FetchContext& context);
Status Fetch(FetchContext& context);
}  // namespace python_packages

}  // namespace hearth::hub
