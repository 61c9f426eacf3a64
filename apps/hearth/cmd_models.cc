// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "command.h"
#include "engine/engine.h"
#include "hub/hub.h"
#include "messages_models.h"
#include "printable.h"
#include "talk.h"
#include "terminal.h"

namespace hearth::app {
namespace {

using Json = nlohmann::ordered_json;

Json ToJson(const hub::Model& model) {
  return {{"name", model.name},
          {"path", model.path},
          {"bytes", model.size},
          {"sha256", model.sha256},
          {"license", model.license},
          {"source", model.source},
          {"description", model.description_en}};
}

Json ToJson(const hub::CatalogueEntry& entry) {
  return {{"name", entry.name},       {"aliases", entry.aliases},
          {"bytes", entry.size},      {"sha256", entry.sha256},
          {"license", entry.license}, {"description", entry.description_en}};
}

// One model as a line of the list; the description takes what is left of the terminal.
void PrintRow(Console& console, const std::string& name, uint64_t bytes, const std::string& license,
              const std::string& description) {
  const std::string head = "  " + Padded(name, 24) + " " +
                           Padded(BytesText(static_cast<double>(bytes)), 9) + "  " +
                           Padded(license, 12) + " ";
  const std::string text = Printable(description);
  const int left = TerminalColumns() - DisplayWidth(head);
  console.Out(head + (console.out_is_terminal() && left > 20 ? Shortened(text, left) : text) +
              "\n");
}

template <typename T>
const std::string& Description(const T& row) {
  return CurrentLang() == Lang::kChinese ? row.description_zh : row.description_en;
}

// What the progress line says in each phase.
std::string PhaseText(hub::PullProgress::Phase phase, std::string_view name) {
  using Phase = hub::PullProgress::Phase;
  return Console::Text(phase == Phase::kWaiting    ? msg::kPullWaiting
                       : phase == Phase::kChecking ? msg::kPullChecking
                                                   : msg::kPullFetching,
                       name);
}

// Parses a command that takes one NAME and --json.
Result<bool> ParseNameAndJson(Console& console, std::string_view command, const Message& help,
                              std::vector<std::string> words, std::string& name, bool& json) {
  Args args(command, help);
  args.Positional("NAME", &name, msg::kNameArg, true);
  args.Switch("--json", &json, msg::kJsonFlag);
  return args.Parse(console, std::move(words));
}

}  // namespace

Status RunPull(Console& console, std::vector<std::string> words) {
  std::string name;
  bool json = false;
  HEARTH_ASSIGN(const bool go,
                ParseNameAndJson(console, "pull", msg::kHelpPull, std::move(words), name, json));
  if (!go) return {};
  HEARTH_ASSIGN(hub::Store store, hub::Store::Open());
  CancelToken cancel;
  const InterruptScope interrupt(cancel);
  hub::PullOptions options;
  options.cancel = &cancel;
  hub::Model model;
  {
    Progress progress(console, PhaseText(hub::PullProgress::Phase::kFetching, name), true);
    options.progress = [&](const hub::PullProgress& p) {
      progress.SetText(PhaseText(p.phase, name));
      progress.Update(static_cast<double>(p.done), static_cast<double>(p.total), true);
    };
    options.on_source = [&](std::string_view kind, const Error* why_not) {
      if (why_not == nullptr) {
        console.Note(msg::kSourceUsed, name, kind);
      } else {
        console.Note(msg::kSourcePassed, name, kind, Printable(why_not->Text()));
      }
    };
    HEARTH_ASSIGN(model, hub::Pull(store, name, options));
  }
  if (json) {
    console.Out(ToJson(model).dump(2) + "\n");
  } else {
    console.OutLine(msg::kPulled, model.name, BytesText(static_cast<double>(model.size)));
  }
  return {};
}

Status RunList(Console& console, std::vector<std::string> words) {
  bool json = false;
  Args args("list", msg::kHelpList);
  args.Switch("--json", &json, msg::kJsonFlag);
  HEARTH_ASSIGN(const bool go, args.Parse(console, std::move(words)));
  if (!go) return {};
  HEARTH_ASSIGN(const hub::Store store, hub::Store::Open());
  HEARTH_ASSIGN(const std::vector<hub::Model> models, store.List());
  HEARTH_ASSIGN(const std::vector<hub::CatalogueEntry> catalogue, hub::Catalogue());
  if (json) {
    Json object = {{"models", Json::array()}, {"catalogue", Json::array()}};
    for (const hub::Model& model : models) object["models"].push_back(ToJson(model));
    for (const hub::CatalogueEntry& entry : catalogue) object["catalogue"].push_back(ToJson(entry));
    console.Out(object.dump(2) + "\n");
    return {};
  }
  console.Out(console.Bold(Console::Text(msg::kListHere)) + "\n");
  if (models.empty()) console.OutLine(msg::kListNone);
  for (const hub::Model& m : models) PrintRow(console, m.name, m.size, m.license, Description(m));
  const auto is_here = [&](const hub::CatalogueEntry& entry) {
    return std::ranges::any_of(models, [&](const hub::Model& m) { return m.name == entry.name; });
  };
  console.Out("\n" + console.Bold(Console::Text(msg::kListCatalogue)) + "\n");
  for (const hub::CatalogueEntry& e : catalogue) {
    if (!is_here(e)) PrintRow(console, e.name, e.size, e.license, Description(e));
  }
  return {};
}

Status RunRemove(Console& console, std::vector<std::string> words) {
  std::string name;
  bool json = false;
  HEARTH_ASSIGN(const bool go, ParseNameAndJson(console, "remove", msg::kHelpRemove,
                                                std::move(words), name, json));
  if (!go) return {};
  HEARTH_ASSIGN(hub::Store store, hub::Store::Open());
  HEARTH_TRY(store.Remove(name));
  engine::Engine::PrunePacked(PackedFolder());
  if (json) {
    console.Out(Json{{"removed", name}}.dump(2) + "\n");
  } else {
    console.OutLine(msg::kRemoved, name);
  }
  return {};
}

}  // namespace hearth::app
