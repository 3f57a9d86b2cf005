// SPDX-License-Identifier: Apache-2.0
// Values of LDIF and stored values: every syntax that people write there and back ([MS-ADTS] 3.1.1.2.2.2), and an import into a new forest.

#include <gtest/gtest.h>

#include "base/win32.hpp"
#include "dsa/ldif/import.hpp"
#include "query/ldap_values.hpp"
#include "repl/destination/test_dsas.hpp"
#include "repl/objects/names.hpp"
#include "repl/updates/test_sealer.hpp"
#include "service/forest/new_forest.hpp"

namespace tributary::dsa {
namespace {

using query::format_ldap_time;
using query::parse_ldap_time;
using query::value_from_ldap;
using query::value_to_ldap;
using repl::testing::must;
using store::kNoDnt;

class Forest : public ::testing::Test {
 protected:
  Forest() {
    service::ForestPlan plan;
    plan.names = {"lab.example", "LAB"};
    plan.host_name = "dsa-a";
    plan.domain_sid = parse_sid("S-1-5-21-1-2-3").value();
    dsa_.context.schema = must(service::create_forest(dsa_.context, *dsa_.store, plan)).schema;
  }
  Result<Imported> import(const std::string& text, ImportOptions options = {}) {
    LdifReader reader([text, is_read = false]() mutable -> Result<std::string> { return std::exchange(is_read, true) ? std::string() : text; });
    const Updater update = [this](const service::Dsa::Update& work) -> Result<repl::Updates> {
      const auto tx = dsa_.store->write();
      auto made = work(dsa_.context, *tx);
      if (made)
        if (auto committed = tx->commit(); !committed) return std::unexpected(committed.error());
      return made;
    };
    return import_ldif(reader, update, {}, options, [](const Imported&) { return true; });
  }
  std::string export_of(const std::string& base, bool with_secrets = false, bool with_operational = false) {
    std::string text;
    (void)must(export_ldif(*dsa_.store->read(), dsa_.context, {base, with_operational, with_secrets}, [&](std::string_view octets) { return text.append(octets), true; }));
    return text;
  }
  store::Dnt find(std::string_view dn) { return must(repl::resolve_dn(*dsa_.store->read(), *dsa_.context.schema, dn)); }

