// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "command.h"
#include "engine/engine.h"
#include "hub/hub.h"
#include "messages_talk.h"
#include "printable.h"
#include "talk.h"

namespace hearth::app {
namespace {

using Json = nlohmann::ordered_json;

struct ContextNeed {
  int32_t context;
  engine::MemoryPlan plan;
};

// The memory need at several contexts, up to what the model was trained for.
Result<std::vector<ContextNeed>> Needs(const hub::Model& model, const engine::ModelInfo& info,
                                       const SettingValues& values) {
  std::vector<int32_t> contexts;
  if (values.ctx > 0) {
    contexts.push_back(static_cast<int32_t>(values.ctx));
  } else {
    for (const int32_t n : {2048, 4096, 8192, 32768, 131072}) {
      if (n < info.trained_context) contexts.push_back(n);
    }
    contexts.push_back(info.trained_context);
  }
  std::vector<ContextNeed> needs;
  for (const int32_t n : contexts) {
    HEARTH_ASSIGN(engine::MemoryPlan plan,
                  engine::Engine::Plan(model.path, n, KvOf(values), PrecisionOf(values)));
    needs.push_back({n, std::move(plan)});
  }
  return needs;
}

Json ToJson(const hub::Model& model, const engine::ModelInfo& info,
            const std::vector<ContextNeed>& needs) {
  Json types = Json::array();
  for (const auto& group : info.types) {
    types.push_back({{"type", group.type}, {"tensors", group.tensors}, {"bytes", group.bytes}});
  }
  Json memory = Json::array();
  for (const ContextNeed& need : needs) {
    Json lines = Json::object();
    for (const engine::MemoryLine& line : need.plan.lines) lines[line.what] = line.bytes;
    memory.push_back({{"context", need.context}, {"bytes", need.plan.total}, {"lines", lines}});
  }
  return {{"model", model.name},
          {"path", model.path},
          {"name", info.name},
          {"architecture", info.architecture},
          {"license", info.license.empty() ? model.license : info.license},
          {"parameters", info.parameters},
          {"bytes", info.file_bytes},
          {"layers", info.layers},
          {"width", info.width},
          {"heads", info.heads},
          {"kv_heads", info.kv_heads},
          {"head_size", info.head_size},
          {"feed_forward", info.feed_forward},
          {"vocabulary", info.vocabulary},
          {"trained_context", info.trained_context},
          {"types", types},
          {"chat_template", info.chat_template},
          {"memory", memory}};
}

// The engine names the parts of its memory in English; people read them in their language.
std::string PartText(std::string_view what) {
  struct Part {
    std::string_view what;
    const Message& text;
  };
  constexpr Part kParts[] = {{"weights", msg::kPartWeights},
                             {"KV cache", msg::kPartKvCache},
                             {"scratch", msg::kPartScratch},
                             {"vocabulary", msg::kPartVocabulary},
                             {"program", msg::kPartProgram}};
  for (const Part& part : kParts) {
    if (part.what == what) return Console::Text(part.text);
  }
  return std::string(what);
}

std::string LinesText(const engine::MemoryPlan& plan) {
  std::string out;
  for (const engine::MemoryLine& line : plan.lines) {
    out += (out.empty() ? "" : ", ") + PartText(line.what) + " " +
           BytesText(static_cast<double>(line.bytes));
  }
  return out;
}

void PrintTable(Console& console, const hub::Model& model, const engine::ModelInfo& info,
                const std::vector<ContextNeed>& needs) {
  const auto line = [&](const Message& what, const std::string& text) {
    constexpr int kLabelColumns = 14;
    console.Out(console.Bold(Padded(Console::Text(what), kLabelColumns)) + Printable(text) + "\n");
  };
  line(msg::kShowName, info.name.empty() ? model.name : info.name);
  line(msg::kShowArchitecture, info.architecture);
  line(msg::kShowParameters, fmt::format("{:.2f} B", static_cast<double>(info.parameters) * 1e-9));
  const std::string& license = info.license.empty() ? model.license : info.license;
  line(msg::kShowLicense, license.empty() ? "?" : license);
  line(msg::kShowFile,
       fmt::format("{}, {}", BytesText(static_cast<double>(info.file_bytes)), model.path));
  line(msg::kShowShape,
       Console::Text(msg::kShowShapeText, info.layers, info.width, info.heads, info.kv_heads,
                     info.head_size, info.feed_forward, info.vocabulary));
  line(msg::kShowContext, Console::Text(msg::kShowContextText, info.trained_context));
  for (const auto& group : info.types) {
    line(msg::kShowTypes, Console::Text(msg::kShowTypesText, group.type, group.tensors,
                                        BytesText(static_cast<double>(group.bytes))));
  }
  line(msg::kShowTemplate, info.chat_template.empty()
                               ? Console::Text(msg::kShowTemplateNone)
                               : Console::Text(msg::kShowTemplateText, info.chat_template.size()));
  for (const ContextNeed& need : needs) {
    line(msg::kShowMemory,
         Console::Text(msg::kShowMemoryText, need.context,
                       BytesText(static_cast<double>(need.plan.total)), LinesText(need.plan)));
  }
}

}  // namespace

Status RunShow(Console& console, std::vector<std::string> words) {
  std::string name;
  bool json = false;
  bool only_template = false;
  SettingValues values;
  Args args("show", msg::kHelpShow);
  args.Positional("MODEL", &name, msg::kModelArg, true);
  args.Switch("--json", &json, msg::kJsonFlag);
  args.Switch("--template", &only_template, msg::kShowTemplateFlag);
  args.Settings(settings::kSession | settings::kLoad, &values);
  HEARTH_ASSIGN(const bool go, args.Parse(console, std::move(words)));
  if (!go) return {};
  HEARTH_ASSIGN(const hub::Store store, hub::Store::Open());
  HEARTH_ASSIGN(const hub::Model model, store.Resolve(name));
  HEARTH_ASSIGN(const engine::ModelInfo info, engine::Engine::Inspect(model.path));
  if (only_template) {
    console.Out(console.out_is_terminal() ? Printable(info.chat_template) + "\n"
                                          : info.chat_template);
    return {};
  }
  HEARTH_ASSIGN(const std::vector<ContextNeed> needs, Needs(model, info, values));
  if (json) {
    console.Out(ToJson(model, info, needs).dump(2, ' ', false, Json::error_handler_t::replace) +
                "\n");
  } else {
    PrintTable(console, model, info, needs);
  }
  return {};
}

}  // namespace hearth::app
