// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
// hearth_long_run [SECONDS [SEED]]: random sessions on tiny random models for that long, from
// several threads at once: open, prompt, reuse, cancel, save, load, truncate, ask the impossible.
// Answers are compared with those of fresh sessions, and memory must not grow. Exit code 0: all was
// well.
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <thread>

#include "base/os.h"
#include "base/random.h"
#include "engine/session.h"
#include "formats/random_model.h"

namespace {

using namespace hearth;  // NOLINT: a program of one file
using engine::Answer;
using engine::Engine;
using engine::Finish;
using engine::GenerateOptions;
using engine::Session;
using engine::SessionOptions;
using text::Token;
using Clock = std::chrono::steady_clock;
using Tokens = std::vector<Token>;

constexpr int kClients = 3;
constexpr size_t kSessions = 3;       // of one client
constexpr int32_t kMaxContext = 320;  // tokens
// What the peak may grow after a fifth of the time: allocator slack, not a leak of sessions.
constexpr uint64_t kGrowth = uint64_t{24} << 20;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kInstrumented = true;
#elif defined(__has_feature)
constexpr bool kInstrumented = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
constexpr bool kInstrumented = false;
#endif

struct Model {
  std::string name;
  std::shared_ptr<const Engine> engine;
  // Float mode computes a token alike in any batch, so every answer has one right value. In default
  // mode a matrix unit rounds otherwise than single steps do; there only whole prompts compare.
  bool exact;
};

struct Counts {
  uint64_t answers = 0, reused = 0, compared = 0, cancelled = 0, saved = 0, refused = 0, opened = 0;
  void Add(const Counts& more) {
    answers += more.answers;
    reused += more.reused;
    compared += more.compared;
    cancelled += more.cancelled;
    saved += more.saved;
    refused += more.refused;
    opened += more.opened;
  }
};

[[noreturn]] void Die(const std::string& what) {
  static std::mutex first;
  first.lock();  // never released: one report is enough
  std::fprintf(stderr, "hearth_long_run: %s\n", what.c_str());
  std::_Exit(1);
}

template <typename T>
T Need(Result<T> result, const char* what) {
  if (!result) Die(fmt::format("{}: {}", what, result.error().Text()));
  return *std::move(result);
}

// One thread with sessions of its own; what it does follows from its seed.
class Client {
 public:
  Client(const std::vector<Model>& models, std::string folder, uint64_t seed, uint64_t number)
      : models_(models),
        file_(fmt::format("{}/{}.session", folder, number)),
        number_(number),
        random_(seed, number) {}

  void Run(Clock::time_point until) {
    for (step_ = 0; step_ == 0 || Clock::now() < until; ++step_) {
      if (open_.size() < kSessions && (open_.empty() || Draw(8) == 0)) Open();
      Held& held = open_[Draw(open_.size())];
      switch (Draw(10)) {
        case 0:
          Close(held);
          break;
        case 1:
          held.session->Clear();
          break;
        case 2:
          SaveAndLoad(held);
          break;
        case 3:
          AskTheImpossible(held);
          break;
        case 4:
          Cancelled(held);
          break;
        default:
          Talk(held, Prompt(held));
      }
    }
    open_.clear();
  }

  const Counts& counts() const { return counts_; }

 private:
  struct Held {
    const Model* model;
    SessionOptions options;
    std::unique_ptr<Session> session;
  };

  uint32_t Draw(size_t bound) { return random_.Next() % static_cast<uint32_t>(bound); }

  void Check(bool good, const Held& held, const char* what) const {
    if (good) return;
    Die(fmt::format("client {}, step {}, {}, context {}, chunk {}: {}", number_, step_,
                    held.model->name, held.options.context, held.options.chunk, what));
  }

  std::unique_ptr<Session> Fresh(const Held& held) const {
    return Need(Session::Open(held.model->engine, held.options), "open");
  }

  void Open() {
    constexpr int32_t kChunks[] = {1, 7, 16, 64, 512};
    Held held = {.model = &models_[Draw(models_.size())], .options = {}, .session = nullptr};
    held.options.context = 8 + static_cast<int32_t>(Draw(kMaxContext - 8));
    held.options.chunk = kChunks[Draw(std::size(kChunks))];
    held.options.kv = Draw(2) == 0 ? engine::KvType::kF16 : engine::KvType::kInt8;
    held.session = Fresh(held);
    open_.push_back(std::move(held));
    ++counts_.opened;
  }

