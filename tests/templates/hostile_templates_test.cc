// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
//
// Templates come with models, so they are foreign code. Each of these tries to take all the time or
// memory there is, or to reach something outside its variables. Every one must end with an error
// (or harmlessly) within 50 ms of processor time and 16 MB; the test allows slow machines and
// sanitizers a factor and prints what was measured.
#include <gtest/gtest.h>
#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <ctime>
#include <new>
#include <string>
#include <vector>

#include "text/chat_template.h"

namespace {

std::atomic<size_t> live_bytes{0};
std::atomic<size_t> peak_bytes{0};

void* Counted(size_t size) {
  void* block = std::malloc(size);
  if (block == nullptr) return nullptr;
  const size_t now = live_bytes += malloc_usable_size(block);
  if (now > peak_bytes) peak_bytes = now;
  return block;
}

void Uncounted(void* block) {
  if (block == nullptr) return;
  live_bytes -= malloc_usable_size(block);
  std::free(block);
}

}  // namespace

void* operator new(size_t size) {
  void* block = Counted(size);
  if (block == nullptr) throw std::bad_alloc();
  return block;
}
void* operator new[](size_t size) {
  return operator new(size);
}
void* operator new(size_t size, const std::nothrow_t&) noexcept {
  return Counted(size);
}
void* operator new[](size_t size, const std::nothrow_t&) noexcept {
  return Counted(size);
}
void operator delete(void* block) noexcept {
  Uncounted(block);
}
void operator delete[](void* block) noexcept {
  Uncounted(block);
}
void operator delete(void* block, size_t) noexcept {
  Uncounted(block);
}
void operator delete[](void* block, size_t) noexcept {
  Uncounted(block);
}
void operator delete(void* block, const std::nothrow_t&) noexcept {
  Uncounted(block);
}
void operator delete[](void* block, const std::nothrow_t&) noexcept {
  Uncounted(block);
}

