// SPDX-License-Identifier: Apache-2.0
// The translation between API options and DRS_OPTIONS ([MS-DRSR] 5.41), and what is refused before the wire.
// The API's numbers come from the public header itself, so that header and table cannot drift apart.
#include "client/options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <set>

#include "base/win32.hpp"
#include "ntdsapi.h"

namespace tributary::client {
namespace {

std::uint32_t wire_of(RepSyncOptions options) { return static_cast<std::uint32_t>(to_wire(options).value()); }
std::uint32_t sync(std::uint32_t options) { return wire_of(static_cast<RepSyncOptions>(options)); }

// 5.41: every option has its own bit on the wire, and as a rule another number there.
TEST(RepSyncOptions, EachBitIsTheWireBitOfItsMeaning) {
  EXPECT_EQ(sync(DS_REPSYNC_ASYNCHRONOUS_OPERATION), 0x00000001u);
  EXPECT_EQ(sync(DS_REPSYNC_WRITEABLE), 0x00000010u);
  EXPECT_EQ(sync(DS_REPSYNC_PERIODIC), 0x00000040u);
  EXPECT_EQ(sync(DS_REPSYNC_INTERSITE_MESSAGING), 0x00000080u);
  EXPECT_EQ(sync(DS_REPSYNC_ALL_SOURCES), 0x00000008u);
  EXPECT_EQ(sync(DS_REPSYNC_FULL), 0x00008000u);
  EXPECT_EQ(sync(DS_REPSYNC_URGENT), 0x00080000u);
  EXPECT_EQ(sync(DS_REPSYNC_NO_DISCARD), 0x00100000u);
  EXPECT_EQ(sync(DS_REPSYNC_FORCE), 0x02000000u);
  EXPECT_EQ(sync(DS_REPSYNC_ADD_REFERENCE), 0x00000004u);
  EXPECT_EQ(sync(DS_REPSYNC_NEVER_COMPLETED), 0x00200000u);
  EXPECT_EQ(sync(DS_REPSYNC_TWO_WAY), 0x00000200u);
  EXPECT_EQ(sync(DS_REPSYNC_NEVER_NOTIFY), 0x20000000u);
  EXPECT_EQ(sync(DS_REPSYNC_INITIAL), 0x00000020u);
  EXPECT_EQ(sync(DS_REPSYNC_USE_COMPRESSION), 0x10000000u);
  EXPECT_EQ(sync(DS_REPSYNC_SELECT_SECRETS), 0x00400000u);
  EXPECT_EQ(sync(DS_REPSYNC_INITIAL_IN_PROGRESS), 0x00800000u);
  EXPECT_EQ(sync(DS_REPSYNC_PARTIAL_ATTRIBUTE_SET), 0x40000000u);
  EXPECT_EQ(sync(DS_REPSYNC_REQUEUE), 0x00040000u);
  EXPECT_EQ(sync(DS_REPSYNC_NOTIFICATION), 0x00000002u);
  EXPECT_EQ(sync(DS_REPSYNC_ASYNCHRONOUS_REPLICA), 0x00000100u);
  EXPECT_EQ(sync(DS_REPSYNC_CRITICAL), 0x00000400u);
  EXPECT_EQ(sync(DS_REPSYNC_FULL_IN_PROGRESS), 0x00010000u);
  EXPECT_EQ(sync(DS_REPSYNC_PREEMPTED), 0x01000000u);
  EXPECT_EQ(sync(DS_REPSYNC_NONGC_RO_REPLICA), 0x00002000u);
}

struct Table {
  const char* name;
  std::span<const OptionBit> bits;
  Result<DrsOptions> (*to)(std::uint32_t);
  std::uint32_t (*from)(DrsOptions);
};
class Tables : public testing::TestWithParam<Table> {};

TEST_P(Tables, AreOneToOneBetweenSingleBits) {
  std::set<std::uint32_t> api, wire;
  for (const auto& bit : GetParam().bits) {
    EXPECT_EQ(std::popcount(bit.api), 1) << bit.api_name;
    EXPECT_EQ(std::popcount(static_cast<std::uint32_t>(bit.wire)), 1) << bit.api_name;
    EXPECT_TRUE(api.insert(bit.api).second) << bit.api_name;
    EXPECT_TRUE(wire.insert(static_cast<std::uint32_t>(bit.wire)).second) << bit.wire_name;
    EXPECT_TRUE(bit.wire_name.starts_with("DRS_"));
    EXPECT_EQ(find_option(GetParam().bits, bit.flag), &bit);
    EXPECT_EQ(find_option(GetParam().bits, bit.api_name), &bit);
  }
}

TEST_P(Tables, TranslateThereAndBackForEverySubsetOfTwo) {
  for (const auto& a : GetParam().bits)
    for (const auto& b : GetParam().bits) {
      const std::uint32_t both = a.api | b.api;
      const auto wire = GetParam().to(both);
      ASSERT_TRUE(wire) << a.api_name << " " << b.api_name;
      EXPECT_EQ(*wire, with(a.wire, b.wire));
      EXPECT_EQ(GetParam().from(*wire), both);
    }
  EXPECT_EQ(GetParam().to(0).value(), DrsOptions::kNone);
  EXPECT_EQ(GetParam().from(DrsOptions::kNone), 0u);
}

TEST_P(Tables, RefuseEveryOtherBit) {
  std::uint32_t known = 0;
  for (const auto& bit : GetParam().bits) known |= bit.api;
  for (int i = 0; i < 32; ++i) {
    const std::uint32_t bit = 1u << i;
    if ((known & bit) != 0) continue;
    const auto wire = GetParam().to(bit | (known & -known));
    ASSERT_FALSE(wire) << std::hex << bit;
    EXPECT_EQ(wire.error().code, win32::kErrorInvalidParameter);
    EXPECT_THAT(wire.error().detail, testing::HasSubstr("unknown"));
  }
}

template <class Options, auto To, auto From>
Table table(const char* name, std::span<const OptionBit> bits) {
  return {name, bits, [](std::uint32_t options) -> Result<DrsOptions> { return To(static_cast<Options>(options)); },
          [](DrsOptions wire) { return static_cast<std::uint32_t>(From(wire)); }};
}
INSTANTIATE_TEST_SUITE_P(
    Options, Tables,
    testing::Values(
        table<RepSyncOptions, static_cast<Result<DrsOptions> (*)(RepSyncOptions)>(&to_wire), &rep_sync_from_wire>("sync", rep_sync_bits()),
        table<RepAddOptions, static_cast<Result<DrsOptions> (*)(RepAddOptions)>(&to_wire), &rep_add_from_wire>("add", rep_add_bits()),
        table<RepDelOptions, static_cast<Result<DrsOptions> (*)(RepDelOptions)>(&to_wire), &rep_del_from_wire>("del", rep_del_bits()),
        table<RepModOptions, static_cast<Result<DrsOptions> (*)(RepModOptions)>(&to_wire), &rep_mod_from_wire>("mod", rep_mod_bits()),
        table<RepUpdOptions, static_cast<Result<DrsOptions> (*)(RepUpdOptions)>(&to_wire), &rep_upd_from_wire>("upd", rep_upd_bits())),
    [](const auto& param_info) { return param_info.param.name; });

// 4.1.19.2, 4.1.20.2, 4.1.26.2: the sets of wire options that the server accepts.
TEST(OtherOptions, StayWithinWhatTheServerAccepts) {
  std::uint32_t add = 0, del = 0, upd = 0;
  for (const auto& bit : rep_add_bits()) add |= static_cast<std::uint32_t>(bit.wire);
  for (const auto& bit : rep_del_bits()) del |= static_cast<std::uint32_t>(bit.wire);
  for (const auto& bit : rep_upd_bits()) upd |= static_cast<std::uint32_t>(bit.wire);
  EXPECT_EQ(add, 0x3C4027F1u);
  EXPECT_EQ(del, 0x0000D191u);
  EXPECT_EQ(upd, 0x0010001Du);
}

TEST(OtherOptions, CarryTheNumbersOfTheHeader) {
  const auto number = [](std::span<const OptionBit> bits, std::string_view name) { return find_option(bits, name)->api; };
  EXPECT_EQ(number(rep_add_bits(), "DS_REPADD_DISABLE_NOTIFICATION"), std::uint32_t{DS_REPADD_DISABLE_NOTIFICATION});
  EXPECT_EQ(number(rep_add_bits(), "DS_REPADD_CRITICAL"), std::uint32_t{DS_REPADD_CRITICAL});
  EXPECT_EQ(number(rep_add_bits(), "DS_REPADD_NONGC_RO_REPLICA"), std::uint32_t{DS_REPADD_NONGC_RO_REPLICA});
  EXPECT_EQ(number(rep_del_bits(), "DS_REPDEL_REF_OK"), std::uint32_t{DS_REPDEL_REF_OK});
  EXPECT_EQ(number(rep_del_bits(), "DS_REPDEL_LOCAL_ONLY"), std::uint32_t{DS_REPDEL_LOCAL_ONLY});
  EXPECT_EQ(number(rep_mod_bits(), "DS_REPMOD_WRITEABLE"), std::uint32_t{DS_REPMOD_WRITEABLE});
  EXPECT_EQ(number(rep_upd_bits(), "DS_REPUPD_DELETE_REFERENCE"), std::uint32_t{DS_REPUPD_DELETE_REFERENCE});
  EXPECT_EQ(number(rep_upd_bits(), "DS_REPUPD_REFERENCE_GCSPN"), std::uint32_t{DS_REPUPD_REFERENCE_GCSPN});
}

// 4.1.13.1.7: dwReplicaFlags travels as DRS_OPTIONS; the API shows DS_REPL_NBR_*. Two of them have different numbers.
TEST(NeighborFlags, AreTranslatedNotCopied) {
  EXPECT_EQ(neighbor_from_wire(DrsOptions::kNongcRoRep), NeighborFlags{DS_REPL_NBR_NONGC_RO_REPLICA});
  EXPECT_EQ(neighbor_from_wire(DrsOptions::kSpecialSecretProcessing), NeighborFlags{DS_REPL_NBR_SELECT_SECRETS});
  EXPECT_EQ(neighbor_from_wire(DrsOptions{0x70}),
            NeighborFlags{DS_REPL_NBR_WRITEABLE | DS_REPL_NBR_SYNC_ON_STARTUP | DS_REPL_NBR_DO_SCHEDULED_SYNCS});
  EXPECT_EQ(neighbor_from_wire(DrsOptions::kAsyncOp), NeighborFlags::kNone);
}

TEST(NeighborFlags, OnlySomeMayBeModified) {
  std::uint32_t modifiable = 0;
  for (const auto& bit : neighbor_bits())
    if (modifiable_to_wire(static_cast<NeighborFlags>(bit.api))) modifiable |= bit.api;
  EXPECT_EQ(modifiable, std::uint32_t{DS_REPL_NBR_MODIFIABLE_MASK});
  EXPECT_EQ(modifiable_to_wire(NeighborFlags{DS_REPL_NBR_WRITEABLE}).error().code, win32::kErrorInvalidParameter);
  EXPECT_EQ(modifiable_to_wire(NeighborFlags{DS_REPL_NBR_COMPRESS_CHANGES}).value(), DrsOptions::kUseCompression);
}

// The checks of DsReplicaSync that need no DC; each failure has its own code.
TEST(CheckRepSync, AllSourcesMustBeAsynchronous) {
  const auto refused = check_rep_sync(RepSyncOptions{DS_REPSYNC_ALL_SOURCES}, true);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, win32::kErrorInvalidParameter);
  EXPECT_EQ(check_rep_sync(RepSyncOptions{DS_REPSYNC_ALL_SOURCES | DS_REPSYNC_ASYNCHRONOUS_OPERATION}, false).value(),
            with(DrsOptions::kSyncAll, DrsOptions::kAsyncOp));
}
TEST(CheckRepSync, WithoutAllSourcesASourceIsNeeded) {
  const auto refused = check_rep_sync(RepSyncOptions::kNone, false);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, win32::kErrorDsDraInvalidParameter);
  EXPECT_EQ(check_rep_sync(RepSyncOptions::kNone, true).value(), DrsOptions::kNone);
}
// 4.1.23.2: a source that is named by its address wants DRS_SYNC_BYNAME, one named by its GUID must not have it.
TEST(CheckRepSync, ASourceNamedByAddressSaysSo) {
  EXPECT_EQ(check_rep_sync(RepSyncOptions{DS_REPSYNC_URGENT}, false, true).value(),
            with(DrsOptions::kSyncUrgent, DrsOptions::kSyncByname));
  EXPECT_EQ(check_rep_sync(RepSyncOptions{DS_REPSYNC_URGENT}, true, true).value(), DrsOptions::kSyncUrgent);
}
TEST(CheckRepSync, UnknownBitsAreRefusedFirst) {
  EXPECT_EQ(check_rep_sync(RepSyncOptions{0x80000000}, false).error().code, win32::kErrorInvalidParameter);
}

