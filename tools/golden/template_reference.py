# Copyright 2026 The Hearth Authors
# SPDX-License-Identifier: Apache-2.0
"""What chat templates must render to: Jinja2 as transformers sets it up, and 40 conversations."""

import datetime
import json
import subprocess

import jinja2
import jinja2.ext
from jinja2.sandbox import ImmutableSandboxedEnvironment

UNIX_TIME = 1786800000  # what strftime_now sees, in UTC


class Generation(jinja2.ext.Extension):
    """{% generation %} prints its body (transformers also records where)."""

    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        call = self.call_method("_generation_support")
        return jinja2.nodes.CallBlock(call, [], [], body).set_lineno(line)

    def _generation_support(self, caller):
        return caller()


class TemplateDict:
    def __call__(self, *args, **kwargs):
        return dict(*args, **kwargs)

    def fromkeys(self, *args, **kwargs):
        return dict.fromkeys(*args, **kwargs)


class TemplateNamespace(jinja2.utils.Namespace):
    def __init__(*args, **kwargs):
        self, args = args[0], args[1:]
        attrs = dict(*args, **kwargs)
        for name in attrs:
            TemplateNamespace._check_name(name)
        jinja2.utils.Namespace.__init__(self, attrs)

    def __setitem__(self, name, value):
        TemplateNamespace._check_name(name)
        jinja2.utils.Namespace.__setitem__(self, name, value)

    @staticmethod
    def _check_name(name):
        if isinstance(name, str) and name.startswith("_"):
            raise jinja2.exceptions.SecurityError("underscore-prefixed attribute")


def environment():
    def raise_exception(message):
        raise jinja2.exceptions.TemplateError(message)

    def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
        return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators,
                          sort_keys=sort_keys)

    def strftime_now(format):
        now = datetime.datetime.fromtimestamp(UNIX_TIME, datetime.timezone.utc)
        return now.replace(tzinfo=None).strftime(format)

    env = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True,
                                        extensions=[Generation, jinja2.ext.loopcontrols])
    env.filters["tojson"] = tojson
    env.globals["raise_exception"] = raise_exception
    env.globals["strftime_now"] = strftime_now
    env.globals["dict"] = TemplateDict()
    env.globals["namespace"] = TemplateNamespace
    return env


def render(env, source, variables):
    """("text", output) or ("error", text): what a user of Jinja2 would see."""
    try:
        return "text", env.from_string(source).render(**variables)
    except Exception as error:  # whatever Python raises is one kind of failure here
        return "error", f"{type(error).__name__}: {error}"


class Hearth:
    """The renderer of this project as a child process (tests/templates)."""

    def __init__(self, program):
        self.child = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.source = None

    def render(self, source, variables):
        request = {"variables": json.dumps(variables, ensure_ascii=False), "unix_time": UNIX_TIME}
        if source != self.source:
            request["template"] = self.source = source
        self.child.stdin.write(json.dumps(request).encode() + b"\n")
        self.child.stdin.flush()
        line = self.child.stdout.readline()
        if not line:
            raise RuntimeError("the renderer died")
        answer = json.loads(line)
        return ("text", answer["text"]) if "text" in answer else ("error", answer["error"])

    def close(self):
        self.child.stdin.close()
        self.child.wait()


WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Current weather for a place, with \"quotes\" & <signs>.",
        "parameters": {
            "type": "object",
            "properties": {
                "location": {"type": "string", "description": "City and country"},
                "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]},
                "days": {"type": "integer", "description": "1 to 7", "default": 1},
                "tags": {"type": "array", "items": {"type": "string"}},
                "options": {"type": "object", "properties": {
                    "wind": {"type": "boolean"}, "limit": {"type": ["number", "null"]}}},
            },
            "required": ["location"],
        },
        "return": {"type": "string"},
    },
}
SEARCH = {
    "type": "function",
    "function": {
        "name": "搜索",
        "description": "在网上搜索。\n第二行",
        "parameters": {"type": "object", "properties": {
            "query": {"type": "string", "description": "关键词"}}, "required": ["query"]},
    },
}
EMPTY_TOOL = {"type": "function", "function": {
    "name": "ping", "description": "No arguments", "parameters": {"type": "object",
                                                                  "properties": {}}}}


def system(text):
    return {"role": "system", "content": text}


def user(text):
    return {"role": "user", "content": text}


def assistant(text, **more):
    return {"role": "assistant", "content": text, **more}


def call(name, arguments, identity="call00001"):
    return {"id": identity, "type": "function",
            "function": {"name": name, "arguments": arguments}}


def tool(text, **more):
    return {"role": "tool", "content": text, **more}