namespace hearth::text {
namespace {

enum class End { kStopped, kAny };  // kAny: may also end well, cheaply

struct Hostile {
  std::string name;
  std::string source;
  End end = End::kStopped;
};

std::string Repeat(const std::string& piece, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += piece;
  return out;
}

std::string Loop(const std::string& body, int levels = 4) {
  std::string out;
  for (int i = 0; i < levels; ++i) out += "{% for i" + std::to_string(i) + " in range(90000) %}";
  out += body;
  return out + Repeat("{% endfor %}", levels);
}

// A namespace member that grows each round by `change`, starting from `start`.
std::string Grow(const std::string& start, const std::string& change) {
  return "{% set ns = namespace(x=" + start + ") %}" + Loop("{% set ns.x = " + change + " %}", 2);
}

void AddLoops(std::vector<Hostile>* out) {
  for (int levels = 2; levels <= 6; ++levels) {
    out->push_back({"empty loops " + std::to_string(levels), Loop("", levels)});
    out->push_back({"printing loops " + std::to_string(levels), Loop("xxxxxxxxxxxxxxxx", levels)});
  }
  const char* bodies[] = {
      "{% set a = 1 %}",
      "{{ i0 * i1 }}",
      "{% if i0 == i1 %}{% continue %}{% endif %}",
      "{{ [i0, i1, i2] }}",
      "{{ {'a': i0} | tojson }}",
      "{{ 'abc' | upper }}",
      "{{ loop.index }}{{ loop.last }}",
      "{{ range(90000) | list | length }}",
      "{{ range(90000) | sum }}",
      "{{ range(90000) | join }}",
      "{{ range(90000) | map('string') | list | last }}",
      "{{ range(90000) | sort | first }}",
      "{{ range(90000) | select('odd') | list | length }}",
      "{{ range(90000) | reverse | first }}",
      "{{ range(90000) | unique | list | length }}",
      "{{ 89999 in range(90000) }}",
      "{{ range(90000) | list == range(90000) | list }}",
      "{{ range(90000) | batch(3) | list | length }}",
      "{{ range(90000) | slice(30000) | list | length }}",
      "{{ (range(90000) | list)[::-1] | length }}",
      "{{ ('x' * 1000000) | upper | length }}",
      "{{ ('x' * 1000000).find('y') }}",
      "{{ ('x ' * 500000).split() | length }}",
      "{{ ('x,' * 500000).split(',') | length }}",
      "{{ ('x' * 1000000).count('x') }}",
      "{{ ('x' * 1000000).replace('x', 'y') | length }}",
      "{{ ('é' * 1000000)[500000] }}",
      "{{ ('x' * 1000000) | wordcount }}",
      "{{ ('x' * 1000000).strip('abcdefgh') | length }}",
      "{{ ('x\\n' * 500000) | indent | length }}",
      "{{ ('x' * 1000000) | tojson | length }}",
      "{{ ('<' * 500000) | e | length }}",
      "{{ ('x' * 1000000) | urlencode | length }}",
      "{{ ('x' * 1000000) | title | length }}",
      "{{ '%1000000s' % 'x' }}",
      "{{ '{:>1000000}'.format('x') }}",
      "{{ 'x'.center(1000000) | length }}",
  };
  for (const char* body : bodies) out->push_back({std::string("loop of ") + body, Loop(body)});
}

void AddGrowth(std::vector<Hostile>* out) {
  const char* rows[][2] = {
      {"'x'", "ns.x + ns.x"},
      {"'x'", "ns.x ~ ns.x"},
      {"'x'", "ns.x * 10"},
      {"[1]", "ns.x + ns.x"},
      {"[1]", "ns.x * 10"},
      {"(1,)", "ns.x + ns.x"},
      {"[]", "ns.x + [ns.x]"},
      {"[]", "[ns.x, ns.x]"},
      {"{}", "dict(ns.x, a=ns.x)"},
      {"'x'", "ns.x.replace('x', 'xxxx')"},
      {"'x'", "ns.x.join([ns.x, ns.x, ns.x])"},
      {"'<'", "ns.x | e"},
      {"'x'", "[ns.x] | tojson"},
      {"'\\n'", "ns.x | indent(8, true, true)"},
      {"'x'", "'%s%s' % (ns.x, ns.x)"},
      {"'x'", "'{0}{0}'.format(ns.x)"},
      {"'x'", "ns.x.center(ns.x | length * 2)"},
      {"'x'", "ns.x | list | join(ns.x)"},
      {"[1]", "ns.x | batch(1, ns.x) | list"},
      {"'é'", "ns.x | urlencode"},
      {"1", "ns.x * 3"},
      {"1", "ns.x + 1"},
      {"1.5", "ns.x * ns.x"},
      {"'x'", "ns.x | string + ns.x | upper"},
      {"'\\t'", "(ns.x ~ ns.x).expandtabs(1000)"},
      {"'x'", "namespace(x=ns.x)"},
  };
  for (const auto& row : rows) {
    out->push_back({std::string("growth of ") + row[1], Grow(row[0], row[1])});
  }
}

void AddSudden(std::vector<Hostile>* out) {
  const char* at_once[] = {
      "{{ 'x' * 1000000000 }}",
      "{{ 'x' * 9223372036854775807 }}",
      "{{ [0] * 1000000000 }}",
      "{{ 'x'.center(1000000000) }}",
      "{{ 'x'.ljust(9223372036854775807) }}",
      "{{ '1'.zfill(100000000) }}",
      "{{ 'x' | center(999999999) }}",
      "{{ '%999999999d' % 1 }}",
      "{{ '%.999999999f' % 1 }}",
      "{{ '%*d' % (999999999, 1) }}",
      "{{ '{:999999999}'.format(1) }}",
      "{{ '{:.999999999f}'.format(1.0) }}",
      "{{ '{:{}}'.format(1, 999999999) }}",
      "{{ {'a': [1]} | tojson(indent=999999999) }}",
      "{{ 'a\\nb' | indent(999999999) }}",
      "{{ range(100000000) }}",
      "{{ range(-9223372036854775807, 9223372036854775807) }}",
      "{{ 9999999 ** 9999999 }}",
      "{{ [1] | batch(999999999, 0) | list }}",
      "{{ [1] | slice(999999999) | list }}",
      "{{ ('x' * 4000000) * 4 }}",
      "{{ ('x' * 3000000) ~ ('y' * 3000000) }}",
      "{{ 'abc' | truncate(9223372036854775807) | replace('', 'x' * 9000000) }}",
      "{% set a %}{{ 'x' * 9000000 }}{% endset %}{% set b %}{{ a }}{{ a }}{% endset %}",
      "{% filter upper %}{{ 'x' * 16000000 }}{% endfilter %}",
      "{{ strftime_now('%c' * 1000) }}",
  };
  for (const char* source : at_once) out->push_back({source, source});
  // A shared structure that is exponentially large when it is walked.
  for (const char* use :
       {"{{ ns.x }}", "{{ ns.x | tojson }}", "{{ ns.x == ns.y }}", "{{ {ns.t: 1}[ns.u] }}",
        "{{ [ns.x, ns.y] | sort }}", "{{ ns.x | string | length }}", "{{ ns.x in [ns.y] }}"}) {
    out->push_back(
        {std::string("walk of ") + use,
         std::string(
             "{% set ns = namespace(x=[1], y=[1], t=(1,), u=(1,)) %}{% for i in range(150) %}") +
             "{% set ns.x = [ns.x, ns.x] %}{% set ns.y = [ns.y, ns.y] %}" +
             "{% set ns.t = (ns.t, ns.t) %}{% set ns.u = (ns.u, ns.u) %}{% endfor %}" + use});
  }
  for (const char* use :
       {"{{ ns.x }}", "{{ ns.x | tojson }}", "{{ ns.x == [ns.x] }}", "{{ ns | string }}"}) {
    out->push_back({std::string("depth of ") + use,
                    std::string("{% set ns = namespace(x=[]) %}{% for i in range(9000) %}"
                                "{% set ns.x = [ns.x] %}{% endfor %}") +
                        use});
  }
  out->push_back({"namespace in itself", "{% set ns = namespace() %}{% set ns.x = ns %}{{ ns }}"});
}

void AddRecursion(std::vector<Hostile>* out) {
  out->push_back({"macro calls itself", "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}"});
  out->push_back({"macro calls itself twice",
                  "{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro "
                  "%}{{ f(60) }}"});
  out->push_back(
      {"macros call each other",
       "{% macro f() %}{{ g() }}{% endmacro %}{% macro g() %}{{ f() }}{% endmacro %}{{ f() }}"});
  out->push_back(
      {"caller",
       "{% macro f() %}{% call f() %}{{ caller() }}{% endcall %}{% endmacro %}{{ f() }}"});
  out->push_back({"macro as argument", "{% macro f(g) %}{{ g(g) }}{% endmacro %}{{ f(f) }}"});
  out->push_back({"macro in namespace",
                  "{% set ns = namespace() %}{% macro f() %}{{ ns.f() }}{% endmacro %}{% set ns.f "
                  "= f %}{{ f() }}"});
  out->push_back({"default calls macro", "{% macro f(x=f()) %}{% endmacro %}{{ f() }}"});
  out->push_back(
      {"recursive loop",
       "{% set ns = namespace(x=[1]) %}{% for i in [1] recursive %}{{ loop([1]) }}{% endfor %}"});
  out->push_back({"recursive loop, wide",
                  "{% for i in range(9) recursive %}{{ loop(range(9)) }}{% endfor %}"});
  const std::string deep = Repeat("{% if true %}", 30) + "{{ f() }}" + Repeat("{% endif %}", 30);
  out->push_back({"deep macro", "{% macro f() %}" + deep + "{% endmacro %}{{ f() }}"});
  out->push_back({"deep expression in macro", "{% macro f() %}{{ " + Repeat("[", 150) + "f()" +
                                                  Repeat("]", 150) + " }}{% endmacro %}{{ f() }}"});
}

void AddNesting(std::vector<Hostile>* out) {
  const int deep = 20000;
  const struct {
    const char *name, *open, *middle, *close;
  } rows[] = {
      {"parentheses", "(", "1", ")"},
      {"lists", "[", "1", "]"},
      {"dicts", "{1:", "1", "}"},
      {"not", "not ", "1", ""},
      {"minus", "-", "1", ""},
      {"calls", "f(", "1", ")"},
      {"subscripts", "a[", "1", "]"},
      {"filters", "", "1", "|abs"},
      {"attributes", "", "a", ".b"},
      {"tests", "", "a", " is none"},
      {"conditions", "", "1", " if 1"},
      {"else", "1 if 0 else ", "1", ""},
      {"calls of calls", "", "f", "()"},
      {"items", "", "a", "[0]"},
      {"arguments", "x|default(", "1", ")"},
  };
  for (const auto& row : rows) {
    out->push_back({std::string("nested ") + row.name,
                    "{{ " + Repeat(row.open, deep) + row.middle + Repeat(row.close, deep) + " }}"});
  }
  out->push_back({"nested if", Repeat("{% if 1 %}", deep)});
  out->push_back({"nested for", Repeat("{% for a in b %}", deep)});
  out->push_back({"nested macro", Repeat("{% macro a() %}", 10000)});
  out->push_back({"nested set", Repeat("{% set a %}", deep)});
  out->push_back(
      {"nested targets", "{% set " + Repeat("(", deep) + "a" + Repeat(")", deep) + " = 1 %}"});
  out->push_back({"long sum", "{{ 1" + Repeat(" + 1", 50000) + " }}", End::kAny});
  out->push_back({"long concatenation", "{{ 'a'" + Repeat(" ~ 'a'", 30000) + " }}", End::kAny});
  out->push_back(
      {"long elif", "{% if 0 %}" + Repeat("{% elif 0 %}", 18000) + "{% endif %}", End::kAny});
  out->push_back({"many tags", Repeat("{{a}}", 50000), End::kAny});
  out->push_back({"many comments", Repeat("{##}", 60000), End::kAny});
  out->push_back({"many open comments", Repeat("{#", 120000)});
  out->push_back({"many raws", Repeat("{%raw%}", 35000)});
  out->push_back({"many braces", Repeat("{", 250000)});
  out->push_back({"many quotes", "{{ " + Repeat("'", 250001)});
  out->push_back({"white space", "{%" + Repeat(" ", 250000)});
  out->push_back({"too long", Repeat("x", 300000)});
}

void AddEscapes(std::vector<Hostile>* out) {
  const char* sources[] = {
      "{{ ''.__class__.__mro__ }}",
      "{{ [].__class__.__base__.__subclasses__() }}",
      "{{ cycler.__init__.__globals__.os.popen('id') }}",
      "{{ self.__init__.__globals__ }}",
      "{{ lipsum.__globals__['os'] }}",
      "{{ ''['__class__']['__mro__'] }}",
      "{{ namespace.__init__.x }}",
      "{{ '{0.__class__.__mro__}'.format('') }}",
      "{{ '%(x)s'.__mod__ ({}) }}",
      "{{ (1).__add__(2) }}",
      "{{ ''|attr('__class__')|attr('__mro__')|list|first }}{{ x.y.z }}",
      "{{ dict.__base__.x }}",
      "{% include 'x' %}",
      "{% import 'x' as y %}",
      "{% from 'x' import y %}",
      "{% extends 'x' %}",
      "{{ open('x') }}",
      "{{ __import__('os') }}",
      "{{ eval('1') }}",
      "{{ config.items() }}",
      "{{ request.application }}",
      "{{ [].append(1) }}",
      "{{ {}.update({'a': 1}) }}",
      "{% do 1 %}",
      "{% set ns = namespace(__init__=1) %}",
      "{% set ns = namespace() %}{% set ns.__class__ = 1 %}",
      "{% debug %}",
      "{{ ''.encode().x }}",
      "{{ url_for.__globals__ }}",
      "{{ get_flashed_messages() }}",
  };
  for (const char* source : sources) out->push_back({source, source});
}

TEST(HostileTemplates, EndEarlyAndSmall) {
  std::vector<Hostile> table;
  AddLoops(&table);
  AddGrowth(&table);
  AddSudden(&table);
  AddRecursion(&table);
  AddNesting(&table);
  AddEscapes(&table);
  ASSERT_GE(table.size(), 100u);

  double slowest = 0;
  size_t largest = 0;
  std::string slowest_name, largest_name;
  for (const Hostile& row : table) {
    const size_t before = live_bytes;
    peak_bytes = before;
    const std::clock_t start = std::clock();
    bool ended_well = false;
    {
      const auto parsed = ChatTemplate::Parse(row.source);
      if (parsed) ended_well = parsed->Render("{\"messages\":[]}").has_value();
    }
    const double ms = 1000.0 * static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    const size_t bytes = peak_bytes - before;
    if (row.end == End::kStopped) {
      EXPECT_FALSE(ended_well) << row.name;
    }
    EXPECT_LT(ms, 3000) << row.name;
    EXPECT_LE(bytes, size_t{16} << 20) << row.name;
    if (ms > slowest) {
      slowest = ms;
      slowest_name = row.name;
    }
    if (bytes > largest) {
      largest = bytes;
      largest_name = row.name;
    }
    if (std::getenv("HEARTH_VERBOSE") != nullptr) {
      std::printf("%8.2f ms %9zu bytes  %s\n", ms, bytes, row.name.substr(0, 80).c_str());
    }
  }
  std::printf("%zu hostile templates; slowest %.1f ms (%s); largest %.1f MB (%s)\n", table.size(),
              slowest, slowest_name.substr(0, 60).c_str(), static_cast<double>(largest) / 1e6,
              largest_name.substr(0, 60).c_str());
}

}  // namespace
}  // namespace hearth::text
