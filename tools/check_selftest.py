#!/usr/bin/env python3
# Copyright 2026 The Hearth Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests of the checks: each plants what a check must find, and what it must not."""

import pathlib
import tempfile
import unittest

import check_docs
import check_layers
import check_tidy
import ctest_progress
import house


class Blank(unittest.TestCase):

  def test_comments_and_texts_go_lines_stay(self):
    code = house.blank('a; // x{\n"}" + R"(\n{)" /* {\n */ + \'{\' + 1\'000;')
    self.assertEqual(code.count("\n"), 3)
    self.assertNotIn("{", code)
    self.assertIn("1'000", code)


class Functions(unittest.TestCase):

  def names(self, text):
    return [(name, lines) for name, _, lines in check_tidy.functions(text)]

  def test_finds_functions_in_scopes(self):
    text = ("namespace a {\nclass B : public C {\n public:\n  int Get() const { return 1; }\n};\n"
            "int B::Long(int x) {\n  auto f = [&](int y) {\n    return y;\n  };\n  return f(x);\n}\n"
            "constexpr int kTable[] = {1, 2};\n}  // namespace a\n")
    self.assertEqual(self.names(text), [("Get", 1), ("B::Long", 6)])

  def test_initialisers_and_tests(self):
    text = "A::A(int x) : a_{x}, b_(x) {\n  Go();\n}\nTEST(Os, Works) {\n  X();\n}\n"
    self.assertEqual(self.names(text), [("A::A", 3), ("Os.Works", 3)])

  def test_trailing_return_and_template(self):
    text = "template <typename T>\nauto Get(T t) -> decltype(t.x) {\n  return t.x;\n}\n"
    self.assertEqual([lines for _, lines in self.names(text)], [3])

  def test_if_inside_is_not_a_function(self):
    self.assertEqual(self.names("void F() {\n  if (x) {\n  }\n}\n"), [("F", 4)])


class Banned(unittest.TestCase):

  def found(self, name, code):
    import re
    return [what for what, where, allowed, pattern in check_tidy.BANNED
            if re.search(where, name) and not re.search(allowed, name)
            and re.search(pattern, house.blank(code))]

  def test_finds(self):
    for code in ('printf("x");', "std::cout << 1;", "exit(1);", "std::abort();", "new Foo;",
                 "delete p;", "delete[] p;", "malloc(3);", "::open(a, 0);", "std::regex r;"):
      self.assertTrue(self.found("src/text/a.cc", code), code)
    self.assertTrue(self.found("src/text/a.h", "using namespace std;"))

  def test_spares(self):
    for code in ("A(const A&) = delete;", "new_size = 3;", "file.open();", "fmt::format(x);",
                 '// printf("x")', "Renew(x);", "snprintf(a, 3, b);", "Deexit();"):
      self.assertEqual(self.found("src/text/a.cc", code), [], code)
    self.assertEqual(self.found("src/base/os_posix.cc", "::open(a, 0);"), [])

  def test_words(self):
    found = {what for what, word in check_tidy.WORDS for text in (
        "TO" + "DO: x", "see /wo" + "rk/main", "https://py" + "pi.org/x") if word.search(text)}
    self.assertEqual(len(found), 3)
    for text in ("src/home/x", "https://host/work/x", "TODOS", "$HOME/work"):
      self.assertFalse(any(word.search(text) for _, word in check_tidy.WORDS), text)


class Layers(unittest.TestCase):

  def test_finds_a_forbidden_arrow(self):
    with tempfile.TemporaryDirectory() as folder:
      root = pathlib.Path(folder)
      (root / "cmake").mkdir()
      (root / "cmake/rooms.cmake").write_text("hearth_room(a)\nhearth_room(b DEPS a LIBS X::y)\n")
      for room, include in (("a", "b/x.h"), ("b", "a/x.h"), ("c", "a/x.h")):
        (root / "src" / room).mkdir(parents=True)
        (root / "src" / room / "x.cc").write_text(f'#include "{include}"\n')
      errors = check_layers.include_errors(root)
      self.assertEqual(len(errors), 2, errors)
      self.assertIn("a may not include b", errors[0])
      self.assertIn("room c is not declared", errors[1])


class Docs(unittest.TestCase):

  def test_commands(self):
    self.assertEqual(list(check_docs.commands("# x\na b \\\n  c  # say\n\nd '#e'\n")),
                     ["a b  c", "d '#e'"])

  def test_cpp(self):
    self.assertEqual(list(check_docs.check_cpp("x", "int a = 1;\n(void)a;\n")), [])
    self.assertEqual(len(list(check_docs.check_cpp("x", "int a = ;\n"))), 1)


class Counts(unittest.TestCase):

  def test_lines_of_ctest(self):
    line = "  1/30 Test  #1: base.Os.AtomicWriteReadsBack ....   Passed    0.01 sec"
    self.assertEqual(ctest_progress.RESULT.match(line)[3], "base.Os.AtomicWriteReadsBack")
    self.assertTrue(ctest_progress.RESULT.match("10/30 Test #10: a ......***Failed   0.0 sec"))


if __name__ == "__main__":
  unittest.main()