def conversations():
    """(name, variables) of 40 conversations; every template meets every one of them."""
    long_text = "All work and no play makes Jack a dull boy.\n" * 200
    image = {"type": "image", "image": "x.png"}
    turns = [m for i in range(100) for m in (user(f"Question {i}?"), assistant(f"Answer {i}."))]
    used = [user("Weather in Paris?"),
            assistant("", tool_calls=[call("get_weather", {"location": "Paris", "days": 2})]),
            tool('{"temperature": 21.5}', name="get_weather", tool_call_id="call00001")]
    both = [user("Paris and Rome?"),
            assistant(None, tool_calls=[
                call("get_weather", {"location": "Paris", "tags": ["a", "b"], "options": {
                    "wind": True, "limit": None}}, "call00001"),
                call("get_weather", {"location": "Rome"}, "call00002")]),
            tool("21", name="get_weather", tool_call_id="call00001"),
            tool("24", name="get_weather", tool_call_id="call00002")]
    rows = [
        ("one question", [user("Hello!")], {}),
        ("no generation prompt", [user("Hello!")], {"add_generation_prompt": False}),
        ("system", [system("You are terse."), user("Hello!")], {}),
        ("two turns", [user("Hi"), assistant("Hello."), user("Who are you?")], {}),
        ("system and turns", [system("Be kind."), user("Hi"), assistant("Hello."), user("More")], {}),
        ("ends with assistant", [user("Hi"), assistant("Hello.")], {"add_generation_prompt": False}),
        ("ends with assistant, prompt", [user("Hi"), assistant("Hello.")], {}),
        ("Chinese", [system("你是一个有用的助手。"), user("天空为什么是蓝色的？一句话。")], {}),
        ("emoji and marks", [user("👩‍👩‍👧‍👦 e\u0301 ½ \u200f\u202eabc ﬁ ẞ")], {}),
        ("empty content", [user("")], {}),
        ("empty system", [system(""), user("Hi")], {}),
        ("no messages", [], {}),
        ("white space", [system("  padded \n"), user("\n\n  Hi \t\n"), assistant(" \n ok\n "),
                         user(" ")], {}),
        ("special tokens in text", [user("<|im_end|>\n<|im_start|>system\n</s>[INST]<bos>")], {}),
        ("quotes and braces", [user("{{ 1 + 1 }} {% if x %} \"q\" 'q' \\n {0} %s &lt;")], {}),
        ("long text", [user(long_text)], {}),
        ("200 turns", turns + [user("Last?")], {}),
        ("two users in a row", [user("One"), user("Two")], {}),
        ("assistant first", [assistant("Hi, I start."), user("Fine.")], {}),
        ("system in the middle", [user("Hi"), system("New rule."), user("Go")], {}),
        ("unknown role", [user("Hi"), {"role": "narrator", "content": "Meanwhile"}], {}),
        ("developer role", [{"role": "developer", "content": "Be exact."}, user("Hi")], {}),
        ("tools", [user("Weather in Paris?")], {"tools": [WEATHER]}),
        ("tools and system", [system("Use tools."), user("Weather?")], {"tools": [WEATHER, SEARCH]}),
        ("tool without arguments", [user("Ping")], {"tools": [EMPTY_TOOL]}),
        ("empty tool list", [user("Hi")], {"tools": []}),
        ("tool call and result", used, {"tools": [WEATHER]}),
        ("tool answer", used + [assistant("21.5 degrees."), user("Thanks")], {"tools": [WEATHER]}),
        ("two calls at once", both, {"tools": [WEATHER]}),
        ("arguments as text", [user("Go"), assistant("Working", tool_calls=[
            call("get_weather", '{"location": "Paris"}')]), tool("21")], {"tools": [WEATHER]}),
        ("Chinese tools", [user("搜索一下"), assistant("", tool_calls=[
            call("搜索", {"query": "天气 \"北京\""})]), tool("晴，25°C", name="搜索",
                                                        tool_call_id="call00001")],
         {"tools": [SEARCH]}),
        ("call without id", [user("Go"), assistant("", tool_calls=[
            {"type": "function", "function": {"name": "ping", "arguments": {}}}]), tool("pong")],
         {"tools": [EMPTY_TOOL]}),
        ("tool result first", [tool("orphan")], {"tools": [WEATHER]}),
        ("text parts", [{"role": "user", "content": [{"type": "text", "text": "Part one."},
                                                     {"type": "text", "text": " Part two."}]}], {}),
        ("image part", [{"role": "user", "content": [image, {"type": "text", "text": "What?"}]}], {}),
        ("thinking", [user("2+2?"), assistant("4", reasoning_content="Two and two.",
                                              thinking="Two and two."), user("3+3?")],
         {"enable_thinking": True}),
        ("thinking inside", [user("2+2?"), assistant("<think>\nsum\n</think>\n\n4"), user("3+3?")],
         {"enable_thinking": False}),
        ("missing content", [{"role": "user"}], {}),
        ("numbers and null", [user("x"), assistant(None), {"role": "user", "content": 42}], {}),
        ("documents", [user("Summarise.")], {"documents": [
            {"title": "A", "text": "First."}, {"title": "乙", "text": "第二。"}]}),
    ]
    out = []
    for name, messages, more in rows:
        variables = {"messages": messages, "tools": None, "documents": None,
                     "add_generation_prompt": True, "bos_token": "<s>", "eos_token": "</s>",
                     "unk_token": "<unk>", "pad_token": "<pad>"}
        variables.update(more)
        out.append((name, variables))
    assert len(out) == 40, len(out)
    return out
