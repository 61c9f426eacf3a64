// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "text/jinja_lexer.h"

#include <algorithm>

#include "text/jinja_text.h"
#include "text/messages_template.h"

namespace hearth::text::jinja {
namespace {

struct Operator {
  std::string_view text;
  Tok type;
};
// Longer ones first.
constexpr Operator kOperators[] = {
    {"//", Tok::kFloorDiv}, {"**", Tok::kPow},      {"==", Tok::kEq},    {"!=", Tok::kNe},
    {">=", Tok::kGe},       {"<=", Tok::kLe},       {"+", Tok::kAdd},    {"-", Tok::kSub},
    {"/", Tok::kDiv},       {"*", Tok::kMul},       {"%", Tok::kMod},    {"~", Tok::kTilde},
    {"[", Tok::kLbracket},  {"]", Tok::kRbracket},  {"(", Tok::kLparen}, {")", Tok::kRparen},
    {"{", Tok::kLbrace},    {"}", Tok::kRbrace},    {">", Tok::kGt},     {"<", Tok::kLt},
    {"=", Tok::kAssign},    {".", Tok::kDot},       {":", Tok::kColon},  {"|", Tok::kPipe},
    {",", Tok::kComma},     {";", Tok::kSemicolon},
};

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}
bool IsHex(char c) {
  return IsDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool IsNameStart(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}
bool IsNamePart(char c) {
  return IsNameStart(c) || IsDigit(c);
}

class Lexer {
 public:
  explicit Lexer(std::string_view source) : source_(source) {}

  Result<std::vector<Token>> Run() {
    while (at_ < source_.size()) HEARTH_TRY(Root());
    Add(Tok::kEof, {});
    return std::move(tokens_);
  }

 private:
  char Peek(size_t ahead = 0) const {
    return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0';
  }
  bool StartsWith(std::string_view text) const { return source_.substr(at_).starts_with(text); }

  void Move(size_t to) {
    line_ += static_cast<uint32_t>(std::ranges::count(source_.substr(at_, to - at_), '\n'));
    at_ = to;
  }
  void Add(Tok type, std::string_view text) { tokens_.push_back({type, line_, text}); }
  void SkipSpace() {
    size_t to = at_;
    size_t n = 0;
    while (to < source_.size() && IsSpace(DecodeChar(source_, to, &n))) to += n;
    Move(to);
  }
  std::unexpected<Error> Error2(const Message& message, std::string_view what) const {
    return Fail(Code::kInvalidArgument, message, line_, ColumnOf(source_, source_.data() + at_),
                what);
  }

  // Text up to the next tag, then the tag. lstrip_blocks removes blanks between the start of the
  // line and a statement or comment, a minus removes all white space.
  Status Root() {
    size_t tag = at_;
    while (true) {
      tag = source_.find('{', tag);
      if (tag == std::string_view::npos || tag + 1 >= source_.size()) {
        AddData(source_.substr(at_));
        Move(source_.size());
        return {};
      }
      const char kind = source_[tag + 1];
      if (kind == '{' || kind == '%' || kind == '#') break;
      ++tag;
    }
    const char kind = source_[tag + 1];
    const char sign = tag + 2 < source_.size() ? source_[tag + 2] : '\0';
    AddData(Stripped(source_.substr(at_, tag - at_), sign, kind != '{'));
    Move(tag);
    if (kind == '#') return Comment();
    const size_t after = tag + 2 + (sign == '-' || sign == '+' ? 1 : 0);
    if (kind == '%') {
      const size_t raw_end = RawBegin(after);
      if (raw_end != 0) return Raw(raw_end);
    }
    const Tok begin = kind == '{' ? Tok::kVariableBegin : Tok::kBlockBegin;
    Add(begin, source_.substr(tag, after - tag));
    Move(after);
    return Tag(kind == '{');
  }

  void AddData(std::string_view text) {
    if (!text.empty()) Add(Tok::kData, text);
  }

  std::string_view Stripped(std::string_view text, char sign, bool lstrip) const {
    if (sign == '-') return StripSpace(text, false, true);
    if (sign == '+' || !lstrip) return text;
    const size_t newline = text.rfind('\n');
    const size_t line_start = newline == std::string_view::npos ? 0 : newline + 1;
    if (line_start == 0 && !line_starting_) return text;
    const std::string_view blanks = text.substr(line_start);
    return StripSpace(blanks, true, false).empty() ? text.substr(0, line_start) : text;
  }

  // Where a raw block's text starts, when the tag that ends at `after` says raw; else 0.
  size_t RawBegin(size_t after) const {
    const std::string_view rest = source_.substr(after);
    std::string_view tail = StripSpace(rest, true, false);
    if (!tail.starts_with("raw")) return 0;
    tail = StripSpace(tail.substr(3), true, false);
    if (tail.starts_with("%}")) return source_.size() - tail.size() + 2;
    if (!tail.starts_with("-%}")) return 0;
    return source_.size() - StripSpace(tail.substr(3), true, false).size();
  }

  Status Raw(size_t start) {
    const size_t opened = at_;
    if (start == source_.size()) {
      Move(start);
      return {};
    }
    size_t tag = start;
    while ((tag = source_.find("{%", tag)) != std::string_view::npos) {
      const char sign = tag + 2 < source_.size() ? source_[tag + 2] : '\0';
      const size_t after = tag + 2 + (sign == '-' || sign == '+' ? 1 : 0);
      std::string_view tail = StripSpace(source_.substr(after), true, false);
      if (tail.starts_with("endraw")) {
        tail = StripSpace(tail.substr(6), true, false);
        const size_t end = EndOfTag(source_.size() - tail.size(), "%}", true);
        if (end != 0) {
          line_starting_ = start > 0 && source_[start - 1] == '\n';
          const std::string_view text = source_.substr(start, tag - start);
          Move(start);
          AddData(Stripped(text, sign, true));
          Finish(end);
          return {};
        }
      }
      ++tag;
    }
    at_ = opened;
    return Error2(msg::kTemplateUnclosed, "raw");
  }

  Status Comment() {
    size_t end = at_ + 2;
    if (end < source_.size() && (source_[end] == '-' || source_[end] == '+')) ++end;
    if (end == source_.size()) {  // Jinja lets an empty comment at the end pass, and so do we
      Move(end);
      return {};
    }
    for (; end < source_.size(); ++end) {
      const size_t after = EndOfTag(end, "#}", true);
      if (after == 0) continue;
      Finish(after);
      return {};
    }
    return Error2(msg::kTemplateUnclosed, "{#");
  }

  // The position after an end tag at `at`: `close`, optionally with a sign before it; 0 when there
  // is none. trim_blocks drops one line end after statements and comments.
  size_t EndOfTag(size_t at, std::string_view close, bool block) const {
    const std::string_view rest = source_.substr(std::min(at, source_.size()));
    const bool minus = rest.starts_with('-');
    const bool plus = block && rest.starts_with('+');
    if (!rest.substr(minus || plus ? 1 : 0).starts_with(close)) return 0;
    const size_t after = at + close.size() + (minus || plus ? 1 : 0);
    if (minus) return source_.size() - StripSpace(source_.substr(after), true, false).size();
    if (block && !plus && after < source_.size() && source_[after] == '\n') return after + 1;
    return after;
  }

  void Finish(size_t end) {
    Move(end);
    line_starting_ = source_[end - 1] == '\n';
  }

  Status Tag(bool variable) {
    balance_.clear();
    while (at_ < source_.size()) {
      if (balance_.empty()) {
        const size_t end = EndOfTag(at_, variable ? "}}" : "%}", !variable);
        if (end != 0) {
          Add(variable ? Tok::kVariableEnd : Tok::kBlockEnd, source_.substr(at_, 2));
          Finish(end);
          return {};
        }
      }
      size_t n = 0;
      if (IsSpace(DecodeChar(source_, at_, &n))) {
        SkipSpace();
        continue;
      }
      HEARTH_TRY(Item());
    }
    return {};  // the parser reports the missing end
  }

  Status Item() {
    const char c = Peek();
    if (IsDigit(c)) return Number();
    if (IsNameStart(c)) {
      size_t end = at_;
      while (end < source_.size() && IsNamePart(source_[end])) ++end;
      return Take(Tok::kName, end);
    }
    if (c == '"' || c == '\'') {
      for (size_t end = at_ + 1; end < source_.size(); ++end) {
        if (source_[end] == '\\') {
          ++end;
        } else if (source_[end] == c) {
          return Take(Tok::kString, end + 1);
        }
      }
      return Error2(msg::kTemplateUnclosed, source_.substr(at_, 1));
    }
    for (const Operator& op : kOperators) {
      if (!StartsWith(op.text)) continue;
      HEARTH_TRY(Balance(op.type));
      return Take(op.type, at_ + op.text.size());
    }
    size_t n = 0;
    DecodeChar(source_, at_, &n);
    return Error2(msg::kTemplateUnexpected, source_.substr(at_, n));
  }

  Status Take(Tok type, size_t end) {
    Add(type, source_.substr(at_, end - at_));
    Move(end);
    return {};
  }

  Status Balance(Tok type) {
    const Tok closer = type == Tok::kLparen     ? Tok::kRparen
                       : type == Tok::kLbracket ? Tok::kRbracket
                       : type == Tok::kLbrace   ? Tok::kRbrace
                                                : Tok::kEof;
    if (closer != Tok::kEof) {
      balance_.push_back(closer);
    } else if (type == Tok::kRparen || type == Tok::kRbracket || type == Tok::kRbrace) {
      if (balance_.empty() || balance_.back() != type) {
        return Error2(msg::kTemplateUnexpected, source_.substr(at_, 1));
      }
      balance_.pop_back();
    }
    return {};
  }

  // Digits with single underscores between them, from `at`; the end, or `at` when there are none.
  template <typename Accept>
  size_t Digits(size_t at, const Accept& accept) const {
    size_t end = at;
    while (end < source_.size()) {
      if (accept(source_[end])) {
        ++end;
      } else if (source_[end] == '_' && end + 1 < source_.size() && accept(source_[end + 1])) {
        end += 2;
      } else {
        break;
      }
    }
    return end;
  }

  Status Number() {
    if (Peek() == '0') {
      const char base = static_cast<char>(Peek(1) | 0x20);
      size_t end = at_ + 2;
      if (base == 'x') end = Digits(at_ + 2, IsHex);
      if (base == 'o') end = Digits(at_ + 2, [](char c) { return c >= '0' && c <= '7'; });
      if (base == 'b') end = Digits(at_ + 2, [](char c) { return c == '0' || c == '1'; });
      if ((base == 'x' || base == 'o' || base == 'b') && end > at_ + 2) {
        return Take(Tok::kInteger, end);
      }
    }
    const size_t whole = Digits(at_, IsDigit);
    size_t end = whole;
    const bool after_dot = at_ > 0 && source_[at_ - 1] == '.';
    if (!after_dot) {
      if (end + 1 < source_.size() && source_[end] == '.' && IsDigit(source_[end + 1])) {
        end = Digits(end + 1, IsDigit);
      }
      if (end < source_.size() && (source_[end] | 0x20) == 'e') {
        size_t power = end + 1;
        if (power < source_.size() && (source_[power] == '+' || source_[power] == '-')) ++power;
        const size_t stop = Digits(power, IsDigit);
        if (stop > power) end = stop;
      }
    }
    if (end > whole) return Take(Tok::kFloat, end);
    // A leading zero stands alone, as in Python: 007 is two numbers and therefore an error.
    if (Peek() == '0') return Take(Tok::kInteger, Digits(at_, [](char c) { return c == '0'; }));
    return Take(Tok::kInteger, whole);
  }

  std::string_view source_;
  size_t at_ = 0;
  uint32_t line_ = 1;
  bool line_starting_ = true;  // does the text that follows start at the beginning of a line?
  std::vector<Tok> balance_;
  std::vector<Token> tokens_;
};

}  // namespace

std::string NormalizeSource(std::string_view source) {
  std::string out;
  out.reserve(source.size());
  for (size_t i = 0; i < source.size(); ++i) {
    if (source[i] != '\r') {
      out.push_back(source[i]);
      continue;
    }
    out.push_back('\n');
    if (i + 1 < source.size() && source[i + 1] == '\n') ++i;
  }
  if (out.ends_with('\n')) out.pop_back();
  return out;
}

Result<std::vector<Token>> Tokenize(std::string_view source) {
  return Lexer(source).Run();
}

int ColumnOf(std::string_view source, const char* place) {
  const std::string_view before = source.substr(0, static_cast<size_t>(place - source.data()));
  const size_t newline = before.rfind('\n');
  return static_cast<int>(CountChars(before.substr(newline + 1))) + 1;
}

}  // namespace hearth::text::jinja
