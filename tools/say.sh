# shellcheck shell=bash
# Copyright 2026 The Hearth Authors
# SPDX-License-Identifier: Apache-2.0
# Sourced by run, test, .ci/run and tools/*.sh: speaking to people (on stderr, English or Chinese).

speaks_chinese() {
  local lang=${HEARTH_LANG:-${LC_ALL:-${LC_MESSAGES:-${LANG:-}}}}
  [[ $lang == zh* ]]
}
pick() { if speaks_chinese; then printf '%s' "$2"; else printf '%s' "$1"; fi; }
say() { printf '%s\n' "$(pick "$1" "$2")" >&2; }

# step ENGLISH CHINESE LOG COMMAND...: runs COMMAND with its output in LOG. Its title is shown with the
# first line of output; then on a terminal the newest line, elsewhere one line every few seconds.
# When it fails, the end of the output is shown.
step() {
  local title log=$3 status
  title=$(pick "$1" "$2")
  shift 3
  mkdir -p "$(dirname "$log")"
  "$@" 2>&1 </dev/null | show_progress "$title" "$log"
  status=${PIPESTATUS[0]}
  if ((status != 0)); then
    tail -n 40 "$log" >&2
    say "failed: $* (exit code $status). The whole output is in $log" \
      "失败：$*（退出码 $status）。完整输出在 $log"
  fi
  return "$status"
}

show_progress() {
  local line titled=0 last=-10 terminal=0 columns
  [[ -t 2 && ${TERM:-dumb} != dumb ]] && terminal=1
  columns=$(tput cols 2>/dev/null || echo 80)
  : >"$2"
  while IFS= read -r line || [[ -n $line ]]; do
    printf '%s\n' "$line" >>"$2"
    case $line in
    '' | "ninja: no work"* | *"Re-checking globbed"* | *"Looking at the commit") continue ;;
    esac
    if ((!titled)); then
      printf '%s\n' "$1" >&2
      titled=1
    fi
    if ((terminal)); then
      printf '\r\033[K  \033[2m%s\033[0m' "${line:0:columns-3}" >&2
    elif ((SECONDS - last >= 5)); then
      printf '  %s\n' "$line" >&2
      last=$SECONDS
    fi
  done
  if ((terminal && titled)); then printf '\r\033[K' >&2; fi
}

# configure PRESET: runs CMake when there is no build folder yet, or when it belongs to another place.
configure() {
  local folder=build/$1
  if [[ -f $folder/CMakeCache.txt ]] &&
    ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$PWD" "$folder/CMakeCache.txt"; then
    rm -rf "$folder"
  fi
  [[ -f $folder/build.ninja ]] && return 0
  step "Configuring (preset $1) ..." "正在配置（预设 $1）……" "build/log/configure-$1.log" \
    cmake --preset "$1"
}

# build PRESET [TARGET...]: configures when needed, then compiles what has changed.
build() {
  local preset=$1 targets=()
  shift
  (($#)) && targets=(--target "$@")
  configure "$preset" || return 1
  NINJA_STATUS="[%f/%t, %e s] " step "Building (preset $preset) ..." "正在编译（预设 $preset）……" \
    "build/log/build-$preset.log" cmake --build --preset "$preset" "${targets[@]}"
}
