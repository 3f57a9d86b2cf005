// SPDX-License-Identifier: Apache-2.0
// [MS-DTYP] 2.5.3.4 and [MS-ADTS] 6.1.3: what a descriptor becomes, told in SDDL: parent, what is given, result.
#include "security/access/new_descriptor.hpp"

#include <gtest/gtest.h>

#include <random>

#include "base/win32.hpp"
#include "security/access/ace_order.hpp"
#include "security/access/rights.hpp"
#include "security/access/sddl.hpp"

namespace tributary::security {
namespace {

constexpr Guid kUser = "bf967aba-0de6-11d0-a285-00aa003049e2"_guid;
constexpr Guid kGroup = "bf967a9c-0de6-11d0-a285-00aa003049e2"_guid;
constexpr Guid kMailRecipient = "bf967aae-0de6-11d0-a285-00aa003049e2"_guid;

DomainSids domains() { return {parse_sid("S-1-5-21-1-2-3").value(), parse_sid("S-1-5-21-7-8-9").value()}; }
Sid user(std::uint32_t rid) { return with_rid(*domains().domain, rid); }
Bytes octets(std::string_view sddl) {
  const auto descriptor = parse_sddl(sddl, domains());
  return descriptor ? encode_security_descriptor(*descriptor).value() : Bytes{};
}
std::string text(const Result<Bytes>& made) {
  if (!made) return win32_name(made.error().code);
  return to_sddl(decode_security_descriptor(*made).value(), domains()).value();
}

std::string text(const Result<std::optional<Bytes>>& made) {
  if (!made) return win32_name(made.error().code);
  return *made ? text(Result<Bytes>(**made)) : "-";
}

/// What a user object below `parent` gets when user 1105 adds it, who may restore and so choose the owner.
std::string made(std::string_view parent, std::string_view given, std::span<const Guid> types = std::span(&kUser, 1)) {
  const Bytes above = octets(parent), own = octets(given);
  NewObject object{.given = own, .object_types = types, .domains = domains()};
  if (!parent.empty()) object.parent = above;
  return text(new_descriptor(object, Token{.user = user(1105), .groups = {sids::kAdministrators}, .primary_group = user(513)}));
}

struct Flags {
  const char* parent;
  const char* child;  ///< empty: no inheritance
};
class ContainerFlags : public testing::TestWithParam<Flags> {};
TEST_P(ContainerFlags, ComeFromTheParents) {  // [MS-DTYP] 2.5.3.4.4, table: the column of containers; ID is added to all
  const auto [parent, child] = GetParam();
  const std::string expected = std::string(child).empty() ? "" : "(A;" + std::string(child) + ";RP;;;AU)";
  EXPECT_EQ(made("O:SYG:SYD:(A;" + std::string(parent) + ";RP;;;AU)", "O:SYG:SYD:"), "O:SYG:SYD:AI" + expected);
}
INSTANTIATE_TEST_SUITE_P(All, ContainerFlags,
                         testing::Values(Flags{"", ""}, Flags{"IO", ""}, Flags{"NP", ""}, Flags{"OI", "OIIOID"}, Flags{"OINP", ""},
                                         Flags{"CI", "CIID"}, Flags{"CINP", "ID"}, Flags{"CIIO", "CIID"}, Flags{"CIIONP", "ID"},
                                         Flags{"OICI", "OICIID"}, Flags{"OICINP", "ID"}, Flags{"OIIO", "OIIOID"}, Flags{"CIID", "CIID"},
                                         Flags{"CIIOID", "CIID"}));

TEST(NewDescriptor, AnAceForAnotherClassIsPassedOnWithoutEffect) {  // [MS-ADTS] 6.1.3, inheritedObjectType
  const std::string parent =
      "O:SYG:SYD:(OA;CIIO;RP;;bf967aba-0de6-11d0-a285-00aa003049e2;RU)(OA;CI;WP;;bf967a9c-0de6-11d0-a285-00aa003049e2;RU)"
      "(OA;CINP;CR;;bf967a9c-0de6-11d0-a285-00aa003049e2;RU)(OA;CINP;SW;;bf967aba-0de6-11d0-a285-00aa003049e2;RU)";
  EXPECT_EQ(made(parent, "O:SYG:SYD:"),
            "O:SYG:SYD:AI(OA;ID;SW;;bf967aba-0de6-11d0-a285-00aa003049e2;RU)(OA;CIID;RP;;bf967aba-0de6-11d0-a285-00aa003049e2;RU)"
            "(OA;CIIOID;WP;;bf967a9c-0de6-11d0-a285-00aa003049e2;RU)");
  EXPECT_EQ(made("O:SYG:SYD:(OA;CI;RP;;bf967aae-0de6-11d0-a285-00aa003049e2;RU)", "O:SYG:SYD:", std::array{kUser, kMailRecipient}),
            "O:SYG:SYD:AI(OA;CIID;RP;;bf967aae-0de6-11d0-a285-00aa003049e2;RU)");  // a dynamic auxiliary class counts
}

TEST(NewDescriptor, AnExplicitAceForAnotherClassHasNoEffectHere) {  // [MS-DTYP] 2.5.3.4.5
  EXPECT_EQ(made("", "O:SYG:SYD:(OA;CI;RP;;bf967a9c-0de6-11d0-a285-00aa003049e2;RU)(OA;CI;WP;;bf967aba-0de6-11d0-a285-00aa003049e2;RU)"),
            "O:SYG:SYD:(OA;CI;WP;;bf967aba-0de6-11d0-a285-00aa003049e2;RU)(OA;CIIO;RP;;bf967a9c-0de6-11d0-a285-00aa003049e2;RU)");
}

TEST(NewDescriptor, CreatorOwnerBecomesTheOwner) {  // [MS-DTYP] 2.5.3.4.7; [MS-ADTS] 6.1.3, last rule but one
  EXPECT_EQ(made("O:SYG:SYD:(A;CIIO;RP;;;CO)(A;CI;WP;;;CG)(A;CINP;LC;;;CO)(A;;LO;;;CO)", "O:AUG:DUD:"),
            "O:AUG:DUD:AI(A;ID;LC;;;AU)(A;ID;RP;;;AU)(A;ID;WP;;;DU)(A;CIIOID;RP;;;CO)(A;CIIOID;WP;;;CG)");
  EXPECT_EQ(made("", "O:AUG:DUD:(A;;RP;;;CO)(A;CI;WP;;;CO)(A;CIIO;LC;;;CG)(A;CINP;LO;;;CO)"),
            "O:AUG:DUD:(A;;RP;;;AU)(A;;WP;;;AU)(A;;LO;;;AU)(A;CIIO;LC;;;CG)(A;CIIO;WP;;;CO)(A;CINPIO;LO;;;CO)");
}

/// [MS-DTYP] 2.5.3.4.7: an owner or a group that stands for nobody itself takes nobody's place (found by the fuzzer).
TEST(NewDescriptor, CreatorGroupDoesNotBecomeCreatorOwner) {
  const auto creator = parse_sddl("O:SYG:COD:(A;OICI;0x10;;;CG)").value(), parent = parse_sddl("O:SYG:BAD:").value();
  const auto own = create_security_descriptor({.parent = &parent, .creator = &creator});
  EXPECT_EQ(to_sddl(own).value(), "O:SYG:COD:AI(A;OICIIO;RP;;;CG)");
  EXPECT_EQ(create_security_descriptor({.parent = &parent, .creator = &own}), own);
}

TEST(NewDescriptor, GenericRightsNeverStay) {  // [MS-ADTS] 5.1.3.2: the mapping
  EXPECT_EQ(made("O:SYG:SYD:(A;CI;GA;;;DA)", "O:SYG:SYD:(A;;GR;;;AU)(A;;GW;;;BA)(A;CI;GX;;;BU)"),
            "O:SYG:SYD:AI(A;;LCRPLORC;;;AU)(A;;SWWPRC;;;BA)(A;CI;LCRC;;;BU)(A;CIID;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;DA)");
}

TEST(NewDescriptor, ClientsCannotBringInheritedAces) {  // [MS-ADTS] 6.1.3.3: only explicit ones count
  EXPECT_EQ(made("O:SYG:SYD:(A;CI;RP;;;AU)", "O:SYG:SYD:(A;ID;GA;;;WD)(A;;LC;;;BU)"), "O:SYG:SYD:AI(A;;LC;;;BU)(A;CIID;RP;;;AU)");
  EXPECT_EQ(made("", "O:SYG:SYD:(A;ID;GA;;;WD)(A;;LC;;;BU)"), "O:SYG:SYD:(A;;LC;;;BU)");  // the root of an NC has none
}

TEST(NewDescriptor, AProtectedListInheritsNothing) {  // [MS-DTYP] 2.5.3.4: its own inherited ones become explicit
  EXPECT_EQ(made("O:SYG:SYD:(A;CI;RP;;;AU)S:(AU;CISA;WP;;;WD)", "O:SYG:SYD:PAI(A;ID;LO;;;DA)S:AI"),
            "O:SYG:SYD:PAI(A;;LO;;;DA)S:AI(AU;CIIDSA;WP;;;WD)");
  EXPECT_EQ(made("O:SYG:SYD:(A;CI;RP;;;AU)S:(AU;CISA;WP;;;WD)", "O:SYG:SYD:S:P"), "O:SYG:SYD:AI(A;CIID;RP;;;AU)S:P");
}

TEST(NewDescriptor, ASaclComesFromTheParentOrNotAtAll) {  // [MS-ADTS] 6.1.3.3
  EXPECT_EQ(made("O:SYG:SYD:S:(OU;CIIOSA;WP;;bf967aba-0de6-11d0-a285-00aa003049e2;WD)", "O:SYG:SYD:"),
            "O:SYG:SYD:AIS:AI(OU;CIIDSA;WP;;bf967aba-0de6-11d0-a285-00aa003049e2;WD)");
  EXPECT_EQ(made("O:SYG:SYD:", "O:SYG:SYD:"), "O:SYG:SYD:AI");
}

TEST(NewDescriptor, ADaclMustBeThere) {  // [MS-ADTS] 6.1.3, last rule; 6.1.3.3
  EXPECT_EQ(made("O:SYG:SYD:(A;CI;RP;;;AU)", "O:SYG:SY"), "ERROR_DS_UNWILLING_TO_PERFORM");
  EXPECT_EQ(made("O:SYG:SYD:(A;CI;RP;;;AU)", "O:SYG:SYD:NO_ACCESS_CONTROL"), "ERROR_DS_UNWILLING_TO_PERFORM");
}

TEST(NewDescriptor, OfTheResourceManagersBitsOneStays) {  // [MS-ADTS] 6.1.3.3
  SecurityDescriptor given = parse_sddl("O:SYG:SYD:").value();
  given.rm_control = 0xFF;
  EXPECT_EQ(create_security_descriptor({.creator = &given}).rm_control, 0);
  given.control |= kSdRmControlValid;
  const auto result = create_security_descriptor({.creator = &given});
  EXPECT_EQ(result.rm_control, kSecurityPrivateObject);
  EXPECT_TRUE(result.has(kSdRmControlValid));
}

TEST(NewDescriptor, WhatAdministratorsMakeBelongsToTheirGroup) {  // [MS-ADTS] 6.1.3.7
  const Sid da = user(512), ea = with_rid(*domains().forest_root, 519);
  const Sid order[] = {ea, da};
  const auto owner = [&](std::vector<Sid> groups, std::optional<Sid> primary = {}) {
    std::ranges::sort(groups);
    const NewObject object{.default_sddl = "D:", .domains = domains(), .administrators = order};
    return text(new_descriptor(object, Token{.user = user(1105), .groups = groups, .primary_group = primary}));
  };
  EXPECT_EQ(owner({da, ea}, user(513)), "O:EAG:EAD:");
  EXPECT_EQ(owner({da}), "O:DAG:DAD:");
  EXPECT_EQ(owner({}), "O:S-1-5-21-1-2-3-1105D:");
  EXPECT_EQ(owner({sids::kAdministrators}, user(513)), "O:S-1-5-21-1-2-3-1105G:DUD:");
  const Bytes given = octets("O:AUG:BUD:");
  const NewObject object{.given = given, .domains = domains(), .administrators = order};
  EXPECT_EQ(text(new_descriptor(object, Token{.user = user(500), .groups = {sids::kAdministrators, da}})), "O:AUG:BUD:");  // what was given stays
}

TEST(NewDescriptor, OwnershipIsNotGivenAway) {  // [MS-ADTS] 6.1.3.5
  const Sid order[] = {user(512)};
  const auto result = [&](std::string_view given, std::vector<Sid> groups) {
    const Bytes value = octets(given);
    const NewObject object{.given = value, .domains = domains(), .administrators = order};
    const auto added = new_descriptor(object, Token{.user = user(1105), .groups = groups});
    const Bytes now = octets("O:SYG:SYD:");
    const auto modified = modified_descriptor(object, now, kAllSecurityInformation, Token{.user = user(1105), .groups = groups});
    EXPECT_EQ(added.has_value(), modified.has_value());
    return added ? win32::kErrorSuccess : added.error().code;
  };
  EXPECT_EQ(result("O:S-1-5-21-1-2-3-1105D:", {}), win32::kErrorSuccess);
  EXPECT_EQ(result("D:", {}), win32::kErrorSuccess);
  EXPECT_EQ(result("O:DAD:", {user(512)}), win32::kErrorSuccess);
  EXPECT_EQ(result("O:DAD:", {}), kErrorInvalidOwner);
  EXPECT_EQ(result("O:AUD:", {sids::kAuthenticatedUsers}), kErrorInvalidOwner);
  EXPECT_EQ(result("O:AUD:", {sids::kAdministrators}), win32::kErrorSuccess);
}

TEST(NewDescriptor, WithoutAnyDefaultItIsTheOwnersAndTheSystems) {  // [MS-DTYP] 2.5.2, DefaultDACL
  NewObject object{.domains = domains()};
  EXPECT_EQ(text(new_descriptor(object, Token{.user = user(1105), .groups = {}})),
            "O:S-1-5-21-1-2-3-1105D:(A;;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;S-1-5-21-1-2-3-1105)(A;;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;SY)");
  const Bytes parent = octets("O:SYG:SYD:(A;CI;RP;;;AU)");
  object.parent = parent;
  EXPECT_EQ(text(new_descriptor(object, Token{.user = user(1105), .groups = {}})), "O:S-1-5-21-1-2-3-1105D:AI(A;CIID;RP;;;AU)");
}

TEST(Propagation, ReplacesWhatWasInherited) {  // [MS-ADTS] 6.1.3, 6.1.3.3
  const Bytes parent = octets("O:DAG:DAD:AI(A;CI;LC;;;BU)(D;CIIOID;WP;;;CO)");
  const Bytes child = octets("O:AUG:DUD:AI(A;;RP;;;AU)(A;CIID;GA;;;WD)(D;ID;WP;;;DA)");
  EXPECT_EQ(text(propagate_descriptor(parent, child, {})), "O:AUG:DUD:AI(A;;RP;;;AU)(D;ID;WP;;;AU)(D;CIIOID;WP;;;CO)(A;CIID;LC;;;BU)");
  const Bytes is_protected = octets("O:AUG:DUD:PAI(A;;RP;;;AU)");
  EXPECT_EQ(text(propagate_descriptor(parent, is_protected, {})), "-");
  const Bytes same = octets("O:AUG:DUD:AI(A;;RP;;;AU)(D;ID;WP;;;AU)(D;CIIOID;WP;;;CO)(A;CIID;LC;;;BU)");
  EXPECT_EQ(text(propagate_descriptor(parent, same, {})), "-");
  const Bytes in_another_order = octets("O:AUG:DUD:AI(A;;RP;;;AU)(A;CIID;LC;;;BU)(D;CIIOID;WP;;;CO)(D;ID;WP;;;AU)");
  EXPECT_EQ(text(propagate_descriptor(parent, in_another_order, {})), "-");
  Bytes with_defaults = same;
  with_defaults[2] |= kSdOwnerDefaulted | kSdGroupDefaulted;
  EXPECT_EQ(text(propagate_descriptor(parent, with_defaults, {})), "-");
  const Bytes not_canonical = octets("O:AUG:DUD:AI(A;CIID;LC;;;BU)(A;;RP;;;AU)(D;CIIOID;WP;;;CO)(D;ID;WP;;;AU)");
  EXPECT_NE(text(propagate_descriptor(parent, not_canonical, {})), "-");
  EXPECT_EQ(propagate_descriptor(Bytes{1}, child, {}).error().code, win32::kErrorInvalidData);
  EXPECT_EQ(propagate_descriptor(parent, Bytes{1}, {}).error().code, win32::kErrorInvalidData);
  EXPECT_EQ(propagate_descriptor(parent, octets("D:"), {}).error().code, win32::kErrorInvalidData);
}

TEST(Modification, TakesThePartsThatTheFlagsName) {  // [MS-ADTS] 6.1.3.2
  const Bytes parent = octets("O:SYG:SYD:(A;CI;LC;;;BU)"), now = octets("O:AUG:DUD:AI(A;;RP;;;AU)(A;CIID;LC;;;BU)S:(AU;SA;WP;;;WD)");
  const Bytes given = octets("O:BAG:BAD:P(A;;GR;;;BA)S:");
  const NewObject object{.parent = parent, .given = given, .domains = domains()};
  const Token token{.user = user(1105), .groups = {sids::kAdministrators}};
  const auto result = [&](std::uint32_t flags) { return text(modified_descriptor(object, now, flags, token)); };
  EXPECT_EQ(result(kOwnerSecurityInformation), "O:BAG:DUD:AI(A;;RP;;;AU)(A;CIID;LC;;;BU)S:AI(AU;SA;WP;;;WD)");
  EXPECT_EQ(result(kGroupSecurityInformation), "O:AUG:BAD:AI(A;;RP;;;AU)(A;CIID;LC;;;BU)S:AI(AU;SA;WP;;;WD)");
  EXPECT_EQ(result(kDaclSecurityInformation), "O:AUG:DUD:P(A;;LCRPLORC;;;BA)S:AI(AU;SA;WP;;;WD)");
  EXPECT_EQ(result(kSaclSecurityInformation), "O:AUG:DUD:AI(A;;RP;;;AU)(A;CIID;LC;;;BU)S:AI");
  EXPECT_EQ(result(kAllSecurityInformation), "O:BAG:BAD:P(A;;LCRPLORC;;;BA)S:AI");
}

TEST(AceOrder, CanonicalListsAreSorted) {  // [MS-ADTS] 6.1.3.1
  const auto sorted = [](std::string_view sddl) {
    auto descriptor = parse_sddl(sddl, domains()).value();
    standardize(descriptor.dacl->aces);
    return to_sddl(descriptor, domains()).value();
  };
  EXPECT_EQ(sorted("D:(D;;WP;;;WD)(D;;RP;;;WD)(OD;;WP;;;WD)(A;;WP;;;AU)(A;;RP;;;AU)(OA;;WP;;;AU)(A;ID;WP;;;AU)(D;ID;WP;;;AU)"),
            "D:(D;;RP;;;WD)(D;;WP;;;WD)(OD;;WP;;;WD)(A;;RP;;;AU)(A;;WP;;;AU)(OA;;WP;;;AU)(D;ID;WP;;;AU)(A;ID;WP;;;AU)");
  for (const std::string_view other : {"D:(A;;WP;;;AU)(D;;RP;;;WD)(A;;RP;;;AU)", "D:(OD;;WP;;;WD)(D;;RP;;;WD)", "D:(A;ID;WP;;;AU)(A;;RP;;;AU)"})
    EXPECT_EQ(sorted(other), other);
}

/// Any descriptor of few parts.
SecurityDescriptor some_descriptor(std::mt19937& chance) {
  constexpr AceType kTypes[] = {AceType::kAccessAllowed, AceType::kAccessDenied, AceType::kAccessAllowedObject, AceType::kAccessDeniedObject};
  const Sid sids[] = {sids::kCreatorOwner, sids::kCreatorGroup, sids::kEveryone, sids::kAdministrators};
  SecurityDescriptor descriptor{.control = kSdSelfRelative | kSdDaclPresent, .owner = sids::kLocalSystem, .dacl = Acl{}};
  if (chance() % 2 != 0) descriptor.group = sids::kUsers;
  if (chance() % 4 == 0) descriptor.control |= kSdDaclProtected;
  for (std::size_t n = chance() % 5; n > 0; --n) {
    Ace ace{.type = kTypes[chance() % 4], .flags = static_cast<std::uint8_t>(chance() % 0x20), .mask = 1u << (chance() % 32), .sid = sids[chance() % 4]};
    if (ace_shape(ace.type) == AceShape::kObject && chance() % 2 != 0) ace.inherited_object_type = chance() % 2 != 0 ? kUser : kGroup;
    descriptor.dacl->aces.push_back(ace);
  }
  return descriptor;
}

TEST(NewDescriptorProperty, DoneAgainItChangesNothing) {
  std::mt19937 chance(51);
  for (int i = 0; i < 20'000; ++i) {
    const auto parent = some_descriptor(chance), creator = some_descriptor(chance);
    const DescriptorSources sources{.parent = chance() % 8 == 0 ? nullptr : &parent, .creator = &creator, .object_types = std::span(&kUser, 1)};
    const auto once = create_security_descriptor(sources);
    DescriptorSources again = sources;
    again.creator = &once;
    ASSERT_EQ(create_security_descriptor(again), once) << to_sddl(parent).value() << " " << to_sddl(creator).value();
    for (const Ace& ace : once.dacl->aces) {
      ASSERT_EQ(ace.mask & (kGenericRead | kGenericWrite | kGenericExecute | kGenericAll), 0u);
      const bool is_placeholder = ace.sid == sids::kCreatorOwner || ace.sid == sids::kCreatorGroup;
      ASSERT_TRUE(!is_placeholder || ace.has(kAceInheritOnly)) << to_sddl(once).value();
    }
  }
}

}  // namespace
}  // namespace tributary::security
