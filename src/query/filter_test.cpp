// SPDX-License-Identifier: Apache-2.0
// [MS-ADTS] 3.1.1.2.2.4, 3.1.1.3.1.3.1, 3.1.1.3.1.3.4, 3.1.1.3.1.3.5, 3.1.1.3.4.4; RFC 4511 4.5.1.7: what a filter says of an object.
#include <gmock/gmock.h>

#include "query/links.hpp"
#include "query/test_directory.hpp"

namespace tributary::query::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class FilterTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::string ann(const std::string& text) { return directory.truth(text, directory.ann); }
  [[nodiscard]] std::string odd(const std::string& text) { return directory.truth(text, directory.odd); }
  [[nodiscard]] std::string guid_of(Dnt dnt) { return to_string(must(directory.forest->store->read()->find(dnt))->guid().value); }
  /// By looking at everything; and the plan has to find the same.
  [[nodiscard]] std::vector<std::string> names(const std::string& text) {
    const auto found = directory.by_scan(text);
    EXPECT_EQ(directory.by_plan(text), found) << text;
    return found;
  }
  Directory directory;
};

constexpr std::string_view kValues[] = {"t", "f", "u"};
/// A filter that is true, false or undefined of anything.
std::string_view filter_of(std::string_view value) { return value == "t" ? "(objectClass=*)" : value == "f" ? "(sn=nobody)" : "(unknown=x)"; }

TEST_F(FilterTest, ThreeValuesInEveryCombination) {
  for (const auto a : kValues) {
    const auto not_a = a == "t" ? "f" : a == "f" ? "t" : "u";
    EXPECT_EQ(ann(fmt::format("(!{})", filter_of(a))), not_a);
    for (const auto b : kValues) {
      const auto both = a == "f" || b == "f" ? "f" : a == "u" || b == "u" ? "u" : "t";
      const auto either = a == "t" || b == "t" ? "t" : a == "u" || b == "u" ? "u" : "f";
      EXPECT_EQ(ann(fmt::format("(&{}{})", filter_of(a), filter_of(b))), both) << a << b;
      EXPECT_EQ(ann(fmt::format("(|{}{})", filter_of(a), filter_of(b))), either) << a << b;
      for (const auto c : kValues) {
        EXPECT_EQ(ann(fmt::format("(!(&{}(|{}{})))", filter_of(a), filter_of(b), filter_of(c))),
                  ann(fmt::format("(|(!{})(&(!{})(!{})))", filter_of(a), filter_of(b), filter_of(c))));
      }
    }
  }
  // RFC 4526: nothing at all to hold against is true of all of it and of none of it.
  EXPECT_EQ(ann("(&)"), "t");
  EXPECT_EQ(ann("(|)"), "f");
}

TEST_F(FilterTest, PresenceIsOfAllObjectsWithFourAttributes) {
  for (const auto* name : {"objectClass", "distinguishedName", "name", "objectGUID", "OBJECTCLASS", "2.5.4.0"})
    EXPECT_EQ(odd(fmt::format("({}=*)", name)), "t") << name;
  EXPECT_EQ(odd("(sn=*)"), "f");
  EXPECT_EQ(ann("(sn=*)"), "t");
  EXPECT_EQ(ann("(memberOf=*)"), "t");
  EXPECT_EQ(ann("(member=*)"), "f");
  EXPECT_EQ(ann("(uSNChanged=*)"), "t");
  EXPECT_EQ(ann("(unknown=*)"), "u");
}

TEST_F(FilterTest, Strings) {
  EXPECT_EQ(ann("(sn=ARBOR)"), "t");
  EXPECT_EQ(ann("(sn~=arbor)"), "t");
  EXPECT_EQ(directory.truth("(sn=b\u00E4um)", directory.bob), "t");
  EXPECT_EQ(ann("(sn=\\ff)"), "u");  // no UTF-8
  EXPECT_EQ(ann("(sn;lang-de=arbor)"), "u");
  EXPECT_EQ(ann("(sn;binary=arbor)"), "t");
  EXPECT_EQ(ann("(sn>=arbor)"), "t");
  EXPECT_EQ(ann("(sn>=arbp)"), "f");
  EXPECT_EQ(ann("(sn<=arbor)"), "t");
  EXPECT_EQ(ann("(sn<=arbo)"), "f");
  EXPECT_EQ(odd("(description=TWO THREE)"), "t");
  EXPECT_EQ(odd("(description=three)"), "f");
}

