// SPDX-License-Identifier: Apache-2.0
// The two decoders of Kerberos' edges: NegTokenResp.negState (RFC 4178 section 4.2.2) and KERB-EXT-ERROR ([MS-KILE] 2.2.1, 2.2.2).
#include "security/kerberos_messages.hpp"

#include <gtest/gtest.h>

#include <utility>

#include "base/win32.hpp"
#include "security/der.hpp"
#include "security/spnego_messages.hpp"

namespace tributary::security {
namespace {

Bytes hex(std::string_view text) { return from_hex(text).value(); }

TEST(Der, TakesItemsOffTheFront) {
  const Bytes bytes = hex("0201 05 04 02 aabb");
  ByteView rest = bytes;
  const auto first = take_der(rest);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->tag, kDerInteger);
  EXPECT_EQ(to_hex(first->value), "05");
  const auto second = take_der(rest);
  ASSERT_TRUE(second);
  EXPECT_EQ(to_hex(second->value), "aabb");
  EXPECT_TRUE(rest.empty());
  EXPECT_FALSE(take_der(rest));
}

TEST(Der, LongLengthsAreReadAndLyingOnesRefused) {
  Bytes bytes = hex("04 81 80");
  bytes.resize(3 + 0x80, 7);
  ByteView rest = bytes;
  ASSERT_TRUE(take_der(rest));
  for (const auto text : {"04", "0401", "0480", "048200", "0482ffff00", "04840000000100", "0485000000000100", "1f0100", "04ff"}) {
    const Bytes bad = hex(text);
    rest = bad;
    if (std::string_view(text) == "04840000000100") {
      EXPECT_TRUE(take_der(rest)) << "four length octets are the most";
    } else {
      EXPECT_FALSE(take_der(rest)) << text;
      EXPECT_EQ(rest.size(), bad.size()) << "nothing is consumed";
    }
  }
}

TEST(Der, OnlyMeansTheWholeBufferAndTheRightTag) {
  EXPECT_TRUE(only_der(hex("020105"), kDerInteger));
  EXPECT_FALSE(only_der(hex("020105"), kDerOctetString));
  EXPECT_FALSE(only_der(hex("02010500"), kDerInteger));
  EXPECT_FALSE(only_der({}, kDerInteger));
}

TEST(SpnegoState, OfTheAnswersThatASambaDcAndMitSend) {
  // What closes the handshake: RFC 4178 section 4.2.2 with nothing but a negState.
  EXPECT_EQ(spnego_state(hex("a1073005a0030a0100")), NegState::kAcceptCompleted);
  EXPECT_EQ(spnego_state(hex("a1073005a0030a0101")), NegState::kAcceptIncomplete);
  EXPECT_EQ(spnego_state(hex("a1073005a0030a0102")), NegState::kReject);
  EXPECT_EQ(spnego_state(hex("a1073005a0030a0103")), NegState::kRequestMic);
  // supportedMech may follow.
  EXPECT_EQ(spnego_state(hex("a1143012a0030a0101a10b06092a864886f712010202")), NegState::kAcceptIncomplete);
}

TEST(SpnegoState, AnythingElseHasNone) {
  for (const auto text : {"", "00", "a0073005a0030a0100", "a1073105a0030a0100", "a1073005a1030a0100", "a1073005a003020100",
                          "a1073005a0030a0104", "a1083006a0040a020000", "a1073005a0030a01", "a1073005a0030a010000", "a1023000"}) {
    EXPECT_FALSE(spnego_state(hex(text))) << text;
  }
}

// RFC 4120 section 5.9.1, by its ASN.1: pvno 5, msg-type 30, stime, susec, error-code 37, realm TEST, sname ldap.
constexpr std::string_view kKrbError =
    "7e463044a003020105a10302011ea411180f32303236303130313030303030305aa505020301e240a603020125a9061b0454455354"
    "aa11300fa003020101a10830061b046c646170";
constexpr std::string_view kFrame = "605506092a864886f71201020203007e46";  // RFC 4121 section 4.1: mechanism, TOK_ID 03 00

TEST(KrbError, BareFramedAndInSpnego) {
  const std::string bare(kKrbError);
  const std::string framed = std::string(kFrame) + bare.substr(4);
  EXPECT_EQ(krb_error_code(hex(bare)), 37);
  EXPECT_EQ(krb_error_code(hex(framed)), 37);
  EXPECT_EQ(krb_error_code(hex("a16f306da0030a0101a10b06092a864886f712010202a2590457" + framed)), 37);
}

TEST(KrbError, AnythingElseIsNone) {
  for (const auto text : {"", "7e00", "7e023000", "7e0130", "7e073005a603020125", "7e083006a60402020125", "7e073005a603040125",
                          "6000", "600306012a", "60050601290300", "6f00", "a1073005a0030a0101", "a1073005a2030a0101"}) {
    const bool good = std::string_view(text) == "7e073005a603020125";  // nothing but the code is enough
    EXPECT_EQ(krb_error_code(hex(text)).has_value(), good) << text;
  }
}

TEST(KerbExtError, AloneAndInASequence) {
  // KERB-ERROR-DATA { 3, KERB-EXT-ERROR { 0xC0000234, 0, 1 } }
  const std::string_view alone = "3015 a103 020103 a20e 040c 340200c0 00000000 01000000";
  EXPECT_EQ(kerb_ext_error_status(hex(alone)), 0xC0000234U);
  EXPECT_EQ(kerb_ext_error_status(hex("3017" + std::string(alone))), 0xC0000234U);
  // Behind elements of another kind: an integer, and padata of another type.
  EXPECT_EQ(kerb_ext_error_status(hex("3025 020101 3009 a103020102 a2020400" + std::string(alone))), 0xC0000234U);
}

TEST(KerbExtError, AnythingElseHasNone) {
  for (const auto text : {"", "3000", "3015a103020102a20e040c340200c00000000001000000", "3005a103020103", "300ca103020103a2050403340200",
                          "3015a103020103a20e030c340200c00000000001000000", "3015a103040103a20e040c340200c00000000001000000",
                          "3016a10402020003a20e040c340200c00000000001000000", "3015a203020103a20e040c340200c00000000001000000",
                          "3015a103020103a10e040c340200c00000000001000000", "3115a103020103a20e040c340200c00000000001000000"}) {
    EXPECT_FALSE(kerb_ext_error_status(hex(text))) << text;
  }
}

// The e-data of AS exchanges with a Samba 4.17.12 KDC (Debian 12), whose METHOD-DATA has salt hints before the KERB-ERROR-DATA: for
// an account that is disabled, one that must change its password, one that has expired, and one that is locked out, where
// Samba sends no status.
TEST(KerbExtError, OfASambaKdc) {
  EXPECT_EQ(kerb_ext_error_status(hex("3046302da103020113a226042430223020a003020112a1111b0f4c41422e4558414d504c4575646973a206040400001000"
                                      "3015a103020103a20e040c720000c00000000001000000")),
            0xC0000072U);
  EXPECT_EQ(kerb_ext_error_status(hex("3047302ea103020113a227042530233021a003020112a1121b104c41422e4558414d504c45756d757374a206040400001000"
                                      "3015a103020103a20e040c240200c00000000001000000")),
            0xC0000224U);
  EXPECT_EQ(kerb_ext_error_status(hex("3046302da103020113a226042430223020a003020112a1111b0f4c41422e4558414d504c4575616363a206040400001000"
                                      "3015a103020103a20e040c930100c00000000001000000")),
            0xC0000193U);
  EXPECT_FALSE(kerb_ext_error_status(hex("3030302ea103020113a227042530233021a003020112a1121b104c41422e4558414d504c45756c6f636ba206040400001000")));
}

TEST(KerbExtError, StatusToWin32) {
  const std::pair<std::uint32_t, Win32> rows[] = {
      {0xC0000234, win32::kErrorAccountLockedOut},   {0xC0000072, win32::kErrorAccountDisabled},
      {0xC0000071, win32::kErrorPasswordExpired},    {0xC0000224, win32::kErrorPasswordMustChange},
      {0xC0000193, win32::kErrorAccountExpired},     {0xC000006F, win32::kErrorInvalidLogonHours},
      {0xC0000070, win32::kErrorInvalidWorkstation}, {0xC000006E, win32::kErrorAccountRestriction},
      {0xC000006D, win32::kErrorLogonFailure},       {0xC0000133, win32::kErrorTimeSkew},
  };
  for (const auto& [status, code] : rows) {
    const auto refusal = account_refusal(status);
    ASSERT_TRUE(refusal) << std::hex << status;
    EXPECT_EQ(refusal->code, code) << std::hex << status;
    EXPECT_FALSE(refusal->advice.empty() || refusal->advice.ends_with('.'));
  }
  EXPECT_FALSE(account_refusal(0));
}

}  // namespace
}  // namespace tributary::security
