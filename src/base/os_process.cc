// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "base/os_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <thread>
#include <utility>

#include "base/messages.h"

extern char** environ;

namespace hearth::os {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kTick{50};
constexpr milliseconds kTermGrace{1000};

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor() { Close(); }
  void Close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }
  int get() const { return fd_; }

 private:
  int fd_ = -1;
};

struct Pipe {
  Descriptor read;
  Descriptor write;
};

Result<Pipe> MakePipe(const std::string& program) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) {
    return Fail(Code::kUnavailable, msg::kProcessFailed, program, std::strerror(errno));
  }
  Pipe made{Descriptor(ends[0]), Descriptor(ends[1])};
  ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
  return made;
}

// The inherited environment with `changes` applied.
std::vector<std::string> Environment(const std::vector<std::string>& changes) {
  std::vector<std::string> out = changes;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::string_view name = text.substr(0, text.find('=') + 1);
    bool replaced = false;
    for (const std::string& change : changes) replaced |= change.starts_with(name);
    if (!replaced) out.emplace_back(text);
  }
  return out;
}

std::vector<char*> Pointers(std::vector<std::string>& strings) {
  std::vector<char*> out;
  for (std::string& text : strings) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

Result<pid_t> Spawn(const ProcessOptions& options, const Pipe& out, const Pipe& err) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawnattr_init(&attributes);
  if (!options.folder.empty()) {
    ::posix_spawn_file_actions_addchdir_np(&actions, options.folder.c_str());
  }
  ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, out.write.get(), 1);
  ::posix_spawn_file_actions_adddup2(&actions, err.write.get(), 2);
  ::posix_spawn_file_actions_addclosefrom_np(&actions, 3);
  sigset_t none;
  sigset_t defaults;
  ::sigemptyset(&none);
  ::sigemptyset(&defaults);
  for (const int signal : {SIGPIPE, SIGXFSZ, SIGINT, SIGTERM, SIGQUIT, SIGHUP})
    ::sigaddset(&defaults, signal);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &defaults);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  ::posix_spawnattr_setflags(
      &attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  std::vector<std::string> arguments = options.argv;
  std::vector<std::string> environment = Environment(options.environment);
  pid_t pid = 0;
  const int error = ::posix_spawnp(&pid, arguments[0].c_str(), &actions, &attributes,
                                   Pointers(arguments).data(), Pointers(environment).data());
  ::posix_spawn_file_actions_destroy(&actions);
  ::posix_spawnattr_destroy(&attributes);
  if (error == ENOENT || error == ENOTDIR) {
    return Fail(Code::kNotFound, msg::kProcessMissing, options.argv[0]);
  }
  if (error != 0) {
    return Fail(Code::kUnavailable, msg::kProcessFailed, options.argv[0], std::strerror(error));
  }
  return pid;
}

// Reads what is there; closes the end at end of file. Keeps the last `max` bytes.
void Drain(Descriptor& end, std::string& text, uint64_t max) {
  char chunk[16384];
  while (end.get() >= 0) {
    const ssize_t n = ::read(end.get(), chunk, sizeof(chunk));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) {
      end.Close();
      return;
    }
    text.append(chunk, static_cast<size_t>(n));
    if (text.size() > max) text.erase(0, text.size() - max);
  }
}

// True when the child has ended; its status is then in `exit_code`.
bool Reap(pid_t pid, int& exit_code) {
  int status = 0;
  pid_t got = 0;
  do {
    got = ::waitpid(pid, &status, WNOHANG);
  } while (got < 0 && errno == EINTR);
  if (got == 0) return false;
  exit_code = got < 0               ? 127
              : WIFEXITED(status)   ? WEXITSTATUS(status)
              : WIFSIGNALED(status) ? 128 + WTERMSIG(status)
                                    : 127;
  return true;
}

void Stop(pid_t pid) {
  int ignored = 0;
  ::kill(-pid, SIGTERM);
  const auto deadline = Clock::now() + kTermGrace;
  bool ended = false;
  while (!ended && Clock::now() < deadline) {
    ended = Reap(pid, ignored);
    if (!ended) std::this_thread::sleep_for(milliseconds(5));
  }
  ::kill(-pid, SIGKILL);  // also what the program may have left behind in its group
  while (!ended && !Reap(pid, ignored)) std::this_thread::sleep_for(milliseconds(5));
}

}  // namespace

Result<ProcessResult> RunProcess(const ProcessOptions& options) {
  HEARTH_CHECK(!options.argv.empty());
  HEARTH_ASSIGN(Pipe out, MakePipe(options.argv[0]));
  HEARTH_ASSIGN(Pipe err, MakePipe(options.argv[0]));
  HEARTH_ASSIGN(const pid_t pid, Spawn(options, out, err));
  out.write.Close();
  err.write.Close();
  const auto start = Clock::now();
  ProcessResult result;
  int wait_ms = 1;  // once both streams are closed the end is near: look soon, then less often
  while (true) {
    std::array<pollfd, 2> ends = {pollfd{out.read.get(), POLLIN, 0},
                                  pollfd{err.read.get(), POLLIN, 0}};  // closed: -1, ignored
    const bool closed = out.read.get() < 0 && err.read.get() < 0;
    ::poll(ends.data(), ends.size(), closed ? wait_ms : static_cast<int>(kTick.count()));
    if (closed) wait_ms = std::min(2 * wait_ms, static_cast<int>(kTick.count()));
    Drain(out.read, result.out, options.max_output);
    Drain(err.read, result.err, options.max_output);
    if (Reap(pid, result.exit_code)) break;
    Status go_on = options.on_tick ? options.on_tick() : Status();
    if (go_on && options.timeout.count() > 0 && Clock::now() - start > options.timeout) {
      go_on = Fail(Code::kDeadlineExceeded, msg::kProcessTimeout, options.argv[0],
                   options.timeout.count() / 1000);
    }
    if (!go_on) {
      Stop(pid);
      return std::unexpected(std::move(go_on).error());
    }
  }
  Drain(out.read, result.out, options.max_output);
  Drain(err.read, result.err, options.max_output);
  return result;
}

}  // namespace hearth::os
