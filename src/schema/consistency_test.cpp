// SPDX-License-Identifier: Apache-2.0
// [MS-ADTS] 3.1.1.2.5.1 (consistency and safety checks), 3.1.1.2.5.3 (the defunct state), 3.1.1.2.3.1, 3.1.1.2.3.2, 3.1.1.2.3.4 (what a
// DC makes up), [MS-DTYP] 2.5.1.1 (SDDL). Each rule is broken once, alone, and has its code.
#include "schema/consistency.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/win32.hpp"
#include "schema/schema_builder.hpp"

namespace tributary::schema {
namespace {

const Schema& embedded() { return *Schema::embedded(); }
const AttributeSchema& attribute(std::string_view name) { return *embedded().find_attribute(name); }
const ClassSchema& object_class(std::string_view name) { return *embedded().find_class(name); }

/// An attribute and a class of our own, which no rule is against.
AttributeSchema own_attribute() {
  AttributeSchema made;
  made.attid = Attid{0x80000001};
  made.int_id = made.attid;
  made.oid = "1.2.840.113556.1.4.15001";
  made.cn = "Lab-Colour";
  made.ldap_display_name = "labColour";
  made.schema_id_guid = "11111111-2222-3333-4444-555555555555"_guid;
  made.syntax = Syntax::kUnicodeString;
  return made;
}
ClassSchema own_class() {
  ClassSchema made;
  made.attid = Attid{0x000A3A99};
  made.oid = "1.2.840.113556.1.5.15001";
  made.cn = "Lab-Thing";
  made.ldap_display_name = "labThing";
  made.schema_id_guid = "11111111-2222-3333-4444-666666666666"_guid;
  made.sub_class_of = object_class("container").attid;
  made.may_contain = {attribute("description").attid};
  made.default_object_category = "Lab-Thing";
  return made;
}

std::shared_ptr<const Schema> with(const Schema& base, const auto&... objects) {
  SchemaBuilder builder(base);
  const bool all = (builder.put(objects).has_value() && ...);
  EXPECT_TRUE(all);
  return builder.build();
}
Win32 code_of(const Result<void>& result) { return result ? win32::kErrorSuccess : result.error().code; }

/// The code with which an Add of `object` to the embedded schema (and what `beside` adds to it first) is refused.
Win32 add(const auto& object, const auto&... beside) {
  const auto before = with(embedded(), beside...);
  return code_of(check_schema_update(*before, *with(*before, object), object.attid));
}
/// The code with which a change of an object of `base` is refused.
template <class Object>
Win32 modify(const Schema& base, Object object, auto change) {
  change(object);
  return code_of(check_schema_update(base, *with(base, object), object.attid));
}

// Three classes of [MS-ADSC] may stand below a domain, which is abstract there: the only thing in it that 3.1.1.2.5.1.1 would refuse.
TEST(Consistency, TheEmbeddedSchemaIsConsistent) {
  std::vector<std::string> found;
  for (const auto& error : find_inconsistencies(embedded())) found.push_back(win32_name(error.code) + " " + error.detail);
  EXPECT_THAT(found, testing::UnorderedElementsAre("ERROR_DS_NONEXISTENT_POSS_SUP domain: domain", "ERROR_DS_NONEXISTENT_POSS_SUP infrastructureUpdate: domain",
                                                   "ERROR_DS_NONEXISTENT_POSS_SUP msTPM-InformationObjectsContainer: domain"));
}

// 3.1.1.2.5.1.1, an attribute.
TEST(Consistency, AddOfAnAttribute) {
  EXPECT_EQ(add(own_attribute()), win32::kErrorSuccess);
  const auto refused = [](auto change) {
    auto made = own_attribute();
    change(made);
    return add(made);
  };
  EXPECT_EQ(refused([](auto& a) { a.ldap_display_name = "lab_colour"; }), win32::kErrorDsInvalidLdapDisplayName);
  EXPECT_EQ(refused([](auto& a) { a.oid = attribute("sn").oid; }), win32::kErrorDsDupOid);
  EXPECT_EQ(refused([](auto& a) { a.oid = object_class("user").oid; }), win32::kErrorDsDupOid) << "of a class";
  EXPECT_EQ(refused([](auto& a) { a.ldap_display_name = "SN"; }), win32::kErrorDsDupLdapDisplayName);
  EXPECT_EQ(refused([](auto& a) { a.ldap_display_name = "user"; }), win32::kErrorDsDupLdapDisplayName) << "of a class";
  EXPECT_EQ(refused([](auto& a) { a.schema_id_guid = attribute("sn").schema_id_guid; }), win32::kErrorDsDupSchemaIdGuid);
  EXPECT_EQ(refused([](auto& a) { a.mapi_id = attribute("cn").mapi_id; }), win32::kErrorDsDupMapiId);
  EXPECT_EQ(refused([](auto& a) { a.link_id = 2; }), win32::kErrorDsDupLinkId);
  EXPECT_EQ(refused([](auto& a) { a.link_id = 1; }), win32::kErrorDsUnwillingToPerform);
  EXPECT_EQ(refused([](auto& a) { a.link_id = 9001; }), win32::kErrorDsUnwillingToPerform) << "no forward link has 9000";
  EXPECT_EQ(refused([](auto& a) { a.link_id = 9000; }), win32::kErrorSuccess);
  EXPECT_EQ(refused([](auto& a) { a.search_flags = kSearchAnr | kSearchIndexed; }), win32::kErrorSuccess);
  EXPECT_EQ(refused([](auto& a) { a.syntax = Syntax::kInteger, a.search_flags = kSearchAnr | kSearchIndexed; }), win32::kErrorDsUnwillingToPerform);
  EXPECT_EQ(refused([](auto& a) { a.range_lower = 3, a.range_upper = 3; }), win32::kErrorSuccess);
  EXPECT_EQ(refused([](auto& a) { a.range_lower = 4, a.range_upper = 3; }), win32::kErrorDsSemanticAttTest);
  auto forward = own_attribute();
  forward.link_id = 9000;
  auto back = own_attribute();
  back.int_id = back.attid = Attid{0x80000002};
  back.oid += "1", back.cn += "-BL", back.ldap_display_name += "BL", back.schema_id_guid = {}, back.link_id = 9001;
  EXPECT_EQ(add(back, forward), win32::kErrorSuccess);
}

// 3.1.1.2.5.1.1, a class.
TEST(Consistency, AddOfAClass) {
  EXPECT_EQ(add(own_class()), win32::kErrorSuccess);
  const auto refused = [](auto change) {
    auto made = own_class();
    change(made);
    return add(made);
  };
  const Attid unknown{0x00770001};
  EXPECT_EQ(refused([](auto& c) { c.ldap_display_name = "9lives"; }), win32::kErrorDsInvalidLdapDisplayName);
  EXPECT_EQ(refused([](auto& c) { c.oid = object_class("user").oid; }), win32::kErrorDsDupOid);
  EXPECT_EQ(refused([&](auto& c) { c.may_contain.push_back(unknown); }), win32::kErrorDsNonexistentMayHave);
  EXPECT_EQ(refused([&](auto& c) { c.system_must_contain.push_back(unknown); }), win32::kErrorDsNonexistentMustHave);
  EXPECT_EQ(refused([&](auto& c) { c.auxiliary_class = {unknown}; }), win32::kErrorDsAuxClsTestFail);
  EXPECT_EQ(refused([](auto& c) { c.auxiliary_class = {object_class("user").attid}; }), win32::kErrorDsAuxClsTestFail) << "a structural one";
  EXPECT_EQ(refused([](auto& c) { c.auxiliary_class = {object_class("mailRecipient").attid}; }), win32::kErrorSuccess);
  EXPECT_EQ(refused([&](auto& c) { c.poss_superiors = {unknown}; }), win32::kErrorDsNonexistentPossSup);
  EXPECT_EQ(refused([](auto& c) { c.poss_superiors = {object_class("mailRecipient").attid}; }), win32::kErrorDsNonexistentPossSup) << "an auxiliary one";
  EXPECT_EQ(refused([&](auto& c) { c.sub_class_of = unknown; }), win32::kErrorDsSubClsTestFail);
  EXPECT_EQ(refused([](auto& c) { c.sub_class_of = c.attid; }), win32::kErrorDsSubClsTestFail);
  EXPECT_EQ(refused([](auto& c) { c.sub_class_of = object_class("dynamicObject").attid; c.category = ClassCategory::kAuxiliary; }), win32::kErrorDsSubClsTestFail);
  EXPECT_EQ(refused([](auto& c) { c.rdn_att_id = attribute("uidNumber").attid; }), win32::kErrorDsBadRdnAttIdSyntax);
  EXPECT_EQ(refused([](auto& c) { c.default_security_descriptor = "D:(A;;nonsense;;;DA)"; }), win32::kErrorDsUnwillingToPerform);
}

// 3.1.1.2.4.2: who may inherit from whom, all sixteen pairs.
TEST(Consistency, InheritanceBetweenCategories) {
  constexpr auto k88 = ClassCategory::k88, kStructural = ClassCategory::kStructural, kAbstract = ClassCategory::kAbstract, kAuxiliary = ClassCategory::kAuxiliary;
  const std::pair<ClassCategory, std::vector<ClassCategory>> allowed[] = {{kAbstract, {kAbstract}}, {kAuxiliary, {k88, kAbstract, kAuxiliary}},
                                                                         {kStructural, {k88, kStructural, kAbstract}}, {k88, {k88, kStructural, kAbstract, kAuxiliary}}};
  for (const auto& [category, superclasses] : allowed)
    for (const auto above : {k88, kStructural, kAbstract, kAuxiliary}) {
      auto base = own_class();
      base.category = above;
      base.sub_class_of = object_class("top").attid;
      auto derived = own_class();
      derived.attid = Attid{0x000A3A98};
      derived.oid = "1.2.840.113556.1.5.15000", derived.ldap_display_name = derived.cn = "labDerived", derived.schema_id_guid = {};
      derived.category = category;
      derived.sub_class_of = base.attid;
      const bool may = std::ranges::find(superclasses, above) != superclasses.end();
      EXPECT_EQ(add(derived, base), may ? win32::kErrorSuccess : win32::kErrorDsSubClsTestFail) << static_cast<int>(category) << " " << static_cast<int>(above);
    }
}

// 3.1.1.2.5.1.2, an attribute.
TEST(Safety, ModifyOfAnAttribute) {
  const auto schema = with(embedded(), own_attribute());
  const auto own = [&](auto change) { return modify(*schema, own_attribute(), change); };
  const auto base = [&](const char* name, auto change) { return modify(*schema, attribute(name), change); };
  EXPECT_EQ(own([](auto& a) { a.search_flags ^= kSearchIndexed | kSearchConfidential; }), win32::kErrorSuccess);
  EXPECT_EQ(own([](auto& a) { a.ldap_display_name = "labColor"; }), win32::kErrorSuccess);
  EXPECT_EQ(own([](auto& a) { a.range_upper = 7; }), win32::kErrorSuccess);
  EXPECT_EQ(own([](auto& a) { a.search_flags |= kSearchRodcFiltered; }), win32::kErrorSuccess);
  EXPECT_EQ(base("displayName", [](auto& a) { a.search_flags |= kSearchRodcFiltered; }), win32::kErrorDsUnwillingToPerform);
  EXPECT_EQ(base("canonicalName", [](auto& a) { a.range_upper = 7; }), win32::kErrorDsUnwillingToPerform) << "constructed";
  EXPECT_EQ(base("sn", [](auto& a) { a.ldap_display_name = "familyName"; }), win32::kErrorDsIllegalBaseSchemaMod);
  EXPECT_EQ(base("sn", [](auto& a) { a.cn = "Family-Name"; }), win32::kErrorDsIllegalBaseSchemaMod);
  EXPECT_EQ(base("sn", [](auto& a) { a.search_flags |= kSearchConfidential; }), win32::kErrorDsIllegalBaseSchemaMod);
  EXPECT_EQ(base("sn", [](auto& a) { a.attribute_security_guid = {}; }), win32::kErrorSuccess);
  EXPECT_EQ(base("pwdLastSet", [](auto& a) { a.attribute_security_guid = {}; }), win32::kErrorDsIllegalBaseSchemaMod);
  // 3.1.1.2.5: system-only attributes of an existing object.
  EXPECT_EQ(own([](auto& a) { a.oid = "1.2.840.113556.1.4.15002"; }), win32::kErrorDsCantModSystemOnly);
  EXPECT_EQ(own([](auto& a) { a.syntax = Syntax::kInteger; }), win32::kErrorDsCantModSystemOnly);
  EXPECT_EQ(own([](auto& a) { a.is_single_valued = true; }), win32::kErrorDsCantModSystemOnly);
  EXPECT_EQ(own([](auto& a) { a.link_id = 9000; }), win32::kErrorDsCantModSystemOnly);
  EXPECT_EQ(own([](auto& a) { a.schema_id_guid = {}; }), win32::kErrorDsCantModSystemOnly);
  EXPECT_EQ(own([](auto& a) { a.system_flags = 1; }), win32::kErrorDsCantModSystemOnly);
  EXPECT_EQ(own([](auto& a) { a.system_only = true; }), win32::kErrorDsCantModSystemOnly);
  EXPECT_EQ(own([](auto& a) { a.mapi_id = 0x00F00001; }), win32::kErrorSuccess) << "3.1.1.2.3: not of the base schema";
  EXPECT_EQ(base("sn", [](auto& a) { a.mapi_id = 0x00F00001; }), win32::kErrorDsCantModSystemOnly);
  EXPECT_EQ(check_schema_update(*schema, *schema, Attid{0x00770001}).error().code, win32::kErrorInvalidParameter);
  EXPECT_EQ(code_of(check_schema_update(*schema, *schema, own_attribute().attid)), win32::kErrorSuccess) << "nothing changed";
}

// 3.1.1.2.5.1.2, a class.
TEST(Safety, ModifyOfAClass) {
  const auto schema = with(embedded(), own_class());
  const auto own = [&](auto change) { return modify(*schema, own_class(), change); };
  const auto base = [&](const char* name, auto change) { return modify(*schema, object_class(name), change); };
  const auto title = attribute("title").attid;
  EXPECT_EQ(own([&](auto& c) { c.may_contain.push_back(title); }), win32::kErrorSuccess);
  EXPECT_EQ(own([&](auto& c) { c.may_contain.clear(); }), win32::kErrorSuccess);
  EXPECT_EQ(own([&](auto& c) { c.must_contain.push_back(title); }), win32::kErrorDsUnwillingToPerform);
  EXPECT_EQ(own([&](auto& c) { c.auxiliary_class = {object_class("securityPrincipal").attid}; }), win32::kErrorDsUnwillingToPerform) << "it demands objectSid";
  EXPECT_EQ(own([&](auto& c) { c.auxiliary_class = {object_class("mailRecipient").attid}; }), win32::kErrorSuccess);
  EXPECT_EQ(own([](auto& c) { c.category = ClassCategory::k88; }), win32::kErrorDsUnwillingToPerform);
  EXPECT_EQ(own([](auto& c) { c.sub_class_of = object_class("top").attid; }), win32::kErrorDsCantModSystemOnly);
  EXPECT_EQ(own([](auto& c) { c.default_object_category = "Container"; }), win32::kErrorSuccess);
  EXPECT_EQ(base("user", [](auto& c) { c.default_object_category = "Container"; }), win32::kErrorDsIllegalBaseSchemaMod);
  EXPECT_EQ(base("user", [&](auto& c) { c.may_contain.push_back(attribute("labeledURI").attid); }), win32::kErrorSuccess);
  EXPECT_EQ(base("user", [](auto& c) { c.system_may_contain.pop_back(); }), win32::kErrorDsCantModSystemOnly);
  EXPECT_EQ(base("classSchema", [&](auto& c) { c.may_contain.push_back(title); }), win32::kErrorDsIllegalBaseSchemaMod);
  EXPECT_EQ(base("subSchema", [&](auto& c) { c.may_contain.push_back(title); }), win32::kErrorDsUnwillingToPerform);
  EXPECT_EQ(base("top", [&](auto& c) { c.may_contain.push_back(title); }), win32::kErrorDsUnwillingToPerform);
  EXPECT_EQ(base("top", [](auto& c) { c.default_security_descriptor.clear(); }), win32::kErrorDsUnwillingToPerform);
  EXPECT_EQ(base("top", [](auto& c) { c.may_contain.push_back(attribute("msTSPrimaryDesktopBL").attid); }), win32::kErrorSuccess) << "a back link";
}

// 3.1.1.2.5.3: isDefunct changes alone, not of base objects, not of what active classes use, and back only without a conflict.
TEST(Defunct, OfAnAttribute) {
  const auto schema = with(embedded(), own_attribute());
  const auto set_defunct = [](auto& a) { a.is_defunct = true; };
  EXPECT_EQ(modify(*schema, own_attribute(), set_defunct), win32::kErrorSuccess);
  EXPECT_EQ(modify(*schema, attribute("carLicense"), set_defunct), attribute("carLicense").is_base_object() ? win32::kErrorDsIllegalBaseSchemaMod : win32::kErrorDsExistsInMayHave);
  EXPECT_EQ(modify(*schema, attribute("sn"), set_defunct), win32::kErrorDsIllegalBaseSchemaMod);
  EXPECT_EQ(modify(*schema, own_attribute(), [](auto& a) { a.is_defunct = true, a.range_upper = 1; }), win32::kErrorDsIllegalModOperation);
  auto user = own_class();
  const auto used = [&](auto change) {
    auto changed = user;
    change(changed);
    return modify(*with(*schema, changed), own_attribute(), set_defunct);
  };
  const auto own = own_attribute().attid;
  EXPECT_EQ(used([&](auto& c) { c.may_contain = {own}; }), win32::kErrorDsExistsInMayHave);
  EXPECT_EQ(used([&](auto& c) { c.system_must_contain = {own}; }), win32::kErrorDsExistsInMustHave);
  EXPECT_EQ(used([&](auto& c) { c.rdn_att_id = own; }), win32::kErrorDsExistsInRdnattid);
  EXPECT_EQ(used([&](auto& c) { c.may_contain = {own}, c.is_defunct = true; }), win32::kErrorSuccess) << "by a defunct class";
  // Its name and OID are free again; then it cannot come back.
  auto defunct = own_attribute();
  defunct.is_defunct = true;
  auto successor = own_attribute();
  successor.int_id = successor.attid = Attid{0x80000002};
  EXPECT_EQ(add(successor, defunct), win32::kErrorSuccess);
  EXPECT_EQ(modify(*with(embedded(), defunct), defunct, [](auto& a) { a.is_defunct = false; }), win32::kErrorSuccess);
  EXPECT_EQ(modify(*with(embedded(), defunct, successor), defunct, [](auto& a) { a.is_defunct = false; }), win32::kErrorDsDupOid);
  // 3.1.1.2.3: not when RDNs have it.
  defunct.system_flags |= kSystemAttrIsRdn;
  EXPECT_EQ(add(successor, defunct), win32::kErrorDsDupOid);
}

TEST(Defunct, OfAClass) {
  const auto schema = with(embedded(), own_class());
  const auto set_defunct = [](auto& c) { c.is_defunct = true; };
  EXPECT_EQ(modify(*schema, own_class(), set_defunct), win32::kErrorSuccess);
  EXPECT_EQ(modify(*schema, object_class("user"), set_defunct), win32::kErrorDsIllegalBaseSchemaMod);
  auto other = own_class();
  other.attid = Attid{0x000A3A98};
  other.oid = "1.2.840.113556.1.5.15000", other.ldap_display_name = other.cn = "labOther", other.schema_id_guid = {};
  const auto used = [&](auto change) {
    auto changed = other;
    change(changed);
    return modify(*with(*schema, changed), own_class(), set_defunct);
  };
  EXPECT_EQ(used([](auto&) {}), win32::kErrorSuccess);
  EXPECT_EQ(used([](auto& c) { c.sub_class_of = own_class().attid; }), win32::kErrorDsExistsInSubCls);
  EXPECT_EQ(used([](auto& c) { c.auxiliary_class = {own_class().attid}; }), win32::kErrorDsExistsInAuxCls);
  EXPECT_EQ(used([](auto& c) { c.poss_superiors = {own_class().attid}; }), win32::kErrorDsExistsInPossSup);
  // Back only when all it refers to is active.
  auto gone = own_attribute();
  gone.is_defunct = true;
  auto defunct = own_class();
  defunct.is_defunct = true;
  defunct.may_contain = {gone.attid};
  EXPECT_EQ(modify(*with(embedded(), gone, defunct), defunct, [](auto& c) { c.is_defunct = false; }), win32::kErrorDsNonexistentMayHave);
}

// 3.1.1.2.3.4, with its example.
TEST(SchemaDefaults, LdapDisplayName) {
  const std::pair<const char*, const char*> names[] = {{"Sam-Domain", "samDomain"}, {"MS-DS-thing", "mSDSThing"}, {"a b_c", "aBC"}, {"--x--", "x"}, {"", ""}, {"9-Lives", "9Lives"}};
  for (const auto& [cn, name] : names) EXPECT_EQ(generate_ldap_display_name(cn), name) << cn;
  for (const auto* good : {"a", "labColour", "ms-DS-x9"}) EXPECT_TRUE(is_ldap_display_name(good)) << good;
  for (const auto* bad : {"", "9a", "-a", "a b", "a_b", "\xC3\xA4"}) EXPECT_FALSE(is_ldap_display_name(bad)) << bad;
}

// 3.1.1.2.3.1, 3.1.1.2.3.2 and 3.1.1.2.3: numbers that nobody has.
TEST(SchemaDefaults, FreeNumbers) {
  auto made = own_attribute();
  made.link_id = free_link_id(embedded());
  made.mapi_id = free_mapi_id(embedded());
  EXPECT_EQ(made.link_id % 2, 0u);
  EXPECT_EQ(free_int_id(embedded(), 1), made.attid);
  EXPECT_EQ(add(made), win32::kErrorSuccess);
  const auto schema = with(embedded(), made);
  EXPECT_EQ(free_link_id(*schema), made.link_id + 2);
  EXPECT_EQ(free_mapi_id(*schema), *made.mapi_id + 1);
  EXPECT_EQ(free_int_id(*schema, 1), Attid{0x80000002});
  EXPECT_EQ(free_int_id(*schema, 0xFFFFFFFF), Attid{0xBFFFFFFF});
  EXPECT_EQ(free_int_id(*schema, 0x40000001), Attid{0x80000002});
}

// [MS-DTYP] 2.5.1.1. The security descriptors of all classes are judged by TheEmbeddedSchemaIsConsistent.
TEST(Sddl, Grammar) {
  for (const auto* good : {"D:", "D:P", "D:PAI(A;;GA;;;WD)", "O:DAG:S-1-5-21-1-2-3-512D:(A;CIOI;0x1F;;;SY)S:ARAI(AU;SAFA;WD;;;WD)", "S:(OU;;WP;bf967a86-0de6-11d0-a285-00aa003049e2;;WD)",
                           "D:NO_ACCESS_CONTROL", "D:(A;;;;;AU)", "D:(A;;983551;;;AU)", "O:BA"})
    EXPECT_TRUE(is_sddl(good)) << good;
  for (const auto* bad : {"", "X:", "D:(", "D:()", "D:(A;;GA;;;WD", "D:(A;;GA;;WD)", "D:(A;;GA;;;WD)x", "D:(A;;GAX;;;WD)", "D:(Q;;GA;;;WD)", "D:(A;XX;GA;;;WD)",
                          "D:(A;;GA;7;;WD)", "D:(A;;GA;;;nobody)", "O:", "O:D", "S:AID:", "D:(A;;0x;;;WD)", "O:DA G:DA"})
    EXPECT_FALSE(is_sddl(bad)) << bad;
}

}  // namespace
}  // namespace tributary::schema
