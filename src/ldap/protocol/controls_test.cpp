// SPDX-License-Identifier: Apache-2.0
// [MS-ADTS] 3.1.1.3.4.1, RFC 2696, RFC 2891: values of controls spelled out from their ASN.1, and what is none.
#include "ldap/protocol/controls.hpp"

#include <gtest/gtest.h>

#include "base/win32.hpp"

namespace tributary::ldap {
namespace {

/// Holds the octets that a Control looks into.
struct Given {
  explicit Given(std::string_view digits) : octets(*from_hex(digits)) {}
  Bytes octets;
  [[nodiscard]] Control control() const { return {.oid = "1.2", .critical = false, .value = ByteView(octets)}; }
};
const Control kWithoutValue{.oid = "1.2", .critical = false};

TEST(Controls, AreFoundByTheirOid) {
  const Control all[] = {{.oid = oid::kSdFlags}, {.oid = oid::kPagedResults, .critical = true}};
  ASSERT_NE(find_control(all, oid::kPagedResults), nullptr);
  EXPECT_TRUE(find_control(all, oid::kPagedResults)->critical);
  EXPECT_EQ(find_control(all, oid::kVlvRequest), nullptr);
}

TEST(Controls, PagedResults) {
  const Given given("300602016404 01ab");  // as OpenLDAP's ldapsearch writes it
  const auto read = read_paged_results(given.control());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->size, 100U);
  EXPECT_EQ(to_hex(read->cookie), "ab");
  const auto written = write_paged_results({.size = 100, .cookie = {0xAB}});
  EXPECT_EQ(written.oid, oid::kPagedResults);
  EXPECT_EQ(written.value, given.octets);
  EXPECT_EQ(to_hex(*write_paged_results({}).value), "30050201000400");
}

TEST(Controls, Sort) {
  const Given given("3014 300c 0402636e 8003312e32 8101ff 3004 0402736e");
  const auto keys = read_sort(given.control());
  ASSERT_TRUE(keys);
  ASSERT_EQ(keys->size(), 2U);
  EXPECT_EQ((*keys)[0].attribute, "cn");
  EXPECT_EQ((*keys)[0].matching_rule, "1.2");
  EXPECT_TRUE((*keys)[0].reverse);
  EXPECT_FALSE((*keys)[1].reverse);
  EXPECT_EQ(to_hex(*write_sort_response(ResultCode::kSuccess, {}).value), "30030a0100");
  EXPECT_EQ(to_hex(*write_sort_response(ResultCode::kNoSuchAttribute, "x").value), "30060a0110800178");
}

TEST(Controls, VirtualListView) {
  const Given by_offset("300e 020101 020102 a006 020103 020104");
  const auto first = read_vlv(by_offset.control());
  ASSERT_TRUE(first);
  EXPECT_EQ(first->before, 1U);
  EXPECT_EQ(first->after, 2U);
  EXPECT_EQ(std::get<VlvOffset>(first->target).offset, 3U);
  EXPECT_EQ(std::get<VlvOffset>(first->target).content_count, 4U);
  EXPECT_FALSE(first->context);
  const Given by_value("300d 020100 020109 810178 0402abcd");
  const auto second = read_vlv(by_value.control());
  ASSERT_TRUE(second);
  EXPECT_EQ(std::get<ByteView>(second->target).front(), 'x');
  EXPECT_EQ(second->context->size(), 2U);
  EXPECT_EQ(to_hex(*write_vlv_response(1, 2, ResultCode::kSuccess, Bytes{0xAB}).value), "300c0201010201020a01000401ab");
}

TEST(Controls, NumbersWithAndWithoutDefault) {
  const Given seven("3003020107");
  for (auto* const reader : {read_extended_dn, read_sd_flags, read_search_options, read_number}) EXPECT_EQ(reader(seven.control()), 7U);
  EXPECT_EQ(read_extended_dn(kWithoutValue), 0U);
  EXPECT_EQ(read_sd_flags(kWithoutValue), 15U);
  EXPECT_EQ(read_search_options(kWithoutValue).error().code, win32::kErrorInvalidParameter);
  EXPECT_EQ(read_number(Given("").control()).error().code, win32::kErrorInvalidParameter);
}

TEST(Controls, DirSyncTakesItsHighestFlagInBothSpellings) {
  for (const auto* digits : {"300e 020480000000 020300ffff 0401ab", "300f 02050080000000 020300ffff 0401ab"}) {
    const auto read = read_dirsync(Given(digits).control());
    ASSERT_TRUE(read) << digits;
    EXPECT_EQ(read->flags, 0x8000'0000U);
    EXPECT_EQ(read->octets_max, 65'535U);
    EXPECT_EQ(to_hex(read->cookie), "ab");
  }
  EXPECT_EQ(to_hex(*write_dirsync(true, 0, Bytes{0xAB}).value), "30090201010201000401ab");
}

TEST(Controls, AsqAndVerifyName) {
  const Given asq("30080406 6d656d626572");
  EXPECT_EQ(read_asq(asq.control()), "member");
  EXPECT_EQ(to_hex(*write_asq_response(ResultCode::kSuccess).value), "30030a0100");
  EXPECT_EQ(read_verify_name(Given("3009 020100 0404 64006300").control()), "dc");
  EXPECT_EQ(read_verify_name(Given("3008 020100 0403 640063").control()).error().code, win32::kErrorInvalidParameter);
}

TEST(Controls, WhatIsNoneIsRefused) {
  for (const auto* digits : {"", "3000", "0400", "30", "3080", "3003040131", "30050201", "3006020180040100", "300302010a0400"}) {
    const Given given(digits);
    const auto control = given.control();
    EXPECT_FALSE(read_paged_results(control)) << digits;
    EXPECT_FALSE(read_sort(control)) << digits;
    EXPECT_FALSE(read_vlv(control)) << digits;
    EXPECT_FALSE(read_dirsync(control)) << digits;
    EXPECT_FALSE(read_verify_name(control)) << digits;
  }
  EXPECT_FALSE(read_sort(Given("3082 0000").control()));
}

}  // namespace
}  // namespace tributary::ldap
