// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "http/client.h"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <mutex>
#include <string_view>
#include <utility>

#include "http/messages.h"

namespace hearth::http {
namespace {

using Clock = std::chrono::steady_clock;

constexpr uint64_t kMaxHeadBytes = 65536;
constexpr int kPollMs = 50;

struct FreeEasy {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct FreeMulti {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Easy = std::unique_ptr<CURL, FreeEasy>;
using Multi = std::unique_ptr<CURLM, FreeMulti>;
using List = std::unique_ptr<curl_slist, FreeList>;

std::optional<uint64_t> Number(std::string_view text) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

std::string_view Trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && std::string_view(" \t\r\n").contains(text.back())) text.remove_suffix(1);
  return text;
}

std::string Lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

// The head fields this client understands, as the server wrote them.
struct RawHead {
  int status = 0;
  std::string location;
  std::string etag;
  std::string range;
  std::string length;
  std::string encoding;
};

struct Field {
  std::string_view name;
  std::string RawHead::* value;
};
constexpr Field kFields[] = {{"location", &RawHead::location},
                             {"etag", &RawHead::etag},
                             {"content-range", &RawHead::range},
                             {"content-length", &RawHead::length},
                             {"content-encoding", &RawHead::encoding}};

// What an answer with this status means for the person who waits for it.
struct StatusRow {
  int first;
  int last;
  Code code;
  const Message* message;
};
constexpr StatusRow kStatusRows[] = {
    {401, 401, Code::kPermissionDenied, &msg::kHttpForbidden},
    {403, 403, Code::kPermissionDenied, &msg::kHttpForbidden},
    {404, 404, Code::kNotFound, &msg::kHttpNotFound},
    {410, 410, Code::kNotFound, &msg::kHttpNotFound},
    {416, 416, Code::kDataLoss, &msg::kHttpRange},
    {408, 408, Code::kUnavailable, &msg::kHttpStatus},
    {429, 429, Code::kUnavailable, &msg::kHttpBusy},
    {500, 599, Code::kUnavailable, &msg::kHttpStatus},
    {0, 999, Code::kFailedPrecondition, &msg::kHttpStatus},
};

bool IsRedirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

// One request on one connection: a hop. Owned by Hop(), filled by curl's callbacks on one thread.
struct Transfer {
  const Request& request;
  const Handlers& handlers;
  const Url& url;
  RawHead raw = {};
  Head head = {};
  uint64_t head_bytes = 0;
  uint64_t body_bytes = 0;
  uint64_t seen_bytes = 0;  // head and body, for the stall clock
  std::optional<uint64_t> body_expected = {};
  bool head_done = false;
  bool finished = false;  // stopped by us on purpose: redirect or head_only
  Status failure = {};
};

Status Protocol(const Transfer& transfer, std::string_view what) {
  return Fail(Code::kDataLoss, msg::kHttpProtocol, transfer.url.authority, what);
}

// "bytes first-last/total" or "bytes first-last/*".
Status ParseRange(Transfer& transfer) {
  std::string_view text = transfer.raw.range;
  const size_t dash = text.find('-');
  const size_t slash = text.find('/');
  if (!text.starts_with("bytes ") || dash == text.npos || slash == text.npos || slash < dash) {
    return Protocol(transfer, "Content-Range");
  }
  const auto first = Number(text.substr(6, dash - 6));
  const auto last = Number(text.substr(dash + 1, slash - dash - 1));
  const std::string_view total_text = text.substr(slash + 1);
  const auto total = Number(total_text);
  const bool sane = first && last && *first <= *last && *last < UINT64_MAX &&
                    (total_text == "*" || (total && *last < *total));
  if (!sane || *first != transfer.request.offset) return Protocol(transfer, "Content-Range");
  transfer.head.offset = *first;
  transfer.head.total = total;
  transfer.body_expected = *last - *first + 1;
  return {};
}

// Decides what the head means. Sets transfer.finished when no body is wanted.
Status AcceptHead(Transfer& transfer) {
  const RawHead& raw = transfer.raw;
  Head& head = transfer.head;
  head.status = raw.status;
  head.url = transfer.url.text;
  if (IsRedirect(raw.status)) {
    transfer.finished = true;
    return {};
  }
  if (raw.status != 200 && raw.status != 206) {
    for (const StatusRow& row : kStatusRows) {
      if (raw.status >= row.first && raw.status <= row.last) {
        return Fail(row.code, *row.message, transfer.url.text, raw.status);
      }
    }
    return Protocol(transfer, "status");
  }
  if (!raw.encoding.empty() && Lower(raw.encoding) != "identity") {
    return Protocol(transfer, "Content-Encoding");  // nobody asked for one
  }
  std::optional<uint64_t> length;
  if (!raw.length.empty()) {
    length = Number(raw.length);
    if (!length) return Protocol(transfer, "Content-Length");
  }
  if (raw.status == 206) {
    if (transfer.request.offset == 0 && !transfer.request.head_only) {
      return Protocol(transfer, "206");
    }
    HEARTH_TRY(ParseRange(transfer));
    if (length && transfer.body_expected != length) return Protocol(transfer, "Content-Length");
  } else {
    head.total = length;
    transfer.body_expected = length;
  }
  if (raw.etag.starts_with('"') && raw.etag.size() <= 512) head.etag = raw.etag;
  if (!transfer.request.head_only && transfer.body_expected > transfer.request.max_body) {
    return Fail(Code::kDataLoss, msg::kHttpTooLong, transfer.url.authority,
                transfer.request.max_body);
  }
  if (transfer.handlers.on_head) HEARTH_TRY(transfer.handlers.on_head(head));
  transfer.finished = transfer.request.head_only;
  return {};
}

// Returning anything but `size * count` ends the transfer; the reason is in `transfer`.
size_t OnHeader(char* data, size_t size, size_t count, void* user) {
  Transfer& transfer = *static_cast<Transfer*>(user);
  const size_t bytes = size * count;
  transfer.head_bytes += bytes;
  transfer.seen_bytes += bytes;
  if (transfer.head_bytes > kMaxHeadBytes) {
    transfer.failure = Protocol(transfer, "> 64 KiB of headers");
    return 0;
  }
  const std::string_view line = Trim({data, bytes});
  if (transfer.head_done) return bytes;  // trailers
  if (line.starts_with("HTTP/")) {
    transfer.raw = {};
    const size_t space = line.find(' ');
    const auto status = Number(space == line.npos ? "" : line.substr(space + 1, 3));
    transfer.raw.status = static_cast<int>(status.value_or(0));
    return bytes;
  }
  if (line.empty()) {
    if (transfer.raw.status >= 100 && transfer.raw.status < 200) return bytes;
    transfer.head_done = true;
    transfer.failure = AcceptHead(transfer);
    return transfer.failure && !transfer.finished ? bytes : 0;
  }
  const size_t colon = line.find(':');
  if (colon == line.npos) return bytes;
  const std::string name = Lower(line.substr(0, colon));
  for (const Field& field : kFields) {
    if (name != field.name) continue;
    const std::string_view value = Trim(line.substr(colon + 1));
    std::string& slot = transfer.raw.*field.value;
    if (!slot.empty() && slot != value) {  // two different ones: whom to believe?
      transfer.failure = Protocol(transfer, field.name);
      return 0;
    }
    slot = value;
  }
  return bytes;
}

size_t OnBody(char* data, size_t size, size_t count, void* user) {
  Transfer& transfer = *static_cast<Transfer*>(user);
  const size_t bytes = size * count;
  transfer.seen_bytes += bytes;
  if (bytes > transfer.request.max_body - transfer.body_bytes) {
    transfer.failure =
        Fail(Code::kDataLoss, msg::kHttpTooLong, transfer.url.authority, transfer.request.max_body);
    return 0;
  }
  transfer.body_bytes += bytes;
  if (transfer.handlers.on_body) {
    transfer.failure = transfer.handlers.on_body({reinterpret_cast<const uint8_t*>(data), bytes});
    if (!transfer.failure) return 0;
  }
  return bytes;
}

// How curl's failures read to people; anything else is "cannot be reached".
struct CurlRow {
  CURLcode curl;
  Code code;
  const Message* message;
};
constexpr CurlRow kCurlRows[] = {
    {CURLE_PARTIAL_FILE, Code::kUnavailable, &msg::kHttpCut},
    {CURLE_RECV_ERROR, Code::kUnavailable, &msg::kHttpCut},
    {CURLE_SEND_ERROR, Code::kUnavailable, &msg::kHttpCut},
    {CURLE_GOT_NOTHING, Code::kUnavailable, &msg::kHttpCut},
    {CURLE_HTTP2, Code::kUnavailable, &msg::kHttpCut},
    {CURLE_HTTP2_STREAM, Code::kUnavailable, &msg::kHttpCut},
    {CURLE_SSL_CONNECT_ERROR, Code::kUnavailable, &msg::kHttpUnreachable},
    {CURLE_PEER_FAILED_VERIFICATION, Code::kPermissionDenied, &msg::kHttpTls},
    {CURLE_SSL_CACERT_BADFILE, Code::kPermissionDenied, &msg::kHttpTls},
    {CURLE_WEIRD_SERVER_REPLY, Code::kDataLoss, &msg::kHttpProtocol},
    {CURLE_UNSUPPORTED_PROTOCOL, Code::kDataLoss, &msg::kHttpProtocol},
    {CURLE_BAD_CONTENT_ENCODING, Code::kDataLoss, &msg::kHttpProtocol},
    {CURLE_WRITE_ERROR, Code::kDataLoss, &msg::kHttpProtocol},
    {CURLE_OUT_OF_MEMORY, Code::kResourceExhausted, &msg::kHttpProtocol},
};

Status CurlStatus(const Transfer& transfer, CURLcode curl, const char* detail) {
  const std::string text = *detail != '\0' ? detail : curl_easy_strerror(curl);
  for (const CurlRow& row : kCurlRows) {
    if (row.curl == curl) return Fail(row.code, *row.message, transfer.url.authority, text);
  }
  return Fail(Code::kUnavailable, msg::kHttpUnreachable, transfer.url.authority, text);
}

List HeaderLines(const Request& request, const Url& url) {
  curl_slist* lines = nullptr;
  const auto add = [&](const std::string& line) { lines = curl_slist_append(lines, line.c_str()); };
  add("Accept: */*");
  add("Accept-Encoding: identity");
  if (!request.token.empty() && request.token_origin == url.origin) {
    add("Authorization: Bearer " + request.token);
  }
  if (request.offset > 0 && !request.etag.empty()) add("If-Range: " + request.etag);
  return List(lines);
}

void Configure(CURL* easy, const Request& request, Transfer& transfer, curl_slist* lines,
               char* error) {
  curl_easy_setopt(easy, CURLOPT_URL, transfer.url.text.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, lines);
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "hearth");
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  curl_easy_setopt(easy, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                   static_cast<long>(request.connect_timeout.count()));
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, error);
  if (IsLoopback(transfer.url)) curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &OnHeader);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, &transfer);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &OnBody);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfer);
  if (request.head_only) {
    curl_easy_setopt(easy, CURLOPT_RANGE, "0-0");
  } else if (request.offset > 0) {
    curl_easy_setopt(easy, CURLOPT_RANGE, fmt::format("{}-", request.offset).c_str());
  }
}

