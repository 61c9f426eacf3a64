#!/usr/bin/env bash
# Copyright 2026 The Hearth Authors
# SPDX-License-Identifier: Apache-2.0
# Runs the fuzz targets, two at a time, and says which failed.
#   tools/run_fuzz.sh [SECONDS] [TARGET...]        60 seconds and every target when not given
# New inputs and crashes stay in build/asan/findings/TARGET; copy what is worth keeping into
# fuzz/corpus/TARGET. Prints one line "ok NAME" or "FAILED NAME" per target.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
. tools/say.sh

seconds=${1:-60}
shift $(($# ? 1 : 0))
targets=("$@")
if ((!${#targets[@]})); then
  for source in fuzz/fuzz_*.cc; do
    [[ -e $source ]] || continue
    name=${source##*/fuzz_}
    targets+=("${name%.cc}")
  done
fi
((${#targets[@]})) || exit 0
if ! build asan "${targets[@]/#/fuzz_}"; then
  echo "FAILED build (see build/log/build-asan.log)"
  exit 1
fi

one() {
  local name=$1 findings=$PWD/build/asan/findings/$1
  mkdir -p "$findings/corpus" "fuzz/corpus/$name"
  if "build/asan/fuzz/fuzz_$name" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=3000 \
    -artifact_prefix="$findings/" -print_final_stats=1 "$findings/corpus" "fuzz/corpus/$name" \
    >"$findings/log" 2>&1 </dev/null; then
    echo "ok $name $(sed -n 's/stat::number_of_executed_units: *//p' "$findings/log") runs"
  else
    tail -n 30 "$findings/log" >&2
    local input
    for input in "$findings"/{crash,timeout,oom,leak}-*; do  # the machine may be gone tomorrow
      [[ -e $input ]] && echo "${input##*/}: $(head -c 6000 "$input" | base64 -w0)" >&2
    done
    echo "FAILED $name (log and input in build/asan/findings/$name)"
    return 1
  fi
}
export -f one
export seconds
printf '%s\n' "${targets[@]}" | xargs -P 2 -I{} bash -c 'one {}'
