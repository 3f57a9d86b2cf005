// SPDX-License-Identifier: Apache-2.0
// Objects as text: what is read, what is refused with its line, and how values are written ([MS-DRSR] 5.16.1).
#include "service/forest/tree.hpp"

#include <gtest/gtest.h>

#include "repl/updates/test_forest.hpp"
#include "service/forest/names.hpp"
#include "service/forest/tree_writer.hpp"

namespace tributary::service {
namespace {

using namespace repl::testing;
using repl::NewValue;

TEST(Tree, IsDnsWithAttributesBelow) {
  const auto objects = must(read_tree("\n# for the reader\nCN=a,{root}\n objectClass: container\n description: {x}, and: more\n\nCN=b,{root}\n", {{"root", "DC=t"}, {"x", "y"}}));
  ASSERT_EQ(objects.size(), 2u);
  EXPECT_EQ(objects[0].dn, "CN=a,DC=t");
  EXPECT_EQ(objects[0].first("objectClass"), "container");
  EXPECT_EQ(objects[0].first("description"), "y, and: more");
  EXPECT_EQ(objects[0].first("cn"), "");
  EXPECT_TRUE(objects[1].values.empty());
}

TEST(Tree, WhatHasNoSuchFormIsRefused) {
  for (const auto* text : {" objectClass: container\n", "CN=a\n objectClass\n", "CN={nobody}\n", "CN={open\n"}) {
    const auto read = read_tree(text, {});
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, win32::kErrorInvalidData) << text;
    EXPECT_FALSE(read.error().detail.empty());
  }
}

TEST(Tree, Names) {
  EXPECT_EQ(dn_of_dns_name("lab.example"), "DC=lab,DC=example");
  EXPECT_EQ(split_dn("CN=a,DC=b,DC=c"), (std::pair<std::string_view, std::string_view>("CN=a", "DC=b,DC=c")));
  EXPECT_EQ(split_dn("DC=c"), (std::pair<std::string_view, std::string_view>("DC=c", "")));
  EXPECT_TRUE(is_plain_name("Default-First-Site-Name"));
  for (const auto* name : {"", " a", "a ", "a,b", "a=b", "a+b", "a\"", "a\\", "a<", "a#"}) EXPECT_FALSE(is_plain_name(name)) << name;
}

Result<NewValue> value(std::string_view attribute, std::string_view text) {
  const auto& schema = *schema::Schema::embedded();
  return value_of_text(schema, *schema.find_attribute(attribute), text, [](schema::Syntax, std::string_view dn, Bytes rest) -> Result<NewValue> {
    return repl::reference_value(store::Dnt{dn.size()}, rest);
  });
}

TEST(Tree, ValuesHaveTheFormOfTheirSyntax) {
  EXPECT_EQ(must(value("description", "x")), repl::text_value("x"));
  EXPECT_EQ(must(value("isCriticalSystemObject", "TRUE")), repl::bool_value(true));
  EXPECT_EQ(must(value("systemFlags", "0x8C000000")), repl::u32_value(0x8C000000));
  EXPECT_EQ(must(value("lockoutThreshold", "-1")), repl::u32_value(0xFFFFFFFF));
  EXPECT_EQ(must(value("forceLogoff", "-9223372036854775808")), repl::i64_value(INT64_MIN));
  EXPECT_EQ(must(value("objectClass", "user")), repl::u32_value(static_cast<std::uint32_t>(repl::class_id::kUser)));
  EXPECT_EQ(must(value("transportAddressAttribute", "dNSHostName")), repl::u32_value(static_cast<std::uint32_t>(attid_of("dNSHostName"))));
  EXPECT_EQ(must(value("invocationId", "guid:00000001-0000-0000-0000-000000000000")).octets, (Bytes{1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(must(value("invocationId", "hex:0aff")).octets, (Bytes{0x0A, 0xFF}));
  EXPECT_EQ(must(value("member", "CN=a")), repl::reference_value(store::Dnt{4}));
  EXPECT_EQ(must(value("wellKnownObjects", "B:4:01ff:CN=a")), repl::reference_value(store::Dnt{4}, Bytes{1, 0xFF}));
}

TEST(Tree, ValuesOfAnotherFormAreRefused) {
  const std::pair<const char*, const char*> rows[] = {{"isCriticalSystemObject", "true"}, {"systemFlags", "8C"},         {"systemFlags", "4294967296"},
                                                      {"forceLogoff", ""},                {"objectClass", "nobody"},     {"invocationId", "00"},
                                                      {"invocationId", "hex:0"},          {"invocationId", "guid:0"},    {"wellKnownObjects", "CN=a"},
                                                      {"wellKnownObjects", "B:4:01:CN=a"}, {"wellKnownObjects", "B:2:zz:CN=a"}};
  for (const auto& [attribute, text] : rows) EXPECT_EQ(code_of(value(attribute, text)), win32::kErrorDsInvalidAttributeSyntax) << attribute << " " << text;
  EXPECT_EQ(code_of(value("whenCreated", "now")), win32::kErrorNotSupported);
}

class TreeWriterTest : public ::testing::Test {
 protected:
  std::unique_ptr<Forest> forest_ = Forest::with_domain();
  Result<repl::Updates> write(std::string_view text) {
    const auto tx = forest_->store->write();
    TreeWriter writer(*tx, forest_->context, "CN=Schema,CN=Configuration,DC=lab,DC=example", {});
    for (auto& object : must(read_tree(text, {{"domain", "DC=lab,DC=example"}})))
      if (const auto made = writer.create(object); !made) return std::unexpected(made.error());
    auto updates = writer.finish();
    if (updates) must(tx->commit());
    return updates;
  }
};

TEST_F(TreeWriterTest, WhatIsNamedAndNeverComesIsAnError) {
  const auto written = write("CN=g,{domain}\n objectClass: group\n member: CN=nobody,{domain}\n");
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, win32::kErrorInvalidData);
  EXPECT_TRUE(written.error().detail.contains("CN=nobody")) << written.error().detail;
  EXPECT_EQ(forest_->find("CN=g,DC=lab,DC=example"), store::kNoDnt) << "nothing is left of it";
}

TEST_F(TreeWriterTest, UnknownClassesAttributesAndParentsAreErrors) {
  const auto refused = [&](std::string_view text, Win32 code, std::string_view why) {
    const auto written = write(text);
    ASSERT_FALSE(written) << text;
    EXPECT_EQ(written.error().code, code) << text;
    EXPECT_TRUE(written.error().detail.contains(why)) << written.error().detail;
  };
  refused("CN=g,{domain}\n objectClass: nobody\n", win32::kErrorInvalidData, "class");
  refused("CN=g,{domain}\n objectClass: group\n nothing: x\n", win32::kErrorInvalidData, "nothing");
  refused("CN=g,CN=nowhere,{domain}\n objectClass: group\n", win32::kErrorDsNoParentObject, "nowhere");
}

}  // namespace
}  // namespace tributary::service