  repl::testing::Dsa dsa_{1, true};
};

constexpr const char* kPeople =
    "dn: OU=people,DC=lab,DC=example\nobjectClass: organizationalUnit\n\n"
    "dn: CN=staff,OU=people,DC=lab,DC=example\nobjectClass: group\nmember: CN=ann,OU=people,DC=lab,DC=example\n\n"
    "dn: CN=ann,OU=people,DC=lab,DC=example\nobjectClass: user\nsn: Example\ndescription:: w7xiZXI=\n";

TEST_F(Forest, OperationalAttributesAreExportedWhenAskedFor) {
  (void)must(import(kPeople));
  const auto text = export_of("OU=people,DC=lab,DC=example", false, true);
  std::size_t guids = 0;
  for (auto at = text.find("\nobjectGUID:"); at != std::string::npos; at = text.find("\nobjectGUID:", at + 1)) ++guids;
  EXPECT_EQ(guids, 3u);
  EXPECT_EQ(export_of("OU=people,DC=lab,DC=example").find("objectGUID"), std::string::npos);
}

TEST_F(Forest, ImportsAccountsAndValuesThatNameWhatComesLater) {
  const auto imported = must(import(kPeople));
  EXPECT_EQ(imported.objects, 3u);
  EXPECT_EQ(imported.values_later, 1u);
  const auto snapshot = dsa_.store->read();
  const auto ann = must(snapshot->find(find("CN=ann,OU=people,DC=lab,DC=example")));
  ASSERT_TRUE(ann);
  ASSERT_TRUE(ann->head().sid);
  EXPECT_TRUE(to_string(*ann->head().sid).starts_with("S-1-5-21-1-2-3-"));
  EXPECT_TRUE(ann->first(repl::attid::kNtSecurityDescriptor));
  EXPECT_TRUE(dsa_.is_member(must(snapshot->find(find("CN=staff,OU=people,DC=lab,DC=example")))->guid(), ann->guid()));
}

TEST_F(Forest, MoreAccountsThanOneBlockOfRids) {
  std::string text;
  for (int i = 0; i < 1100; ++i) text += "dn: CN=u" + std::to_string(i) + ",CN=Users,DC=lab,DC=example\nobjectClass: user\n\n";
  EXPECT_EQ(must(import(text)).objects, 1100u);
}

TEST_F(Forest, WhatIsExportedIsImportedAgain) {
  (void)must(import(kPeople));
  const std::string first = export_of("OU=people,DC=lab,DC=example");
  EXPECT_NE(first.find("member: CN=ann,OU=people,DC=lab,DC=example\n"), std::string::npos) << first;
  std::string renamed = first;
  for (std::size_t at = 0; (at = renamed.find("OU=people", at)) != std::string::npos;) renamed.replace(at, 9, "OU=copies");
  for (std::size_t at = 0; (at = renamed.find("sAMAccountName: ", at)) != std::string::npos; at += 17) renamed.insert(at + 16, "x");
  for (std::size_t at = 0; (at = renamed.find("\nou: people", at)) != std::string::npos;) renamed.replace(at, 11, "\nou: copies");
  EXPECT_EQ(must(import(renamed)).objects, 3u) << renamed;
  EXPECT_NE(find("CN=ann,OU=copies,DC=lab,DC=example"), kNoDnt);
}

TEST_F(Forest, ErrorsNameTheRecordAndWhatWasBeforeStays) {
  const auto wrong = import("dn: OU=a,DC=lab,DC=example\nobjectClass: organizationalUnit\n\ndn: CN=b,OU=nowhere,DC=lab,DC=example\nobjectClass: user\n");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, win32::kErrorDsNoParentObject);
  EXPECT_TRUE(wrong.error().detail.starts_with("line 4: CN=b")) << wrong.error().detail;
  EXPECT_NE(find("OU=a,DC=lab,DC=example"), kNoDnt);
  ImportOptions tolerant;
  tolerant.skip_existing = tolerant.continue_on_error = true;
  const auto again = must(import("dn: OU=a,DC=lab,DC=example\nobjectClass: organizationalUnit\n\ndn: CN=b,OU=nowhere,DC=lab,DC=example\nobjectClass: user\n", tolerant));
  EXPECT_EQ(again.skipped, 1u);
  EXPECT_EQ(again.failed, 1u);
}

TEST_F(Forest, EverySyntaxThereAndBack) {
  const auto snapshot = dsa_.store->read();
  const auto& schema = *dsa_.context.schema;
  const std::pair<const char*, std::string> values[] = {
      {"description", "\xC3\xBC"}, {"userAccountControl", "512"},        {"groupType", "-2147483646"},   {"accountExpires", "9223372036854775807"},
      {"isCriticalSystemObject", "TRUE"}, {"objectClass", "user"},       {"whenCreated", "20261122143120.0Z"}, {"jpegPhoto", std::string("\0\1\2", 3)},
      {"manager", "DC=lab,DC=example"}, {"mail", "a@b"}};
  for (const auto& [name, text] : values) {
    const auto* attribute = schema.find_attribute(name);
    ASSERT_NE(attribute, nullptr) << name;
    const auto value = value_from_ldap(schema, *attribute, text, [&](std::string_view dn) { return repl::resolve_dn(*snapshot, schema, dn); });
    ASSERT_TRUE(value) << name << ": " << value.error().detail;
    Bytes stored = value->octets;
    if (schema::is_reference(attribute->syntax)) {
      stored.resize(8);
      store_le(stored.data(), static_cast<std::uint64_t>(value->target));
    }
    EXPECT_EQ(must(value_to_ldap(*snapshot, schema, *attribute, stored)), text) << name;
  }
}

/// [MS-DRSR] 4.1.10.3.11: imported they are sealed; exported they are left out, or in clear for who asks for them.
TEST_F(Forest, SecretsAreExportedOnlyWhenAskedFor) {
  dsa_.context.sealer = std::make_shared<repl::testing::TestSealer>();
  (void)must(import("dn: CN=eve,DC=lab,DC=example\nobjectClass: user\nunicodePwd:: c2VjcmV0LW9jdGV0cyEh\n"));
  const auto* const password = dsa_.context.schema->find_attribute("unicodePwd");
  const auto snapshot = dsa_.store->read();
  const auto eve = must(snapshot->find(find("CN=eve,DC=lab,DC=example")));
  ASSERT_TRUE(eve && password != nullptr);
  EXPECT_GT(eve->first(password->attid).value_or(ByteView{}).size(), 15u);
  const std::string base = "CN=eve,DC=lab,DC=example";
  EXPECT_EQ(export_of(base).find("unicodePwd"), std::string::npos);
  EXPECT_NE(export_of(base).find("sAMAccountName: eve"), std::string::npos);
  const auto asked = export_of(base, true);
  EXPECT_TRUE(asked.find("unicodePwd: secret-octets!!") != std::string::npos || asked.find("unicodePwd:: c2VjcmV0LW9jdGV0cyEh") != std::string::npos) << asked;
}

TEST_F(Forest, WhatIsNoValueIsRefused) {
  const auto& schema = *dsa_.context.schema;
  const std::pair<const char*, const char*> values[] = {{"userAccountControl", "x"},       {"userAccountControl", ""}, {"userAccountControl", "4294967296"}, {"accountExpires", "1.5"},
                                                        {"isCriticalSystemObject", "yes"}, {"whenCreated", "2026"},    {"whenCreated", "20261322143120.0Z"}, {"description", "\xFF"},
                                                        {"objectClass", "nosuch"},         {"wellKnownObjects", "B:3:abc:DC=lab"}};
  for (const auto& [name, text] : values) {
    const auto value = value_from_ldap(schema, *schema.find_attribute(name), text, [](std::string_view) -> Result<store::Dnt> { return store::kRootDnt; });
    ASSERT_FALSE(value) << name << ": " << text;
    EXPECT_EQ(value.error().code, win32::kErrorDsInvalidAttributeSyntax) << name;
  }
}

TEST(LdapTime, TwoDigitsOfAYear) {
  EXPECT_EQ(to_string(parse_ldap_time("261122143120Z").value()), "2026-11-22T14:31:20Z");
  EXPECT_EQ(to_string(parse_ldap_time("991231235959Z").value()), "1999-12-31T23:59:59Z");
  EXPECT_FALSE(parse_ldap_time("20261122143120"));
}

}  // namespace
}  // namespace tributary::dsa
