// SPDX-License-Identifier: Apache-2.0
// Modifying objects and link values: [MS-ADTS] 3.1.1.5.3, 3.1.1.1.9 (with its worked example), 3.1.1.1.6; [MS-DRSR] 5.199.
#include "repl/updates/modify.hpp"

#include "repl/updates/test_forest.hpp"

namespace tributary::repl::testing {
namespace {

using enum ModifyOperation;
const Attid kDescription = attid::kDescription;
const ModifyOptions kAsReplica{CheckLevel::kReplica, false, false};
const ModifyOptions kPermissive{CheckLevel::kReplica, true, false};

class ModifyTest : public ::testing::Test {
 protected:
  std::unique_ptr<Forest> forest = Forest::with_domain();
  Dnt domain = forest->domain.root;
  ~ModifyTest() override { expect_consistent(*forest); }

  Win32 change(Dnt dnt, ModifyOperation operation, Attid attid, std::vector<NewValue> values = {}, ModifyOptions options = kAsReplica) {
    return code_of(forest->try_modify(dnt, {{operation, attid, std::move(values)}}, options));
  }
  store::LinkValue link(Dnt source) { return forest->links(source).at(0); }
};

// 3.1.1.1.9, the example of description and member: what each of five updates, one second apart, does to versions, times and USNs.
TEST_F(ModifyTest, StampsOfTheWorkedExample) {
  const auto peter = forest->make(domain, "user", "Peter Houston");
  const auto dsys = forest->make(domain, "group", "DSYS");
  const auto start = forest->context.ds_now();
  const auto id = forest->context.invocation_id;
  const auto usn = forest->store->read()->highest_committed_usn().value;
  const auto at = [&](std::int64_t step) { return DsTime{start.seconds + step}; };
  const auto stamp = [&](std::uint32_t version, std::int64_t step) { return store::AttributeStamp{version, at(step), id, Usn{usn + 1 + step}}; };

  EXPECT_EQ(change(dsys, kAdd, kDescription, {text_value("QWERTY")}), win32::kErrorSuccess);
  EXPECT_EQ(forest->stamp(dsys, kDescription), stamp(1, 0));
  forest->pass(1);
  EXPECT_EQ(change(dsys, kAdd, attid::kMember, {reference_value(peter)}), win32::kErrorSuccess);
  EXPECT_EQ(link(dsys).stamp, (store::LinkValueStamp{at(1), stamp(1, 1)}));
  EXPECT_FALSE(forest->stamp(dsys, attid::kMember)) << "a link value's stamp leaves the attribute's alone";
  forest->pass(1);
  must(forest->try_modify(dsys, {{kDelete, kDescription, {}}, {kDelete, attid::kMember, {}}}));
  EXPECT_EQ(forest->stamp(dsys, kDescription), stamp(2, 2)) << "an attribute without values keeps its stamp";
  EXPECT_EQ(forest->count(dsys, kDescription), 0u);
  EXPECT_EQ(link(dsys).stamp, (store::LinkValueStamp{at(1), stamp(2, 2)}));
  EXPECT_FALSE(link(dsys).is_present);
  EXPECT_EQ(link(dsys).time_deleted, at(2));
  forest->pass(1);
  EXPECT_EQ(change(dsys, kReplace, attid::kMember, {reference_value(peter)}), win32::kErrorSuccess);
  EXPECT_EQ(link(dsys).stamp, (store::LinkValueStamp{at(1), stamp(3, 3)})) << "made anew over its tombstone";
  EXPECT_TRUE(link(dsys).is_present);
  EXPECT_EQ(link(dsys).time_deleted, DsTime{});
  forest->pass(1);
  EXPECT_EQ(change(dsys, kReplace, kDescription, {text_value("SHRDLU")}), win32::kErrorSuccess);
  EXPECT_EQ(forest->stamp(dsys, kDescription), stamp(3, 4));
}

// 3.1.1.1.9: an update creates or modifies; what stays as it was gets no new stamp, and the object no new USN.
TEST_F(ModifyTest, NothingChangesWhenNothingChanges) {
  const auto user = forest->make(domain, "user", "u", {{kDescription, {text_value("a")}}});
  const auto group = forest->make(domain, "group", "g", {{attid::kMember, {reference_value(user)}}});
  const auto before = forest->store->read()->highest_committed_usn();
  EXPECT_TRUE(must(forest->try_modify(user, {{kReplace, kDescription, {text_value("a")}}})).empty());
  EXPECT_TRUE(must(forest->try_modify(user, {{kReplace, attid_of("title"), {}}})).empty());
  EXPECT_TRUE(must(forest->try_modify(group, {{kReplace, attid::kMember, {reference_value(user)}}})).empty());
  EXPECT_TRUE(must(forest->try_modify(user, {{kDelete, kDescription, {text_value("a")}}, {kAdd, kDescription, {text_value("a")}}})).empty());
  EXPECT_EQ(forest->store->read()->highest_committed_usn(), before);
  EXPECT_FALSE(must(forest->try_modify(user, {{kReplace, kDescription, {text_value("A")}}})).empty()) << "other letters are another value to keep";
}

// 3.1.1.1.9: one update, one USN for all that it writes; the times of the object are this DSA's.
TEST_F(ModifyTest, OneUpdateHasOneUsn) {
  const auto user = forest->make(domain, "user", "u");
  const auto created = forest->record(user).head;
  forest->pass(10);
  const auto updates = must(forest->try_modify(user, {{kAdd, kDescription, {text_value("a")}}, {kAdd, attid_of("title"), {text_value("b")}}}));
  ASSERT_EQ(updates.objects.size(), 1u);
  EXPECT_EQ(updates.ncs(), std::vector{domain});
  EXPECT_EQ(forest->stamp(user, kDescription)->usn_originating, updates.objects[0].usn);
  EXPECT_EQ(forest->stamp(user, attid_of("title"))->usn_originating, updates.objects[0].usn);
  const auto changed = forest->record(user).head;
  EXPECT_EQ(changed.usn_changed, updates.objects[0].usn);
  EXPECT_EQ(changed.when_changed, forest->context.ds_now());
  EXPECT_EQ(changed.usn_created, created.usn_created);
  EXPECT_EQ(changed.when_created, created.when_created);
  EXPECT_EQ(forest->stamp(user, attid::kName)->version, 1u);
}

// 3.1.1.5.3.2: values that are there already, or are not there, unless the requester is permissive.
TEST_F(ModifyTest, ValuesComeOnceAndGoOnce) {
  const Attid phones = attid_of("otherTelephone");
  const auto user = forest->make(domain, "user", "u");
  EXPECT_EQ(change(user, kAdd, phones, {text_value("1"), text_value("2")}), win32::kErrorSuccess);
  EXPECT_EQ(change(user, kAdd, phones, {text_value("2")}), win32::kErrorDsAttValAlreadyExists);
  EXPECT_EQ(change(user, kAdd, phones, {text_value("2")}, kPermissive), win32::kErrorSuccess);
  EXPECT_EQ(change(user, kAdd, phones, {}), win32::kErrorInvalidParameter);
  EXPECT_EQ(change(user, kDelete, phones, {text_value("3")}), win32::kErrorDsCantRemMissingAttVal);
  EXPECT_EQ(change(user, kDelete, phones, {text_value("3")}, kPermissive), win32::kErrorSuccess);
  EXPECT_EQ(change(user, kDelete, phones, {text_value("1"), text_value("2")}), win32::kErrorSuccess);
  EXPECT_EQ(change(user, kDelete, phones, {}), win32::kErrorDsAttIsNotOnObj);
  EXPECT_EQ(change(user, kDelete, phones, {}, kPermissive), win32::kErrorSuccess);
  EXPECT_EQ(forest->stamp(user, phones)->version, 2u);
  const auto group = forest->make(domain, "group", "g");
  EXPECT_EQ(change(group, kDelete, attid::kMember, {}), win32::kErrorDsAttIsNotOnObj);
  EXPECT_EQ(change(group, kAdd, attid::kMember, {reference_value(user)}), win32::kErrorSuccess);
  EXPECT_EQ(change(group, kAdd, attid::kMember, {reference_value(user)}), win32::kErrorDsAttValAlreadyExists);
  EXPECT_EQ(change(group, kDelete, attid::kMember, {reference_value(domain)}), win32::kErrorDsCantRemMissingAttVal);
  EXPECT_EQ(change(group, kDelete, attid::kMember, {reference_value(user)}), win32::kErrorSuccess);
  EXPECT_EQ(change(group, kDelete, attid::kMember, {reference_value(user)}), win32::kErrorDsCantRemMissingAttVal);
}

// 3.1.1.5.1.1: isSingleValued holds for the outcome, of linked attributes too.
TEST_F(ModifyTest, SingleValuedAttributesHaveOneValue) {
  const auto a = forest->make(domain, "user", "a");
  const auto b = forest->make(domain, "user", "b");
  const auto user = forest->make(domain, "user", "u");
  for (const auto& [attid, one, two] : {std::tuple{attid_of("title"), text_value("x"), text_value("y")},
                                        std::tuple{attid_of("manager"), reference_value(a), reference_value(b)}}) {
    EXPECT_EQ(change(user, kAdd, attid, {one, two}), win32::kErrorDsSingleValueConstraint);
    EXPECT_EQ(change(user, kAdd, attid, {one}), win32::kErrorSuccess);
    EXPECT_EQ(change(user, kAdd, attid, {two}), win32::kErrorDsSingleValueConstraint);
    EXPECT_EQ(code_of(forest->try_modify(user, {{kAdd, attid, {two}}, {kDelete, attid, {one}}})), win32::kErrorSuccess);
    EXPECT_EQ(change(user, kReplace, attid, {one}), win32::kErrorSuccess);
  }
}

// 3.1.1.5.3.2: what is never a client's to modify, and what only the system modifies.
TEST_F(ModifyTest, SomeAttributesAreNotModified) {
  const auto user = forest->make(domain, "user", "u");
  const ModifyOptions as_client{CheckLevel::kClient, false, false};
  EXPECT_EQ(change(user, kReplace, attid::kName, {text_value("v")}), win32::kErrorDsCantModSystemOnly);
  EXPECT_EQ(change(user, kReplace, attid::kCn, {text_value("v")}), win32::kErrorDsCantModSystemOnly);
  EXPECT_EQ(change(user, kReplace, attid::kObjectGuid, {octets_value(Bytes(16, 1))}), win32::kErrorDsCantModSystemOnly);
  EXPECT_EQ(change(user, kAdd, attid::kIsDeleted, {bool_value(true)}), win32::kErrorDsCantModSystemOnly);
  EXPECT_EQ(change(user, kAdd, attid::kMemberOf, {reference_value(domain)}), win32::kErrorDsCantModSystemOnly);
  EXPECT_EQ(change(user, kReplace, attid_of("canonicalName"), {text_value("v")}), win32::kErrorDsConstructedAttMod);
  EXPECT_EQ(change(user, kReplace, Attid{0x7FFF0001}, {}), win32::kErrorInvalidParameter);
  EXPECT_EQ(change(user, kReplace, attid::kSystemFlags, {u32_value(1)}, as_client), win32::kErrorDsCantModSystemOnly);
  EXPECT_EQ(change(user, kReplace, attid::kSystemFlags, {u32_value(1)}), win32::kErrorSuccess);
  EXPECT_EQ(change(forest->domain.lost_and_found, kReplace, kDescription, {text_value("x")}, as_client), win32::kErrorDsIllegalModOperation);
  EXPECT_EQ(change(domain, kDelete, attid::kWellKnownObjects, {}, as_client), win32::kErrorDsIllegalModOperation);
  EXPECT_EQ(change(Dnt{999'999}, kReplace, kDescription, {}), win32::kErrorDsObjNotFound);
}

// 3.1.1.5.1.1: a client takes nothing away that the class demands and adds nothing that no class of the object allows.
TEST_F(ModifyTest, ClientsKeepTheContentOfTheClass) {
  const ModifyOptions as_client{CheckLevel::kClient, false, false};
  const auto user = forest->make(domain, "user", "u", {{attid::kNtSecurityDescriptor, {octets_value(some_descriptor())}}});
  EXPECT_EQ(change(user, kDelete, attid::kNtSecurityDescriptor, {}, as_client), win32::kErrorDsMissingRequiredAtt);
  EXPECT_EQ(change(user, kAdd, attid::kGroupType, {u32_value(2)}, as_client), win32::kErrorDsAttNotDefForClass);
  EXPECT_EQ(change(user, kAdd, attid::kMember, {reference_value(domain)}, as_client), win32::kErrorDsAttNotDefForClass);
  EXPECT_EQ(change(user, kAdd, kDescription, {text_value("fine")}, as_client), win32::kErrorSuccess);
  EXPECT_EQ(change(user, kAdd, attid_of("c"), {text_value("Germany")}, as_client), win32::kErrorDsRangeConstraint);
}

// 3.1.1.5.3.5: the structural class stays; user and inetOrgPerson may change into each other; chains are completed and put in order.
TEST_F(ModifyTest, ObjectClassGrowsByAuxiliaryClasses) {
  const auto user = forest->make(domain, "user", "u");
  EXPECT_EQ(change(user, kAdd, attid::kObjectClass, {class_value("group")}), win32::kErrorDsObjClassNotSubclass);
  EXPECT_EQ(change(user, kReplace, attid::kObjectClass, {class_value("container")}), win32::kErrorDsIllegalModOperation);
  EXPECT_EQ(change(user, kAdd, attid::kObjectClass, {class_value("inetOrgPerson")}), win32::kErrorSuccess);
  const auto snapshot = forest->store->read();
  const auto classes = object_classes(*must(snapshot->find(user)));
  EXPECT_EQ(classes.front(), class_id::kTop);
  EXPECT_EQ(u32_value(static_cast<std::uint32_t>(classes.back())), class_value("inetOrgPerson"));
  EXPECT_EQ(change(user, kAdd, attid::kObjectClass, {class_value("bootableDevice")}), win32::kErrorSuccess);
}

// 3.1.1.5.3.2: a FSMO role is taken by this DSA, never given to another.
TEST_F(ModifyTest, RolesAreTakenOnly) {
  auto dsa_request = forest->request_of(domain, "nTDSDSA", "NTDS Settings");
  dsa_request.guid = ObjectGuid{forest->context.dsa.value};
  const auto own = must(forest->try_add(dsa_request)).dnt;
  const auto other = forest->make(domain, "nTDSDSA", "other");
  const auto rids = forest->make(domain, "rIDManager", "RID Manager$");
  EXPECT_EQ(change(rids, kReplace, attid::kFsmoRoleOwner, {reference_value(other)}), win32::kErrorDsInvalidRoleOwner);
  EXPECT_EQ(change(rids, kReplace, attid::kFsmoRoleOwner, {reference_value(own)}), win32::kErrorSuccess);
}

// 3.1.1.5.3.2: a deleted object takes a security descriptor and nothing else; the Deleted Objects container takes anything.
TEST_F(ModifyTest, DeletedObjectsStayAsTheyAre) {
  const auto user = forest->make(domain, "user", "u");
  must(forest->try_remove(user));
  EXPECT_EQ(change(user, kReplace, kDescription, {text_value("x")}), win32::kErrorDsIllegalModOperation);
  EXPECT_EQ(change(user, kReplace, attid::kNtSecurityDescriptor, {octets_value(some_descriptor())}), win32::kErrorSuccess);
  EXPECT_EQ(change(forest->domain.deleted_objects, kReplace, kDescription, {text_value("x")}), win32::kErrorSuccess);
}

// 3.1.1.1.9: before linked value replication the attribute's stamp tells of every change of its values; after it, each value's own.
TEST_F(ModifyTest, LinksBeforeAndAfterLinkedValueReplication) {
  const auto a = forest->make(domain, "user", "a");
  const auto b = forest->make(domain, "user", "b");
  const auto group = forest->make(domain, "group", "g");
  forest->context.rules.linked_value_replication = false;
  EXPECT_EQ(change(group, kAdd, attid::kMember, {reference_value(a), reference_value(b)}), win32::kErrorSuccess);
  EXPECT_EQ(forest->stamp(group, attid::kMember)->version, 1u);
  EXPECT_EQ(change(group, kDelete, attid::kMember, {reference_value(b)}), win32::kErrorSuccess);
  EXPECT_EQ(forest->stamp(group, attid::kMember)->version, 2u);
  EXPECT_EQ(forest->links(group).size(), 1u) << "a value without a stamp of its own leaves no tombstone";
  forest->context.rules.linked_value_replication = true;
  EXPECT_EQ(change(group, kAdd, attid::kMember, {reference_value(b)}), win32::kErrorSuccess);
  EXPECT_EQ(change(group, kDelete, attid::kMember, {reference_value(a)}), win32::kErrorSuccess);
  EXPECT_EQ(forest->stamp(group, attid::kMember)->version, 2u) << "the stamp of the time before is left alone";
  for (const auto& value : forest->links(group)) {
    EXPECT_FALSE(value.legacy);
    EXPECT_EQ(value.stamp.stamp.version, 1u);
    EXPECT_EQ(value.is_present, value.key.target == b);
  }
}

// A value of Object(DN-Binary): the reference and the octets together are the value.
TEST_F(ModifyTest, OctetsBesideAReferenceCount) {
  const Attid other = attid::kOtherWellKnownObjects;
  const auto user = forest->make(domain, "container", "c");
  EXPECT_EQ(change(domain, kAdd, other, {reference_value(user, Bytes(16, 1)), reference_value(user, Bytes(16, 2))}), win32::kErrorSuccess);
  EXPECT_EQ(change(domain, kAdd, other, {reference_value(user, Bytes(16, 2))}), win32::kErrorDsAttValAlreadyExists);
  EXPECT_EQ(change(domain, kDelete, other, {reference_value(user, Bytes(16, 1))}), win32::kErrorSuccess);
  EXPECT_EQ(forest->count(domain, other), 1u);
}

// 3.1.1.2.2.3: which objects of other NCs an attribute may name.
TEST_F(ModifyTest, ReferencesToOtherNcs) {
  const auto config = forest->make_nc("CN=Configuration,DC=lab,DC=example", NcKind::kConfiguration).root;
  const auto application = forest->make_nc("DC=app,DC=lab,DC=example", NcKind::kApplication).root;
  const auto other = forest->make_nc("DC=other,DC=lab,DC=example", NcKind::kApplication).root;
  const auto make = [&](Dnt nc) {
    return forest->make(nc, "group", "g", {{attid::kNtSecurityDescriptor, {octets_value(some_descriptor())}}});
  };
  const auto in_domain = make(domain), in_config = make(config), in_application = make(application), in_other = make(other);
  const auto named = [&](Dnt from, Dnt to) { return change(from, kReplace, attid::kMember, {reference_value(to)}, {CheckLevel::kClient, false, false}); };
  for (const Dnt from : {in_domain, in_config}) {
    for (const Dnt to : {in_domain, in_config, application, other}) EXPECT_EQ(named(from, to), win32::kErrorSuccess);
    EXPECT_EQ(named(from, in_application), win32::kErrorDsNameReferenceInvalid);
  }
  for (const Dnt to : {in_application, in_config, other}) EXPECT_EQ(named(in_application, to), win32::kErrorSuccess);
  for (const Dnt to : {in_domain, domain, in_other}) EXPECT_EQ(named(in_application, to), win32::kErrorDsNameReferenceInvalid);
  EXPECT_EQ(change(in_application, kReplace, attid::kMember, {reference_value(in_other)}), win32::kErrorSuccess) << "it does no harm to the replica";
}

// [MS-DRSR] 5.199: the values stay, the versions rise, so that they win over what they were before.
TEST_F(ModifyTest, StampsCanBeRaisedAlone) {
  const auto user = forest->make(domain, "user", "u", {{kDescription, {text_value("a")}}});
  forest->pass(5);
  const std::vector attids{kDescription, attid::kObjectClass, attid_of("title")};
  const auto updates = must(forest->update([&](WriteTransaction& tx) { return raise_stamps(tx, forest->context, user, attids); }));
  EXPECT_EQ(forest->stamp(user, kDescription), (store::AttributeStamp{2, forest->context.ds_now(), forest->context.invocation_id, updates.objects[0].usn}));
  EXPECT_EQ(forest->text(user, kDescription), "a");
  EXPECT_EQ(forest->stamp(user, attid::kObjectClass)->version, 2u);
  EXPECT_FALSE(forest->stamp(user, attid_of("title"))) << "what was never written has no stamp";
}

// 3.1.1.5.1.7
TEST_F(ModifyTest, SomeChangesAreUrgent) {
  const auto user = forest->make(domain, "user", "u");
  const auto secret = forest->make(domain, "secret", "s");
  const auto dsa = forest->make(domain, "nTDSDSA", "d");
  const auto urgent = [&](Dnt dnt, Attid attid, NewValue value) { return must(forest->try_modify(dnt, {{kReplace, attid, {value}}})).urgent; };
  EXPECT_TRUE(urgent(user, attid::kLockoutTime, i64_value(1)));
  EXPECT_TRUE(urgent(user, attid::kPwdLastSet, i64_value(1)));
  EXPECT_TRUE(urgent(user, attid::kUserAccountControl, u32_value(2)));
  EXPECT_FALSE(urgent(user, kDescription, text_value("x")));
  EXPECT_TRUE(urgent(secret, kDescription, text_value("x")));
  EXPECT_FALSE(urgent(dsa, kDescription, text_value("x"))) << "creation and deletion only";
}

}  // namespace
}  // namespace tributary::repl::testing
