// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "http/url.h"

#include <gtest/gtest.h>

namespace hearth::http {
namespace {

TEST(Url, TakesApartAndNormalises) {
  const Url url = ParseUrl("https://Huggingface.CO/a/b?c=d#e").value();
  EXPECT_EQ(url.host, "huggingface.co");
  EXPECT_EQ(url.origin, "https://huggingface.co");
  EXPECT_EQ(url.text, "https://huggingface.co/a/b?c=d");
  EXPECT_EQ(ParseUrl("https://a.b:443/").value().authority, "a.b");
  EXPECT_EQ(ParseUrl("https://a.b:444/").value().authority, "a.b:444");
  EXPECT_EQ(ParseUrl("http://[::1]:80/").value().origin, "http://[::1]");
}

TEST(Url, RefusesWhatIsNotAPlainWebAddress) {
  for (const std::string text : {"",
                                 "huggingface.co/x",
                                 "file:///etc/passwd",
                                 "ftp://a/b",
                                 "https://",
                                 "https:///x",
                                 "http://0x%30",
                                 "https://u@a/",
                                 "https://u:p@a/",
                                 "https://a b/",
                                 "https://a/b c",
                                 "https://a\\b/",
                                 "https://a/\\b",
                                 "https://a\t/",
                                 "https://a\n.b/",
                                 "https://\xC3\xA9.fr/",
                                 "https://a%2fb/",
                                 "https://a%00b/",
                                 "https://a_b/",
                                 "https://a:99999/",
                                 "https://a:x/",
                                 "javascript:1",
                                 "https://a,b/",
                                 "https://.a.b/",
                                 "https://a..b/",
                                 "https://[::1/",
                                 "https://[zz]/",
                                 "HTTPS//a/",
                                 "smb://a/b",
                                 "dict://a:1/x"}) {
    EXPECT_FALSE(ParseUrl(text)) << text;
  }
  EXPECT_FALSE(ParseUrl(std::string("https://a/\0b", 12)));
  EXPECT_FALSE(ParseUrl("https://a/" + std::string(9000, 'x')));
}

TEST(Url, PolicyNamesHostsExactlyOrBelow) {
  const Policy policy{.hosts = {"huggingface.co", "*.hf.co", "mirror.example:8443"}};
  for (const char* text :
       {"https://huggingface.co/x", "https://HUGGINGFACE.CO:443/x", "https://cdn-lfs.hf.co/",
        "https://a.b.hf.co/", "https://mirror.example:8443/"}) {
    EXPECT_TRUE(CheckPolicy(policy, ParseUrl(text).value(), nullptr)) << text;
  }
  for (const char* text :
       {"https://huggingface.co.evil.example/", "https://evilhuggingface.co/", "https://hf.co/",
        "https://evilhf.co/", "https://x.hf.co:8443/", "https://huggingface.co:8443/",
        "https://mirror.example/", "https://huggingface.co./", "https://127.0.0.1/",
        "https://localhost/", "https://[::1]/", "https://0x7f.1/", "https://0/"}) {
    const auto checked = CheckPolicy(policy, ParseUrl(text).value(), nullptr);
    ASSERT_FALSE(checked) << text;
    EXPECT_EQ(checked.error().id(), "http.host");
    EXPECT_EQ(checked.error().code(), Code::kPermissionDenied);
  }
}

TEST(Url, PlainHttpOnlyOnThisMachineAndNeverAfterHttps) {
  Policy policy{.hosts = {"127.0.0.1", "localhost", "a.example"}};
  const Url loopback = ParseUrl("http://127.0.0.1/").value();
  const Url secure = ParseUrl("https://a.example/").value();
  EXPECT_EQ(CheckPolicy(policy, loopback, nullptr).error().id(), "http.plain");
  policy.plain_on_loopback = true;
  EXPECT_TRUE(CheckPolicy(policy, loopback, nullptr));
  EXPECT_TRUE(CheckPolicy(policy, loopback, &loopback));
  EXPECT_EQ(CheckPolicy(policy, loopback, &secure).error().id(), "http.plain");
  EXPECT_EQ(CheckPolicy(policy, ParseUrl("http://a.example/").value(), nullptr).error().id(),
            "http.plain");
}

TEST(Url, ResolvesLikeABrowser) {
  const Url base = ParseUrl("https://a.example/x/y?z").value();
  EXPECT_EQ(ResolveUrl(base, "w").value().text, "https://a.example/x/w");
  EXPECT_EQ(ResolveUrl(base, "/w").value().text, "https://a.example/w");
  EXPECT_EQ(ResolveUrl(base, "//b.example/w").value().text, "https://b.example/w");
  EXPECT_EQ(ResolveUrl(base, "http://b.example/w").value().text, "http://b.example/w");
}

}  // namespace
}  // namespace hearth::http
