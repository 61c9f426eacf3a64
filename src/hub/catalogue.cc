// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "hub/catalogue.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/checked.h"
#include "base/json.h"
#include "hub/builtin_catalogue.h"
#include "hub/messages.h"

namespace hearth::hub {
namespace {

constexpr uint64_t kFormat = 1;
constexpr size_t kMaxAliases = 16;
constexpr size_t kMaxText = 1000;  // bytes of a description

bool In(char c, std::string_view others, bool upper = false) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (upper && c >= 'A' && c <= 'Z') ||
         others.find(c) != others.npos;
}

bool All(std::string_view text, std::string_view others, bool upper = false) {
  return std::ranges::all_of(text, [&](char c) { return In(c, others, upper); });
}

bool Hex(std::string_view text, size_t digits) {
  return text.size() == digits && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

// A relative path of plain segments: none empty, none beginning with '.' or '-'.
bool PlainPath(std::string_view text, std::string_view others) {
  if (text.empty() || text.size() > 256) return false;
  size_t at = 0;
  while (true) {
    const size_t slash = text.find('/', at);
    const std::string_view segment = text.substr(at, slash - at);
    if (segment.empty() || segment[0] == '.' || segment[0] == '-' || !All(segment, others, true)) {
      return false;
    }
    if (slash == text.npos) return true;
    at = slash + 1;
  }
}

bool ValidRepository(std::string_view text) {
  return PlainPath(text, "._-") && std::ranges::count(text, '/') == 1;
}
bool ValidRevision(std::string_view text) {
  return Hex(text, 40);
}
bool ValidFile(std::string_view text) {
  return PlainPath(text, "._-+");
}
bool ValidMember(std::string_view text) {
  return PlainPath(text, "._-+*");
}
bool ValidPackage(std::string_view text) {
  return !text.empty() && text.size() <= 128 && In(text[0], "") && All(text, "-");
}
bool ValidVersion(std::string_view text) {
  return !text.empty() && text.size() <= 64 && text[0] >= '0' && text[0] <= '9' && All(text, ".+");
}
bool ValidKind(std::string_view text) {
  return !text.empty() && text.size() <= 64 && In(text[0], "") && All(text, "-");
}
bool ValidLicense(std::string_view text) {
  return !text.empty() && text.size() <= 64 && All(text, ".-+", true);
}
// Shown to people, so no control characters.
bool ValidText(std::string_view text) {
  return text.size() <= kMaxText && std::ranges::none_of(text, [](char c) {
           return static_cast<unsigned char>(c) < 32 || c == 127;
         });
}

// Reads the rows of one file; remembers where it is for the error.
class Reader {
 public:
  explicit Reader(std::string_view where) : where_(where) {}

  Result<CatalogueEntry> Entry(json::Value value, size_t index) {
    row_ = fmt::format("#{}", index + 1);
    CatalogueEntry entry;
    HEARTH_TRY(Text(value, "name", ValidName, entry.name));
    row_ = entry.name;
    HEARTH_TRY(Text(value, "license", ValidLicense, entry.license));
    HEARTH_TRY(Text(value, "sha256", ValidSha256, entry.sha256));
    HEARTH_TRY(Size(value, kMaxModelBytes, entry.size));
    const json::Value description = value["description"];
    if (description) {
      HEARTH_TRY(Text(description, "en", ValidText, entry.description_en));
      HEARTH_TRY(Text(description, "zh", ValidText, entry.description_zh));
    }
    HEARTH_TRY(Aliases(value["aliases"], entry.aliases));
    const auto sources = value["sources"].Items();
    if (sources.empty() || sources.size() > kMaxSources) return Wrong("sources");
    for (const json::Value& item : sources) {
      HEARTH_ASSIGN(Source source, ReadSource(item, entry.size));
      entry.sources.push_back(std::move(source));
    }
    return entry;
  }

  std::unexpected<Error> Wrong(std::string_view field) const {
    return Fail(Code::kInvalidArgument, msg::kHubCatalogue, where_, row_, field);
  }

 private:
  using Check = bool (*)(std::string_view);

  Status Text(json::Value value, std::string_view key, Check check, std::string& out) const {
    const auto text = value[key].AsString();
    if (!text || !check(*text)) return Wrong(key);
    out = *text;
    return {};
  }

  Status Size(json::Value value, uint64_t max, uint64_t& out) const {
    const auto size = value["size"].AsUint();
    if (!size || *size == 0 || *size > max) return Wrong("size");
    out = *size;
    return {};
  }

  Status Aliases(json::Value value, std::vector<std::string>& out) const {
    if (!value) return {};
    const auto items = value.Items();
    if (!value.is_array() || items.size() > kMaxAliases) return Wrong("aliases");
    for (const json::Value& item : items) {
      const auto text = item.AsString();
      if (!text || !ValidName(*text)) return Wrong("aliases");
      out.emplace_back(*text);
    }
    return {};
  }

  Result<Source> ReadSource(json::Value value, uint64_t model_size) const {
    Source source;
    HEARTH_TRY(Text(value, "kind", ValidKind, source.kind));
    if (source.kind == "huggingface") {
      HEARTH_TRY(Text(value, "repository", ValidRepository, source.repository));
      HEARTH_TRY(Text(value, "revision", ValidRevision, source.revision));
      HEARTH_TRY(Text(value, "file", ValidFile, source.file));
    } else if (source.kind == "python-packages") {
      HEARTH_TRY(Parts(value["parts"].Items(), model_size, source.parts));
    }
    return source;
  }

  Status Parts(const std::vector<json::Value>& items, uint64_t model_size,
               std::vector<Part>& out) const {
    if (items.empty() || items.size() > kMaxParts) return Wrong("parts");
    uint64_t sum = 0;
    for (const json::Value& item : items) {
      Part part;
      HEARTH_TRY(Text(item, "package", ValidPackage, part.package));
      HEARTH_TRY(Text(item, "version", ValidVersion, part.version));
      HEARTH_TRY(Text(item, "member", ValidMember, part.member));
      HEARTH_TRY(Text(item, "sha256", ValidSha256, part.sha256));
      HEARTH_TRY(Size(item, model_size, part.size));
      const auto total = CheckedAdd(sum, part.size);
      if (!total) return Wrong("size");
      sum = *total;
      out.push_back(std::move(part));
    }
    if (sum != model_size) return Wrong("parts");
    return {};
  }

  std::string_view where_;
  std::string row_;
};

Status CheckUnique(const std::vector<CatalogueEntry>& rows, std::set<std::string>& names,
                   std::string_view where) {
  const auto add = [&](const std::string& name) -> Status {
    if (names.insert(name).second) return {};
    return Fail(Code::kAlreadyExists, msg::kHubCatalogueTaken, where, name);
  };
  for (const CatalogueEntry& row : rows) {
    HEARTH_TRY(add(row.name));
    for (const std::string& alias : row.aliases) HEARTH_TRY(add(alias));
  }
  return {};
}

}  // namespace

bool ValidName(std::string_view name) {
  const size_t colon = name.find(':');
  const std::string_view model = name.substr(0, colon);
  if (model.empty() || model.size() > 64 || !In(model[0], "") || !All(model, "._-")) return false;
  if (colon == name.npos) return true;
  const std::string_view tag = name.substr(colon + 1);
  return !tag.empty() && tag.size() <= 64 && All(tag, "._-");
}

bool ValidSha256(std::string_view text) {
  return Hex(text, 64);
}

Result<std::vector<CatalogueEntry>> ParseCatalogue(std::string_view json, std::string_view where) {
  HEARTH_ASSIGN(const json::Document document,
                json::Document::Parse(json, where, kMaxCatalogueBytes, 16));
  const json::Value root = document.root();
  const auto format = root["format"].AsUint();
  if (!format || *format == 0)
    return Fail(Code::kInvalidArgument, msg::kHubCatalogue, where, "-", "format");
  if (*format > kFormat) return Fail(Code::kUnimplemented, msg::kHubNewer, where, *format);
  const auto items = root["models"].Items();
  if (!root["models"].is_array() || items.size() > kMaxCatalogueModels) {
    return Fail(Code::kInvalidArgument, msg::kHubCatalogue, where, "-", "models");
  }
  Reader reader(where);
  std::vector<CatalogueEntry> rows;
  for (size_t i = 0; i < items.size(); ++i) {
    HEARTH_ASSIGN(CatalogueEntry entry, reader.Entry(items[i], i));
    rows.push_back(std::move(entry));
  }
  std::set<std::string> names;
  HEARTH_TRY(CheckUnique(rows, names, where));
  return rows;
}

Result<std::vector<CatalogueEntry>> Catalogue(const std::string& folder) {
  HEARTH_ASSIGN(auto rows, ParseCatalogue(BuiltinCatalogue(), "data/catalogue.json"));
  const std::string path = folder + "/catalogue.json";
  const Result<std::string> text = os::ReadWholeFile(path, kMaxCatalogueBytes);
  if (!text && text.error().code() == Code::kNotFound) return rows;
  if (!text) return std::unexpected(text.error());
  HEARTH_ASSIGN(auto own, ParseCatalogue(*text, path));
  std::set<std::string> names;
  HEARTH_TRY(CheckUnique(rows, names, path));
  HEARTH_TRY(CheckUnique(own, names, path));
  std::ranges::move(own, std::back_inserter(rows));
  return rows;
}

const CatalogueEntry* Find(const std::vector<CatalogueEntry>& catalogue, std::string_view name) {
  for (const CatalogueEntry& row : catalogue) {
    if (row.name == name || std::ranges::find(row.aliases, name) != row.aliases.end()) return &row;
  }
  return nullptr;
}

}  // namespace hearth::hub