TEST_F(FilterTest, Substrings) {
  EXPECT_EQ(ann("(sn=A*)"), "t");
  EXPECT_EQ(ann("(sn=*OR)"), "t");
  EXPECT_EQ(ann("(sn=*rb*)"), "t");
  EXPECT_EQ(ann("(sn=a*b*r)"), "t");
  EXPECT_EQ(ann("(sn=a*b*r*b*r)"), "f");
  EXPECT_EQ(ann("(sn=arbor*)"), "t");
  EXPECT_EQ(ann("(sn=arbor*r)"), "f");  // what is matched once is not matched again
  EXPECT_EQ(ann("(sn=arb*bor)"), "f");
  EXPECT_EQ(odd("(description=two*e)"), "t");
  EXPECT_EQ(odd("(description=*two*one*)"), "f");  // each value by itself
  EXPECT_EQ(ann("(userAccountControl=5*)"), "u");
  EXPECT_EQ(ann("(whenCreated=20*)"), "u");
  EXPECT_EQ(ann("(objectClass=us*)"), "u");
}

TEST_F(FilterTest, Numbers) {
  EXPECT_EQ(ann("(userAccountControl=512)"), "t");
  EXPECT_EQ(ann("(userAccountControl=x)"), "u");
  EXPECT_EQ(ann("(userAccountControl>=512)"), "t");
  EXPECT_EQ(ann("(userAccountControl<=511)"), "f");
  EXPECT_EQ(odd("(objectVersion<=-7)"), "t");
  EXPECT_EQ(odd("(objectVersion>=0)"), "f");
  EXPECT_EQ(directory.truth("(accountExpires<=0)", directory.bob), "t");
  EXPECT_EQ(directory.truth("(accountExpires>=8999999999)", directory.eve), "t");
  EXPECT_EQ(ann("(accountExpires=100)"), "t");
  EXPECT_EQ(odd("(isCriticalSystemObject=TRUE)"), "t");
  EXPECT_EQ(odd("(isCriticalSystemObject=false)"), "f");
  EXPECT_EQ(odd("(isCriticalSystemObject=1)"), "u");
  EXPECT_EQ(odd("(isCriticalSystemObject>=FALSE)"), "t");
}

TEST_F(FilterTest, TimesAndUsns) {
  EXPECT_EQ(ann("(whenCreated>=20000101000000.0Z)"), "t");
  EXPECT_EQ(ann("(whenCreated<=20000101000000.0Z)"), "f");
  EXPECT_EQ(ann("(whenChanged>=20000101000000.0Z)"), "t");
  EXPECT_EQ(ann("(whenChanged>=yesterday)"), "u");
  EXPECT_EQ(ann("(uSNChanged>=1)"), "t");
  EXPECT_EQ(ann("(uSNCreated>=9999999)"), "f");
}

TEST_F(FilterTest, Bits) {
  const auto rule = [](std::string_view attribute, std::string_view which, std::string_view value) {
    return fmt::format("({}:1.2.840.113556.1.4.{}:={})", attribute, which, value);
  };
  EXPECT_EQ(ann(rule("userAccountControl", "803", "512")), "t");
  EXPECT_EQ(ann(rule("userAccountControl", "803", "514")), "f");
  EXPECT_EQ(ann(rule("userAccountControl", "804", "514")), "t");
  EXPECT_EQ(ann(rule("userAccountControl", "804", "2")), "f");
  EXPECT_EQ(ann(rule("userAccountControl", "803", "0")), "t");
  EXPECT_EQ(ann(rule("userAccountControl", "804", "0")), "f");
  EXPECT_EQ(odd(rule("objectVersion", "803", "2147483648")), "t");  // the sign is a bit
  EXPECT_EQ(ann(rule("accountExpires", "803", "4")), "t");
  EXPECT_EQ(odd(rule("userAccountControl", "803", "2")), "f");
  EXPECT_EQ(ann(rule("sn", "803", "2")), "u");
  EXPECT_EQ(ann(rule("userAccountControl", "803", "two")), "u");
  EXPECT_EQ(ann(rule("userAccountControl", "999", "512")), "u");
  EXPECT_EQ(ann("(userAccountControl:=512)"), "t");
  EXPECT_EQ(ann("(:1.2.840.113556.1.4.803:=512)"), "u");
  EXPECT_EQ(ann("(userAccountControl:dn:1.2.840.113556.1.4.803:=512)"), "t");  // dn is ignored
}

