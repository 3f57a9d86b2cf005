// SPDX-License-Identifier: Apache-2.0
// RFC 4515: the filters that our searches use, and that anything else is refused and not half understood.
#include "client/entry_filter.hpp"

#include <gtest/gtest.h>

#include "base/win32.hpp"

namespace tributary::client {
namespace {

Bytes octets(std::string_view text) { return {text.begin(), text.end()}; }

ldap_client::Entry connection() {
  ldap_client::Entry entry;
  entry.dn = "CN=c,DC=lab";
  entry.attributes["objectClass"] = {octets("top"), octets("nTDSConnection")};
  entry.attributes["enabledConnection"] = {octets("TRUE")};
  entry.attributes["schemaIDGUID"] = {{0x01, 0x02, 0xFF, 0x28}};
  return entry;
}

TEST(EntryFilter, JudgesWhatOurSearchesAsk) {
  const std::pair<const char*, bool> filters[] = {
      {"(objectClass=*)", true},
      {"(objectClass=ntdsconnection)", true},
      {"(OBJECTCLASS=nTDSConnection)", true},
      {"(objectClass=nTDSDSA)", false},
      {"(description=*)", false},
      {"(&(objectClass=nTDSConnection)(enabledConnection=TRUE))", true},
      {"(&(objectClass=nTDSConnection)(enabledConnection=FALSE))", false},
      {"(|(objectClass=site)(objectClass=top))", true},
      {"(!(objectClass=top))", false},
      {"(!(&(objectClass=top)(!(objectClass=site))))", false},
      {"(&)", true},
      {"(|)", false},
      {"(schemaIDGUID=\\01\\02\\ff\\28)", true},
      {"(schemaIDGUID=\\01\\02\\ff\\29)", false},
      {"(enabledConnection=)", false},
  };
  for (const auto& [text, expected] : filters) {
    const auto filter = EntryFilter::parse(text);
    ASSERT_TRUE(filter) << text;
    EXPECT_EQ(filter->matches(connection()), expected) << text;
  }
}

TEST(EntryFilter, AnyEntryHasAnObjectClass) { EXPECT_TRUE(EntryFilter::parse("(objectClass=*)")->matches({})); }

TEST(EntryFilter, RefusesTheRest) {
  for (const char* const text : {"", "()", "(a)", "a=b", "(a=b", "(a=b)(c=d)", "(=b)", "(a>=1)", "(a<=1)", "(a~=1)", "(a:1.2.3:=1)", "(a=b*)",
                                 "(a=\\2)", "(a=\\zz)", "(!(a=b)(c=d))", "(!)", "(&(a=b)", "(&a=b)", "(a=(b)"}) {
    const auto filter = EntryFilter::parse(text);
    ASSERT_FALSE(filter) << text;
    EXPECT_EQ(filter.error().code, win32::kErrorInvalidParameter) << text;
  }
}

TEST(EntryFilter, IsNotFollowedIntoDepth) {
  const auto nested = [](std::size_t depth) {
    std::string text;
    for (std::size_t i = 1; i < depth; ++i) text += "(!";
    return text + "(a=b)" + std::string(depth - 1, ')');
  };
  EXPECT_TRUE(EntryFilter::parse(nested(EntryFilter::kDepthMax)));
  EXPECT_FALSE(EntryFilter::parse(nested(EntryFilter::kDepthMax + 1)));
  EXPECT_FALSE(EntryFilter::parse(nested(100'000)));
}

}  // namespace
}  // namespace tributary::client
