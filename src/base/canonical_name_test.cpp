// SPDX-License-Identifier: Apache-2.0
// DNs as canonical names without a DC ([MS-DRSR] 4.1.4.1.3, [MS-ADTS] 3.1.1.1.7).
#include "base/canonical_name.hpp"

#include <gtest/gtest.h>

#include "base/win32.hpp"

namespace tributary {
namespace {

TEST(CanonicalName, TurnsTheNameAround) {
  EXPECT_EQ(canonical_name(u"CN=Ada,OU=Staff,DC=example,DC=com", false).value(), (CanonicalName{u"example.com", u"example.com/Staff/Ada"}));
  EXPECT_EQ(canonical_name(u"CN=Ada,OU=Staff,dc=example,dc=com", true).value(), (CanonicalName{u"example.com", u"example.com/Staff\nAda"}));
  EXPECT_EQ(canonical_name(u"OU=Staff,DC=com", true).value(), (CanonicalName{u"com", u"com\nStaff"}));
}
TEST(CanonicalName, OfADomainEndsInASeparator) {
  EXPECT_EQ(canonical_name(u"DC=example,DC=com", false).value().name, u"example.com/");
  EXPECT_EQ(canonical_name(u"DC=example,DC=com", true).value().name, u"example.com\n");
}
TEST(CanonicalName, EscapesSlashesAndTakesQuotesOff) {
  EXPECT_EQ(canonical_name(u"CN=A/B\\, C,DC=x", false).value().name, u"x/A\\/B, C");
}
TEST(CanonicalName, RefusesWhatHasNoCanonicalForm) {
  for (const char16_t* bad : {u"", u"CN=Ada", u"DC=x,CN=Ada", u"nonsense", u"CN=a\"b,DC=x", u"CN=\\zz,DC=x"}) {
    const auto name = canonical_name(bad, false);
    ASSERT_FALSE(name);
    EXPECT_EQ(name.error().code, win32::kErrorDsNameUnparseable);
  }
  std::u16string deep;
  for (int i = 0; i < 1001; ++i) deep += u"CN=a,";
  EXPECT_FALSE(canonical_name(deep + u"DC=x", false));
}

}  // namespace
}  // namespace tributary