  void Close(Held& held) {
    if (&held != &open_.back()) std::swap(held, open_.back());
    open_.pop_back();
  }

  Tokens RandomTokens(size_t count) {
    Tokens tokens(count);
    for (Token& token : tokens) token = static_cast<Token>(Draw(512));
    return tokens;
  }

  // A new beginning, or a part of what is cached with another end. Leaves room for an answer.
  Tokens Prompt(const Held& held) {
    const size_t room = static_cast<size_t>(held.options.context) - 1;
    Tokens prompt;
    if (Draw(3) != 0) {
      const auto cached = held.session->tokens();
      const size_t keep = std::min(room - 1, static_cast<size_t>(Draw(cached.size() + 1)));
      prompt.assign(cached.begin(), cached.begin() + static_cast<std::ptrdiff_t>(keep));
    }
    const Tokens tail = RandomTokens(1 + Draw(std::min<size_t>(room - prompt.size(), 100)));
    prompt.insert(prompt.end(), tail.begin(), tail.end());
    return prompt;
  }

  GenerateOptions Options() {
    GenerateOptions options;
    options.sampler.temperature = Draw(2) == 0 ? 0.0f : 1.0f;
    options.sampler.seed = Draw(1000);
    options.max_tokens = static_cast<int32_t>(Draw(24));
    if (Draw(4) == 0) options.stop = {"e", "th"};
    if (Draw(4) == 0) options.logprobs = 3;
    return options;
  }

  static bool Same(const Answer& a, const Answer& b) {
    return a.tokens == b.tokens && a.text == b.text && a.finish == b.finish;
  }

  void Talk(Held& held, const Tokens& prompt) {
    const GenerateOptions options = Options();
    const Answer answer = Need(held.session->Generate(prompt, options), "answer");
    ++counts_.answers;
    if (answer.timings.cached_tokens > 0) ++counts_.reused;
    Check(held.session->tokens().size() <= static_cast<size_t>(held.options.context), held,
          "more tokens than the context");
    if (!held.model->exact && answer.timings.cached_tokens > 0) return;
    Check(Same(answer, Need(Fresh(held)->Generate(prompt, options), "fresh answer")), held,
          "a fresh session answers otherwise");
    ++counts_.compared;
  }

  // Stops somewhere; what came until then is the beginning of the whole answer, and the session
  // goes on as if nothing had been.
  void Cancelled(Held& held) {
    const Tokens prompt = Prompt(held);
    GenerateOptions options = Options();
    CancelToken cancel;
    uint32_t left = Draw(6);
    const auto count = [&] {
      if (left-- == 0) cancel.Cancel();
    };
    options.cancel = &cancel;
    options.on_text = [&](std::string_view) { count(); };
    options.on_prefill = [&](int32_t, int32_t) { count(); };
    const Answer part = Need(held.session->Generate(prompt, options), "cancelled answer");
    if (part.finish == Finish::kCancelled) ++counts_.cancelled;
    if (held.model->exact) {
      options.cancel = nullptr;
      options.on_text = {};
      options.on_prefill = {};
      const Answer whole = Need(Fresh(held)->Generate(prompt, options), "fresh answer");
      Check(part.tokens.size() <= whole.tokens.size() &&
                std::equal(part.tokens.begin(), part.tokens.end(), whole.tokens.begin()),
            held, "a cancelled answer is not the beginning of the whole one");
      ++counts_.compared;
    }
    Talk(held, Prompt(held));
  }

  void SaveAndLoad(Held& held) {
    if (held.session->tokens().empty()) return;
    const Status saved = held.session->Save(file_);
    if (!saved) Die(saved.error().Text());
    Held copy = {held.model, held.options, Fresh(held)};
    const Status loaded = copy.session->Load(file_);
    if (!loaded) Die(loaded.error().Text());
    Check(std::ranges::equal(copy.session->tokens(), held.session->tokens()), held,
          "loaded tokens differ");
    const Tokens prompt = Prompt(held);
    const GenerateOptions options = Options();
    Check(Same(Need(held.session->Generate(prompt, options), "answer"),
               Need(copy.session->Generate(prompt, options), "loaded answer")),
          held, "a loaded session answers otherwise");
    ++counts_.saved;
    if (Draw(2) == 0) std::swap(held.session, copy.session);
  }