// 4.1.22.2: at least one known field, and a value for each field that is named.
TEST(CheckRepModFields, FollowTheServersRules) {
  EXPECT_EQ(check_rep_mod_fields(0, true, true).error().code, win32::kErrorInvalidParameter);
  EXPECT_EQ(check_rep_mod_fields(DS_REPMOD_UPDATE_RESULT, true, true).error().code, win32::kErrorInvalidParameter);
  EXPECT_EQ(check_rep_mod_fields(DS_REPMOD_UPDATE_TRANSPORT | DS_REPMOD_UPDATE_FLAGS, true, true).error().code,
            win32::kErrorInvalidParameter);
  EXPECT_EQ(check_rep_mod_fields(DS_REPMOD_UPDATE_ADDRESS, false, true).error().code, win32::kErrorInvalidParameter);
  EXPECT_EQ(check_rep_mod_fields(DS_REPMOD_UPDATE_SCHEDULE, true, false).error().code, win32::kErrorInvalidParameter);
  EXPECT_EQ(check_rep_mod_fields(DS_REPMOD_UPDATE_FLAGS, false, false).value(), RepModFields::kFlags);
  EXPECT_EQ(check_rep_mod_fields(7, true, true).value(), RepModFields{7});
}

// 4.1.26.2: add, delete or both.
TEST(CheckRepUpd, OneOfAddAndDeleteIsNeeded) {
  EXPECT_EQ(check_rep_upd(RepUpdOptions{DS_REPUPD_WRITEABLE}).error().code, win32::kErrorDsDraInvalidParameter);
  EXPECT_EQ(check_rep_upd(RepUpdOptions{DS_REPUPD_ADD_REFERENCE | DS_REPUPD_DELETE_REFERENCE}).value(),
            with(DrsOptions::kAddRef, DrsOptions::kDelRef));
  EXPECT_EQ(check_rep_upd(RepUpdOptions{DS_REPUPD_ADD_REFERENCE | 0x100}).error().code, win32::kErrorInvalidParameter);
}

TEST(OptionNames, JoinNamesAndShowTheRestAsHex) {
  EXPECT_EQ(option_names(rep_sync_bits(), 0), "0");
  EXPECT_EQ(option_names(rep_sync_bits(), DS_REPSYNC_FULL | DS_REPSYNC_URGENT), "DS_REPSYNC_FULL|DS_REPSYNC_URGENT");
  EXPECT_EQ(option_names(rep_del_bits(), DS_REPDEL_REF_OK | 0x100), "DS_REPDEL_REF_OK|0x00000100");
  EXPECT_EQ(find_option(rep_sync_bits(), "URGENT"), &rep_sync_bits()[6]);
  EXPECT_EQ(find_option(rep_sync_bits(), "nonsense"), nullptr);
}

}  // namespace
}  // namespace tributary::client
