// SPDX-License-Identifier: Apache-2.0
// [MS-ADTS] 5.1.3.3, section by section: a descriptor in SDDL, who asks, what is granted.
#include "security/access/access_check.hpp"

#include <gtest/gtest.h>

#include <array>
#include <functional>

#include "security/access/sddl.hpp"

namespace tributary::security {
namespace {

constexpr Guid kClass = "bf967aba-0de6-11d0-a285-00aa003049e2"_guid;       // user
constexpr Guid kSet = "77b5b886-944a-11d1-aebd-0000f80367c1"_guid;         // Personal-Information
constexpr Guid kPhone = "bf967a49-0de6-11d0-a285-00aa003049e2"_guid;       // of that set
constexpr Guid kMember = "bf9679c0-0de6-11d0-a285-00aa003049e2"_guid;      // of no set
constexpr Guid kGetChanges = "1131f6aa-9c07-11d1-f79f-00c04fc2dcd2"_guid;  // a control access right
constexpr Guid kOther = "1131f6ad-9c07-11d1-f79f-00c04fc2dcd2"_guid;

const DomainSids kDomains{make_sid(5, {21, 1, 2, 3}), make_sid(5, {21, 1, 2, 3})};
SecurityDescriptor sd(std::string_view sddl) { return parse_sddl(sddl, kDomains).value(); }

/// ann (1105) of Domain Users.
Token ann() {
  return {.user = make_sid(5, {21, 1, 2, 3, 1105}), .groups = {sids::kEveryone, sids::kAuthenticatedUsers, make_sid(5, {21, 1, 2, 3, 513})}};
}
constexpr std::string_view kAnn = "S-1-5-21-1-2-3-1105";

std::string words(std::uint32_t mask) {
  SecurityDescriptor descriptor = sd("D:(A;;;;;WD)");
  descriptor.dacl->aces[0].mask = mask;
  const std::string text = to_sddl(descriptor).value();
  return text.substr(6, text.find(';', 6) - 6);
}
std::string granted(std::string_view sddl, std::span<const Guid> path = {}, const Token& token = ann(), std::optional<Sid> self = {}) {
  return words(granted_access(sd(sddl), {token, self}, path));
}
std::string granted_on(std::string_view sddl, std::initializer_list<Guid> path) { return granted(sddl, std::span(path.begin(), path.size())); }

TEST(NullAndEmptyDacls, DifferInEverything) {  // 5.1.3.3.1
  EXPECT_EQ(granted("O:SY"), "CCDCLCSWRPWPDTLOCRSDRCWDWO");
  EXPECT_EQ(granted("O:SYD:NO_ACCESS_CONTROL"), "CCDCLCSWRPWPDTLOCRSDRCWDWO");
  EXPECT_EQ(granted("O:SYD:"), "");
  EXPECT_TRUE(check_control_access(sd("O:SY"), {ann()}, kGetChanges));
  EXPECT_FALSE(check_control_access(sd("O:SYD:"), {ann()}, kGetChanges));
  EXPECT_TRUE(check_validated_write(sd("O:SY"), {ann()}, kMember));
  EXPECT_FALSE(check_validated_write(sd("O:SYD:"), {ann()}, kMember));
}

TEST(Owners, ReadAndWriteTheDescriptor) {  // 5.1.3.3.1
  EXPECT_EQ(granted("O:" + std::string(kAnn) + "D:"), "RCWD");
  EXPECT_EQ(granted("O:DUD:"), "RCWD");                // a group of the token is the owner
  EXPECT_EQ(granted("O:AUD:(D;;RCWD;;;WD)"), "RCWD");  // it is implied: no ACE takes it away
  EXPECT_EQ(granted("O:DAD:"), "");
  EXPECT_EQ(granted("D:"), "");
}

TEST(Owners, MayBeSpokenOfByAnAce) {  // [MS-DTYP] 2.4.2.4, OWNER_RIGHTS
  EXPECT_EQ(granted("O:AUD:(A;;RP;;;OW)"), "RP");
  EXPECT_EQ(granted("O:AUD:(D;;RP;;;OW)(A;;RPWP;;;WD)"), "WP");
  EXPECT_EQ(granted("O:AUD:(A;CIIO;RP;;;OW)"), "RCWD");  // it is for children
  EXPECT_EQ(granted("O:DAD:(A;;RP;;;OW)"), "");          // somebody else is the owner
}

TEST(Privileges, AreThoseOfAdministrators) {  // 5.1.3.3.1, SE_TAKE_OWNERSHIP_PRIVILEGE
  const Token administrator{.user = make_sid(5, {21, 1, 2, 3, 500}), .groups = {sids::kAdministrators}};
  EXPECT_EQ(granted_access(sd("O:SYD:(D;;WO;;;BA)"), {administrator}, {}), kRightWriteOwner | kAccessSystemSecurity);
  EXPECT_EQ(granted_access(sd("O:SY"), {administrator}, {}), kDsGenericAll | kAccessSystemSecurity);
  EXPECT_FALSE(has_administrators_privileges(ann()));
  EXPECT_TRUE(has_administrators_privileges({.user = sids::kLocalSystem, .groups = {}}));
}

struct Row {
  const char* sddl;
  const char* granted;
};
class Simple : public testing::TestWithParam<Row> {};
TEST_P(Simple, Access) { EXPECT_EQ(granted(GetParam().sddl), GetParam().granted) << GetParam().sddl; }
INSTANTIATE_TEST_SUITE_P(  // 5.1.3.3.2
    Ads51332, Simple,
    testing::Values(Row{"D:(A;;RP;;;AU)", "RP"}, Row{"D:(A;;RP;;;S-1-5-21-1-2-3-1105)", "RP"}, Row{"D:(A;;RP;;;DU)(A;;WP;;;WD)", "RPWP"},
                    Row{"D:(A;;RP;;;DA)", ""},                           // not in the token
                    Row{"D:(A;CIIO;RP;;;AU)", ""},                       // inherit only: skipped
                    Row{"D:(D;CIIO;RP;;;AU)(A;;RP;;;AU)", "RP"},         // a denying one too
                    Row{"D:(D;;RP;;;AU)(A;;RPWP;;;AU)", "WP"},           // denied first
                    Row{"D:(A;;RP;;;AU)(D;;RPWP;;;AU)(A;;WP;;;DU)", "RP"},  // granted first stays granted
                    Row{"D:(A;ID;RP;;;AU)", "RP"},                       // an inherited ACE is like any other
                    Row{"D:(OA;;RP;;;AU)", "RP"},                        // an object ACE that names nothing is a simple one
                    Row{"D:(OD;;RP;;;AU)(A;;RP;;;AU)", ""},
                    Row{"D:(OA;;RP;bf967a49-0de6-11d0-a285-00aa003049e2;;AU)", ""},  // it speaks of a part only
                    Row{"D:(OD;;RP;bf967a49-0de6-11d0-a285-00aa003049e2;;AU)(A;;RP;;;AU)", "RP"}, Row{"D:(A;;RP;;;PS)", ""},
                    Row{"D:(A;;RP;;;CO)", ""},                           // a placeholder is nobody
                    Row{"S:(AU;SAFA;RP;;;AU)D:", ""}));

TEST(PrincipalSelf, IsTheObject) {  // 5.1.3.3
  EXPECT_EQ(granted("D:(A;;WP;;;PS)", {}, ann(), ann().user), "WP");
  EXPECT_EQ(granted("D:(A;;WP;;;PS)", {}, ann(), make_sid(5, {21, 1, 2, 3, 1106})), "");
  EXPECT_EQ(granted("D:(D;;WP;;;PS)(A;;WPRP;;;AU)", {}, ann(), ann().user), "RP");
  EXPECT_EQ(granted("D:(A;;WP;;;PS)", {}, ann(), make_sid(5, {21, 1, 2, 3, 513})), "WP");  // a group that ann is in is the object
}

TEST(ObjectSpecific, AnAceForASetCoversItsAttributes) {  // 5.1.3.3.3
  const std::string set = "D:(OA;;RP;77b5b886-944a-11d1-aebd-0000f80367c1;;AU)";
  EXPECT_EQ(granted_on(set, {kClass, kSet, kPhone}), "RP");
  EXPECT_EQ(granted_on(set, {kClass, kMember}), "");
  EXPECT_EQ(granted_on(set, {kClass}), "");
  const std::string attribute = "D:(OA;;WP;bf967a49-0de6-11d0-a285-00aa003049e2;;AU)";
  EXPECT_EQ(granted_on(attribute, {kClass, kSet, kPhone}), "WP");
  EXPECT_EQ(granted_on(attribute, {kClass, kMember}), "");
  EXPECT_EQ(granted_on("D:(OA;;CC;bf967aba-0de6-11d0-a285-00aa003049e2;;AU)", {kClass}), "CC");
  EXPECT_EQ(granted_on("D:(OA;;RP;bf967aba-0de6-11d0-a285-00aa003049e2;;AU)", {kClass, kSet, kPhone}), "RP");
  EXPECT_EQ(granted_on("D:(A;;RP;;;AU)", {kClass, kSet, kPhone}), "RP");
}

TEST(ObjectSpecific, TheFirstAceDecides) {  // 5.1.3.3.3
  EXPECT_EQ(granted_on("D:(OD;;RP;bf967a49-0de6-11d0-a285-00aa003049e2;;AU)(A;;RP;;;AU)", {kClass, kSet, kPhone}), "");
  EXPECT_EQ(granted_on("D:(OD;;RP;77b5b886-944a-11d1-aebd-0000f80367c1;;AU)(OA;;RP;bf967a49-0de6-11d0-a285-00aa003049e2;;AU)", {kClass, kSet, kPhone}),
            "");
  EXPECT_EQ(granted_on("D:(OA;;RP;bf967a49-0de6-11d0-a285-00aa003049e2;;AU)(D;;RP;;;AU)", {kClass, kSet, kPhone}), "RP");
  EXPECT_EQ(granted_on("D:(OD;;RP;bf9679c0-0de6-11d0-a285-00aa003049e2;;AU)(A;;RP;;;AU)", {kClass, kSet, kPhone}), "RP");
}

bool car(std::string_view sddl) { return check_control_access(sd(sddl), {ann()}, kGetChanges); }
bool validated(std::string_view sddl) { return check_validated_write(sd(sddl), {ann()}, kMember); }

TEST(ControlAccess, IsGrantedByItsGuidOrWithoutAny) {  // 5.1.3.3.4
  EXPECT_TRUE(car("D:(OA;;CR;1131f6aa-9c07-11d1-f79f-00c04fc2dcd2;;AU)"));
  EXPECT_TRUE(car("D:(OA;;CR;;;AU)"));
  EXPECT_TRUE(car("D:(A;;CR;;;AU)"));
  EXPECT_FALSE(car("D:(OA;;CR;1131f6ad-9c07-11d1-f79f-00c04fc2dcd2;;AU)"));
  EXPECT_FALSE(car("D:(OA;;RPWP;1131f6aa-9c07-11d1-f79f-00c04fc2dcd2;;AU)"));  // another right
  EXPECT_FALSE(car("D:(OA;CIIO;CR;1131f6aa-9c07-11d1-f79f-00c04fc2dcd2;;AU)"));
  EXPECT_FALSE(car("D:(OA;;CR;1131f6aa-9c07-11d1-f79f-00c04fc2dcd2;;DA)"));
  EXPECT_FALSE(car("D:(OD;;CR;1131f6aa-9c07-11d1-f79f-00c04fc2dcd2;;AU)(A;;CR;;;AU)"));
  EXPECT_FALSE(car("D:(OD;;CR;;;AU)(OA;;CR;1131f6aa-9c07-11d1-f79f-00c04fc2dcd2;;AU)"));
  EXPECT_FALSE(car("D:(D;;CR;;;AU)(OA;;CR;1131f6aa-9c07-11d1-f79f-00c04fc2dcd2;;AU)"));
  EXPECT_TRUE(car("D:(OD;;CR;1131f6ad-9c07-11d1-f79f-00c04fc2dcd2;;AU)(A;;CR;;;AU)"));
  EXPECT_TRUE(car("D:(OA;;CR;1131f6aa-9c07-11d1-f79f-00c04fc2dcd2;;AU)(D;;CR;;;AU)"));
  EXPECT_FALSE(car("O:AUD:"));  // an owner has no control access right
}

TEST(ValidatedWrites, AreGrantedByTheirGuidOrWithoutAny) {  // 5.1.3.3.5
  EXPECT_TRUE(validated("D:(OA;;SW;bf9679c0-0de6-11d0-a285-00aa003049e2;;AU)"));
  EXPECT_TRUE(validated("D:(OA;;SW;;;AU)"));
  EXPECT_TRUE(validated("D:(A;;SW;;;AU)"));
  EXPECT_FALSE(validated("D:(OA;;SW;f3a64788-5306-11d1-a9c5-0000f80367c1;;AU)"));
  EXPECT_FALSE(validated("D:(OA;;WP;bf9679c0-0de6-11d0-a285-00aa003049e2;;AU)"));
  EXPECT_FALSE(validated("D:(OD;;SW;bf9679c0-0de6-11d0-a285-00aa003049e2;;AU)(A;;SW;;;AU)"));
  EXPECT_FALSE(validated("D:(OA;CIIO;SW;bf9679c0-0de6-11d0-a285-00aa003049e2;;AU)"));
  EXPECT_FALSE(validated("D:(OD;;SW;;;AU)(OA;;SW;bf9679c0-0de6-11d0-a285-00aa003049e2;;AU)"));
}

TEST(GenericRights, AreMappedInRequests) {  // 5.1.3.2; [MS-DTYP] 2.4.3
  EXPECT_TRUE(check_access(sd("D:(A;;RPLCLORC;;;AU)"), {ann()}, kGenericRead));
  EXPECT_FALSE(check_access(sd("D:(A;;RPLCLO;;;AU)"), {ann()}, kGenericRead));
  EXPECT_TRUE(check_access(sd("D:(A;;RCWPSW;;;AU)"), {ann()}, kGenericWrite));
  EXPECT_TRUE(check_access(sd("D:(A;;RCLC;;;AU)"), {ann()}, kGenericExecute));
  EXPECT_FALSE(check_access(sd("D:(A;;RCLCRPLOWPSW;;;AU)"), {ann()}, kGenericAll));
  EXPECT_FALSE(check_access(sd("D:(A;;GA;;;AU)"), {ann()}, kGenericAll));  // an ACE's generic bits mean nothing
  EXPECT_TRUE(check_access(sd("D:"), {ann()}, 0));
  EXPECT_FALSE(check_access(sd("D:(A;;RPWPCRCCDCLCLORCWOWDSDDTSW;;;AU)"), {ann()}, kAccessSystemSecurity));
}

TEST(ConditionalAces, NeverGrantAndAlwaysDeny) {  // [MS-DTYP] 2.5.3.2, where a condition cannot be judged
  SecurityDescriptor descriptor = sd("D:(A;;RPWP;;;AU)");
  const Ace simple = descriptor.dacl->aces[0];
  for (const auto [type, expected] : {std::pair{AceType::kAccessAllowedCallback, "RPWP"}, {AceType::kAccessAllowedCallbackObject, "RPWP"},
                                      {AceType::kAccessDeniedCallback, "WP"}, {AceType::kAccessDeniedCallbackObject, "WP"}}) {
    Ace conditional{.type = type, .mask = kRightDsReadProperty | kRightDsControlAccess, .sid = simple.sid, .application_data = {0x61, 0x72, 0x74, 0x78}};
    descriptor.dacl->aces = {conditional, simple};
    EXPECT_EQ(words(granted_access(descriptor, {ann()}, {})), expected);
  }
}

/// The object type tree of the tests: a class with a set of two attributes and one attribute without a set.
constexpr Guid kGuids[] = {kClass, kSet, kMember, kPhone, kOther};
constexpr ObjectTypeNode kTree[] = {{kClass, 0}, {kSet, 0}, {kMember, 0}, {kPhone, 1}, {kOther, 1}};
constexpr std::size_t kNodes = 5;

std::string in_tree(std::string_view sddl) {
  std::string text;
  for (const std::uint32_t mask : granted_access_in_tree(sd(sddl), {ann()}, kTree)) text += words(mask) + "|";
  return text;
}

TEST(ObjectTypeTree, WhatAllChildrenHaveTheParentHas) {  // 5.1.3.3.3, the rule of siblings
  const std::string phone = "(OA;;RP;bf967a49-0de6-11d0-a285-00aa003049e2;;AU)", other = "(OA;;RP;1131f6ad-9c07-11d1-f79f-00c04fc2dcd2;;AU)",
                    member = "(OA;;RP;bf9679c0-0de6-11d0-a285-00aa003049e2;;AU)";
  EXPECT_EQ(in_tree("D:" + phone), "|||RP||");
  EXPECT_EQ(in_tree("D:" + phone + other), "|RP||RP|RP|");
  EXPECT_EQ(in_tree("D:" + phone + other + member), "RP|RP|RP|RP|RP|");
  EXPECT_EQ(in_tree("D:" + member), "||RP|||");
  EXPECT_EQ(in_tree("D:(OD;;RP;bf967a49-0de6-11d0-a285-00aa003049e2;;AU)(A;;RP;;;AU)"), "||RP||RP|");
  EXPECT_EQ(in_tree("D:(OA;;RP;89e95b76-444d-4c62-991a-0facbeda640c;;AU)"), "|||||");  // a GUID that is not in the tree
  EXPECT_TRUE(granted_access_in_tree(sd("D:"), {ann()}, {}).empty());
  EXPECT_EQ(granted_access_in_tree(sd("O:SY"), {ann()}, kTree), std::vector<std::uint32_t>(kNodes, kDsGenericAll));
}

// --- Every list of up to four ACEs, against the rules read word by word ---

struct Word {
  bool grants;
  std::optional<std::size_t> node;  ///< nothing: an ACE that names nothing; kNodes: a GUID that is not in the tree
};

/// 5.1.3.3.3 with sets of nodes and one right.
class WordByWord {
 public:
  void read(const Word& ace) {
    if (ace.node == kNodes) return;
    const std::size_t v = ace.node.value_or(0);
    auto& mine = ace.grants ? grant_ : deny_;
    const auto& others = ace.grants ? deny_ : grant_;
    for (std::size_t u = 0; u < kNodes; ++u)
      if (descends(u, v) && !others[u]) mine[u] = true;
    if (!ace.node) return;
    if (!ace.grants) {
      for (std::size_t w = 0; w < kNodes; ++w)
        if (w != v && descends(v, w)) deny_[w] = true;
      return;
    }
    for (std::size_t at = v; at != 0; at = kTree[at].parent) {
      for (std::size_t s = 1; s < kNodes; ++s)
        if (kTree[s].parent == kTree[at].parent && grant_[s] != grant_[at]) return;
      if (grant_[at] && !deny_[kTree[at].parent]) grant_[kTree[at].parent] = true;
    }
  }
  [[nodiscard]] bool granted(std::size_t node) const { return grant_[node]; }

