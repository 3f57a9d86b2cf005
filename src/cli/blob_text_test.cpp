// SPDX-License-Identifier: Apache-2.0
// `tributary blob`: which octets an input means, and how a value reads. No network.
#include "cli/blob_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/win32.hpp"

namespace tributary::cli {
namespace {

using ::testing::HasSubstr;

/// schemaInfo ([MS-ADTS] 3.1.1.2.1): 21 octets.
const Bytes kSchemaInfo = *from_hex(
    "ff00000037"
    "3de8bc023fb1054faf5fbccbcc8e406b");
const drsuapi::blobs::BlobType& schema_info() { return *drsuapi::blobs::blob_type("schemaInfo"); }
std::string raw() { return {kSchemaInfo.begin(), kSchemaInfo.end()}; }

TEST(FindOctets, TellsHexBase64AndRawApart) {
  const auto hex = find_octets(schema_info(), to_hex(kSchemaInfo) + "\n", OctetForm::kDetect);
  ASSERT_TRUE(hex);
  EXPECT_EQ(hex->form, OctetForm::kHex);
  EXPECT_EQ(hex->octets, kSchemaInfo);
  const auto base64 = find_octets(schema_info(), to_base64(kSchemaInfo) + "\n", OctetForm::kDetect);
  ASSERT_TRUE(base64);
  EXPECT_EQ(base64->form, OctetForm::kBase64);
  EXPECT_EQ(base64->octets, kSchemaInfo);
  const auto octets = find_octets(schema_info(), raw(), OctetForm::kDetect);
  ASSERT_TRUE(octets);
  EXPECT_EQ(octets->form, OctetForm::kRaw);
  EXPECT_EQ(octets->octets, kSchemaInfo);
}

TEST(FindOctets, TakesALineOfLdifAndAPrefixedHexNumber) {
  const std::string base64 = to_base64(kSchemaInfo);
  const auto ldif = find_octets(schema_info(), "schemaInfo:: " + base64.substr(0, 8) + "\n " + base64.substr(8) + "\n", OctetForm::kDetect);
  ASSERT_TRUE(ldif);
  EXPECT_EQ(ldif->octets, kSchemaInfo);
  const auto hex = find_octets(schema_info(), "0x" + to_hex(kSchemaInfo), OctetForm::kDetect);
  ASSERT_TRUE(hex);
  EXPECT_EQ(hex->octets, kSchemaInfo);
}

TEST(FindOctets, WhatDecodesAsNothingIsTakenForWhatItLooksLike) {
  const auto found = find_octets(schema_info(), "ff00\n", OctetForm::kDetect);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->form, OctetForm::kHex);
  EXPECT_EQ(found->octets, (Bytes{0xFF, 0x00}));
}

TEST(FindOctets, AGivenFormIsNotDoubted) {
  EXPECT_FALSE(find_octets(schema_info(), to_base64(kSchemaInfo) + "!", OctetForm::kBase64));
  EXPECT_FALSE(find_octets(schema_info(), "zz", OctetForm::kHex));
  const auto octets = find_octets(schema_info(), "ff00", OctetForm::kRaw);
  ASSERT_TRUE(octets);
  EXPECT_EQ(octets->octets.size(), 4u);
}

TEST(FindOctets, NothingIsNoValue) {
  const auto found = find_octets(schema_info(), "", OctetForm::kDetect);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, win32::kErrorInvalidData);
}

}  // namespace
}  // namespace tributary::cli
