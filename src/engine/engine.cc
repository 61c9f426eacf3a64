// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/engine.h"

#include <algorithm>

#include "cpu/topology.h"
#include "engine/engine_impl.h"
#include "engine/messages.h"
#include "engine/plan.h"
#include "engine/session.h"

namespace hearth::engine {
namespace {

std::string Gigabytes(uint64_t bytes) {
  return fmt::format("{:.2f} GB", static_cast<double>(bytes) * 1e-9);
}

// 0: the default of sessions, or what the model was trained for when that is less.
Result<int32_t> ContextFor(int32_t context, int32_t trained) {
  if (context == 0) return std::min(SessionOptions().context, trained);
  if (context >= 1 && context <= trained) return context;
  return Fail(Code::kInvalidArgument, msg::kSessionContext, context, 1, trained);
}

// A refusal that people understand beats swapping for minutes.
Status CheckFits(const formats::Catalogue& catalogue, const models::DecoderConfig& config,
                 const LoadOptions& options, int threads) {
  HEARTH_ASSIGN(const int32_t context, ContextFor(options.context, config.trained_context));
  if (options.force) return {};
  HEARTH_ASSIGN(const MemoryPlan plan,
                PlanMemory(catalogue, config, context, SessionOptions().chunk, threads, options.kv,
                           options.precision, options.sessions));
  const os::MemoryInfo memory = os::Memory();
  if (plan.total <= memory.available) return {};
  return Fail(Code::kResourceExhausted, msg::kEngineNoRoom, models::FileName(catalogue), context,
              Gigabytes(plan.total), Gigabytes(memory.available));
}

// The packed cache file of a model.
std::string PackedPath(const std::string& folder, const ModelHash& hash) {
  return fmt::format("{}/{:016x}{:016x}.packed", folder, hash[0], hash[1]);
}

}  // namespace

Engine::Engine(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Engine::~Engine() = default;

Result<std::shared_ptr<const Engine>> Engine::Load(const std::string& path,
                                                   const LoadOptions& options) {
  HEARTH_ASSIGN(formats::Catalogue catalogue, formats::OpenModel(path));
  auto impl = std::make_unique<Impl>();
  impl->path = path;
  impl->precision = options.precision;
  HEARTH_ASSIGN(impl->config, models::ReadConfig(catalogue));
  HEARTH_ASSIGN(impl->info, Describe(catalogue, impl->config));
  const cpu::ProcessorTable processors = cpu::ReadProcessors();
  const int threads = options.threads > 0 ? options.threads : cpu::DefaultThreads(processors);
  HEARTH_TRY(CheckFits(catalogue, impl->config, options, threads));
  HEARTH_ASSIGN(impl->tokenizer, text::Tokenizer::FromCatalogue(catalogue));
  if (impl->tokenizer->vocabulary_size() > impl->config.vocabulary) {
    return Fail(Code::kDataLoss, msg::kEngineVocabulary, path, impl->tokenizer->vocabulary_size(),
                impl->config.vocabulary);
  }
  if (!impl->info.chat_template.empty()) {
    HEARTH_ASSIGN(impl->chat_template, text::ChatTemplate::Parse(impl->info.chat_template));
  }
  HEARTH_ASSIGN(impl->hash, HashModel(catalogue));
  catalogue.metadata.clear();  // token texts are in the tokenizer now
  impl->team = std::make_unique<ThreadTeam>(cpu::PlanTeam(processors, threads));
  impl->packed_folder = options.packed_folder;
  models::WeightLoading loading = {impl->team.get(), options.progress, options.cancel, {}, {}};
  if (!options.packed_folder.empty()) {
    loading.packed = PackedPath(options.packed_folder, impl->hash);
    loading.identity = impl->hash[1] ^ catalogue.total_bytes;
  }
  HEARTH_ASSIGN(impl->weights, models::LoadWeights(catalogue, impl->config, loading));
  // From here on the files are not needed. Weights of two versions would answer nonsense.
  for (const os::File& file : catalogue.files) HEARTH_TRY(file.CheckUnchanged());
  return std::shared_ptr<const Engine>(new Engine(std::move(impl)));
}

Status Engine::Impl::Reserve(int32_t chunk) const {
  const std::lock_guard lock(turn);
  if (scratch.kernels != nullptr && scratch.shape.chunk >= chunk) return {};
  HEARTH_ASSIGN(scratch, models::DecoderScratch::Allocate(
                             config, {.chunk = chunk,
                                      .threads = team->size(),
                                      .precise = precision == Precision::kFloat32}));
  return {};
}

Result<std::span<const models::KeyBasis>> Engine::Impl::KeyBases() const {
  const std::lock_guard lock(turn);
  if (key_bases.empty()) {
    HEARTH_ASSIGN(key_bases, models::KeyBases(config, *weights, *team));
  }
  return std::span(std::as_const(key_bases));
}

Result<ModelInfo> Engine::Inspect(const std::string& path) {
  HEARTH_ASSIGN(const formats::Catalogue catalogue, formats::OpenModel(path));
  HEARTH_ASSIGN(const models::DecoderConfig config, models::ReadConfig(catalogue));
  return Describe(catalogue, config);
}

Result<MemoryPlan> Engine::Plan(const std::string& path, int32_t context, KvType kv,
                                Precision precision, int32_t sessions) {
  HEARTH_ASSIGN(const formats::Catalogue catalogue, formats::OpenModel(path));
  HEARTH_ASSIGN(const models::DecoderConfig config, models::ReadConfig(catalogue));
  HEARTH_ASSIGN(const int32_t tokens, ContextFor(context, config.trained_context));
  return PlanMemory(catalogue, config, tokens, SessionOptions().chunk,
                    cpu::DefaultThreads(cpu::ReadProcessors()), kv, precision, sessions);
}

bool Engine::from_packed() const {
  return impl_->weights->mapped;
}

Status Engine::SavePacked() const {
  if (impl_->packed_folder.empty() || impl_->weights->mapped) return {};
  HEARTH_TRY(os::MakeFolders(impl_->packed_folder));
  models::PrunePacked(impl_->packed_folder);
  const os::Pages& arena = impl_->weights->arena;
  return models::SavePacked(PackedPath(impl_->packed_folder, impl_->hash), impl_->weights->key,
                            impl_->path, {arena.data(), arena.size()});
}

void Engine::PrunePacked(const std::string& packed_folder) {
  models::PrunePacked(packed_folder);
}

const ModelInfo& Engine::info() const {
  return impl_->info;
}
const text::Tokenizer& Engine::tokenizer() const {
  return *impl_->tokenizer;
}
const text::ChatTemplate* Engine::chat_template() const {
  return impl_->chat_template ? &*impl_->chat_template : nullptr;
}
int Engine::threads() const {
  return impl_->team->size();
}

}  // namespace hearth::engine
