#!/usr/bin/env bash
# Copyright 2026 The Hearth Authors
# SPDX-License-Identifier: Apache-2.0
# Installs the missing distribution packages of tools/packages.txt.
#   tools/install_packages.sh [--yes] GROUP...     groups: run test
# As root it asks nothing. Otherwise it asks before it uses sudo, unless --yes is given.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
. tools/say.sh

yes=0
groups=()
for argument in "$@"; do
  if [[ $argument == --yes ]]; then yes=1; else groups+=("$argument"); fi
done

wanted=()
while read -r group name; do
  [[ " ${groups[*]} " == *" $group "* ]] || continue
  [[ $name == python3-pip ]] && python3 -m pip --version >/dev/null 2>&1 && continue
  wanted+=("$name")
done < <(grep -v '^#' tools/packages.txt)

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  say "This system has no apt-get. Please install what these Debian packages contain, if it is missing:
  ${wanted[*]}" "本系统没有 apt-get。如果缺少，请自行安装这些 Debian 软件包对应的内容：
  ${wanted[*]}"
  exit 0
fi

installed=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "${wanted[@]}" 2>/dev/null |
  sed -n 's/ installed$//p')
missing=()
for name in "${wanted[@]}"; do
  grep -qxF "$name" <<<"$installed" || missing+=("$name")
done
((${#missing[@]})) || exit 0

say "Packages to install: ${missing[*]}" "需要安装的软件包：${missing[*]}"
root=()
if ((EUID != 0)); then
  if ! command -v sudo >/dev/null; then
    say "Installing needs the administrator, and there is no sudo here. As root, run:
  apt-get install ${missing[*]}" "安装需要管理员权限，而这里没有 sudo。请以 root 身份执行：
  apt-get install ${missing[*]}"
    exit 5
  fi
  if ((!yes)); then
    if [[ ! -t 0 || ! -t 2 ]]; then
      say "Installing needs sudo, and there is no terminal to ask on. Repeat with --yes, or run:
  sudo apt-get install ${missing[*]}" "安装需要 sudo，但没有终端可以询问。请加上 --yes 重试，或执行：
  sudo apt-get install ${missing[*]}"
      exit 5
    fi
    printf '%s ' "$(pick 'Install them with sudo apt-get? [Y/n]' '用 sudo apt-get 安装它们吗？[Y/n]')" >&2
    read -r answer || answer=n
    case $answer in '' | y* | Y* | 是*) ;; *)
      say "Nothing was installed." "没有安装任何东西。"
      exit 130
      ;;
    esac
  fi
  sudo -v || exit 5
  root=(sudo)
fi

apt() {
  step "$1" "$2" "build/log/apt-$3.log" "${root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get -q -o Dpkg::Use-Pty=0 "${@:3}"
}
# The lists may be absent or old; one source that does not answer must not stop the others.
apt "Refreshing the package lists ..." "正在更新软件包列表……" update ||
  say "Some package lists could not be refreshed; going on." "部分软件包列表无法更新，继续。"
apt "Installing ${#missing[@]} packages ..." "正在安装 ${#missing[@]} 个软件包……" \
  install --yes --no-install-recommends "${missing[@]}" || exit 10
