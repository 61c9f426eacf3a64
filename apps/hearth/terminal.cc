// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "terminal.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <atomic>
#include <clocale>
#include <csignal>
#include <cwchar>

namespace hearth::app {
namespace {

std::atomic<CancelToken*> g_interrupt = nullptr;  // written by InterruptScope, read by the handler
static_assert(std::atomic<CancelToken*>::is_always_lock_free);

void OnInterrupt(int) {
  if (CancelToken* token = g_interrupt.load(std::memory_order_relaxed)) token->Cancel();
}

void Handle(int signal, void (*handler)(int)) {
  struct sigaction action = {};
  action.sa_handler = handler;  // no SA_RESTART: a blocked read returns
  ::sigemptyset(&action.sa_mask);
  ::sigaction(signal, &action, nullptr);
}

}  // namespace

bool IsTerminal(int fd) {
  return ::isatty(fd) == 1;
}

int TerminalColumns() {
  struct winsize size = {};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;
}

void SetUpLocale() {
  std::setlocale(LC_CTYPE, "");
  if (MB_CUR_MAX == 1) std::setlocale(LC_CTYPE, "C.UTF-8");
}

InterruptScope::InterruptScope(CancelToken& token) : outer_(g_interrupt.exchange(&token)) {
  if (outer_ == nullptr) Handle(SIGINT, OnInterrupt);
}

InterruptScope::~InterruptScope() {
  g_interrupt.store(outer_);
  if (outer_ == nullptr) Handle(SIGINT, SIG_DFL);
}

void IgnoreWriteSignals() {
  Handle(SIGPIPE, SIG_IGN);
  Handle(SIGXFSZ, SIG_IGN);
}

bool InputWaits(int fd, int milliseconds) {
  struct pollfd input = {fd, POLLIN, 0};
  return ::poll(&input, 1, milliseconds) == 1 && (input.revents & POLLIN) != 0;
}

}  // namespace hearth::app
