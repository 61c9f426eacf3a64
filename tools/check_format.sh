#!/usr/bin/env bash
# Copyright 2026 The Hearth Authors
# SPDX-License-Identifier: Apache-2.0
# Fails when clang-format would change a source file. `tools/check_format.sh --fix` changes them.
set -eu
cd "$(dirname "${BASH_SOURCE[0]}")/.."
mode=(--dry-run -Werror)
[[ ${1:-} == --fix ]] && mode=(-i)
command -v clang-format-19 >/dev/null || exit 77
find src apps fuzz bench include tests -type f \( -name '*.cc' -o -name '*.h' -o -name '*.inl' \) \
  -print0 2>/dev/null | xargs -0 -r clang-format-19 "${mode[@]}"