TEST_F(FilterTest, ClassesAndIdentities) {
  EXPECT_EQ(ann("(objectClass=person)"), "t");
  EXPECT_EQ(ann("(objectClass=2.5.6.6)"), "t");
  EXPECT_EQ(ann("(objectClass=group)"), "f");
  EXPECT_EQ(ann("(objectClass=noclass)"), "u");
  EXPECT_EQ(ann("(objectGUID=" + guid_of(directory.ann) + ")"), "t");
  std::string escaped;
  for (const auto octet : must(parse_guid(guid_of(directory.ann))).octets) escaped += fmt::format("\\{:02x}", octet);
  EXPECT_EQ(ann("(objectGUID=" + escaped + ")"), "t");
  EXPECT_EQ(ann("(objectGUID=" + guid_of(directory.bob) + ")"), "f");
  EXPECT_EQ(directory.truth("(objectSid=S-1-5-21-1-2-3)", directory.domain), "t");
  EXPECT_EQ(directory.truth("(objectSid=S-1-5-21-1-2-4)", directory.domain), "f");
  EXPECT_EQ(ann("(distinguishedName=cn=ann,ou=people,dc=lab,dc=example)"), "t");
  EXPECT_EQ(ann("(distinguishedName=ou=people,dc=lab,dc=example)"), "f");
  EXPECT_EQ(ann("(nTSecurityDescriptor=x)"), "u");
}

TEST_F(FilterTest, ReferencesNameObjects) {
  const std::string ann_dn = "CN=ann,OU=people,DC=lab,DC=example";
  EXPECT_THAT(names("(member=" + ann_dn + ")"), ElementsAre("staff"));
  EXPECT_THAT(names("(member=<GUID=" + guid_of(directory.ann) + ">)"), ElementsAre("staff"));
  EXPECT_THAT(names("(memberOf=CN=staff,OU=people,DC=lab,DC=example)"), ElementsAre("ann", "bob"));
  EXPECT_THAT(names("(member=CN=nobody,DC=lab,DC=example)"), IsEmpty());
  EXPECT_EQ(ann("(member=CN=nobody,DC=lab,DC=example)"), "f");
  EXPECT_EQ(ann("(member=no name)"), "u");
  EXPECT_EQ(ann("(member>=" + ann_dn + ")"), "u");
  EXPECT_EQ(odd("(wellKnownObjects=B:6:010203:" + ann_dn + ")"), "t");
  EXPECT_EQ(odd("(wellKnownObjects=B:6:010204:" + ann_dn + ")"), "f");
}

TEST_F(FilterTest, Chains) {
  const auto chain = [&](std::string_view attribute, std::string_view name) {
    return names(fmt::format("({}:1.2.840.113556.1.4.1941:=CN={},OU=people,DC=lab,DC=example)", attribute, name));
  };
  EXPECT_THAT(chain("member", "ann"), ElementsAre("all", "ring", "staff"));
  EXPECT_THAT(chain("memberOf", "all"), ElementsAre("all", "ann", "bob", "ring", "staff"));  // it is in itself, through the ring
  EXPECT_THAT(chain("memberOf", "ann"), IsEmpty());
  EXPECT_EQ(ann("(sn:1.2.840.113556.1.4.1941:=CN=ann,OU=people,DC=lab,DC=example)"), "u");
  EXPECT_EQ(ann("(manager:1.2.840.113556.1.4.1941:=CN=nobody,DC=lab,DC=example)"), "f");
  EXPECT_EQ(ann("(memberOf:1.2.840.113556.1.4.1941:=no name)"), "u");
}

TEST_F(FilterTest, NamesWithData) {
  const auto data = [&](std::string_view value) { return odd(fmt::format("(wellKnownObjects:1.2.840.113556.1.4.2253:={})", value)); };
  EXPECT_EQ(data("B:4:0102:CN=ann,OU=people,DC=lab,DC=example"), "t");
  EXPECT_EQ(data("B:0::CN=ann,OU=people,DC=lab,DC=example"), "t");
  EXPECT_EQ(data("B:2:02:CN=ann,OU=people,DC=lab,DC=example"), "f");
  EXPECT_EQ(data("B:2:09:CN=ann,OU=people,DC=lab,DC=example"), "f");
  EXPECT_EQ(data("B:2:09:"), "t");  // whoever is named
  EXPECT_EQ(ann("(sn:1.2.840.113556.1.4.2253:=B:2:09:)"), "u");
}

