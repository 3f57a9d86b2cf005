// SPDX-License-Identifier: Apache-2.0
// [MS-DTYP] 2.4.4 to 2.4.6: descriptors as octets. Golden octets: the example of [MS-DTYP] 2.5.1.4.
#include "security/access/security_descriptor.hpp"

#include <gtest/gtest.h>

#include "base/win32.hpp"
#include "security/access/well_known_sids.hpp"

namespace tributary::security {
namespace {

constexpr std::string_view kExample =
    "010014b090000000a00000001400000030000000"
    "02001c0001000000028014000000008001010000000000010000000002006000040000000003180000"
    "0000a001020000000000052000000021020000000318000000001001020000000000052000000020020000"
    "00031400000000100101000000000005120000000003140000000010010100000000000300000000"
    "0102000000000005200000002002000001020000000000052000000020020000";

Bytes example() { return from_hex(kExample).value(); }

TEST(SecurityDescriptor, ReadsTheSpecificationsExample) {  // [MS-DTYP] 2.5.1.4
  const auto descriptor = decode_security_descriptor(example());
  ASSERT_TRUE(descriptor) << descriptor.error().detail;
  EXPECT_EQ(descriptor->control, 0xB014);
  EXPECT_EQ(descriptor->owner, sids::kAdministrators);
  EXPECT_EQ(descriptor->group, sids::kAdministrators);
  ASSERT_TRUE(descriptor->sacl && descriptor->dacl);
  ASSERT_EQ(descriptor->sacl->aces.size(), 1u);
  EXPECT_EQ(descriptor->sacl->aces[0], (Ace{.type = AceType::kSystemAudit, .flags = kAceFailedAccess, .mask = 0x8000'0000,
                                            .sid = sids::kEveryone}));
  ASSERT_EQ(descriptor->dacl->aces.size(), 4u);
  EXPECT_EQ(descriptor->dacl->aces[0].sid, sids::kUsers);
  EXPECT_EQ(descriptor->dacl->aces[0].mask, 0xA000'0000);
  EXPECT_EQ(descriptor->dacl->aces[0].flags, kAceContainerInherit | kAceObjectInherit);
  EXPECT_EQ(descriptor->dacl->aces[3].sid, sids::kCreatorOwner);
}

TEST(SecurityDescriptor, WritesTheSpecificationsExample) {
  EXPECT_EQ(encode_security_descriptor(decode_security_descriptor(example()).value()).value(), example());
}

TEST(SecurityDescriptor, PartsMayStandInAnyOrder) {  // [MS-DTYP] 2.4.6: only the offsets say where they are
  const auto descriptor = decode_security_descriptor(example()).value();
  Bytes moved(20);
  std::copy_n(example().begin(), 20, moved.begin());
  const Bytes original = example();
  const auto put = [&](std::size_t field, std::size_t from, std::size_t size) {
    store_le<std::uint32_t>(moved.data() + field, static_cast<std::uint32_t>(moved.size()));
    moved.insert(moved.end(), original.begin() + static_cast<std::ptrdiff_t>(from), original.begin() + static_cast<std::ptrdiff_t>(from + size));
  };
  put(8, 0xA0, 16);
  put(4, 0x90, 16);
  put(16, 0x30, 0x60);
  put(12, 0x14, 0x1C);
  EXPECT_EQ(decode_security_descriptor(moved).value(), descriptor);
}

TEST(SecurityDescriptor, EveryTypeOfAceSurvives) {  // [MS-DTYP] 2.4.4, and types that do not exist
  constexpr Guid kAttribute = "bf9679c0-0de6-11d0-a285-00aa003049e2"_guid;
  constexpr Guid kClass = "bf967aba-0de6-11d0-a285-00aa003049e2"_guid;
  SecurityDescriptor descriptor{.control = kSdSelfRelative | kSdDaclPresent, .owner = sids::kLocalSystem};
  descriptor.dacl = Acl{.revision = kAclRevisionDs};
  for (unsigned type = 0; type <= 0xFF; ++type) {
    Ace ace{.type = static_cast<AceType>(type), .flags = static_cast<std::uint8_t>(type * 7)};
    ace.application_data = Bytes{0x61, 0x72, 0x74, 0x78, 1, 2, 3, 4};
    if (ace_shape(ace.type) != AceShape::kOpaque) {
      ace.mask = type * 0x01010101u;
      ace.sid = sids::kAuthenticatedUsers;
    }
    if (ace_shape(ace.type) == AceShape::kObject) {
      if (type % 2 != 0) ace.object_type = kAttribute;
      if (type % 3 != 0) ace.inherited_object_type = kClass;
    }
    descriptor.dacl->aces.push_back(ace);
  }
  EXPECT_EQ(ace_shape(static_cast<AceType>(0x04)), AceShape::kOpaque);
  EXPECT_EQ(ace_shape(static_cast<AceType>(0x14)), AceShape::kOpaque);
  const auto octets = encode_security_descriptor(descriptor);
  ASSERT_TRUE(octets);
  EXPECT_EQ(decode_security_descriptor(*octets).value(), descriptor);
}

TEST(SecurityDescriptor, ListsHaveRevisionFourWhenTheyHoldObjectAces) {  // [MS-DTYP] 2.4.5
  SecurityDescriptor descriptor;
  descriptor.dacl = Acl{.revision = kAclRevision, .aces = {Ace{.type = AceType::kAccessAllowed, .sid = sids::kEveryone}}};
  EXPECT_EQ(decode_security_descriptor(encode_security_descriptor(descriptor).value())->dacl->revision, 2);
  descriptor.dacl->aces.push_back(Ace{.type = AceType::kAccessAllowedObject, .sid = sids::kEveryone});
  EXPECT_EQ(decode_security_descriptor(encode_security_descriptor(descriptor).value())->dacl->revision, 4);
}

TEST(SecurityDescriptor, NullAndEmptyListsAreDifferent) {  // [MS-DTYP] 2.4.6, DP without an offset
  SecurityDescriptor null_dacl{.control = kSdSelfRelative | kSdDaclPresent};
  SecurityDescriptor empty_dacl = null_dacl;
  empty_dacl.dacl.emplace();
  EXPECT_EQ(decode_security_descriptor(encode_security_descriptor(null_dacl).value()).value(), null_dacl);
  EXPECT_EQ(decode_security_descriptor(encode_security_descriptor(empty_dacl).value()).value(), empty_dacl);
  EXPECT_NE(null_dacl, empty_dacl);
}

TEST(SecurityDescriptor, RefusesEveryPrefix) {
  const Bytes octets = example();
  for (std::size_t size = 0; size < octets.size(); ++size) {
    const auto descriptor = decode_security_descriptor(ByteView(octets).first(size));
    ASSERT_FALSE(descriptor) << size;
    EXPECT_EQ(descriptor.error().code, win32::kErrorInvalidData);
  }
}

struct Damage {
  const char* what;
  std::size_t where;
  std::uint8_t octet;
};
class Damaged : public testing::TestWithParam<Damage> {};
TEST_P(Damaged, IsRefused) {
  Bytes octets = example();
  octets[GetParam().where] = GetParam().octet;
  EXPECT_FALSE(decode_security_descriptor(octets)) << GetParam().what;
}
INSTANTIATE_TEST_SUITE_P(All, Damaged,
                         testing::Values(Damage{"revision", 0, 2}, Damage{"not self-relative", 3, 0x30}, Damage{"owner in the head", 4, 19},
                                         Damage{"owner behind the end", 5, 1}, Damage{"SACL in the head", 12, 4},
                                         Damage{"ACL revision", 0x14, 1}, Damage{"ACL shorter than its head", 0x16, 7},
                                         Damage{"ACL shorter than its ACEs", 0x16, 0x18}, Damage{"ACL behind the end", 0x33, 1},
                                         Damage{"more ACEs than octets", 0x34, 5}, Damage{"more ACEs than fit at all", 0x35, 1},
                                         Damage{"ACE size not a multiple of 4", 0x3A, 0x19}, Damage{"ACE without room", 0x3A, 0x61},
                                         Damage{"ACE too small for its SID", 0x3A, 0x14}, Damage{"SID revision", 0x40, 2},
                                         Damage{"SID with 16 parts", 0x41, 16}, Damage{"object ACE without its flags", 0x38, 5}));

TEST(SecurityDescriptor, RefusesToWriteAListThatIsTooLong) {
  SecurityDescriptor descriptor;
  descriptor.dacl.emplace();
  const Ace ace{.type = AceType::kAccessAllowed, .sid = sids::kAdministrators};  // 24 octets
  descriptor.dacl->aces.assign((65'535 - 8) / 24, ace);
  EXPECT_TRUE(encode_security_descriptor(descriptor));
  descriptor.dacl->aces.push_back(ace);
  EXPECT_EQ(encode_security_descriptor(descriptor).error().code, win32::kErrorInvalidData);
  Ace huge = ace;
  huge.application_data.resize(65'536);
  EXPECT_EQ(encode_ace(huge).error().code, win32::kErrorInvalidData);
}

TEST(WellKnownSids, AreWhatTheirTextSays) {  // [MS-DTYP] 2.4.2.4
  EXPECT_EQ(to_string(sids::kEveryone), "S-1-1-0");
  EXPECT_EQ(to_string(sids::kOwnerRights), "S-1-3-4");
  EXPECT_EQ(to_string(sids::kAdministrators), "S-1-5-32-544");
  const Sid domain = parse_sid("S-1-5-21-1-2-3").value();
  EXPECT_EQ(to_string(with_rid(domain, rid::kDomainAdmins)), "S-1-5-21-1-2-3-512");
  EXPECT_EQ(split_sid(with_rid(domain, 513)), (SidParts{domain, 513}));
  EXPECT_EQ(split_sid(Sid{}), std::nullopt);
  Sid full;
  while (full.sub_authority_count < kSidSubAuthoritiesMax) full = with_rid(full, 7);
  EXPECT_EQ(with_rid(full, 8), full);
}

}  // namespace
}  // namespace tributary::security
