# shellcheck shell=bash
# Copyright 2026 The Hearth Authors
# SPDX-License-Identifier: Apache-2.0
# Sourced by test and .ci/run after say.sh: running tests and counting what they say.

passed=0
failed=0
skipped=0

# count PASSED FAILED SKIPPED: adds to the totals.
count() {
  passed=$((passed + $1))
  failed=$((failed + $2))
  skipped=$((skipped + $3))
}

# check ENGLISH CHINESE COMMAND...: one more check, passed when COMMAND exits 0, skipped when 77.
check() {
  local title status
  title=$(pick "$1" "$2")
  shift 2
  say "-- $title" "-- $title"
  "$@" </dev/null >&2
  status=$?
  case $status in
  0) count 1 0 0 ;;
  77) count 0 0 1 ;;
  *)
    say "FAILED: $title" "失败：$title"
    count 0 1 0
    ;;
  esac
  return "$status"
}

# run_ctest PRESET [CTEST ARGUMENT...]: runs the tests of a built preset and counts each of them.
run_ctest() {
  local preset=$1 report=$PWD/build/log/ctest-$1.xml
  shift
  rm -f "$report"
  mkdir -p build/log
  say "Running the tests (preset $preset) ..." "正在运行测试（预设 $preset）……"
  ctest --test-dir "build/$preset" --output-on-failure --no-tests=error --timeout 600 \
    -j "$(nproc)" --output-junit "$report" "$@" </dev/null 2>&1 |
    python3 tools/ctest_progress.py >&2
  local counts
  if ! counts=$(python3 tools/ctest_progress.py --counts "$report"); then
    count 0 1 0
    return
  fi
  # shellcheck disable=SC2086
  count $counts
}

# Sets HEARTH_TEST_MODELS to a folder with the model files, fetched once and kept, or unsets it.
find_test_models() {
  if [[ ${HEARTH_TEST_MODELS:-} == none ]]; then
    unset HEARTH_TEST_MODELS
  elif [[ -z ${HEARTH_TEST_MODELS:-} ]]; then
    local folder=${XDG_CACHE_HOME:-$HOME/.cache}/hearth/test-models
    if python3 tools/fetch_test_models.py "$folder" >&2; then
      export HEARTH_TEST_MODELS=$folder
    else
      say "Not all models could be had; the tests that need them will be skipped." \
        "部分模型无法取得，需要它们的测试会被跳过。"
      unset HEARTH_TEST_MODELS
    fi
  fi
}

close() {
  local line="$passed passed, $failed failed"
  ((skipped)) && line+=", $skipped skipped"
  printf '%s\n' "$line"
  ((failed == 0 && passed > 0))
  exit
}
close_with_failure() {
  count 0 1 0
  close
}
