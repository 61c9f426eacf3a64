# Copyright 2026 The Hearth Authors
# SPDX-License-Identifier: Apache-2.0
"""Random templates through Jinja2 and this project: usage
fuzz_templates.py RENDERER [COUNT] [SEED]

RENDERER is the program text_render_template. Prints every difference, exits 1 if there was one.
"""

import random
import sys

import template_reference as reference

VARIABLES = {
    "n": 7, "f": 2.5, "s": "Hello, World", "zh": "你好 世界", "e": "", "t": True, "nil": None, "z": 0,
    "l": [3, 1, 2], "w": ["pear", "Apple", "fig"], "d": {"b": 2, "a": 1, "C": [1, "x"]},
    "u": [{"name": "Ann", "age": 30}, {"name": "bob", "age": 25}, {"name": "Cy"}], "neg": -3,
    "text": "  one\n two  \n", "html": "<a href='x'>&</a>",
}
ATOMS = list(VARIABLES) + ["undef", "1", "0", "-2", "3.5", "'a'", "'o'", "', '", "''", "true", "none", "[]",
                           "{}", "()", "(1, 2)", "['x', 1]", "{'k': n}", "range(4)", "1e3", "'%s'"]
BINARY = ["+", "-", "*", "/", "//", "%", "~", "==", "!=", "<", "<=", ">", ">=", "in", "not in", "and", "or"]
FILTERS = ["upper", "lower", "title", "capitalize", "trim", "length", "first", "last", "join(', ')", "join",
           "default('d')", "default('d', true)", "list", "sort", "reverse|list", "unique|list",
           "string", "int",
           "float", "abs", "round", "round(1)", "tojson", "tojson(indent=2)", "e", "safe",
           "replace('o', '0')",
           "indent(2)", "sum", "min", "max", "dictsort", "items|list", "map('upper')|list", "select|list",
           "map(attribute='name')|list", "selectattr('age')|list", "batch(2)|list",
           "slice(2)|list", "wordcount",
           "truncate(4)", "center(9)", "urlencode", "select('string')|list", "reject('none')|list", "count",
           "map('string')|join('/')", "sort(attribute='name')|list", "format(1)", "rejectattr('age')|list"]
TESTS = ["defined", "none", "string", "number", "mapping", "iterable", "sequence", "boolean", "odd", "even",
         "true", "integer", "float", "eq 7", "in [1, 2, 'a']", "divisibleby 2", "lower", "upper",
         "undefined"]
METHODS = [".strip()", ".split()", ".split(',')", ".upper()", ".title()", ".startswith('H')",
           ".endswith('d')",
           ".items()", ".keys()|list", ".get('a')", ".get('q', 5)", ".replace('l', 'L')",
           ".find('o')", ".name",
           ".a", "[0]", "[-1]", "['a']", "[1:]", "[::-1]", "[:2]", ".count('l')", ".index(1)",
           ".rstrip('d')",
           ".splitlines()", ".join(w)", ".format(1, 2)", ".values()|list", ".rsplit(' ', 1)", ".lstrip()",
           ".partition(' ')", ".zfill(5)", ".isdigit()", ".swapcase()", "[n]", "[l[0]]",
           ".removeprefix('He')"]


def expression(rng, depth):
    kind = rng.random()
    if depth <= 0 or kind < 0.2:
        return rng.choice(ATOMS)
    sub = lambda: expression(rng, depth - 1)
    if kind < 0.42:
        return f"({sub()} {rng.choice(BINARY)} {sub()})"
    if kind < 0.62:
        return f"({sub()}|{rng.choice(FILTERS)})"
    if kind < 0.78:
        return f"({sub()}){rng.choice(METHODS)}"
    if kind < 0.84:
        return f"({sub()} is {rng.choice(['', 'not '])}{rng.choice(TESTS)})"
    if kind < 0.89:
        return f"({sub()} if {sub()} else {sub()})"
    if kind < 0.93:
        return f"[{sub()}, {sub()}]"
    if kind < 0.96:
        return f"{{'a': {sub()}, {rng.choice(ATOMS)}: {sub()}}}"
    return rng.choice(["(not {})", "(-{})", "({} ** 2)", "dict(a={})", "({}, )", "'%s' % ({}, )",
    "'{{}}'.format({})",
                       "namespace(a={}).a", "{}|tojson|length"]).replace("{}",
                       sub(), 1).replace("{{}}", "{}")


def statement(rng, depth):
    body = lambda: "".join(statement(rng, depth - 1) for _ in range(rng.randint(1, 2)))
    kind = rng.randint(0, 9) if depth > 0 else rng.randint(0, 2)
    value = expression(rng, 2)
    dash = lambda: rng.choice(["", "-", "", "+"])
    if kind <= 1:
        return rng.choice(["{{", "{{-"]) + " " + value + " " + rng.choice(["}}", "-}}"])
    if kind == 2:
        return rng.choice(["text\n", "  ", "\n  x\n", "{# c #}", "{#- c -#}\n", "a\n\n  "])
    if kind == 3:
        return f"{{%{dash()} if {value} {dash()}%}}{body()}{{% else %}}\n{body()}{{% endif %}}"
    if kind in (4, 5):
        tail = rng.choice(["{{ loop.index }}", "{{ loop.last }}",
        "{% if loop.first %}{% continue %}{% endif %}",
                           "{{ loop.length }}", "{{ loop.previtem }}{{ loop.nextitem }}",
                           "{% break %}", ""])
        test = rng.choice(["", "", f" if {expression(rng, 1)}"])
        return f"{{%{dash()} for n in {value}{test} %}}{body()}{tail}{{% else %}}none{{%{dash()} endfor %}}"
    if kind == 6:
        return f"{{% set {rng.choice(['n', 'q', 's'])} = {value} %}}"
    if kind == 7:
        return f"{{% set q %}}{body()}{{% endset %}}{{{{ q }}}}"
    if kind == 8:
        call = "{{ m(" + expression(rng, 1) + ") }}"
        head = f"{{% macro m(a, b={value}) %}}"
        return head + body() + "{{ a }}{{ b }}{% endmacro %}" + call
    loop = "{% for i in l %}{% set ns.v = ns.v ~ i %}{% endfor %}{{ ns.v }}"
    return f"{{% set ns = namespace(v={value}) %}}" + loop


def main():
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 20000
    rng = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    env = reference.environment()
    hearth = reference.Hearth(sys.argv[1])
    compared = errors = different = 0
    for i in range(count):
        source = "{{ " + expression(rng, 4) + " }}" if i % 2 else "".join(
            statement(rng, 2) for _ in range(rng.randint(1, 3)))
        want = reference.render(env, source, VARIABLES)
        if want[0] == "text" and " at 0x" in want[1] or "Exceeds the limit" in want[1]:
            continue
        got = hearth.render(source, VARIABLES)
        compared += 1
        errors += want[0] == "error"
        if want[0] != got[0] or (want[0] == "text" and want[1] != got[1]):
            different += 1
            print(repr(source), "\n  Jinja2", want, "\n  Hearth", got)
    print(f"{compared} templates ({errors} of them errors), {different} differ")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
