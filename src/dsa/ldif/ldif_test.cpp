// SPDX-License-Identifier: Apache-2.0
// LDIF by RFC 2849: what is read, what is refused and where, and that what is written is read again.
#include "dsa/ldif/ldif.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/win32.hpp"

namespace tributary::dsa {
namespace {

using testing::HasSubstr;

/// The text in pieces of `piece` octets.
LdifReader reader_of(std::string text, std::size_t piece = 1 << 16) {
  return LdifReader([text = std::move(text), at = std::size_t{0}, piece]() mutable -> Result<std::string> {
    auto next = text.substr(at, piece);
    at += next.size();
    return next;
  });
}

Result<std::vector<LdifRecord>> read_all(const std::string& text, std::size_t piece = 1 << 16) {
  auto reader = reader_of(text, piece);
  std::vector<LdifRecord> records;
  while (true) {
    auto record = reader.next();
    if (!record) return std::unexpected(record.error());
    if (!*record) return records;
    records.push_back(std::move(**record));
  }
}

TEST(Ldif, ReadsRecordsWhateverThePieces) {
  const std::string text =
      "version: 1\r\n# a comment\r\n  that goes on\r\n\r\ndn: CN=ann,DC=lab\r\nobjectClass: top\r\nobjectClass: user\r\n"
      "description: one\r\n  two\r\nphoto;binary:: AAEC\r\n\r\n\r\ndn:: Q049w7w=\nchangetype: add\ncn: x\n";
  const std::vector<LdifRecord> expected{
      {5, "CN=ann,DC=lab", {{"objectClass", "top"}, {"objectClass", "user"}, {"description", "one two"}, {"photo", std::string("\0\1\2", 3)}}},
      {13, "CN=\xC3\xBC", {{"cn", "x"}}}};
  for (const std::size_t piece : {1u, 2u, 7u, 4096u}) {
    const auto records = read_all(text, piece);
    ASSERT_TRUE(records) << records.error().detail;
    EXPECT_EQ(*records, expected) << piece;
  }
}

TEST(Ldif, AnEmptyFileHasNoRecords) {
  for (const auto* text : {"", "\n\n", "# nothing\n", "version: 1\n"}) {
    const auto records = read_all(text);
    ASSERT_TRUE(records) << text;
    EXPECT_TRUE(records->empty()) << text;
  }
}

TEST(Ldif, ErrorsNameTheirLine) {
  const std::pair<const char*, const char*> cases[] = {
      {"cn: x\n", "line 1: a record begins with its dn"},
      {"dn: CN=a\n", "line 1: the record has no attributes"},
      {"dn: CN=a\ncn x\n", "there is no colon"},
      {"dn: CN=a\ncn:: ===\n", "the base64 is malformed"},
      {"dn: CN=a\ncn: a\ndn: CN=b\n", "a record has one DN"},
      {"dn: CN=a\n c\xC3\xBC: a\n", "the record has no attributes"},
      {"version: 2\n", "this version of LDIF is not read"},
      {"dn: CN=a\ncn: a\n\ndn: CN=b\nchangetype: modify\n", "line 5: only records that add"},
      {"dn: CN=a\ncn: a\ndn;binary: CN=b\n", "line 3: a record has one DN"},
      {"dn: CN=a\njpegPhoto:< file:///etc/passwd\n", "values by URL"},
  };
  for (const auto& [text, what] : cases) {
    const auto records = read_all(text);
    ASSERT_FALSE(records) << text;
    EXPECT_THAT(records.error().detail, HasSubstr(what)) << text;
  }
}

TEST(Ldif, WhatIsWrittenIsReadAgain) {
  for (const std::string& octets : {std::string("plain"), std::string(" leading"), std::string("trailing "), std::string(":x"), std::string("<x"), std::string(),
                                    std::string("a\0b", 3), std::string("\xC3\xBC"), std::string("two\nlines"), std::string(500, 'x'), std::string(300, '\xFF')}) {
    std::string text = "dn: CN=a\n";
    append_ldif_value(text, "description", octets);
    for (std::size_t at = 0; at < text.size();) {
      const auto end = text.find('\n', at);
      EXPECT_LE(end - at, 76u);
      at = end + 1;
    }
    const auto records = read_all(text);
    ASSERT_TRUE(records) << records.error().detail;
    ASSERT_EQ(records->size(), 1u);
    EXPECT_EQ((*records)[0].values, (std::vector<LdifValue>{{"description", octets}}));
  }
}

TEST(Ldif, ALineThatNeverEndsIsRefused) {
  LdifReader reader([]() -> Result<std::string> { return std::string(1 << 20, 'x'); });
  const auto record = reader.next();
  ASSERT_FALSE(record);
  EXPECT_THAT(record.error().detail, HasSubstr("too long"));
}

}  // namespace
}  // namespace tributary::dsa
