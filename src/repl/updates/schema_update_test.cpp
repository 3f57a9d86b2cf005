// SPDX-License-Identifier: Apache-2.0
// Schema extension while running: [MS-ADTS] 3.1.1.2.1 (schemaInfo), 3.1.1.2.3, 3.1.1.2.5; [MS-DRSR] 5.16.4, 5.181.
#include "repl/updates/schema_update.hpp"

#include "repl/objects/stored_schema.hpp"
#include "repl/updates/test_forest.hpp"
#include "schema/schema_info.hpp"

namespace tributary::repl::testing {
namespace {

namespace id = schema::attid;
constexpr std::string_view kOid = "1.3.6.1.4.1.59999.7.1";  // below a prefix that no schema has

class SchemaUpdateTest : public ::testing::Test {
 protected:
  SchemaUpdateTest() {
    forest->make_nc("CN=Configuration,DC=lab,DC=example", NcKind::kConfiguration);
    schema_nc_ = forest->make_nc("CN=Schema,CN=Configuration,DC=lab,DC=example", NcKind::kSchema).root;
    auto dsa = forest->request_of(forest->domain.root, "nTDSDSA", "NTDS Settings");
    dsa.guid = ObjectGuid{forest->context.dsa.value};
    dsa_ = must(forest->try_add(dsa)).dnt;
  }
  ~SchemaUpdateTest() override { expect_consistent(*forest); }

  AddRequest attribute(std::string rdn, std::vector<NewAttribute> more = {}) {
    more.push_back({id::kAttributeSyntax, {class_number("2.5.5.12")}});
    more.push_back({id::kOmSyntax, {u32_value(64)}});
    more.push_back({id::kIsSingleValued, {bool_value(true)}});
    return forest->request_of(kNoDnt, "attributeSchema", std::move(rdn), std::move(more));
  }
  AddRequest object_class(std::string rdn, std::vector<NewAttribute> more = {}) {
    more.push_back({id::kObjectClassCategory, {u32_value(1)}});
    return forest->request_of(kNoDnt, "classSchema", std::move(rdn), std::move(more));
  }
  /// An OID by its number.
  NewValue class_number(std::string_view oid) {
    return u32_value(static_cast<std::uint32_t>(forest->context.schema->prefix_table().find_attid(oid).value()));
  }
  Result<SchemaChange> extend(const AddRequest& request, std::string_view oid, CheckLevel level = CheckLevel::kReplica) {
    auto change = forest->update([&](WriteTransaction& tx) { return add_schema_object(tx, forest->context, request, oid, level); });
    if (change) take(*change);
    return change;
  }
  Result<SchemaChange> alter(Dnt dnt, std::vector<Modification> modifications, CheckLevel level = CheckLevel::kReplica) {
    auto change = forest->update([&](WriteTransaction& tx) {
      return modify_schema_object(tx, forest->context, dnt, modifications, {level, false, false});
    });
    if (change) take(*change);
    return change;
  }
  void take(const SchemaChange& change) {
    forest->context.schema = change.schema;
    forest->store->set_policy(std::make_shared<SchemaIndex>(change.schema));
  }
  schema::SchemaInfo info() {
    auto root = forest->record(schema_nc_);
    const auto* value = root.find(attid::kSchemaInfo);
    return value == nullptr ? schema::SchemaInfo{} : schema::decode_schema_info(value->values[0]).value();
  }

