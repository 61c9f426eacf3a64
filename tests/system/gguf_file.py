# Copyright 2026 The Hearth Authors
# SPDX-License-Identifier: Apache-2.0
"""A GGUF file taken apart, to be harmed and put together again."""

import dataclasses
import struct

# value type -> struct code; 8 is a string, 9 an array
SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q",
           12: "d"}
STRING, ARRAY, U32, I32, F32 = 8, 9, 4, 5, 6


@dataclasses.dataclass
class Tensor:
  name: str
  sizes: list  # innermost first
  type: int
  offset: int  # from the start of the data


class Gguf:
  """`fields`: key -> (type, value), an array's value being (type of items, items)."""

  def __init__(self, content):
    self._content, self._at = content, 4
    self.magic = content[:4]
    self.version, tensors, fields = self._take("I"), self._take("Q"), self._take("Q")
    self.fields = {}
    for _ in range(fields):
      key = self._string()
      kind = self._take("I")
      self.fields[key] = (kind, self._value(kind))
    self.tensors = []
    for _ in range(tensors):
      name = self._string()
      sizes = [self._take("Q") for _ in range(self._take("I"))]
      self.tensors.append(Tensor(name, sizes, self._take("I"), self._take("Q")))
    self.data_start = -(-self._at // 32) * 32
    self.data = bytearray(content[self.data_start:])
    # What the header will say, when it is to lie.
    self.tensor_count = self.field_count = None

  def _take(self, code):
    (value,) = struct.unpack_from("<" + code, self._content, self._at)
    self._at += struct.calcsize("<" + code)
    return value

  def _string(self):
    size = self._take("Q")
    self._at += size
    return self._content[self._at - size:self._at].decode()

  def _value(self, kind):
    if kind == STRING:
      return self._string()
    if kind == ARRAY:
      items = self._take("I")
      return items, [self._value(items) for _ in range(self._take("Q"))]
    return self._take(SCALARS[kind])

  def tensor(self, name):
    return next(t for t in self.tensors if t.name == name)

  def items(self, key):
    """The list inside an array field, to be changed in place."""
    return self.fields[key][1][1]

  def set(self, key, value):
    """Another value of the same type."""
    self.fields[key] = (self.fields[key][0], value)

  def content(self):
    def string(text):
      return struct.pack("<Q", len(text.encode())) + text.encode()

    def value(kind, content):
      if kind == STRING:
        return string(content)
      if kind == ARRAY:
        items, list_ = content
        return struct.pack("<IQ", items, len(list_)) + b"".join(value(items, i) for i in list_)
      return struct.pack("<" + SCALARS[kind], content)

    tensors = len(self.tensors) if self.tensor_count is None else self.tensor_count
    fields = len(self.fields) if self.field_count is None else self.field_count
    out = self.magic + struct.pack("<IQQ", self.version, tensors, fields)
    for key, (kind, content) in self.fields.items():
      out += string(key) + struct.pack("<I", kind) + value(kind, content)
    for t in self.tensors:
      out += string(t.name) + struct.pack(f"<I{len(t.sizes)}QIQ", len(t.sizes), *t.sizes, t.type,
                                          t.offset)
    return out + bytes(-len(out) % 32) + bytes(self.data)
