// SPDX-License-Identifier: Apache-2.0
// The embedded schema and what follows from it: [MS-ADTS] 3.1.1.2.3, 3.1.1.2.4, 3.1.1.4.2, 3.1.1.5.5.1.1, [MS-DRSR] 4.1.10.3.11, 5.68 (GCPAS), 5.69 (GetFilteredAttributeSet).
#include "schema/schema.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/win32.hpp"
#include "drsuapi/blobs/attids.hpp"
#include "drsuapi/compress/secrets.hpp"
#include "schema/schema_builder.hpp"
#include "schema/schema_data.hpp"

namespace tributary::schema {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Not;

const Schema& embedded() { return *Schema::embedded(); }
const AttributeSchema& attribute(std::string_view name) {
  const auto* const found = embedded().find_attribute(name);
  EXPECT_NE(found, nullptr) << name;
  static const AttributeSchema nothing;
  return found != nullptr ? *found : nothing;
}
const ClassSchema& object_class(std::string_view name) {
  const auto* const found = embedded().find_class(name);
  EXPECT_NE(found, nullptr) << name;
  static const ClassSchema nothing;
  return found != nullptr ? *found : nothing;
}
std::vector<std::string> names_of(std::span<const Attid> classes) {
  std::vector<std::string> names;
  for (const auto each : classes) names.push_back(embedded().find_class(each)->ldap_display_name);
  return names;
}
std::vector<Attid> attids_of(std::initializer_list<const char*> names) {
  std::vector<Attid> attids;
  for (const auto* name : names) attids.push_back(object_class(name).attid);
  return attids;
}

TEST(EmbeddedSchema, HasEveryAttributeAndClass) {
  EXPECT_EQ(embedded().attributes().size(), 1515u);
  EXPECT_EQ(embedded().classes().size(), 270u);
}

// Each is found by everything that identifies it.
TEST(EmbeddedSchema, EveryObjectIsFound) {
  for (const auto& each : embedded().attributes()) {
    EXPECT_EQ(embedded().find_attribute(each.attid), &each);
    EXPECT_EQ(embedded().prefix_table().oid_from_attid(each.attid), each.oid);
    EXPECT_EQ(embedded().find_attribute(std::string_view(each.oid)), &each) << each.oid;
    if (!each.is_defunct) EXPECT_EQ(embedded().find_attribute(std::string_view(each.ldap_display_name)), &each) << each.ldap_display_name;
    if (!each.schema_id_guid.is_null()) EXPECT_EQ(embedded().find_attribute_by_guid(each.schema_id_guid), &each);
    if (each.is_linked()) EXPECT_EQ(embedded().find_link(each.link_id), &each);
    EXPECT_EQ(embedded().find_class(each.attid), nullptr);
  }
  for (const auto& each : embedded().classes()) {
    EXPECT_EQ(embedded().find_class(each.attid), &each);
    EXPECT_EQ(embedded().find_class(std::string_view(each.oid)), &each);
    EXPECT_EQ(embedded().find_class(std::string_view(each.ldap_display_name)), &each);
    EXPECT_EQ(embedded().find_class_by_guid(each.schema_id_guid), &each);
    EXPECT_EQ(embedded().find_class_by_cn(each.cn), &each);
    EXPECT_NE(embedded().find_class_by_cn(each.default_object_category), nullptr) << each.default_object_category;
  }
}

TEST(EmbeddedSchema, NumbersAreThoseOfTheBaseSchema) {
  for (const auto& each : embedded().attributes()) {
    const auto name = drsuapi::blobs::ldap_display_name(each.attid);
    if (!name.empty()) EXPECT_EQ(name, each.ldap_display_name);
  }
}

TEST(EmbeddedSchema, FactsOfSomeAttributes) {
  const auto& member = attribute("MEMBER");
  EXPECT_EQ(member.attid, Attid{31});
  EXPECT_EQ(member.oid, "2.5.4.31");
  EXPECT_EQ(member.syntax, Syntax::kDn);
  EXPECT_EQ(member.link_id, 2u);
  EXPECT_TRUE(member.is_forward_link());
  EXPECT_FALSE(member.is_single_valued);
  EXPECT_TRUE(member.is_in_gc_pas());
  EXPECT_EQ(embedded().link_partner(member), &attribute("memberOf"));
  EXPECT_EQ(embedded().link_partner(attribute("memberOf")), &member);
  EXPECT_EQ(embedded().link_partner(attribute("cn")), nullptr);
  EXPECT_TRUE(attribute("memberOf").is_back_link());
  EXPECT_FALSE(attribute("memberOf").is_replicated());
  EXPECT_FALSE(attribute("uSNChanged").is_replicated());
  EXPECT_FALSE(attribute("canonicalName").is_replicated());
  EXPECT_TRUE(attribute("canonicalName").is_constructed());
  EXPECT_TRUE(attribute("objectSid").is_indexed());
  EXPECT_TRUE(attribute("sn").is_anr());
  EXPECT_EQ(attribute("cn").range_upper, 64);
  EXPECT_EQ(attribute("cn").range_lower, 1);
  EXPECT_EQ(attribute("title").schema_id_guid, "bf967a55-0de6-11d0-a285-00aa003049e2"_guid);
  EXPECT_EQ(embedded().find_attribute("OID.2.5.4.3"), &attribute("cn"));
  EXPECT_EQ(embedded().find_attribute("nobody"), nullptr);
  EXPECT_EQ(embedded().find_attribute("9.9.9"), nullptr);
  EXPECT_EQ(embedded().find_attribute(""), nullptr);
  EXPECT_EQ(embedded().find_attribute_by_guid(Guid{}), nullptr);
  EXPECT_EQ(embedded().find_link(0), nullptr);
}

// [MS-DRSR] 4.1.10.3.11: the list, and no other.
TEST(EmbeddedSchema, SecretsAreThoseOfTheSpecification) {
  std::size_t count = 0;
  for (const auto& each : embedded().attributes()) {
    EXPECT_EQ(each.is_secret(), find_secret_attribute(static_cast<std::uint32_t>(each.attid)) != nullptr) << each.ldap_display_name;
    count += each.is_secret();
  }
  EXPECT_EQ(count, 11u);
}

// [MS-ADTS] 3.1.1.5.5.1.1: the list, fPRESERVEONDELETE, and what is lost although it is marked.
TEST(EmbeddedSchema, WhatATombstoneKeeps) {
  for (const auto* name : {"objectGUID", "objectSid", "isDeleted", "nTSecurityDescriptor", "lastKnownParent", "msDS-LastKnownRDN", "sIDHistory"})
    EXPECT_TRUE(attribute(name).is_kept_by_tombstone()) << name;
  for (const auto* name : {"objectCategory", "sAMAccountType"}) {
    EXPECT_FALSE(attribute(name).is_kept_by_tombstone()) << name;
    EXPECT_FALSE(attribute(name).is_kept_by_deleted_object()) << name;
  }
  EXPECT_FALSE(attribute("displayName").is_kept_by_tombstone());
  EXPECT_TRUE(attribute("displayName").is_kept_by_deleted_object());
  EXPECT_TRUE(attribute("member").is_kept_by_deleted_object());
  for (const auto& each : embedded().attributes()) {
    if (each.is_linked()) EXPECT_FALSE(each.is_kept_by_tombstone()) << each.ldap_display_name;
    else if ((each.search_flags & kSearchPreserveOnDelete) != 0 && each.is_kept_by_deleted_object()) EXPECT_TRUE(each.is_kept_by_tombstone());
  }
  std::size_t kept = 0;
  for (const auto& each : embedded().attributes()) kept += each.is_kept_by_tombstone() && (each.search_flags & kSearchPreserveOnDelete) == 0;
  EXPECT_GT(kept, 10u) << "by the list alone";
}

// [MS-ADTS] 3.1.1.2.3.5.
TEST(EmbeddedSchema, FilteredAttributeSet) {
  EXPECT_TRUE(attribute("msTPM-OwnerInformation").is_in_filtered_set());
  auto changed = attribute("displayName");
  EXPECT_FALSE(changed.is_in_filtered_set());
  changed.search_flags |= kSearchRodcFiltered;
  EXPECT_FALSE(changed.is_in_filtered_set()) << "it is one of those that never are";
  changed = attribute("msTPM-OwnerInformation");
  changed.schema_flags_ex = kSchemaAttrIsCritical;
  EXPECT_FALSE(changed.is_in_filtered_set());
  changed.schema_flags_ex = 0;
  changed.system_only = true;
  EXPECT_FALSE(changed.is_in_filtered_set());
  for (const auto flag : {kSystemAttrNotReplicated, kSystemAttrReqPartialSetMember, kSystemAttrIsConstructed}) {
    changed = attribute("msTPM-OwnerInformation");
    changed.system_flags |= flag;
    EXPECT_FALSE(changed.is_in_filtered_set()) << flag;
  }
}

// [MS-ADTS] 3.1.1.2.4.2 and 3.1.1.4.2 (SUPCLASSES, AUXCLASSES, CLASSATTS, POSSSUPERIORS).
TEST(ClassRules, InheritanceOfUser) {
  const auto& user = object_class("user");
  EXPECT_THAT(names_of(user.effective.superclasses), ElementsAre("organizationalPerson", "person", "top"));
  EXPECT_TRUE(object_class("top").effective.superclasses.empty());
  const auto has = [](const std::vector<Attid>& list, const char* name) { return std::ranges::binary_search(list, attribute(name).attid); };
  for (const auto* name : {"cn", "objectClass", "instanceType", "nTSecurityDescriptor", "objectCategory"}) EXPECT_TRUE(has(user.effective.must_contain, name)) << name;
  EXPECT_TRUE(has(user.effective.must_contain, "objectSid")) << "of its auxiliary class securityPrincipal";
  EXPECT_TRUE(has(user.effective.must_contain, "sAMAccountName"));
  for (const auto* name : {"sn", "mail", "telephoneNumber", "uidNumber", "description", "cn"}) EXPECT_TRUE(has(user.effective.attributes, name)) << name;
  EXPECT_FALSE(has(user.effective.attributes, "groupType"));
  EXPECT_TRUE(std::ranges::includes(user.effective.attributes, user.effective.must_contain));
  EXPECT_EQ(user.effective.rdn_att_id, attribute("cn").attid);
  EXPECT_EQ(object_class("organizationalUnit").effective.rdn_att_id, attribute("ou").attid);
  EXPECT_EQ(object_class("domainDNS").effective.rdn_att_id, attribute("dc").attid);
  EXPECT_EQ(object_class("computer").effective.rdn_att_id, attribute("cn").attid);
}

// [MS-ADTS] 3.1.1.2.4.4: the union along the superclass chain, and subclasses of what is listed.
TEST(ClassRules, PossibleSuperiors) {
  const auto& user = object_class("user");
  EXPECT_TRUE(embedded().allows_parent(user, attids_of({"top", "organizationalUnit"})));
  EXPECT_TRUE(embedded().allows_parent(user, attids_of({"organizationalUnit"})));
  EXPECT_TRUE(embedded().allows_parent(user, attids_of({"container"}))) << "person's";
  EXPECT_TRUE(embedded().allows_parent(user, attids_of({"top", "domain", "domainDNS"})));
  EXPECT_FALSE(embedded().allows_parent(user, attids_of({"top", "person"})));
  EXPECT_FALSE(embedded().allows_parent(user, {}));
  EXPECT_TRUE(embedded().allows_parent(object_class("container"), attids_of({"msExchConfigurationContainer", "configuration"})));
}

// [MS-ADTS] 3.1.1.2.4.3 and 3.1.1.2.4.6, with the example of mailRecipient.
TEST(ClassRules, ObjectClassInItsOrder) {
  const auto complete = [](std::initializer_list<const char*> names) { return embedded().complete_object_class(attids_of(names)); };
  EXPECT_THAT(names_of(complete({"user"}).value()), ElementsAre("top", "person", "organizationalPerson", "user"));
  EXPECT_THAT(names_of(complete({"user", "top", "person"}).value()), ElementsAre("top", "person", "organizationalPerson", "user"));
  EXPECT_THAT(names_of(complete({"user", "mailRecipient"}).value()), ElementsAre("top", "mailRecipient", "person", "organizationalPerson", "user"));
  EXPECT_EQ(complete({"user", "group"}).error().code, win32::kErrorDsObjClassNotSubclass);
  EXPECT_EQ(complete({"top"}).error().code, win32::kErrorDsClassMustBeConcrete);
  EXPECT_EQ(complete({}).error().code, win32::kErrorDsObjClassNotSubclass);
  EXPECT_EQ(embedded().complete_object_class(std::vector{Attid{0x00550001}}).error().code, win32::kErrorDsObjClassNotDefined);
}

TEST(ClassRules, MostSpecificClassInAnyOrder) {
  auto attids = attids_of({"top", "person", "organizationalPerson", "user", "computer"});
  std::ranges::sort(attids);
  do {
    EXPECT_EQ(embedded().structural_class(attids), &object_class("computer"));
  } while (std::ranges::next_permutation(attids).found);
  EXPECT_EQ(embedded().structural_class(attids_of({"user", "group"})), nullptr);
  EXPECT_EQ(embedded().structural_class(attids_of({"top"})), nullptr);
  EXPECT_EQ(embedded().structural_class(attids_of({"person"})), &object_class("person")) << "an 88 class";
  EXPECT_EQ(embedded().structural_class(attids_of({"certificationAuthority", "top", "user"})), &object_class("user")) << "an 88 class beside a structural one";
  EXPECT_EQ(embedded().structural_class(attids_of({"certificationAuthority", "person"})), nullptr) << "two 88 classes, neither above the other";
  EXPECT_THAT(names_of(embedded().complete_object_class(attids_of({"container", "certificationAuthority"})).value()),
              ElementsAre("top", "certificationAuthority", "container"));
}

// [MS-ADTS] 3.1.1.2.4.2: an 88 class may inherit from a structural one; then it is the most specific.
TEST(ClassRules, An88ClassBelowAStructuralOne) {
  SchemaBuilder builder(embedded());
  ClassSchema below;
  below.attid = Attid{0x000A3A99};
  below.oid = "1.2.840.113556.1.5.15001";
  below.ldap_display_name = below.cn = "labBelow";
  below.category = ClassCategory::k88;
  below.sub_class_of = object_class("container").attid;
  ASSERT_TRUE(builder.put(below));
  const auto schema = builder.build();
  const auto certifier = object_class("certificationAuthority").attid, container = object_class("container").attid;
  for (const auto& classes : {std::vector{container, below.attid}, std::vector{below.attid, container}, std::vector{below.attid}, std::vector{certifier, below.attid, container}})
    EXPECT_EQ(schema->structural_class(classes), schema->find_class("labBelow"));
  EXPECT_EQ(schema->structural_class(std::vector{below.attid, object_class("user").attid}), schema->find_class("user"));
}

// [MS-ADTS] 3.1.1.2.4.5.
TEST(ClassRules, ContentRulesAreTheUnion) {
  const auto plain = embedded().content_rules(attids_of({"top", "container"}));
  EXPECT_TRUE(plain.allows(attribute("cn").attid));
  EXPECT_FALSE(plain.allows(attribute("uid").attid));
  const auto with_auxiliary = embedded().content_rules(attids_of({"top", "posixAccount", "container"}));
  EXPECT_TRUE(with_auxiliary.allows(attribute("uid").attid));
  EXPECT_TRUE(std::ranges::includes(with_auxiliary.attributes, plain.attributes));
}

// Every class of the embedded schema keeps the rules for inheritance of 3.1.1.2.4.2, and ends in top.
TEST(ClassRules, EveryChainEndsInTop) {
  const auto& top = object_class("top");
  for (const auto& each : embedded().classes()) {
    if (&each == &top) continue;
    ASSERT_FALSE(each.effective.superclasses.empty()) << each.ldap_display_name;
    EXPECT_EQ(each.effective.superclasses.back(), top.attid) << each.ldap_display_name;
    EXPECT_TRUE(embedded().is_subclass(each.attid, top.attid));
    EXPECT_NE(each.effective.rdn_att_id, Attid{});
  }
}

// While running: an attribute and a class more, under a prefix that nobody had; the schema before stays as it was.
TEST(SchemaBuilder, ExtendsAnotherSchema) {
  SchemaBuilder builder(embedded());
  AttributeSchema mine;
  mine.oid = "1.3.6.1.4.1.99.1.7";
  mine.ldap_display_name = mine.cn = "labColour";
  mine.int_id = mine.attid = Attid{0x80001234};
  mine.syntax = Syntax::kUnicodeString;
  const auto by_prefix = builder.prefix_table().make_attid(mine.oid);
  ASSERT_TRUE(by_prefix);
  ASSERT_TRUE(builder.put(mine));
  ClassSchema thing;
  thing.oid = "1.3.6.1.4.1.99.2.1";
  thing.attid = builder.prefix_table().make_attid(thing.oid).value();
  thing.ldap_display_name = thing.cn = "labThing";
  thing.sub_class_of = object_class("container").attid;
  thing.may_contain = {*by_prefix, Attid{0x00660001}};  // by its number under the prefix table, and something unknown
  ASSERT_TRUE(builder.put(thing));
  const auto extended = builder.build();
  EXPECT_EQ(extended->attributes().size(), embedded().attributes().size() + 1);
  EXPECT_EQ(embedded().find_attribute("labColour"), nullptr);
  ASSERT_NE(extended->find_attribute("labcolour"), nullptr);
  EXPECT_EQ(extended->find_attribute(Attid{0x80001234})->oid, mine.oid);
  EXPECT_EQ(extended->resolve(*by_prefix), mine.attid);
  EXPECT_EQ(extended->resolve(Attid{0x00660001}), std::nullopt);
  const auto* const made = extended->find_class("labThing");
  ASSERT_NE(made, nullptr);
  EXPECT_TRUE(std::ranges::binary_search(made->effective.attributes, mine.attid));
  EXPECT_TRUE(std::ranges::binary_search(made->effective.attributes, attribute("cn").attid));
  EXPECT_FALSE(std::ranges::binary_search(made->effective.attributes, Attid{0x00660001}));
}

// A defunct object is found by its number, for the values that are still there, but its name is free again ([MS-ADTS] 3.1.1.2.5.3).
TEST(SchemaBuilder, DefunctObjectsGiveTheirNameBack) {
  SchemaBuilder builder(embedded());
  auto old = attribute("carLicense");
  old.is_defunct = true;
  ASSERT_TRUE(builder.put(old));
  EXPECT_EQ(builder.build()->find_attribute("carLicense"), nullptr);
  EXPECT_NE(builder.build()->find_attribute(old.attid), nullptr);
  auto fresh = attribute("carLicense");
  fresh.int_id = fresh.attid = Attid{0x80000007};
  ASSERT_TRUE(builder.put(fresh));
  const auto schema = builder.build();
  EXPECT_EQ(schema->find_attribute("carLicense")->attid, fresh.attid);
  EXPECT_EQ(schema->find_attribute(std::string_view(fresh.oid))->attid, fresh.attid);
}

// What only a broken Schema NC has: classes in a circle, a class below nothing. Everything ends.
TEST(SchemaBuilder, BrokenInheritanceEnds) {
  SchemaBuilder builder(embedded());
  auto person = object_class("person");
  person.sub_class_of = object_class("user").attid;
  person.auxiliary_class = {object_class("computer").attid};
  ASSERT_TRUE(builder.put(person));
  auto group = object_class("group");
  group.sub_class_of = Attid{0x00770001};
  ASSERT_TRUE(builder.put(group));
  const auto schema = builder.build();
  EXPECT_LT(schema->find_class("person")->effective.superclasses.size(), 4u);
  EXPECT_TRUE(schema->find_class("group")->effective.superclasses.empty());
  AttributeSchema nameless;
  EXPECT_EQ(builder.put(nameless).error().code, win32::kErrorInvalidData);
  auto swapped = attribute("cn");
  swapped.attid = person.attid;
  EXPECT_EQ(builder.put(swapped).error().code, win32::kErrorInvalidData);
}

TEST(SchemaData, SaysWhichRowIsWrong) {
  const auto read = [](std::string_view text) {
    const auto schema = parse_schema_text(text);
    return schema ? Error{} : schema.error();
  };
  const std::string good = "S 1 1 0\nA cn Common-Name 2.5.4.3 2.5.5.12/64 single lower=1 upper=64";
  EXPECT_TRUE(parse_schema_text(good));
  EXPECT_THAT(read("").detail, testing::HasSubstr("row 1"));
  EXPECT_THAT(read("S 1 2 0\nA cn Common-Name 2.5.4.3 2.5.5.12/64").detail, testing::HasSubstr("announce 1 attributes"));
  for (const auto* row : {"A cn Common-Name 2.5.4.3", "X cn", "A cn Common-Name nonsense 2.5.5.12/64", "A cn Common-Name 2.5.4.3 2.5.5.12/65",
                          "A cn Common-Name 2.5.4.3 2.5.5.12/64 lower=x", "A cn Common-Name 2.5.4.3 2.5.5.12/64 nonsense=1",
                          "A cn Common-Name 2.5.4.3 2.5.5.12/64 guid=7", "A cn Common-Name 2.5.4.3 2.5.5.12/64 advanced=yes"}) {
    const auto error = read(std::string("S 1 1 0\n") + row);
    EXPECT_EQ(error.code, win32::kErrorInvalidData) << row;
    EXPECT_THAT(error.detail, testing::HasSubstr("row 2")) << row;
  }
  EXPECT_THAT(read(good + "\n" + "A CN Name 2.5.4.4 2.5.5.12/64").detail, testing::HasSubstr("row 3"));
  EXPECT_THAT(read("S 1 0 1\nC a A 2.5.6.99 category=1 parent=nobody object=A").detail, testing::HasSubstr("nobody"));
  EXPECT_THAT(read("S 1 0 1\nC a A 2.5.6.99 category=1 parent=a object=A nonsense").detail, testing::HasSubstr("nonsense"));
}

}  // namespace
}  // namespace tributary::schema