  void AskTheImpossible(Held& held) {
    const Tokens before(held.session->tokens().begin(), held.session->tokens().end());
    const Tokens requests[] = {
        {}, {-1}, {1 << 20}, RandomTokens(static_cast<size_t>(held.options.context))};
    const Tokens& request = requests[Draw(std::size(requests))];
    Check(!held.session->Generate(request, {}), held, "an impossible prompt was answered");
    Check(!held.session->Logits(request, -1), held, "impossible logits were given");
    Check(std::ranges::equal(held.session->tokens(), before), held, "an error changed the session");
    ++counts_.refused;
  }

  const std::vector<Model>& models_;
  const std::string file_;
  const uint64_t number_;
  Philox random_;
  std::vector<Held> open_;
  Counts counts_;
  uint64_t step_ = 0;
};

std::vector<Model> LoadModels(const std::string& folder) {
  std::vector<Model> models;
  for (const char* preset : {"tiny-llama", "tiny-qwen2", "tiny-gemma3"}) {
    const std::string path = fmt::format("{}/{}.gguf", folder, preset);
    const Status written =
        formats::WriteRandomModel(path, *formats::FindRandomModelPreset(preset), "Q4_K_M", 1);
    if (!written) Die(written.error().Text());
    for (const bool exact : {true, false}) {
      engine::LoadOptions options;
      options.threads = exact ? 1 : 2;
      options.precision = exact ? engine::Precision::kFloat32 : engine::Precision::kDefault;
      models.push_back({fmt::format("{} {}", preset, exact ? "f32" : "default"),
                        Need(Engine::Load(path, options), "load"), exact});
    }
  }
  return models;
}

Counts RunFor(const std::vector<Model>& models, const std::string& folder, double seconds,
              uint64_t seed) {
  const auto until = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                        std::chrono::duration<double>(seconds));
  std::vector<std::unique_ptr<Client>> clients;
  std::vector<std::thread> threads;
  for (uint64_t i = 0; i < kClients; ++i) {
    clients.push_back(std::make_unique<Client>(models, folder, seed, i));
    threads.emplace_back([client = clients.back().get(), until] { client->Run(until); });
  }
  for (std::thread& thread : threads) thread.join();
  Counts counts;
  for (const auto& client : clients) counts.Add(client->counts());
  return counts;
}

uint64_t Number(const char* text, uint64_t otherwise) {
  if (text == nullptr) return otherwise;
  uint64_t value = 0;
  const std::string_view digits = text;
  const auto [end, error] = std::from_chars(digits.begin(), digits.end(), value);
  if (error != std::errc() || end != digits.end()) Die("usage: hearth_long_run [SECONDS [SEED]]");
  return value;
}

}  // namespace

int main(int argc, char** argv) {
  const auto seconds = static_cast<double>(Number(argc > 1 ? argv[1] : nullptr, 60));
  const uint64_t seed = Number(argc > 2 ? argv[2] : nullptr, 1);
  std::string folder = (std::filesystem::temp_directory_path() / "hearth_long_run.XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) Die("no folder for temporary files");
  const std::vector<Model> models = LoadModels(folder);
  Counts counts = RunFor(models, folder, seconds / 5, seed);
  const uint64_t before = os::PeakResident();
  counts.Add(RunFor(models, folder, seconds * 4 / 5, seed + 1));
  const uint64_t after = os::PeakResident();
  const Status removed = os::RemoveTree(folder);
  std::printf(
      "%llu answers (%llu with a reused beginning), %llu compared with fresh sessions, %llu "
      "cancelled, "
      "%llu saved and loaded, %llu refused, %llu sessions; peak memory %.1f -> %.1f MB\n",
      static_cast<unsigned long long>(counts.answers),
      static_cast<unsigned long long>(counts.reused),
      static_cast<unsigned long long>(counts.compared),
      static_cast<unsigned long long>(counts.cancelled),
      static_cast<unsigned long long>(counts.saved),
      static_cast<unsigned long long>(counts.refused),
      static_cast<unsigned long long>(counts.opened), static_cast<double>(before) * 1e-6,
      static_cast<double>(after) * 1e-6);
  if (!removed) Die(removed.error().Text());
  if (!kInstrumented && after > before + kGrowth) Die("memory grows");
  return 0;
}