TEST_F(FilterTest, AmbiguousNames) {
  EXPECT_THAT(names("(anr=an)"), ElementsAre("ann"));
  EXPECT_THAT(names("(anr=elm t)"), ElementsAre("eve"));
  EXPECT_THAT(names("(anr=eve elm)"), ElementsAre("eve"));
  EXPECT_THAT(names("(anr=elm eve)"), ElementsAre("eve"));
  EXPECT_THAT(names("(anr==elm)"), IsEmpty());
  EXPECT_THAT(names("(anr==elm tree)"), ElementsAre("eve"));
  EXPECT_THAT(names("(anr=a*)"), ElementsAre("all", "ann"));
  EXPECT_EQ(ann("(anr=*)"), "f");
  EXPECT_EQ(ann("(anr=*a)"), "u");
  EXPECT_EQ(ann("(anr>=ann)"), "t");
  const auto filter = must(directory.compile("(anr=eve elm)", {.suppresses_first_last_anr = true, .suppresses_last_first_anr = true}));
  Matcher matcher(filter);
  const auto snapshot = directory.forest->store->read();
  EXPECT_EQ(must(matcher.match(*snapshot, *must(snapshot->find(directory.eve)), nullptr)), Truth::kFalse);
}

TEST_F(FilterTest, WhatIsRefused) {
  EXPECT_EQ(repl::testing::code_of(directory.compile("(&(sn=x)(canonicalName=x))")), win32::kErrorDsInappropriateMatching);
  EXPECT_EQ(ann("(unicodePwd=*)"), "f");
  std::string wide = "(|";
  for (int i = 0; i < 9'000; ++i) wide += "(anr=a)";
  EXPECT_EQ(repl::testing::code_of(directory.compile(wide + ")")), win32::kErrorDsAdminLimitExceeded);
  ldap::Filter deep;
  for (std::uint32_t i = 0; i < 600; ++i) deep.nodes.push_back({.kind = ldap::FilterKind::kNot, .end = 600});
  const auto snapshot = directory.forest->store->read();
  EXPECT_EQ(repl::testing::code_of(compile_filter(*snapshot, directory.forest->context.schema, deep)), win32::kErrorDsAdminLimitExceeded);
  ldap::Filter broken;
  broken.nodes.push_back({.kind = ldap::FilterKind::kAnd, .end = 2});
  EXPECT_EQ(repl::testing::code_of(compile_filter(*snapshot, directory.forest->context.schema, broken)), win32::kErrorInvalidParameter);
  EXPECT_EQ(repl::testing::code_of(compile_filter(*snapshot, directory.forest->context.schema, {})), win32::kErrorInvalidParameter);
}

TEST_F(FilterTest, AChainIsFollowedSoFarOnly) {
  const auto snapshot = directory.forest->store->read();
  std::size_t links_left = 5;
  EXPECT_EQ(must(chain_to(*snapshot, directory.all, attid_of("member"), false, false, links_left)).size(), 5u);
  EXPECT_EQ(links_left, 0u);  // two of all, two of staff, one of ring
  links_left = 4;
  EXPECT_EQ(repl::testing::code_of(chain_to(*snapshot, directory.all, attid_of("member"), false, false, links_left)), win32::kErrorDsAdminLimitExceeded);
}

class DenyAll final : public ReadRights {
 public:
  bool may_read(const schema::AttributeSchema&, std::uint32_t) override { return false; }
};

TEST_F(FilterTest, WhatMayNotBeReadIsNotThere) {
  const auto snapshot = directory.forest->store->read();
  const auto object = must(snapshot->find(directory.ann));
  DenyAll deny;
  const auto truth = [&](const std::string& text) {
    const auto filter = must(directory.compile(text));
    return must(Matcher(filter).match(*snapshot, *object, &deny));
  };
  EXPECT_EQ(truth("(sn=arbor)"), Truth::kFalse);
  EXPECT_EQ(truth("(memberOf=*)"), Truth::kFalse);
  EXPECT_EQ(truth("(!(sn=arbor))"), Truth::kTrue);
  EXPECT_EQ(truth("(!(unknown=arbor))"), Truth::kUndefined);
  EXPECT_EQ(truth("(objectClass=*)"), Truth::kTrue);
}

}  // namespace
}  // namespace tributary::query::testing
