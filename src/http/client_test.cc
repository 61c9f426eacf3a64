// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "http/client.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <thread>

#include "http/messages.h"
#include "http/test_server.h"

namespace hearth::http {
namespace {

using std::chrono::milliseconds;
using Connection = TestServer::Connection;

constexpr std::string_view kBody = "0123456789abcdefghijklmnopqrstuvwxyz";

// What a request brought, body included.
struct Outcome {
  Result<Head> head;
  std::string body;
  std::string id() const { return head ? "ok" : std::string(head.error().id()); }
};

Request Ask(const TestServer& server, const std::string& path = "/file") {
  Request request{.url = server.url(path), .policy = {}};
  request.policy.hosts = {server.authority()};
  request.policy.plain_on_loopback = true;
  request.connect_timeout = milliseconds(2000);
  request.stall_timeout = milliseconds(300);
  return request;
}

Outcome Fetch(const Request& request) {
  std::string body;
  Handlers handlers;
  handlers.on_body = [&](std::span<const uint8_t> data) -> Status {
    body.append(data.begin(), data.end());
    return {};
  };
  Result<Head> head = Get(request, handlers);
  return {std::move(head), body};
}

TEST(HttpClient, WholeFile) {
  const TestServer server([](Connection& c) { c.SendFile(kBody, "ETag: \"v1\"\r\n"); });
  const Outcome out = Fetch(Ask(server));
  ASSERT_EQ(out.id(), "ok");
  EXPECT_EQ(out.body, kBody);
  EXPECT_EQ(out.head->status, 200);
  EXPECT_EQ(out.head->offset, 0u);
  EXPECT_EQ(out.head->total, kBody.size());
  EXPECT_EQ(out.head->etag, "\"v1\"");
  const std::string request = server.requests().at(0);
  EXPECT_TRUE(request.starts_with("GET /file HTTP/1.1\r\n")) << request;
  EXPECT_EQ(request.find("Authorization"), request.npos);
  EXPECT_EQ(request.find("Cookie"), request.npos);
  EXPECT_EQ(request.find("Referer"), request.npos);
  EXPECT_NE(request.find("Accept-Encoding: identity\r\n"), request.npos);
}

TEST(HttpClient, ContinuesFromAnOffset) {
  const TestServer server([](Connection& c) { c.SendRange(kBody, "ETag: \"v1\"\r\n"); });
  Request request = Ask(server);
  request.offset = 10;
  request.etag = "\"v1\"";
  const Outcome out = Fetch(request);
  ASSERT_EQ(out.id(), "ok");
  EXPECT_EQ(out.body, kBody.substr(10));
  EXPECT_EQ(out.head->status, 206);
  EXPECT_EQ(out.head->offset, 10u);
  EXPECT_EQ(out.head->total, kBody.size());
  EXPECT_NE(server.requests()[0].find("If-Range: \"v1\"\r\n"), std::string::npos);
}

TEST(HttpClient, ChangedFileComesWhole) {
  const TestServer server([](Connection& c) {
    c.header("If-Range") == "\"v2\"" ? c.SendRange(kBody) : c.SendFile(kBody, "ETag: \"v2\"\r\n");
  });
  Request request = Ask(server);
  request.offset = 10;
  request.etag = "\"v1\"";
  const Outcome out = Fetch(request);
  ASSERT_EQ(out.id(), "ok");
  EXPECT_EQ(out.head->offset, 0u);
  EXPECT_EQ(out.head->etag, "\"v2\"");
  EXPECT_EQ(out.body, kBody);
}

TEST(HttpClient, HeadOnlyStopsBeforeTheBody) {
  const TestServer server([](Connection& c) {
    c.SendHead("200 OK", "Content-Length: 1000000\r\n");
    c.Stall();
  });
  Request request = Ask(server);
  request.head_only = true;
  const Outcome out = Fetch(request);
  ASSERT_EQ(out.id(), "ok");
  EXPECT_EQ(out.head->total, 1000000u);
  EXPECT_EQ(out.body, "");
}

// A way to misbehave and what the client makes of it. `offset` is what the client asks for.
struct Misdeed {
  const char* name;
  const char* id;
  Code code;
  void (*handler)(Connection&);
  uint64_t offset = 0;
};

void Status_(Connection& c, const char* status) {
  c.SendHead(status, "Content-Length: 0\r\n");
}
void Partial(Connection& c, const char* range, const char* more = "") {
  c.SendHead("206 Partial Content", fmt::format("Content-Range: {}\r\n{}", range, more));
  c.Send(kBody.substr(10));
}

const Misdeed kMisdeeds[] = {
    {"cut body", "http.cut", Code::kUnavailable,
     [](Connection& c) {
       c.SendHead("200 OK", "Content-Length: 100\r\n");
       c.Send(kBody);
     }},
    {"cut chunked body", "http.cut", Code::kUnavailable,
     [](Connection& c) {
       c.SendHead("200 OK", "Transfer-Encoding: chunked\r\n");
       c.Send("5\r\nhello\r\n10\r\nabc");
     }},
    {"cut head", "http.cut", Code::kUnavailable,
     [](Connection& c) { c.Send("HTTP/1.1 200 OK\r\nContent-Le"); }},
    {"nothing", "http.cut", Code::kUnavailable, [](Connection&) {}},
    {"silent", "http.stalled", Code::kDeadlineExceeded, [](Connection& c) { c.Stall(); }},
    {"stalls in the head", "http.stalled", Code::kDeadlineExceeded,
     [](Connection& c) {
       c.Send("HTTP/1.1 200 OK\r\n");
       c.Stall();
     }},
    {"stalls in the body", "http.stalled", Code::kDeadlineExceeded,
     [](Connection& c) {
       c.SendHead("200 OK", "Content-Length: 100\r\n");
       c.Send(kBody);
       c.Stall();
     }},
    {"trickles", "http.stalled", Code::kDeadlineExceeded,
     [](Connection& c) {
       c.SendHead("200 OK", "Content-Length: 1000\r\n");
       while (!c.stopped() && c.Send("x")) std::this_thread::sleep_for(milliseconds(5));
     }},
    {"length above the limit", "http.too_long", Code::kDataLoss,
     [](Connection& c) { c.SendHead("200 OK", "Content-Length: 5000\r\n"); }},
    {"length above 64 bits", "http.protocol", Code::kDataLoss,
     [](Connection& c) { c.SendHead("200 OK", "Content-Length: 99999999999999999999\r\n"); }},
    {"negative length", "http.protocol", Code::kDataLoss,
     [](Connection& c) { c.SendHead("200 OK", "Content-Length: -1\r\n"); }},
    {"two lengths", "http.protocol", Code::kDataLoss,
     [](Connection& c) { c.SendHead("200 OK", "Content-Length: 1\r\nContent-Length: 2\r\n"); }},
    {"endless chunks", "http.too_long", Code::kDataLoss,
     [](Connection& c) {
       c.SendHead("200 OK", "Transfer-Encoding: chunked\r\n");
       while (!c.stopped() && c.Send("8\r\nabcdefgh\r\n")) {
       }
     }},
    {"endless without length", "http.too_long", Code::kDataLoss,
     [](Connection& c) {
       c.SendHead("200 OK", "");
       while (!c.stopped() && c.Send("abcdefgh")) {
       }
     }},
    {"bad chunk", "http.cut", Code::kUnavailable,
     [](Connection& c) {
       c.SendHead("200 OK", "Transfer-Encoding: chunked\r\n");
       c.Send("zz\r\nhello\r\n");
     }},
    {"gzip", "http.protocol", Code::kDataLoss,
     [](Connection& c) { c.SendFile(kBody, "Content-Encoding: gzip\r\n"); }},
    {"unknown encoding", "http.protocol", Code::kDataLoss,
     [](Connection& c) { c.SendFile(kBody, "Content-Encoding: x-evil\r\n"); }},
    {"huge header", "http.protocol", Code::kDataLoss,
     [](Connection& c) { c.SendFile(kBody, "X-A: " + std::string(70000, 'a') + "\r\n"); }},
    {"endless headers", "http.protocol", Code::kDataLoss,
     [](Connection& c) {
       c.Send("HTTP/1.1 200 OK\r\n");
       while (!c.stopped() && c.Send("X-A: 0123456789012345678901234567890123456789\r\n")) {
       }
     }},
    {"endless interim answers", "http.protocol", Code::kDataLoss,
     [](Connection& c) {
       while (!c.stopped() && c.Send("HTTP/1.1 102 Processing\r\n\r\n")) {
       }
     }},
    {"another protocol", "http.protocol", Code::kDataLoss,
     [](Connection& c) { c.Send("SSH-2.0-OpenSSH_9.2\r\n"); }},
    {"status 401", "http.forbidden", Code::kPermissionDenied,
     [](Connection& c) { Status_(c, "401 Unauthorized"); }},
    {"status 403", "http.forbidden", Code::kPermissionDenied,
     [](Connection& c) { Status_(c, "403 Forbidden"); }},
    {"status 404", "http.not_found", Code::kNotFound,
     [](Connection& c) { Status_(c, "404 Not Found"); }},
    {"status 416", "http.range", Code::kDataLoss,
     [](Connection& c) { Status_(c, "416 Range Not Satisfiable"); }, 10},
    {"status 429", "http.busy", Code::kUnavailable,
     [](Connection& c) { Status_(c, "429 Too Many Requests"); }},
    {"status 500", "http.status", Code::kUnavailable,
     [](Connection& c) { Status_(c, "500 Internal Server Error"); }},
    {"status 503", "http.status", Code::kUnavailable,
     [](Connection& c) { Status_(c, "503 Service Unavailable"); }},
    {"status 204", "http.status", Code::kFailedPrecondition,
     [](Connection& c) { c.SendHead("204 No Content", ""); }},
    {"status 304", "http.status", Code::kFailedPrecondition,
     [](Connection& c) { c.SendHead("304 Not Modified", ""); }},
    {"206 not asked for", "http.protocol", Code::kDataLoss,
     [](Connection& c) { Partial(c, "bytes 0-35/36"); }},
    {"range from elsewhere", "http.protocol", Code::kDataLoss,
     [](Connection& c) { Partial(c, "bytes 9-35/36"); }, 10},
    {"range backwards", "http.protocol", Code::kDataLoss,
     [](Connection& c) { Partial(c, "bytes 10-9/36"); }, 10},
    {"range beyond the total", "http.protocol", Code::kDataLoss,
     [](Connection& c) { Partial(c, "bytes 10-36/36"); }, 10},
    {"range without numbers", "http.protocol", Code::kDataLoss,
     [](Connection& c) { Partial(c, "bytes x-y/z"); }, 10},
    {"range absurd", "http.protocol", Code::kDataLoss,
     [](Connection& c) { Partial(c, "bytes 10-18446744073709551615/*"); }, 10},
    {"range in other units", "http.protocol", Code::kDataLoss,
     [](Connection& c) { Partial(c, "pages 10-35/36"); }, 10},
    {"range missing", "http.protocol", Code::kDataLoss,
     [](Connection& c) { c.SendHead("206 Partial Content", "Content-Length: 5\r\n"); }, 10},
    {"several ranges", "http.protocol", Code::kDataLoss,
     [](Connection& c) {
       c.SendHead("206 Partial Content", "Content-Type: multipart/byteranges; boundary=x\r\n");
       c.Send("--x\r\n");
     },
     10},
    {"range and length disagree", "http.protocol", Code::kDataLoss,
     [](Connection& c) { Partial(c, "bytes 10-35/36", "Content-Length: 30\r\n"); }, 10},
    {"range cut", "http.cut", Code::kUnavailable,
     [](Connection& c) {
       c.SendHead("206 Partial Content", "Content-Range: bytes 10-35/36\r\n");
       c.Send("abc");
     },
     10},
};

TEST(HttpClient, Misdeeds) {
  for (const Misdeed& misdeed : kMisdeeds) {
    const TestServer server(misdeed.handler);
    Request request = Ask(server);
    request.offset = misdeed.offset;
    request.max_body = 2000;
    const Outcome out = Fetch(request);
    EXPECT_EQ(out.id(), misdeed.id) << misdeed.name;
    if (out.head) continue;
    EXPECT_EQ(out.head.error().code(), misdeed.code) << misdeed.name;
    EXPECT_LE(out.body.size(), 2000u) << misdeed.name;
    EXPECT_EQ(server.requests().size(), 1u) << misdeed.name;
  }
}

TEST(HttpClient, RedirectsThatAreRefused) {
  struct Row {
    const char* location;
    const char* id;
  };
  const Row rows[] = {
      {"file:///etc/passwd", "http.url"},
      {"ftp://127.0.0.1/x", "http.url"},
      {"javascript:alert(1)", "http.url"},
      {"data:text/plain,hello", "http.url"},
      {"gopher://127.0.0.1:1/_x", "http.url"},
      {"http://user:secret@127.0.0.1/x", "http.url"},
      {"http://127.0.0.1\\@evil.example/", "http.url"},
      {"http://evil.example/x", "http.plain"},
      {"https://evil.example/x", "http.host"},
      {"https://127.0.0.1.evil.example/x", "http.host"},
      {"//evil.example/x", "http.plain"},
      {"http://127.0.0.1:1/x", "http.host"},
      {"http://2130706433/x", "http.host"},
      {"http://169.254.169.254/latest/meta-data", "http.plain"},
      {"http://[::ffff:127.0.0.1]/x", "http.plain"},
      {"/a b", "http.url"},
      {"/\x01", "http.url"},
      {"", "http.url"},
      {"/file", "http.redirects"},
      {"file", "http.redirects"},
      {"?a=1", "http.redirects"},
  };
  for (const Row& row : rows) {
    const TestServer server([&](Connection& c) { c.Redirect(row.location); });
    const Outcome out = Fetch(Ask(server));
    EXPECT_EQ(out.id(), row.id) << row.location;
    EXPECT_EQ(out.body, "");
  }
  const TestServer server([&](Connection& c) { c.Redirect("/" + std::string(9000, 'x')); });
  EXPECT_EQ(Fetch(Ask(server)).id(), "http.url");
}

TEST(HttpClient, FollowsAllowedRedirectsAndDropsTheToken) {
  const TestServer storage([](Connection& c) { c.SendRange(kBody); });
  const TestServer hub([&](Connection& c) {
    c.path() == "/file" ? c.Redirect("/next?x=1", "307 Temporary Redirect")
                        : c.Redirect("http://" + storage.authority("localhost") + "/blob");
  });
  Request request = Ask(hub);
  request.policy.hosts.push_back(storage.authority("localhost"));
  request.token = "hf_secret";
  request.token_origin = "http://" + hub.authority();
  request.offset = 30;
  const Outcome out = Fetch(request);
  ASSERT_EQ(out.id(), "ok");
  EXPECT_EQ(out.body, kBody.substr(30));
  ASSERT_EQ(hub.requests().size(), 2u);
  for (const std::string& head : hub.requests()) {
    EXPECT_NE(head.find("\r\nAuthorization: Bearer hf_secret\r\n"), head.npos) << head;
  }
  ASSERT_EQ(storage.requests().size(), 1u);
  EXPECT_EQ(storage.requests()[0].find("secret"), std::string::npos);
}

TEST(HttpClient, TokenOfAnotherOriginStaysHome) {
  const TestServer server([](Connection& c) { c.SendFile(kBody); });
  Request request = Ask(server);
  request.token = "hf_secret";
  request.token_origin = "https://huggingface.co";
  ASSERT_EQ(Fetch(request).id(), "ok");
  EXPECT_EQ(server.requests()[0].find("secret"), std::string::npos);
}

TEST(HttpClient, NoProxyToThisMachine) {
  const TestServer server([](Connection& c) { c.SendFile(kBody); });
  const TestServer proxy([](Connection& c) { c.SendFile("proxy"); });
  ::setenv("http_proxy", proxy.url("").c_str(), 1);
  const Outcome out = Fetch(Ask(server));
  ::unsetenv("http_proxy");
  EXPECT_EQ(out.body, kBody);
  EXPECT_TRUE(proxy.requests().empty());
}

TEST(HttpClient, TokenCannotAddHeaders) {
  const TestServer server([](Connection& c) { c.SendFile(kBody); });
  Request request = Ask(server);
  request.token = "x\r\nHost: evil";
  request.token_origin = "http://" + server.authority();
  EXPECT_EQ(Fetch(request).id(), "http.token");
  EXPECT_TRUE(server.requests().empty());
}

TEST(HttpClient, CancelsWhileTheServerStalls) {
  const TestServer server([](Connection& c) {
    c.SendHead("200 OK", "Content-Length: 100\r\n");
    c.Stall();
  });
  CancelToken cancel;
  Request request = Ask(server);
  request.stall_timeout = milliseconds(60000);
  request.cancel = &cancel;
  std::thread later([&] {
    std::this_thread::sleep_for(milliseconds(50));
    cancel.Cancel();
  });
  const auto start = std::chrono::steady_clock::now();
  const Outcome out = Fetch(request);
  later.join();
  EXPECT_EQ(out.id(), "http.cancelled");
  EXPECT_LT(std::chrono::steady_clock::now() - start, milliseconds(5000));
}

TEST(HttpClient, ErrorsOfHandlersEndTheRequest) {
  const TestServer server([](Connection& c) { c.SendFile(kBody); });
  Handlers handlers;
  handlers.on_head = [](const Head&) -> Status {
    return Fail(Code::kAlreadyExists, msg::kHttpToken);
  };
  EXPECT_EQ(Get(Ask(server), handlers).error().code(), Code::kAlreadyExists);
  handlers.on_head = {};
  handlers.on_body = [](std::span<const uint8_t>) -> Status {
    return Fail(Code::kResourceExhausted, msg::kHttpToken);
  };
  EXPECT_EQ(Get(Ask(server), handlers).error().code(), Code::kResourceExhausted);
}

TEST(HttpClient, NobodyThere) {
  std::string url;
  Policy policy;
  {
    const TestServer server([](Connection&) {});
    url = server.url();
    policy.hosts = {server.authority()};
    policy.plain_on_loopback = true;
  }
  const auto head = Get({.url = url, .policy = policy}, {});
  ASSERT_FALSE(head);
  EXPECT_EQ(head.error().id(), "http.unreachable");
  EXPECT_EQ(head.error().code(), Code::kUnavailable);
}

}  // namespace
}  // namespace hearth::http
