// SPDX-License-Identifier: Apache-2.0
// The cryptography against the values of the specification's worked example ([MS-NLMP] 4.2.1, 4.2.4) and those of RFC 1320, 2202 and 6229.
#include "security/ntlm/crypto.hpp"

#include <gtest/gtest.h>

#include "base/win32.hpp"
#include "security/ntlm/upper_case.hpp"

namespace tributary::security::ntlm {
namespace {

std::string hex(const Key& key) { return to_hex(key.view()); }
Key key_of(std::string_view digits) {
  Key key;
  std::ranges::copy(*from_hex(digits), key.span().begin());
  return key;
}

TEST(NtlmCrypto, TheLibraryHasWhatIsNeeded) { EXPECT_TRUE(check_algorithms()); }

TEST(NtlmCrypto, NtowfV1IsMd4OfThePasswordInUtf16) {
  EXPECT_EQ(hex(*nt_hash("Password")), "a4f49c406510bdcab6824ee7c30fd852");  // 4.2.2.1.2
  EXPECT_EQ(hex(*nt_hash("")), "31d6cfe0d16ae931b73c59d7e0c089c0");          // RFC 1320 A.5
  EXPECT_EQ(nt_hash("\xFF").error().code, win32::kErrorNoUnicodeTranslation);
  EXPECT_TRUE(is_empty_password(*nt_hash("")));
  EXPECT_FALSE(is_empty_password(*nt_hash("Password")));
}

TEST(NtlmCrypto, NtowfV2WantsTheUserInCapitalsAndTheDomainAsItIs) {
  const Key hash = *nt_hash("Password");
  EXPECT_EQ(hex(response_key(hash, u"User", u"Domain")), "0c868a403bfd7a93a3001ef22ef02e3f");  // 4.2.4.1.1
  EXPECT_EQ(hex(response_key(hash, u"uSER", u"Domain")), "0c868a403bfd7a93a3001ef22ef02e3f");
  EXPECT_NE(hex(response_key(hash, u"User", u"DOMAIN")), "0c868a403bfd7a93a3001ef22ef02e3f");
}

TEST(NtlmCrypto, ProofAndSessionBaseKeyOfTheExample) {
  const Key key = key_of("0c868a403bfd7a93a3001ef22ef02e3f");
  const Bytes challenge = *from_hex("0123456789abcdef");
  const Bytes temp = *from_hex("0101000000000000 0000000000000000 aaaaaaaaaaaaaaaa 00000000 02000c0044006f006d00610069006e00"
                               "01000c00530065007200760065007200 00000000 00000000");
  const Key proof = hmac_md5(key, {challenge, temp});
  EXPECT_EQ(hex(proof), "68cd0ab851e51c96aabc927bebef6a1c");                              // 4.2.4.2.2
  EXPECT_EQ(hex(hmac_md5(key, {proof.view()})), "8de40ccadbc14a82f15cb0ad0de95ca3");      // 4.2.4.1.2
  Key random_session_key = key_of("55555555555555555555555555555555");
  Rc4(hmac_md5(key, {proof.view()})).apply(random_session_key.span());
  EXPECT_EQ(hex(random_session_key), "c5dad2544fc9799094ce1ce90bc9d03e");                 // 4.2.4.2.3
}

TEST(NtlmCrypto, HmacMd5OfRfc2202) {
  EXPECT_EQ(hex(hmac_md5(key_of("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b"), {as_bytes("Hi"), as_bytes(" "), {}, as_bytes("There")})), "9294727a3638bb1c13f48ef8158bfc9d");
}

TEST(NtlmCrypto, Rc4GoesOnWhereItWas) {
  // RFC 6229, the 128-bit key of its second list.
  const Key key = key_of("0102030405060708090a0b0c0d0e0f10");
  Bytes octets(32);
  Rc4 handle(key);
  handle.apply(std::span(octets).first(5));
  handle.apply(std::span(octets).subspan(5, 0));
  handle.apply(std::span(octets).subspan(5));
  EXPECT_EQ(to_hex(octets), "9ac7cc9a609d1ef7b2932899cde41b975248c4959014126a6e8a84f11d1a9e1c");
  Rc4(key).apply(octets);
  EXPECT_EQ(octets, Bytes(32));
}

TEST(NtlmCrypto, CapitalsAreThoseOfOneUnitForOneUnit) {
  EXPECT_EQ(upper_case(u"m\u00FCller\u00FF\u0444\u03C9-9"), u"M\u00DCLLER\u0178\u0424\u03A9-9");
  EXPECT_EQ(upper_case(u"\u00B5\u0131\u017F\u00DF"), u"\u00B5\u0131\u017F\u00DF");
  const std::u16string surrogates = u"\U00010428";  // a small Deseret letter, two units
  EXPECT_EQ(upper_case(surrogates), surrogates);
}

TEST(NtlmCrypto, ComparisonSaysYesOnlyForTheSame) {
  EXPECT_TRUE(same_octets(as_bytes("abc"), as_bytes("abc")));
  for (const auto* other : {"abd", "bbc", "ab", ""}) EXPECT_FALSE(same_octets(as_bytes("abc"), as_bytes(other))) << other;
}

}  // namespace
}  // namespace tributary::security::ntlm