// Runs the transfer to its end; `*code` is curl's verdict when no Status of ours ended it.
Status Drive(CURLM* multi, const Request& request, const Transfer& transfer, CURLcode* code) {
  auto window = Clock::now();
  uint64_t window_bytes = 0;
  while (true) {
    int running = 0;
    if (curl_multi_perform(multi, &running) != CURLM_OK) {
      return Protocol(transfer, "curl_multi_perform");
    }
    int left = 0;
    if (const CURLMsg* done = curl_multi_info_read(multi, &left); done != nullptr) {
      *code = done->data.result;
      return {};
    }
    if (request.cancel != nullptr && request.cancel->cancelled()) {
      return Fail(Code::kCancelled, msg::kHttpCancelled);
    }
    const auto now = Clock::now();
    if (transfer.seen_bytes >= window_bytes + request.stall_bytes) {
      window = now;
      window_bytes = transfer.seen_bytes;
    } else if (now - window > request.stall_timeout) {
      return Fail(Code::kDeadlineExceeded, msg::kHttpStalled, transfer.url.authority,
                  request.stall_bytes,
                  std::chrono::duration<double>(request.stall_timeout).count());
    }
    curl_multi_poll(multi, nullptr, 0, kPollMs, nullptr);
  }
}

Status Hop(const Request& request, Transfer& transfer) {
  const Multi multi(curl_multi_init());
  const Easy easy(curl_easy_init());
  HEARTH_CHECK(multi != nullptr && easy != nullptr);
  const List lines = HeaderLines(request, transfer.url);
  char error[CURL_ERROR_SIZE] = "";
  Configure(easy.get(), request, transfer, lines.get(), error);
  curl_multi_add_handle(multi.get(), easy.get());
  CURLcode code = CURLE_OK;
  const Status driven = Drive(multi.get(), request, transfer, &code);
  curl_multi_remove_handle(multi.get(), easy.get());
  HEARTH_TRY(driven);
  HEARTH_TRY(transfer.failure);
  if (transfer.finished) return {};
  if (code != CURLE_OK) return CurlStatus(transfer, code, error);
  if (!transfer.head_done) {
    return Fail(Code::kUnavailable, msg::kHttpCut, transfer.url.authority, "no answer");
  }
  if (transfer.body_expected && *transfer.body_expected != transfer.body_bytes) {
    return Fail(Code::kUnavailable, msg::kHttpCut, transfer.url.authority,
                fmt::format("{} / {}", transfer.body_bytes, *transfer.body_expected));
  }
  return {};
}

bool ValidToken(std::string_view token) {
  return token.size() <= 4096 &&
         std::ranges::all_of(token, [](char c) { return c > 32 && c < 127; });
}

}  // namespace

Result<Head> Get(const Request& request, const Handlers& handlers) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  if (!ValidToken(request.token)) return Fail(Code::kInvalidArgument, msg::kHttpToken);
  HEARTH_ASSIGN(Url url, ParseUrl(request.url));
  std::optional<Url> from;
  for (int hop = 0; hop <= request.max_redirects; ++hop) {
    HEARTH_TRY(CheckPolicy(request.policy, url, from ? &*from : nullptr));
    Transfer transfer{.request = request, .handlers = handlers, .url = url};
    HEARTH_TRY(Hop(request, transfer));
    if (!IsRedirect(transfer.raw.status)) return std::move(transfer.head);
    HEARTH_ASSIGN(Url next, ResolveUrl(url, transfer.raw.location));
    from = std::exchange(url, std::move(next));
  }
  return Fail(Code::kUnavailable, msg::kHttpRedirects, request.url, request.max_redirects);
}

}  // namespace hearth::http