 private:
  static bool descends(std::size_t u, std::size_t v) {
    for (; u != 0; u = kTree[u].parent)
      if (u == v) return true;
    return v == 0;
  }
  std::array<bool, kNodes> grant_{}, deny_{};
};

/// The first ACE that names nothing or something of the path decides.
bool first_match(std::span<const Word> aces, std::span<const std::size_t> path) {
  for (const Word& ace : aces)
    if (!ace.node || std::ranges::find(path, *ace.node) != path.end()) return ace.grants;
  return false;
}

Ace ace_of(const Word& word, std::uint32_t mask) {
  Ace ace{.type = word.grants ? AceType::kAccessAllowedObject : AceType::kAccessDeniedObject, .mask = mask, .sid = sids::kAuthenticatedUsers};
  if (word.node) ace.object_type = *word.node == kNodes ? kGetChanges : kGuids[*word.node];
  return ace;
}

void compare(std::span<const Word> aces, const Token& token) {
  WordByWord naive;
  SecurityDescriptor descriptor = sd("O:SYD:");
  for (const Word& ace : aces) {
    naive.read(ace);
    descriptor.dacl->aces.push_back(ace_of(ace, kRightDsReadProperty));
  }
  const auto tree = granted_access_in_tree(descriptor, {token}, kTree);
  for (std::size_t node = 0; node < kNodes; ++node) ASSERT_EQ(tree[node] != 0, naive.granted(node)) << node;
  const std::vector<std::vector<std::size_t>> paths = {{0, 1, 3}, {0, 1, 4}, {0, 2}};
  for (const auto& path : paths) {
    std::vector<Guid> guids;
    for (const std::size_t node : path) guids.push_back(kGuids[node]);
    const bool is_granted = check_access(descriptor, {token}, kRightDsReadProperty, guids);
    ASSERT_EQ(is_granted, first_match(aces, path));
    ASSERT_EQ(is_granted, tree[path.back()] != 0);
  }
  const std::vector<std::size_t> right = {kNodes};
  for (Ace& ace : descriptor.dacl->aces) ace.mask = kRightDsControlAccess;
  ASSERT_EQ(check_control_access(descriptor, {token}, kGetChanges), first_match(aces, right));
}

TEST(Exhaustive, ListsOfFourAcesAreJudgedAsTheRulesSay) {
  std::vector<Word> words;
  for (const bool grants : {true, false}) {
    words.push_back({grants, std::nullopt});
    for (std::size_t node = 0; node <= kNodes; ++node) words.push_back({grants, node});
  }
  const Token token = ann();
  std::vector<Word> aces;
  std::size_t lists = 0;
  const std::function<void()> extend = [&] {
    ++lists;
    compare(aces, token);
    if (aces.size() == 4 || HasFatalFailure()) return;
    for (const Word& word : words) {
      aces.push_back(word);
      extend();
      aces.pop_back();
    }
  };
  extend();
  EXPECT_EQ(lists, 1u + 14 + 14 * 14 + 14 * 14 * 14 + 14 * 14 * 14 * 14);
}

TEST(Exhaustive, RightsDoNotKnowOfEachOther) {
  const Token token = ann();
  std::uint32_t seed = 12'345;
  const auto chance = [&seed](std::uint32_t end) { return (seed = seed * 1'664'525 + 1'013'904'223) / 65'536 % end; };
  for (int i = 0; i < 20'000; ++i) {
    SecurityDescriptor mixed = sd("O:SYD:"), first = mixed, second = mixed;
    for (std::uint32_t n = chance(6); n > 0; --n) {
      Ace ace = ace_of({.grants = chance(2) == 0, .node = chance(6)}, chance(4));
      mixed.dacl->aces.push_back(ace);
      const std::uint32_t mask = ace.mask;
      ace.mask = mask & 1;
      first.dacl->aces.push_back(ace);
      ace.mask = mask & 2;
      second.dacl->aces.push_back(ace);
    }
    const auto all = granted_access_in_tree(mixed, {token}, kTree);
    const auto one = granted_access_in_tree(first, {token}, kTree), other = granted_access_in_tree(second, {token}, kTree);
    for (std::size_t node = 0; node < kNodes; ++node) ASSERT_EQ(all[node], one[node] | other[node]);
  }
}

}  // namespace
}  // namespace tributary::security
