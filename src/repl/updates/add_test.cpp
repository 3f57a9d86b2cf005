// SPDX-License-Identifier: Apache-2.0
// Adding objects: [MS-ADTS] 3.1.1.5.2, 3.1.1.5.1.1, 3.1.1.5.1.2, 3.1.1.5.1.7, 3.1.1.1.9.
#include "repl/updates/add.hpp"

#include "drsuapi/constants.hpp"
#include "repl/updates/test_forest.hpp"

namespace tributary::repl::testing {
namespace {

const Attid kDescription = attid::kDescription;

std::vector<NewAttribute> with_descriptor(std::vector<NewAttribute> attributes = {}) {
  attributes.push_back({attid::kNtSecurityDescriptor, {octets_value(some_descriptor())}});
  return attributes;
}

class AddTest : public ::testing::Test {
 protected:
  std::unique_ptr<Forest> forest = Forest::with_domain();
  Dnt domain = forest->domain.root;
  ~AddTest() override { expect_consistent(*forest); }
};

// 3.1.1.5.2.4: what every new object has, whoever made it, and who stamped it; 3.1.1.1.9: each attribute at version 1, one USN, now.
TEST_F(AddTest, WritesTheSystemsAttributesWithStamps) {
  const auto result = must(forest->try_add(forest->request_of(domain, "organizationalUnit", "Sales", {{kDescription, {text_value("who sells")}}})));
  auto object = forest->record(result.dnt);
  EXPECT_EQ(forest->dn(result.dnt), "OU=Sales,DC=lab,DC=example");
  EXPECT_EQ(forest->text(result.dnt, attid::kName), "Sales");
  EXPECT_EQ(forest->text(result.dnt, attid::kOu), "Sales");
  EXPECT_EQ(object.rdn_type, attid::kOu);
  EXPECT_FALSE(object.head.guid.is_null());
  EXPECT_EQ(object.head.parent, domain);
  EXPECT_EQ(object.head.nc, domain);
  EXPECT_EQ(object.head.when_created, forest->context.ds_now());
  EXPECT_EQ(load_le<std::uint32_t>(object.find(attid::kInstanceType)->values[0].data()), std::uint32_t{drsuapi::IT_WRITE});
  const auto snapshot = forest->store->read();
  const auto classes = object_classes(*must(snapshot->find(result.dnt)));
  EXPECT_EQ(classes, (std::vector{class_id::kTop, class_id::kOrganizationalUnit}));
  ASSERT_EQ(result.updates.objects.size(), 1u);
  const auto update = result.updates.objects.front();
  EXPECT_EQ(update.nc, domain);
  for (const auto& attribute : object.attributes()) {
    if (attribute.attid == attid::kObjectGuid) continue;  // does not replicate
    EXPECT_EQ(attribute.stamp, (store::AttributeStamp{1, forest->context.ds_now(), forest->context.invocation_id, update.usn}));
  }
  EXPECT_EQ(object.head.usn_created, update.usn);
  EXPECT_EQ(object.head.usn_changed, update.usn);
  EXPECT_EQ(snapshot->highest_committed_usn(), update.usn);
}

// 3.1.1.5.2.4: two objects never get one GUID, and the caller may bring one that was judged before.
TEST_F(AddTest, GuidsAreNewOrGiven) {
  auto request = forest->request_of(domain, "container", "a");
  request.guid = ObjectGuid{Forest::guid(7777)};
  const auto a = must(forest->try_add(request)).dnt;
  EXPECT_EQ(forest->record(a).head.guid, ObjectGuid{Forest::guid(7777)});
  request.rdn = "b";
  EXPECT_EQ(code_of(forest->try_add(request)), win32::kErrorAlreadyExists);
  EXPECT_NE(forest->record(forest->make(domain, "container", "c")).head.guid, forest->record(forest->make(domain, "container", "d")).head.guid);
}

// 3.1.1.5.2.2: the parent has to be there, alive, and in a replica that is written here.
TEST_F(AddTest, TheParentMustTakeChildren) {
  EXPECT_EQ(code_of(forest->try_add(forest->request_of(Dnt{999'999}, "container", "x"))), win32::kErrorDsObjNotFound);
  const auto gone = forest->make(domain, "container", "gone");
  must(forest->try_remove(gone));
  EXPECT_EQ(code_of(forest->try_add(forest->request_of(gone, "container", "x"))), win32::kErrorDsObjNotFound);
  EXPECT_EQ(code_of(forest->try_add(forest->request_of(forest->domain.deleted_objects, "container", "x"))), win32::kErrorDsObjNotFound);
  forest->context.rules.read_only = true;
  EXPECT_EQ(code_of(forest->try_add(forest->request_of(domain, "container", "x"))), win32::kErrorDsReferral);
  forest->context.rules.read_only = false;
  must(forest->update([&](WriteTransaction& tx) -> Result<void> {
    tx.put_nc_replica({.root = domain, .writable = false, .partial = true});
    return {};
  }));
  EXPECT_EQ(code_of(forest->try_add(forest->request_of(domain, "container", "x"))), win32::kErrorDsReferral);
}

// 3.1.1.5.2.2: which values of objectClass make an object.
TEST_F(AddTest, ObjectClassDecides) {
  AddRequest request;
  request.parent = domain;
  request.rdn = "x";
  const auto with = [&](std::vector<NewValue> values) {
    request.attributes = {{attid::kObjectClass, std::move(values)}};
    return code_of(forest->try_add(request));
  };
  EXPECT_EQ(code_of(forest->try_add(request)), win32::kErrorDsObjectClassRequired);
  EXPECT_EQ(with({}), win32::kErrorDsObjectClassRequired);
  EXPECT_EQ(with({u32_value(0x7FFF0001)}), win32::kErrorInvalidParameter);
  EXPECT_EQ(with({octets_value(Bytes{1, 2})}), win32::kErrorDsInvalidAttributeSyntax);
  EXPECT_EQ(with({class_value("user"), class_value("group")}), win32::kErrorDsObjClassNotSubclass);
  EXPECT_EQ(with({class_value("top")}), win32::kErrorDsClassMustBeConcrete);
  EXPECT_EQ(with({class_value("container"), class_value("top")}), win32::kErrorSuccess);
}

// 3.1.1.5.1.1 and 3.1.1.5.1.2: the RDN's type is the class's, its value is a name.
TEST_F(AddTest, RdnsAreJudged) {
  auto request = forest->request_of(domain, "organizationalUnit", "x");
  request.rdn_type = attid::kCn;
  EXPECT_EQ(code_of(forest->try_add(request)), win32::kErrorDsRdnDoesntMatchSchema);
  request.rdn_type = attid::kOu;
  const auto named = [&](std::string rdn, CheckLevel level = CheckLevel::kReplica) {
    request.rdn = std::move(rdn);
    return code_of(forest->try_add(request, level));
  };
  EXPECT_EQ(named(""), win32::kErrorDsNameUnparseable);
  EXPECT_EQ(named("a\nDEL:x"), win32::kErrorDsNamingViolation);
  EXPECT_EQ(named(std::string("a\0b", 3)), win32::kErrorDsInvalidDnSyntax);
  EXPECT_EQ(named(std::string(255, 'n')), win32::kErrorDsNamingViolation);
  EXPECT_EQ(named("\xC3"), win32::kErrorDsInvalidDnSyntax);
  EXPECT_EQ(named(std::string(65, 'n'), CheckLevel::kClient), win32::kErrorDsRangeConstraint) << "ou has rangeUpper 64";
  EXPECT_EQ(named(std::string(254, 'n')), win32::kErrorSuccess);
  EXPECT_EQ(named("a,b+c=\"d\"\\ e"), win32::kErrorSuccess);
}

// 3.1.1.1.4: the values of RDNs of one parent's children differ, whatever their types, and letters have no case.
TEST_F(AddTest, NamesAreUniqueUnderAParent) {
  forest->make(domain, "container", "Staff");
  EXPECT_EQ(code_of(forest->try_add(forest->request_of(domain, "organizationalUnit", "sTAFF"))), win32::kErrorDsObjStringNameExists);
  const auto other = forest->make(domain, "container", "Other");
  EXPECT_EQ(code_of(forest->try_add(forest->request_of(other, "container", "Staff"))), win32::kErrorSuccess);
}

// 3.1.1.5.2.4: what a requester says of the system's attributes does not count; 3.1.1.5.2.2: some of it is refused.
TEST_F(AddTest, WhatTheSystemSetsIsItsOwn) {
  const auto ignored = must(forest->try_add(forest->request_of(
      domain, "container", "x", {{attid::kWhenCreated, {i64_value(1)}}, {attid::kIsDeleted, {bool_value(true)}}, {attid::kUsnCreated, {i64_value(1)}}})));
  EXPECT_EQ(forest->record(ignored.dnt).head.when_created, forest->context.ds_now());
  EXPECT_EQ(forest->count(ignored.dnt, attid::kIsDeleted), 0u);
  const auto refused = [&](Attid attid, NewValue value) { return code_of(forest->try_add(forest->request_of(domain, "container", "y", {{attid, {value}}}))); };
  EXPECT_EQ(refused(attid::kObjectGuid, octets_value(Bytes(16, 1))), win32::kErrorDsSecurityIllegalModify);
  EXPECT_EQ(refused(attid::kObjectSid, octets_value(encode_sid(parse_sid("S-1-5-32").value()))), win32::kErrorDsSecurityIllegalModify);
  EXPECT_EQ(refused(attid::kInstanceType, u32_value(drsuapi::IT_NC_HEAD)), win32::kErrorDsAddReplicaInhibited);
  EXPECT_EQ(refused(attid::kInstanceType, u32_value(drsuapi::IT_NC_HEAD | drsuapi::IT_WRITE)), win32::kErrorDsBadInstanceType);
  EXPECT_EQ(refused(attid::kName, text_value("z")), win32::kErrorDsNamingViolation);
  EXPECT_EQ(refused(attid::kMemberOf, reference_value(domain)), win32::kErrorDsCantModSystemOnly);
  EXPECT_EQ(refused(attid::kCn, text_value("Y")), win32::kErrorSuccess) << "the RDN once more, in other letters";
}

// 3.1.1.5.1.1, 3.1.1.1.6: values have the form of their syntax, number as the schema says, and name what is there.
TEST_F(AddTest, ValuesAreJudged) {
  const auto gone = forest->make(domain, "container", "gone");
  must(forest->try_remove(gone));
  const auto with = [&](Attid attid, std::vector<NewValue> values) {
    return code_of(forest->try_add(forest->request_of(domain, "container", "x", {{attid, std::move(values)}})));
  };
  const Attid show = attid::kShowInAdvancedViewOnly;
  EXPECT_EQ(with(show, {octets_value(Bytes{1})}), win32::kErrorDsInvalidAttributeSyntax);
  EXPECT_EQ(with(show, {reference_value(domain)}), win32::kErrorDsInvalidAttributeSyntax);
  EXPECT_EQ(with(show, {bool_value(true), bool_value(false)}), win32::kErrorDsSingleValueConstraint);
  EXPECT_EQ(with(kDescription, {octets_value(Bytes{'a'})}), win32::kErrorDsInvalidAttributeSyntax);
  EXPECT_EQ(with(kDescription, {text_value("a"), text_value("A")}), win32::kErrorDsAttValAlreadyExists);
  EXPECT_EQ(with(attid_of("managedBy"), {octets_value(Bytes{1})}), win32::kErrorDsInvalidAttributeSyntax);
  EXPECT_EQ(with(attid_of("managedBy"), {reference_value(gone)}), win32::kErrorDsObjNotFound);
  EXPECT_EQ(with(attid_of("managedBy"), {reference_value(Dnt{999'999})}), win32::kErrorDsObjNotFound);
  EXPECT_EQ(with(Attid{0x7FFF0001}, {bool_value(true)}), win32::kErrorInvalidParameter);
  auto twice = forest->request_of(domain, "container", "x", {{kDescription, {text_value("a")}}, {kDescription, {text_value("b")}}});
  EXPECT_EQ(code_of(forest->try_add(twice)), win32::kErrorDsAttributeOrValueExists);
}

// 3.1.1.5.1.1, 3.1.1.5.2.2: what only clients are held to.
TEST_F(AddTest, ClientsKeepToTheSchema) {
  const auto as_client = [&](std::string_view object_class, std::vector<NewAttribute> attributes, Dnt parent) {
    return code_of(forest->try_add(forest->request_of(parent, object_class, "x", std::move(attributes)), CheckLevel::kClient));
  };
  const Attid category = attid::kObjectCategory;
  const NewValue any = reference_value(domain);
  EXPECT_EQ(as_client("organizationalUnit", {{category, {any}}}, domain), win32::kErrorDsMissingRequiredAtt) << "nTSecurityDescriptor";
  EXPECT_EQ(as_client("organizationalUnit", with_descriptor({{category, {any}}, {attid::kMember, {any}}}), domain), win32::kErrorDsAttNotDefForClass);
  EXPECT_EQ(as_client("organizationalUnit", with_descriptor({{category, {any}}, {attid_of("c"), {text_value("Germany")}}}), domain),
            win32::kErrorDsRangeConstraint);
  EXPECT_EQ(as_client("site", with_descriptor({{category, {any}}}), domain), win32::kErrorDsIllegalSuperior);
  EXPECT_EQ(as_client("secret", with_descriptor({{category, {any}}}), domain), win32::kErrorDsCantAddSystemOnly);
  EXPECT_EQ(as_client("organizationalUnit", with_descriptor({{category, {any}}}), domain), win32::kErrorSuccess);
}

// 3.1.1.5.2.4: systemFlags: of a client's only three bits stay; some classes get bits of their own.
TEST_F(AddTest, SystemFlagsAreFiltered) {
  const auto client = forest->request_of(domain, "organizationalUnit", "x",
                                         with_descriptor({{attid::kObjectCategory, {reference_value(domain)}}, {attid::kSystemFlags, {u32_value(0xFFFFFFFF)}}}));
  const auto dnt = must(forest->try_add(client, CheckLevel::kClient)).dnt;
  const auto flags_of = [&](Dnt object) { return system_flags(*must(forest->store->read()->find(object))); };
  EXPECT_EQ(flags_of(dnt), 0x70000000u);
  const auto server = forest->make(domain, "server", "dc1");
  EXPECT_EQ(flags_of(server), 0x52000000u);
  EXPECT_EQ(flags_of(forest->make(server, "nTDSDSA", "NTDS Settings")), 0x02000000u);
  const auto sites = forest->make(domain, "sitesContainer", "Sites");
  EXPECT_EQ(flags_of(forest->make(sites, "site", "Here")), 0x42000000u);
  EXPECT_EQ(flags_of(forest->make(sites, "container", "other")), 0x40000000u);
  EXPECT_EQ(flags_of(forest->make(sites, "interSiteTransportContainer", "Transports")), 0u);
}

// 3.1.1.5.2.4: showInAdvancedViewOnly by the class's defaultHidingValue; objectCategory by its defaultObjectCategory.
TEST_F(AddTest, DefaultsComeFromTheClass) {
  EXPECT_EQ(forest->count(forest->make(domain, "container", "hidden"), attid::kShowInAdvancedViewOnly), 1u);
  EXPECT_EQ(forest->count(forest->make(domain, "organizationalUnit", "shown"), attid::kShowInAdvancedViewOnly), 0u);
  const auto unnamed = forest->make(domain, "group", "before");
  EXPECT_EQ(forest->count(unnamed, attid::kObjectCategory), 0u) << "no Schema NC is here";
  forest->make_nc("CN=Configuration,DC=lab,DC=example", NcKind::kConfiguration);
  const auto schema_nc = forest->make_nc("CN=Schema,CN=Configuration,DC=lab,DC=example", NcKind::kSchema);
  const auto person = forest->make(schema_nc.root, "classSchema", "Person");
  auto user = forest->record(forest->make(domain, "user", "u"));
  ASSERT_NE(user.find(attid::kObjectCategory), nullptr);
  EXPECT_EQ(store::reference_target(user.find(attid::kObjectCategory)->values[0]), person) << "user's category is Person";
}

// 3.1.1.1.9: link values have their own stamps; before linked value replication the attribute has one.
TEST_F(AddTest, LinksAreStampedByTheForestsLevel) {
  const auto member = forest->make(domain, "user", "u");
  const auto group = forest->make(domain, "group", "g", {{attid::kMember, {reference_value(member)}}});
  ASSERT_EQ(forest->links(group).size(), 1u);
  const auto link = forest->links(group).front();
  const auto usn = forest->record(group).head.usn_changed;
  EXPECT_EQ(link.stamp, (store::LinkValueStamp{forest->context.ds_now(), {1, forest->context.ds_now(), forest->context.invocation_id, usn}}));
  EXPECT_TRUE(link.is_present && !link.legacy);
  EXPECT_FALSE(forest->stamp(group, attid::kMember));

  forest->context.rules.linked_value_replication = false;
  const auto old_group = forest->make(domain, "group", "old", {{attid::kMember, {reference_value(member)}}});
  EXPECT_TRUE(forest->links(old_group).front().legacy);
  ASSERT_TRUE(forest->stamp(old_group, attid::kMember));
  EXPECT_EQ(forest->stamp(old_group, attid::kMember)->version, 1u);
}

// 3.1.1.5.1.7
TEST_F(AddTest, SomeObjectsAreUrgent) {
  const auto urgent = [&](std::string_view object_class, std::string rdn) {
    return must(forest->try_add(forest->request_of(domain, object_class, std::move(rdn)))).updates.urgent;
  };
  EXPECT_TRUE(urgent("nTDSDSA", "a"));
  EXPECT_TRUE(urgent("crossRef", "b"));
  EXPECT_TRUE(urgent("secret", "c"));
  EXPECT_TRUE(urgent("rIDManager", "d"));
  EXPECT_TRUE(urgent("attributeSchema", "e"));
  EXPECT_FALSE(urgent("user", "f"));
}

}  // namespace
}  // namespace tributary::repl::testing