  std::unique_ptr<Forest> forest = Forest::with_domain();
  Dnt schema_nc_ = kNoDnt, dsa_ = kNoDnt;
};

// 3.1.1.2.3: what the DC makes up; the new attribute serves at once and has a number that is the same everywhere.
TEST_F(SchemaUpdateTest, ANewAttributeServesAtOnce) {
  const auto change = must(extend(attribute("Shoe-Size"), kOid));
  EXPECT_TRUE(change.updates.urgent) << "3.1.1.5.1.7: schema objects";
  EXPECT_TRUE(change.updates.schema_changed);
  const auto* defined = change.schema->find_attribute("shoeSize");
  ASSERT_NE(defined, nullptr);
  EXPECT_EQ(defined->oid, kOid);
  EXPECT_TRUE(schema::is_int_id(static_cast<std::uint32_t>(defined->attid)));
  EXPECT_FALSE(defined->schema_id_guid.is_null());
  EXPECT_EQ(defined->object_guid, forest->record(change.dnt).head.guid);
  const auto user = forest->make(forest->domain.root, "user", "u", {{defined->attid, {text_value("44")}}});
  EXPECT_EQ(forest->text(user, defined->attid), "44");
}

// 3.1.1.2.1: version and invocationId follow every change, stamped as an attribute that replicates.
TEST_F(SchemaUpdateTest, SchemaInfoFollowsEveryChange) {
  EXPECT_EQ(info(), schema::SchemaInfo{});
  const auto first = must(extend(attribute("A"), kOid));
  EXPECT_EQ(info(), (schema::SchemaInfo{1, forest->context.invocation_id}));
  must(alter(first.dnt, {{ModifyOperation::kReplace, id::kSearchFlags, {u32_value(1)}}}));
  EXPECT_EQ(info().version, 2u);
  EXPECT_TRUE(forest->context.schema->find_attribute("a")->is_indexed());
  must(alter(first.dnt, {{ModifyOperation::kReplace, id::kSearchFlags, {u32_value(1)}}}));
  EXPECT_EQ(info().version, 2u) << "nothing changed";
  EXPECT_EQ(forest->stamp(schema_nc_, attid::kSchemaInfo)->version, 2u);
}

// 5.16.4: the prefix of the OID is kept with the object, and all of it is found again.
TEST_F(SchemaUpdateTest, TheSchemaIsReadBack) {
  EXPECT_EQ(must(load_schema(*forest->store->read(), *schema::Schema::embedded()))->attributes().size(), schema::Schema::embedded()->attributes().size());
  must(extend(attribute("Shoe-Size"), kOid));
  must(extend(object_class("Shoe", {{id::kMayContain, {u32_value(static_cast<std::uint32_t>(forest->context.schema->find_attribute("shoeSize")->attid))}}}),
              "1.3.6.1.4.1.59999.7.2"));
  const auto snapshot = forest->store->read();
  EXPECT_EQ(must(stored_prefix_table(*snapshot)), forest->context.schema->prefix_table());
  const auto loaded = must(load_schema(*snapshot, *schema::Schema::embedded()));
  ASSERT_NE(loaded, nullptr);
  for (const auto* name : {"shoeSize", "cn", "member"}) EXPECT_EQ(*loaded->find_attribute(name), *forest->context.schema->find_attribute(name)) << name;
  ASSERT_NE(loaded->find_class("shoe"), nullptr);
  EXPECT_EQ(*loaded->find_class("shoe"), *forest->context.schema->find_class("shoe"));
}

// 3.1.1.2.5.2: defaults of a class; its objects are of its own category.
TEST_F(SchemaUpdateTest, ANewClassHasObjects) {
  const auto change = must(extend(object_class("Shoe", {{id::kPossSuperiors, {class_value("domainDNS")}}}), "1.3.6.1.4.1.59999.7.2"));
  const auto* defined = change.schema->find_class("shoe");
  ASSERT_NE(defined, nullptr);
  EXPECT_EQ(defined->sub_class_of, class_id::kTop);
  EXPECT_EQ(defined->default_object_category, "Shoe");
  EXPECT_EQ(forest->count(change.dnt, attid::kShowInAdvancedViewOnly), 1u);
  AddRequest request;
  request.parent = forest->domain.root;
  request.rdn = "left";
  request.attributes = {{attid::kObjectClass, {u32_value(static_cast<std::uint32_t>(defined->attid))}},
                        {attid::kNtSecurityDescriptor, {octets_value(some_descriptor())}}};
  const auto shoe = must(forest->try_add(request, CheckLevel::kClient)).dnt;
  auto record = forest->record(shoe);
  EXPECT_EQ(store::reference_target(record.find(attid::kObjectCategory)->values[0]), change.dnt);
}

// 3.1.1.2.5: a bad change is refused before anything is written.
TEST_F(SchemaUpdateTest, BadChangesLeaveNothingBehind) {
  must(forest->try_modify(schema_nc_, {{ModifyOperation::kAdd, attid::kFsmoRoleOwner, {reference_value(dsa_)}}}));
  const auto objects = must(forest->store->read()->nc_size(schema_nc_)).first;
  auto taken = attribute("Mine", {{attid::kLdapDisplayName, {text_value("cn")}}});
  EXPECT_NE(code_of(extend(taken, kOid, CheckLevel::kClient)), win32::kErrorSuccess);
  EXPECT_EQ(code_of(extend(attribute("Mine", {{attid::kMsDsIntId, {u32_value(0x80000001)}}}), kOid, CheckLevel::kClient)),
            win32::kErrorDsUnwillingToPerform);
  EXPECT_NE(code_of(extend(attribute("Mine"), "no oid")), win32::kErrorSuccess);
  EXPECT_NE(code_of(extend(attribute("Mine"), "2.5.4.3", CheckLevel::kClient)), win32::kErrorSuccess) << "cn's OID";
  EXPECT_EQ(code_of(extend(forest->request_of(kNoDnt, "container", "Mine"), kOid)), win32::kErrorDsCantCreateUnderSchema);
  EXPECT_EQ(must(forest->store->read()->nc_size(schema_nc_)).first, objects);
  EXPECT_EQ(info(), schema::SchemaInfo{});
}

// 3.1.1.5.1.8: one DSA changes the schema.
TEST_F(SchemaUpdateTest, OnlyTheSchemaMasterChangesIt) {
  const auto other = forest->make(forest->domain.root, "nTDSDSA", "other");
  const auto request = attribute("Mine", {{attid::kNtSecurityDescriptor, {octets_value(some_descriptor())}}, {attid::kObjectCategory, {reference_value(dsa_)}}});
  EXPECT_EQ(code_of(extend(request, kOid, CheckLevel::kClient)), win32::kErrorDsReferral);
  must(forest->update([&](WriteTransaction& tx) -> Result<Updates> {
    const auto object = must(tx.find(schema_nc_));
    store::ObjectDraft draft(*object);
    draft.keep_all();
    auto& owner = draft.attribute(attid::kFsmoRoleOwner);
    owner.references = true;
    owner.stamp = store::AttributeStamp{1, forest->context.ds_now(), forest->context.invocation_id, tx.next_usn()};
    owner.usn_local = draft.head.usn_changed = owner.stamp->usn_originating;
    owner.values = {draft.keep_reference(other)};
    must(tx.put(draft));
    return Updates{};
  }));
  EXPECT_EQ(code_of(extend(request, kOid, CheckLevel::kClient)), win32::kErrorDsReferral);
  must(forest->try_modify(schema_nc_, {{ModifyOperation::kReplace, attid::kFsmoRoleOwner, {reference_value(dsa_)}}}));
  EXPECT_EQ(code_of(extend(request, kOid, CheckLevel::kClient)), win32::kErrorSuccess);
}

// 3.1.1.2.5.3: an object of the schema is never deleted but made defunct, and by itself.
TEST_F(SchemaUpdateTest, DefunctAttributesAreNotUsed) {
  const auto change = must(extend(attribute("Shoe-Size"), kOid));
  const auto attid = change.schema->find_attribute("shoeSize")->attid;
  EXPECT_EQ(code_of(alter(change.dnt, {{ModifyOperation::kReplace, id::kIsDefunct, {bool_value(true)}}, {ModifyOperation::kReplace, id::kSearchFlags, {u32_value(1)}}})),
            win32::kErrorDsIllegalModOperation);
  must(alter(change.dnt, {{ModifyOperation::kReplace, id::kIsDefunct, {bool_value(true)}}}));
  EXPECT_EQ(code_of(forest->try_add(forest->request_of(forest->domain.root, "user", "u", {{attid, {text_value("44")}}}))), win32::kErrorInvalidParameter);
  must(alter(change.dnt, {{ModifyOperation::kDelete, id::kIsDefunct, {}}}));
  EXPECT_EQ(code_of(forest->try_add(forest->request_of(forest->domain.root, "user", "u", {{attid, {text_value("44")}}}))), win32::kErrorSuccess);
}

}  // namespace
}  // namespace tributary::repl::testing
