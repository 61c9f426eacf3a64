// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/result.h"

// For tests only: a web server on this machine that answers whatever the test wants, however wrong.
namespace hearth::http {

class TestServer {
 public:
  // One connection after its request has been read. The handler may do anything to it.
  class Connection {
   public:
    Connection(int fd, const std::atomic<bool>& stop, std::string request)
        : fd_(fd), stop_(stop), request_(std::move(request)) {}

    const std::string& request() const { return request_; }
    std::string path() const {
      const size_t first = request_.find(' ');
      return request_.substr(first + 1, request_.find(' ', first + 1) - first - 1);
    }
    // The value of a header, "" when absent. `name` as the client writes it.
    std::string header(const std::string& name) const {
      const size_t at = request_.find("\r\n" + name + ": ");
      if (at == std::string::npos) return "";
      const size_t begin = at + name.size() + 4;
      return request_.substr(begin, request_.find("\r\n", begin) - begin);
    }
    // N of "Range: bytes=N-...", 0 when absent.
    uint64_t range() const {
      const std::string range = header("Range");
      return range.starts_with("bytes=") ? std::stoull(range.substr(6)) : 0;
    }

    // False when the client has gone.
    bool Send(std::string_view data) {
      while (!data.empty()) {
        const ssize_t n = ::send(fd_, data.data(), data.size(), MSG_NOSIGNAL);
        if (n <= 0) return false;
        data.remove_prefix(static_cast<size_t>(n));
      }
      return true;
    }
    void SendHead(const std::string& status, const std::string& headers) {
      Send("HTTP/1.1 " + status + "\r\nConnection: close\r\n" + headers + "\r\n");
    }
    void SendFile(std::string_view content, const std::string& headers = "") {
      SendHead("200 OK", fmt::format("Content-Length: {}\r\n{}", content.size(), headers));
      Send(content);
    }
    // What a good server does: the rest from the range on.
    void SendRange(std::string_view content, const std::string& headers = "") {
      const uint64_t from = range();
      if (header("Range").empty()) return SendFile(content, headers);
      SendHead(
          "206 Partial Content",
          fmt::format("Content-Length: {}\r\nContent-Range: bytes {}-{}/{}\r\n{}",
                      content.size() - from, from, content.size() - 1, content.size(), headers));
      Send(content.substr(from));
    }
    void Redirect(const std::string& location, const std::string& status = "302 Found") {
      SendHead(status, "Content-Length: 0\r\nLocation: " + location + "\r\n");
    }
    // Says nothing until the client goes or the server ends.
    void Stall() {
      while (!stop_) {
        pollfd end = {fd_, POLLIN, 0};
        if (::poll(&end, 1, 10) > 0) return;
      }
    }
    bool stopped() const { return stop_; }

   private:
    int fd_;
    const std::atomic<bool>& stop_;
    std::string request_;
  };
  using Handler = std::function<void(Connection&)>;

  explicit TestServer(Handler handler) : handler_(std::move(handler)) {
    fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* raw = reinterpret_cast<sockaddr*>(&address);
    HEARTH_CHECK(::bind(fd_, raw, size) == 0 && ::listen(fd_, 64) == 0);
    HEARTH_CHECK(::getsockname(fd_, raw, &size) == 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { Accept(); });
  }
  ~TestServer() {
    stop_ = true;
    thread_.join();
    for (std::thread& worker : workers_) worker.join();
    ::close(fd_);
  }
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  std::string authority(const std::string& host = "127.0.0.1") const {
    return fmt::format("{}:{}", host, port_);
  }
  std::string url(const std::string& path = "/file") const {
    return "http://" + authority() + path;
  }
  // The heads of all requests so far.
  std::vector<std::string> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  void Accept() {
    while (!stop_) {
      pollfd listening = {fd_, POLLIN, 0};
      if (::poll(&listening, 1, 10) <= 0) continue;
      const int client = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
      if (client < 0) continue;
      workers_.emplace_back([this, client] { Serve(client); });
    }
  }

  void Serve(int client) {
    std::string head;
    char chunk[4096];
    while (head.find("\r\n\r\n") == std::string::npos && !stop_) {
      pollfd end = {client, POLLIN, 0};
      if (::poll(&end, 1, 10) <= 0) continue;
      const ssize_t n = ::recv(client, chunk, sizeof(chunk), 0);
      if (n <= 0) break;
      head.append(chunk, static_cast<size_t>(n));
    }
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(head);
    }
    Connection connection(client, stop_, head);
    if (!head.empty()) handler_(connection);
    ::shutdown(client, SHUT_WR);
    while (!stop_) {  // until the client has closed too, so that it sees all of the answer
      pollfd end = {client, POLLIN, 0};
      if (::poll(&end, 1, 10) > 0 && ::recv(client, chunk, sizeof(chunk), 0) <= 0) break;
    }
    ::close(client);
  }

  Handler handler_;
  int fd_ = -1;
  int port_ = 0;
  std::atomic<bool> stop_ = false;
  mutable std::mutex mutex_;  // guards requests_
  std::vector<std::string> requests_;
  std::vector<std::thread> workers_;  // touched by thread_ only, until it has ended
  std::thread thread_;
};

}  // namespace hearth::http
