// SPDX-License-Identifier: Apache-2.0
// [MS-ADTS] 6.1.3: descriptors of objects of a real database: what is inherited, who owns what in which NC, what is propagated.
#include "service/access/new_object_descriptor.hpp"

#include <gtest/gtest.h>

#include "service/access/test_described.hpp"

namespace tributary::service {
namespace {

using namespace testing;
using repl::testing::code_of;

constexpr std::string_view kUserOnly = "(OA;CIIO;RP;;bf967aba-0de6-11d0-a285-00aa003049e2;RU)";

class Descriptors : public DescribedForest {
 protected:
  static const schema::ClassSchema* class_of(std::string_view name) { return schema::Schema::embedded()->find_class(name); }
  std::string made(Dnt parent, std::string_view object_class, const security::Token& token, std::string_view sddl = {}) {
    NewObjectDescriptor object{.parent = parent, .object_class = class_of(object_class), .sddl = sddl, .domains = kDomains};
    return descriptor_text(must(new_object_descriptor(forest->context, *forest->store->read(), token, object)));
  }
  std::string propagated(Dnt dnt) {
    const auto result = must(propagated_descriptor(forest->context, *forest->store->read(), dnt));
    return result ? descriptor_text(*result) : "-";
  }

  security::Token founder = founder_token(kDomain);
  security::Token user{.user = account(1105), .groups = {}};
};

TEST_F(Descriptors, ComeFromTheClassAndTheParent) {  // [MS-ADTS] 6.1.3.6
  describe(domain, "O:DAG:DAD:(A;CI;LC;;;BU)" + std::string(kUserOnly));
  EXPECT_EQ(made(domain, "container", founder),
            "O:DAG:DAD:AI(A;;LCRPLORC;;;AU)(A;;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;SY)(A;;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;DA)(A;CIID;LC;;;BU)"
            "(OA;CIIOID;RP;;bf967aba-0de6-11d0-a285-00aa003049e2;RU)");
  EXPECT_EQ(made(domain, "user", user, "D:"),
            "O:S-1-5-21-1-2-3-1105D:AI(A;CIID;LC;;;BU)(OA;CIID;RP;;bf967aba-0de6-11d0-a285-00aa003049e2;RU)");
}

TEST_F(Descriptors, OnlyTheMostSpecificClassCounts) {  // [MS-ADTS] 6.1.3: of a computer it is computer, not user
  describe(domain, "O:DAG:DAD:" + std::string(kUserOnly));
  EXPECT_EQ(made(domain, "computer", user, "D:"), "O:S-1-5-21-1-2-3-1105D:AI(OA;CIIOID;RP;;bf967aba-0de6-11d0-a285-00aa003049e2;RU)");
  const auto& schema = *schema::Schema::embedded();
  const auto all = must(schema.complete_object_class(std::array{class_of("user")->attid, class_of("bootableDevice")->attid}));
  EXPECT_EQ(inheritance_types(schema, all), (std::vector{class_of("user")->schema_id_guid, class_of("bootableDevice")->schema_id_guid}));
  EXPECT_EQ(inheritance_types(schema, must(schema.complete_object_class(std::array{class_of("computer")->attid}))),
            std::vector{class_of("computer")->schema_id_guid});
}

TEST_F(Descriptors, OwnersDependOnTheNc) {  // [MS-ADTS] 6.1.3.8
  const auto owner = [](const std::string& sddl) { return sddl.substr(0, sddl.find("D:")); };
  const Dnt configuration = forest->make_nc("CN=Configuration,DC=lab,DC=example", repl::NcKind::kConfiguration).root;
  const Dnt schema_nc = forest->make_nc("CN=Schema,CN=Configuration,DC=lab,DC=example", repl::NcKind::kSchema).root;
  describe(domain, "O:DAG:DAD:");
  describe(configuration, "O:EAG:EAD:");
  describe(schema_nc, "O:SAG:SAD:");
  EXPECT_EQ(owner(made(domain, "container", founder)), "O:DAG:DA");
  EXPECT_EQ(owner(made(configuration, "container", founder)), "O:EAG:EA");
  EXPECT_EQ(owner(made(schema_nc, "container", founder)), "O:SAG:SA");
  EXPECT_EQ(owner(made(store::kNoDnt, "domainDNS", founder)), "O:DAG:DA");
  EXPECT_EQ(owner(made(store::kNoDnt, "configuration", founder)), "O:EAG:EA");
  EXPECT_EQ(owner(made(store::kNoDnt, "dMD", founder)), "O:SAG:SA");
}

TEST_F(Descriptors, OfAClientsOwnOnlyTheExplicitPartCounts) {  // [MS-ADTS] 6.1.3.3
  describe(domain, "O:DAG:DAD:(A;CI;LC;;;BU)");
  const Bytes given = descriptor_octets("D:(A;ID;GA;;;WD)(A;;RP;;;AU)");
  NewObjectDescriptor object{.parent = domain, .object_class = class_of("user"), .given = given, .domains = kDomains};
  const auto snapshot = forest->store->read();
  EXPECT_EQ(descriptor_text(must(new_object_descriptor(forest->context, *snapshot, user, object))),
            "O:S-1-5-21-1-2-3-1105D:AI(A;;RP;;;AU)(A;CIID;LC;;;BU)");
  const Bytes without = descriptor_octets("O:SY");
  object.given = without;
  EXPECT_EQ(code_of(new_object_descriptor(forest->context, *snapshot, user, object)), win32::kErrorDsUnwillingToPerform);
  object.parent = Dnt{999};
  EXPECT_EQ(code_of(new_object_descriptor(forest->context, *snapshot, user, object)), win32::kErrorDsNoParentObject);
}

TEST_F(Descriptors, ArePropagatedFromTheParent) {  // [MS-ADTS] 6.1.3
  describe(domain, "O:DAG:DAD:(A;CI;LC;;;BU)");
  describe(people, "O:DAG:DAD:AI(A;;RP;;;AU)(A;CIID;GA;;;WD)");
  EXPECT_EQ(propagated(people), "O:DAG:DAD:AI(A;;RP;;;AU)(A;CIID;LC;;;BU)");
  describe(people, propagated(people));
  EXPECT_EQ(propagated(people), "-");
  describe(people, "O:DAG:DAD:PAI(A;;RP;;;AU)");
  EXPECT_EQ(propagated(people), "-");
  EXPECT_EQ(propagated(domain), "-");    // the root of an NC
  EXPECT_EQ(propagated(Dnt{999}), "-");  // nothing
}

TEST_F(Descriptors, OfDeletedObjectsStay) {  // [MS-ADTS] 6.1.3: the exception
  describe(domain, "O:DAG:DAD:(A;CI;LC;;;BU)");
  const Dnt ann = forest->make(people, "user", "ann");
  describe(ann, "O:DAG:DAD:AI(A;CIID;GA;;;WD)");
  must(forest->try_remove(ann));
  EXPECT_EQ(propagated(ann), "-");
}

}  // namespace
}  // namespace tributary::service
