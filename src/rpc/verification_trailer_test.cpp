// SPDX-License-Identifier: Apache-2.0
// The verification trailer ([MS-RPCE] 2.2.2.13).
#include "rpc/verification_trailer.hpp"

#include <gtest/gtest.h>

#include "base/win32.hpp"

namespace tributary::rpc {
namespace {

constexpr SyntaxId kDrsuapi{"e3514235-4b06-11d1-ab04-00c04fc2dcd2"_guid, 4, 0};

VerificationTrailer full_trailer() {
  VerificationTrailer trailer;
  trailer.bitmask1 = kClientSupportHeaderSigning;
  trailer.pcontext = {.interface = kDrsuapi, .transfer_syntax = kNdr20};
  trailer.header2 = {.call_id = 7, .context_id = 1, .opnum = 3};
  return trailer;
}

RequestFacts facts() {
  return {.header_sign_offered = true,
          .pcontext = {.interface = kDrsuapi, .transfer_syntax = kNdr20},
          .header2 = {.call_id = 7, .context_id = 1, .opnum = 3}};
}

Bytes hex(std::string_view text) { return from_hex(text).value(); }
const std::string kSignature = "8ae3137102f43671";

TEST(VerificationTrailer, EncodesTheOctetsOfTheSpecification) {
  EXPECT_EQ(to_hex(encode_verification_trailer(full_trailer())),
            kSignature + "0100040001000000" +                                           // 2.2.2.13.2
                "02002800354251e3064bd111ab0400c04fc2dcd204000000" "045d888aeb1cc9119fe808002b10486002000000" +  // 2.2.2.13.4
                "03401000" "00000000" "10000000" "07000000" "0100" "0300");             // 2.2.2.13.3, the last one
}

TEST(VerificationTrailer, RoundTripsEveryCombination) {
  for (int mask = 1; mask < 8; ++mask) {
    VerificationTrailer trailer = full_trailer();
    if ((mask & 1) == 0) trailer.bitmask1.reset();
    if ((mask & 2) == 0) trailer.pcontext.reset();
    if ((mask & 4) == 0) trailer.header2.reset();
    Bytes encoded = encode_verification_trailer(trailer);
    encoded.push_back(0);  // what follows the END command is nobody's
    EXPECT_EQ(decode_verification_trailer(encoded), trailer);
    EXPECT_TRUE(check_verification_trailer(trailer, facts()));
  }
}

// The server does not know where the stub ends, and looks for the signature at its end.
TEST(VerificationTrailer, IsFoundBehindAnyStub) {
  const Bytes trailer = encode_verification_trailer(full_trailer());
  for (std::size_t size = 0; size < 600; size += 4) {
    Bytes stub(size, 0x8a);
    stub.insert(stub.end(), trailer.begin(), trailer.end());
    for (std::size_t padding = 0; padding < 16; ++padding) {
      EXPECT_EQ(find_verification_trailer(stub), size) << padding;
      stub.push_back(0);
    }
  }
}

TEST(VerificationTrailer, IsNotFoundWhereItCannotBe) {
  EXPECT_EQ(find_verification_trailer({}), std::nullopt);
  EXPECT_EQ(find_verification_trailer(Bytes(7)), std::nullopt);
  EXPECT_EQ(find_verification_trailer(Bytes(4096, 0x8a)), std::nullopt);
  Bytes unaligned(2);
  const Bytes trailer = encode_verification_trailer(full_trailer());
  unaligned.insert(unaligned.end(), trailer.begin(), trailer.end());
  EXPECT_EQ(find_verification_trailer(unaligned), std::nullopt);
  Bytes far = trailer;  // deep inside a stub it is data
  far.resize(far.size() + kVerificationTrailerSearch);
  EXPECT_EQ(find_verification_trailer(far), std::nullopt);
}

TEST(VerificationTrailer, RefusesMalformedCommands) {
  auto detail = [](const std::string& commands) {
    const auto decoded = decode_verification_trailer(hex(kSignature + commands));
    EXPECT_FALSE(decoded) << commands;
    if (decoded) return std::string();
    EXPECT_EQ(decoded.error().code, win32::kErrorAccessDenied);
    return decoded.error().detail;
  };
  EXPECT_EQ(detail(""), "verification trailer: the last command is missing");
  EXPECT_EQ(detail("0100040001000000"), "verification trailer: the last command is missing");
  EXPECT_EQ(detail("01400400010000"), "verification trailer: command 0x4001 claims 4 octets");
  EXPECT_EQ(detail("0140030001000000"), "verification trailer: command 0x4001 claims 3 octets");
  EXPECT_EQ(detail("014008000100000000000000"), "verification trailer: bitmask has 8 octets");
  EXPECT_EQ(detail("01000400010000000140040001000000"), "verification trailer: bitmask twice");
  EXPECT_EQ(detail("0240040000000000"), "verification trailer: pcontext has 4 octets");
  EXPECT_EQ(detail("0340040000000000"), "verification trailer: header2 has 4 octets");
  EXPECT_EQ(detail("0bc00000"), "verification trailer: command 0xC00B must be processed and is not known");
  EXPECT_FALSE(decode_verification_trailer(hex("8ae3137102f43670")));
  EXPECT_FALSE(decode_verification_trailer(hex("8ae3")));
}

TEST(VerificationTrailer, IgnoresUnknownCommandsThatMayBeIgnored) {
  const auto decoded = decode_verification_trailer(hex(kSignature + "0b000400ffffffff" + "0140040001000000"));
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->bitmask1, 1u);
}

TEST(VerificationTrailer, ComparesWithTheRequestAsItArrived) {
  auto refused = [](const VerificationTrailer& trailer, const RequestFacts& known) {
    const auto checked = check_verification_trailer(trailer, known);
    EXPECT_TRUE(!checked && checked.error().code == win32::kErrorAccessDenied);
    return checked ? std::string() : checked.error().detail;
  };
  RequestFacts other = facts();
  other.header_sign_offered = false;  // somebody took the flag out of the bind
  EXPECT_NE(refused(full_trailer(), other).find("header signing"), std::string::npos);
  VerificationTrailer silent = full_trailer();
  silent.bitmask1 = 0xFFFFFFFE;  // 2.2.2.13.2: bits that a server does not understand are ignored
  EXPECT_TRUE(check_verification_trailer(silent, other));
  other = facts();
  other.pcontext.transfer_syntax = kNdr64;
  EXPECT_NE(refused(full_trailer(), other).find("e3514235"), std::string::npos);
  other = facts();
  other.header2.opnum = 4;
  EXPECT_NE(refused(full_trailer(), other).find("call 7 of opnum 3"), std::string::npos);
  other = facts();
  other.header2.call_id = 8;
  refused(full_trailer(), other);
  other = facts();
  other.header2.drep[0] = 0;
  refused(full_trailer(), other);
}

}  // namespace
}  // namespace tributary::rpc
