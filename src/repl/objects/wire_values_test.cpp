// SPDX-License-Identifier: Apache-2.0
// Values between the store and the wire: the worked examples of [MS-DRSR] 5.16.3.10 to .12 (5.192, 5.193, 5.218), and what is no value.
#include "repl/objects/wire_values.hpp"

#include <gtest/gtest.h>

#include "base/win32.hpp"
#include "repl/objects/attids.hpp"
#include "store/memory/memory_engine.hpp"

namespace tributary::repl {
namespace {

using schema::Syntax;

Bytes hex(std::string_view text) { return from_hex(text).value(); }

/// 5.16.3.10: the DSNAME of the example, 138 octets.
const Bytes kAdministrator = hex(
    "8a000000 1c000000 a1b4ea3c 47fc714a 8195454f aa6423a3 01050000 00000005 15000000 89598d33 d3c56b68 94e1f2e6 f4010000 28000000"
    "43004e003d00410064006d0069006e006900730074007200610074006f0072002c004f0055003d00550073006500720073002c00440043003d007400650073007400"
    "2c00440043003d0063006f006d000000");
/// 5.16.3.11, the example with padding: 96 octets, B:8:00000005.
const Bytes kBinary = hex(
    "56000000 0c000000 e60c8b2d 32aa314f a6e88834 3e6244a5 01010000 1cd509a0 18459359 00000000 00000000 00000000 00000000 0e000000"
    "440043003d0074006500730074002c00440043003d0063006f006d000000 0000 08000000 00000005");
/// 5.16.3.12: the string "Unicode" in the place of the binary part: 106 octets.
const Bytes kString = hex(
    "56000000 0c000000 e60c8b2d 32aa314f a6e88834 3e6244a5 01010000 1cd509a0 18459359 00000000 00000000 00000000 00000000 0e000000"
    "440043003d0074006500730074002c00440043003d0063006f006d000000 0000 12000000 55006e00690063006f0064006500");

TEST(WireValues, TheExampleOfADn) {
  const auto name = read_dsname(kAdministrator);
  ASSERT_TRUE(name);
  EXPECT_EQ(to_string(name->guid), "3ceab4a1-fc47-4a71-8195-454faa6423a3");
  ASSERT_TRUE(name->sid);
  EXPECT_EQ(to_string(*name->sid), "S-1-5-21-864901513-1751893459-3874677140-500");
  EXPECT_EQ(dn_text(name->name).value(), "CN=Administrator,OU=Users,DC=test,DC=com");
  EXPECT_EQ(name->octets, 138u);
}

TEST(WireValues, TheExamplesOfDnWithBinaryAndString) {
  const auto binary = read_reference(Syntax::kDnBinary, kBinary);
  ASSERT_TRUE(binary);
  EXPECT_EQ(to_bytes(binary->rest), hex("00000005"));
  EXPECT_EQ(dn_text(binary->target.name).value(), "DC=test,DC=com");
  const auto text = read_reference(Syntax::kDnString, kString);
  ASSERT_TRUE(text);
  EXPECT_EQ(dn_text(text->rest).value(), "Unicode");
  EXPECT_EQ(text->target.guid, binary->target.guid);
}

/// Whatever is cut off, or claims more than there is, is no value.
TEST(WireValues, CutAndLyingValuesAreRefused) {
  for (const auto& [syntax, value] : {std::pair(Syntax::kDn, kAdministrator), {Syntax::kDnBinary, kBinary}, {Syntax::kDnString, kString}})
    for (std::size_t size = 0; size < value.size(); ++size) {
      const auto cut = read_reference(syntax, ByteView(value).first(size));
      EXPECT_FALSE(cut) << size;
      if (!cut) EXPECT_EQ(cut.error().code, win32::kErrorDsInvalidAttributeSyntax);
    }
  for (const std::size_t at : {std::size_t{0}, std::size_t{4}, std::size_t{52}}) {
    Bytes lying = kAdministrator;
    lying[at] = 0xFF;
    EXPECT_FALSE(read_reference(Syntax::kDn, lying)) << at;
  }
}

TEST(WireValues, FixedSizesAreKept) {
  EXPECT_TRUE(is_well_formed(Syntax::kInteger, Bytes(4)));
  EXPECT_FALSE(is_well_formed(Syntax::kInteger, Bytes(5)));
  EXPECT_FALSE(is_well_formed(Syntax::kBoolean, {}));
  EXPECT_TRUE(is_well_formed(Syntax::kLargeInteger, Bytes(8)));
  EXPECT_FALSE(is_well_formed(Syntax::kGeneralizedTime, Bytes(7)));
  EXPECT_FALSE(is_well_formed(Syntax::kUnicodeString, Bytes(3)));
  EXPECT_TRUE(is_well_formed(Syntax::kOctetString, Bytes(3)));
  EXPECT_FALSE(is_well_formed(Syntax::kSid, Bytes(3)));
}

/// What was referred to comes out as it came in: the phantom keeps GUID, SID and DN.
TEST(WireValues, ReferencesComeBackAsTheyCame) {
  const auto store = store::DirectoryStore::create(store::memory::make_memory_engine(), {DsaGuid{Guid{{1}}}, InvocationId{Guid{{2}}}}, nullptr).value();
  const auto& schema = *schema::Schema::embedded();
  const auto transaction = store->write();
  IncomingValues incoming(schema, schema.prefix_table(), schema.prefix_table());
  ndr::Arena arena;
  for (const auto& [syntax, value] : {std::pair(Syntax::kDn, kAdministrator), {Syntax::kDnBinary, kBinary}, {Syntax::kDnString, kString}}) {
    const auto reference = read_reference(syntax, value);
    ASSERT_TRUE(reference);
    const auto dnt = incoming.refer(*transaction, reference->target);
    ASSERT_TRUE(dnt);
    OutgoingNames names(*transaction, schema, arena);
    const auto out = names.value(syntax, *dnt, reference->rest);
    ASSERT_TRUE(out);
    EXPECT_EQ(to_bytes(*out), value);
  }
}

/// 5.16.3.8: an OID changes with the prefix table; an unknown one is a schema mismatch.
TEST(WireValues, OidsAreTranslated) {
  const auto store = store::DirectoryStore::create(store::memory::make_memory_engine(), {DsaGuid{Guid{{1}}}, InvocationId{Guid{{2}}}}, nullptr).value();
  const auto& schema = *schema::Schema::embedded();
  schema::PrefixTable remote;
  // The prefixes of a peer that numbered them the other way round.
  const auto& entries = schema.prefix_table().entries();
  for (std::size_t i = 0; i < entries.size(); ++i) ASSERT_TRUE(remote.add(static_cast<std::uint32_t>(500 - i), entries[i].prefix));
  const auto* const user = schema.find_class("user");
  ASSERT_NE(user, nullptr);
  const auto theirs = remote.find_attid(user->oid);
  ASSERT_TRUE(theirs);
  EXPECT_NE(*theirs, user->attid);
  IncomingValues incoming(schema, schema.prefix_table(), remote);
  const auto transaction = store->write();
  store::ObjectDraft draft;
  Bytes value(4);
  store_le(value.data(), static_cast<std::uint32_t>(*theirs));
  const auto stored = incoming.stored_value(*schema.find_attribute(attid::kObjectClass), value, *transaction, draft);
  ASSERT_TRUE(stored);
  EXPECT_EQ(load_le<std::uint32_t>(stored->data()), static_cast<std::uint32_t>(user->attid));
  store_le(value.data(), 0x7FFF0001u);
  const auto unknown = incoming.stored_value(*schema.find_attribute(attid::kObjectClass), value, *transaction, draft);
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, win32::kErrorDsDraSchemaMismatch);
}

}  // namespace
}  // namespace tributary::repl
