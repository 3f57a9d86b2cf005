// SPDX-License-Identifier: Apache-2.0
// docs/formats/kcc.md: the KCC's lists as octets.
#include "service/kcc/kcc_values.hpp"

#include <gtest/gtest.h>

#include "repl/updates/test_forest.hpp"

namespace tributary::service {
namespace {

using namespace repl::testing;
using topology::DeletedConnection;
using topology::FailedTuple;

TEST(KccValues, TuplesAreAsThePageSays) {
  const FailedTuple tuple{DsaGuid{Forest::guid(0x0102)}, DsTime{0x11223344}, 7, Win32{1722}};
  const auto octets = encode_failed_tuples(std::span(&tuple, 1));
  EXPECT_EQ(to_hex(octets), "01" "02010000000000000000000000000000" "4433221100000000" "07000000" "ba060000");
  EXPECT_EQ(must(decode_failed_tuples(octets)), std::vector{tuple});
}

TEST(KccValues, DeletedConnectionsAreAsThePageSays) {
  const DeletedConnection connection{DsaGuid{Forest::guid(1)}, DsaGuid{Forest::guid(2)}, 1, DsTime{9}};
  const auto octets = encode_deleted_connections(std::span(&connection, 1));
  EXPECT_EQ(to_hex(octets), "01" "01000000000000000000000000000000" "02000000000000000000000000000000" "01000000" "0900000000000000");
  const auto read = must(decode_deleted_connections(octets));
  ASSERT_EQ(read.size(), 1u);
  EXPECT_EQ(read[0].from_server, connection.from_server);
}

TEST(KccValues, WhatIsNoneIsRefused) {
  for (const auto hex : {"", "02", "0100"}) EXPECT_EQ(code_of(decode_failed_tuples(from_hex(hex).value())), win32::kErrorInvalidData) << hex;
  EXPECT_EQ(code_of(decode_deleted_connections(Bytes(1 + 43, 1))), win32::kErrorInvalidData);
  EXPECT_TRUE(must(decode_failed_tuples(Bytes{1})).empty());
  EXPECT_EQ(code_of(decode_failed_tuples(Bytes(1 + (kKccTuplesMax + 1) * 32, 1))), win32::kErrorInvalidData);
}

TEST(KccValues, OfTooManyTheLastCount) {
  std::vector<FailedTuple> tuples(kKccTuplesMax + 5);
  for (std::size_t i = 0; i < tuples.size(); ++i) tuples[i].failure_count = static_cast<std::uint32_t>(i);
  EXPECT_EQ(must(decode_failed_tuples(encode_failed_tuples(tuples))).front().failure_count, 5u);
}

// [MS-ADTS] 6.1.1.2.2.1.2.1.2: deletions of the last week.
TEST(KccValues, DeletionsAreForgottenAfterAWeek) {
  Forest forest;
  topology::KccPlan plan;
  plan.deletes.push_back({{}, ""});
  const auto write = [&](const topology::KccPlan& with) {
    must(forest.update([&](store::WriteTransaction& tx) { return write_kcc_values(tx, with, forest.context.ds_now()); }));
    return must(read_kcc_values(*forest.store->read())).deleted_connections.size();
  };
  EXPECT_EQ(write(plan), 1u);
  forest.pass(kDeletedConnectionSeconds - 10);
  EXPECT_EQ(write(plan), 2u);
  forest.pass(20);
  EXPECT_EQ(write({}), 1u);
}

}  // namespace
}  // namespace tributary::service
