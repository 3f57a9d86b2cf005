// SPDX-License-Identifier: Apache-2.0
// What stands between the C functions and the client library and needs no DC: handles, credentials, schedules, translated answers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "client/options.hpp"
#include "drsuapi/constants.hpp"
#include "ntdsapi/handle_table.hpp"
#include "ntdsapi/identity.hpp"
#include "ntdsapi/instance.hpp"
#include "ntdsapi/name_calls.hpp"
#include "ntdsapi/repl_info.hpp"
#include "ntdsapi/schedule.hpp"
#include "ntdsapi/session.hpp"

namespace tributary::ntdsapi {
namespace {

// --- handles ---

TEST(HandleTable, NeverGivesANumberTwice) {
  HandleTable<int> table;
  const HANDLE a = table.open(std::make_shared<int>(1));
  ASSERT_NE(a, nullptr);
  EXPECT_EQ(*table.find(a), 1);
  EXPECT_NE(table.close(a), nullptr);
  EXPECT_EQ(table.find(a), nullptr);
  EXPECT_EQ(table.close(a), nullptr);
  const HANDLE b = table.open(std::make_shared<int>(2));
  EXPECT_NE(a, b);
  EXPECT_EQ(table.find(a), nullptr);
  EXPECT_EQ(table.size(), 1u);
}
TEST(HandleTable, ForeignPointersAreNotHandles) {
  HandleTable<int> table;
  int local = 0;
  (void)table.open(std::make_shared<int>(1));
  EXPECT_EQ(table.find(&local), nullptr);
  EXPECT_EQ(table.find(nullptr), nullptr);
  EXPECT_EQ(table.find(reinterpret_cast<HANDLE>(~std::uintptr_t{0})), nullptr);
}
TEST(HandleTable, HasALimit) {
  HandleTable<int> table;
  const auto one = std::make_shared<int>(1);
  for (std::size_t i = 0; i < kHandlesMax; ++i) ASSERT_NE(table.open(one), nullptr);
  EXPECT_EQ(table.open(one), nullptr);
}
TEST(HandleTable, AnObjectOutlivesItsHandleWhileItIsUsed) {
  HandleTable<int> table;
  const HANDLE handle = table.open(std::make_shared<int>(7));
  const auto in_use = table.find(handle);
  table.close(handle).reset();
  EXPECT_EQ(*in_use, 7);
  EXPECT_EQ(in_use.use_count(), 1);
}
TEST(HandleTable, ThreadsOpenFindAndCloseAtOnce) {
  HandleTable<int> table;
  std::atomic<int> found = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 500; ++i) {
        const HANDLE handle = table.open(std::make_shared<int>(t));
        const auto object = table.find(handle);
        if (object && *object == t) ++found;
        (void)table.close(handle);
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(found, 2000);
  EXPECT_EQ(table.size(), 0u);
}
TEST(DomainOfHost, IsWhatFollowsTheFirstLabel) {
  EXPECT_EQ(domain_of_host("dc1.lab.example"), "lab.example");
  EXPECT_EQ(domain_of_host("dc1"), "");
  EXPECT_EQ(domain_of_host("10.0.0.1"), "");
}

// --- credentials ---

TEST(Identity, NullIsTheCallersOwn) {
  const auto identity = read_identity(nullptr);
  ASSERT_TRUE(identity);
  EXPECT_FALSE(identity->has_value());
  EXPECT_TRUE(std::holds_alternative<security::DefaultCache>(to_credentials(std::nullopt, "lab.example")));
}
TEST(Identity, MadeCredentialsAreReadAgain) {
  const auto handle = make_identity(u"ada", u"LAB", u"pässword");
  const auto& structure = *static_cast<SEC_WINNT_AUTH_IDENTITY_W*>(handle);
  EXPECT_EQ(std::u16string_view(structure.User), u"ada");
  EXPECT_EQ(structure.PasswordLength, 8u);
  EXPECT_EQ(structure.Flags, SEC_WINNT_AUTH_IDENTITY_UNICODE);
  const auto identity = read_identity(handle);
  free_identity(handle);
  ASSERT_TRUE(identity && identity->has_value());
  EXPECT_EQ((*identity)->user, "ada");
  EXPECT_EQ((*identity)->domain, "LAB");
  EXPECT_EQ((*identity)->password.reveal(), "pässword");
  free_identity(nullptr);
}
TEST(Identity, CallersStructuresOfEitherWidth) {
  unsigned char user[] = "ada", password[] = "secret";
  SEC_WINNT_AUTH_IDENTITY_A narrow{user, 3, nullptr, 0, password, 6, SEC_WINNT_AUTH_IDENTITY_ANSI};
  const auto identity = read_identity(&narrow);
  ASSERT_TRUE(identity && identity->has_value());
  EXPECT_EQ((*identity)->user, "ada");
  EXPECT_EQ((*identity)->domain, "");
  EXPECT_EQ((*identity)->password.reveal(), "secret");
}
TEST(Identity, WhatIsWrongHasItsCode) {
  char16_t user[] = u"ada", lone[] = {0xD800, 0};
  unsigned char octets[] = {0xFF, 0};
  const auto code = [](SEC_WINNT_AUTH_IDENTITY_W identity) { return read_identity(&identity).error().code; };
  EXPECT_EQ(code({user, 3, nullptr, 0, nullptr, 0, 0}), win32::kErrorInvalidParameter);
  EXPECT_EQ(code({user, 0, nullptr, 0, nullptr, 0, SEC_WINNT_AUTH_IDENTITY_UNICODE}), win32::kErrorInvalidParameter);
  EXPECT_EQ(code({user, 3, nullptr, 4, nullptr, 0, SEC_WINNT_AUTH_IDENTITY_UNICODE}), win32::kErrorInvalidParameter);
  EXPECT_EQ(code({user, 3, nullptr, 0, user, 70'000, SEC_WINNT_AUTH_IDENTITY_UNICODE}), win32::kErrorInvalidParameter);
  EXPECT_EQ(code({lone, 1, nullptr, 0, nullptr, 0, SEC_WINNT_AUTH_IDENTITY_UNICODE}), win32::kErrorNoUnicodeTranslation);
  SEC_WINNT_AUTH_IDENTITY_A narrow{octets, 1, nullptr, 0, nullptr, 0, SEC_WINNT_AUTH_IDENTITY_ANSI};
  EXPECT_EQ(read_identity(&narrow).error().code, win32::kErrorNoUnicodeTranslation);
  const auto anonymous = make_identity(u"", u"", u"");
  EXPECT_EQ(read_identity(anonymous).error().code, win32::kErrorAccessDenied);
  free_identity(anonymous);
}
TEST(Identity, AccountsTakeTheFormInWhichTheyAreWritten) {
  using Form = security::AccountName::Form;
  const auto account = [](std::string user, std::string domain) {
    auto credentials = to_credentials(Identity{std::move(user), std::move(domain), security::Secret("x")}, "lab.example");
    return std::get<security::PasswordLogon>(credentials);
  };
  EXPECT_EQ(account("ada", "LAB").account, (security::AccountName{Form::kDownLevel, "ada", "LAB"}));
  EXPECT_EQ(account("ada@lab.example", "").account, (security::AccountName{Form::kPrincipal, "ada", "lab.example"}));
  EXPECT_EQ(account("ada", "").account, (security::AccountName{Form::kUser, "ada", ""}));
  EXPECT_EQ(account("@ada", "").account, (security::AccountName{Form::kUser, "@ada", ""}));
  EXPECT_EQ(account("ada", "").realm_hint, "lab.example");
}

TEST(Annotation, OnlyADomainControllersPortIsSupported) {
  EXPECT_TRUE(check_annotation(""));
  EXPECT_TRUE(check_annotation("389"));
  EXPECT_EQ(check_annotation("50000").error().code, win32::kErrorNotSupported);
}

// --- schedules: [MS-ADTS] 6.1.4.5.2 to [MS-DRSR] 5.165 ---

struct TestSchedule {
  SCHEDULE schedule;
  std::uint8_t hours[SCHEDULE_DATA_ENTRIES];
};
TestSchedule test_schedule() {
  TestSchedule test{};
  test.schedule = {sizeof test, 0, 1, {{SCHEDULE_INTERVAL, offsetof(TestSchedule, hours)}}};
  return test;
}
TEST(Schedule, TwoHoursShareAnOctet) {
  auto test = test_schedule();
  test.hours[0] = 0xF8;  // only the low four bits count: the first quarter of the first hour
  test.hours[1] = 0x01;  // the last quarter of the second
  test.hours[167] = 0x0F;
  const auto times = schedule_times(&test.schedule);
  ASSERT_TRUE(times && times->has_value());
  EXPECT_EQ((**times)[0], 0x81);
  EXPECT_EQ((**times)[1], 0x00);
  EXPECT_EQ((**times)[83], 0x0F);
}
TEST(Schedule, NullIsNone) { EXPECT_FALSE(schedule_times(nullptr)->has_value()); }
TEST(Schedule, LyingSizesAreRefused) {
  const auto refused = [](auto change) {
    auto test = test_schedule();
    change(test.schedule);
    const auto times = schedule_times(&test.schedule);
    return !times && times.error().code == win32::kErrorInvalidParameter;
  };
  EXPECT_TRUE(refused([](SCHEDULE& s) { s.Size = 20; }));
  EXPECT_TRUE(refused([](SCHEDULE& s) { s.NumberOfSchedules = 0; }));
  EXPECT_TRUE(refused([](SCHEDULE& s) { s.NumberOfSchedules = 4; }));
  EXPECT_TRUE(refused([](SCHEDULE& s) { s.NumberOfSchedules = 0xFFFFFFFF; }));
  EXPECT_TRUE(refused([](SCHEDULE& s) { s.Schedules[0].Offset = 0; }));
  EXPECT_TRUE(refused([](SCHEDULE& s) { s.Schedules[0].Offset += 1; }));
  EXPECT_TRUE(refused([](SCHEDULE& s) { s.Schedules[0].Offset = 0xFFFFFFFF; }));
  EXPECT_TRUE(refused([](SCHEDULE& s) { s.Schedules[0].Type = SCHEDULE_BANDWIDTH; }));
}

// --- answers of IDL_DRSGetReplInfo ---

template <std::uint32_t Type, class Info>
drsuapi::DRS_MSG_GETREPLINFO_REPLY reply_of(Info info) {
  drsuapi::DRS_MSG_GETREPLINFO_REPLY reply;
  reply.emplace<Type>() = std::move(info);
  return reply;
}
TEST(ReplInfoBlock, FlagsOfNeighboursAreThoseOfTheApi) {
  drsuapi::DS_REPL_NEIGHBORSW wire;
  wire.rgNeighbor.emplace_back().dwReplicaFlags = 0x00402010;  // DRS_SPECIAL_SECRET_PROCESSING, DRS_NONGC_RO_REP, DRS_WRIT_REP
  auto block = repl_info_block(DS_REPL_INFO_NEIGHBORS, reply_of<0>(wire));
  ASSERT_TRUE(block);
  EXPECT_EQ(static_cast<::DS_REPL_NEIGHBORSW*>(*block)->rgNeighbor[0].dwReplicaFlags,
            DWORD{DS_REPL_NBR_SELECT_SECRETS | DS_REPL_NBR_NONGC_RO_REPLICA | DS_REPL_NBR_WRITEABLE});
  std::free(*block);
}
TEST(ReplInfoBlock, OptionsOfTasksAreThoseOfTheirKind) {
  using enum drsuapi::DS_REPL_OP_TYPE;
  const std::pair<drsuapi::DS_REPL_OP_TYPE, ULONG> kinds[] = {{DS_REPL_OP_TYPE_SYNC, DS_REPSYNC_ALL_SOURCES | DS_REPSYNC_WRITEABLE},
                                                              {DS_REPL_OP_TYPE_ADD, DS_REPADD_WRITEABLE},
                                                              {DS_REPL_OP_TYPE_DELETE, DS_REPDEL_WRITEABLE},
                                                              {DS_REPL_OP_TYPE_MODIFY, DS_REPMOD_WRITEABLE},
                                                              {DS_REPL_OP_TYPE_UPDATE_REFS, DS_REPUPD_DELETE_REFERENCE | DS_REPUPD_WRITEABLE},
                                                              {drsuapi::DS_REPL_OP_TYPE{99}, 0}};
  for (const auto& [kind, options] : kinds) {
    drsuapi::DS_REPL_PENDING_OPSW wire;
    auto& operation = wire.rgPendingOp.emplace_back();
    operation.OpType = kind;
    operation.ulOptions = 0x18;  // DRS_WRIT_REP and DRS_SYNC_ALL, also known as DRS_DEL_REF
    auto block = repl_info_block(DS_REPL_INFO_PENDING_OPS, reply_of<5>(wire));
    ASSERT_TRUE(block);
    EXPECT_EQ(static_cast<::DS_REPL_PENDING_OPSW*>(*block)->rgPendingOp[0].ulOptions, options);
    std::free(*block);
  }
}
TEST(ReplInfoBlock, ANullAnswerHasNoEntries) {
  drsuapi::DRS_MSG_GETREPLINFO_REPLY reply;
  reply.emplace<8>();
  auto block = repl_info_block(DS_REPL_INFO_CURSORS_3_FOR_NC, std::move(reply));
  ASSERT_TRUE(block);
  EXPECT_EQ(static_cast<::DS_REPL_CURSORS_3W*>(*block)->cNumCursors, 0u);
  std::free(*block);
}
TEST(ReplInfoBlock, EveryTypeOfTheHeaderHasOne) {
  for (std::uint32_t type = 0; type < DS_REPL_INFO_TYPE_MAX; ++type) {
    drsuapi::DRS_MSG_GETREPLINFO_REPLY reply;
    ASSERT_TRUE(reply.select(type));
    auto block = repl_info_block(type, std::move(reply));
    ASSERT_TRUE(block) << type;
    std::free(*block);
  }
}
TEST(ReplInfoBlock, OtherTypesAndOtherAnswersAreRefused) {
  EXPECT_EQ(repl_info_block(11, {}).error().code, win32::kErrorInvalidParameter);
  drsuapi::DRS_MSG_GETREPLINFO_REPLY other;
  other.emplace<1>();
  EXPECT_EQ(repl_info_block(0, std::move(other)).error().code, win32::kRpcXBadStubData);
}

// What Samba does not serve is made of what it does: cursors with names from cursors without, metadata from metadata with names.
TEST(Substitutes, CursorsGetTheNamesThatAreKnown) {
  ASSERT_EQ(substitute_of(DS_REPL_INFO_CURSORS_3_FOR_NC), std::uint32_t{DS_REPL_INFO_CURSORS_2_FOR_NC});
  const auto known = "00000000-0000-0000-0000-000000000001"_guid, unknown = "00000000-0000-0000-0000-000000000002"_guid;
  drsuapi::DS_REPL_CURSORS_2 cursors;
  cursors.dwEnumerationContext = 77;
  cursors.rgCursor.push_back({known, 10, {1, 2}});
  cursors.rgCursor.push_back({unknown, 20, {}});
  const auto reply = from_substitute(8, reply_of<7>(cursors), {{known, u"CN=DC1"}});
  const auto* widened = reply.get_if<8>();
  ASSERT_TRUE(widened != nullptr && *widened);
  EXPECT_EQ((*widened)->dwEnumerationContext, 77u);
  EXPECT_EQ((*widened)->rgCursor[0].pszSourceDsaDN, u"CN=DC1");
  EXPECT_EQ((*widened)->rgCursor[0].ftimeLastSyncSuccess, (drsuapi::FILETIME{1, 2}));
  EXPECT_EQ((*widened)->rgCursor[1].usnAttributeFilter, 20);
  EXPECT_FALSE((*widened)->rgCursor[1].pszSourceDsaDN);
}
TEST(Substitutes, MetadataLosesItsNames) {
  ASSERT_EQ(substitute_of(DS_REPL_INFO_METADATA_FOR_OBJ), std::uint32_t{DS_REPL_INFO_METADATA_2_FOR_OBJ});
  drsuapi::DS_REPL_OBJ_META_DATA_2 metadata;
  metadata.rgMetaData.push_back({u"cn", 3, {5, 6}, Guid{}, 100, 200, u"CN=DC1"});
  const auto reply = from_substitute(2, reply_of<9>(metadata), {});
  const auto* narrowed = reply.get_if<2>();
  ASSERT_TRUE(narrowed != nullptr && *narrowed);
  EXPECT_EQ((*narrowed)->rgMetaData[0], (drsuapi::DS_REPL_ATTR_META_DATA{u"cn", 3, {5, 6}, Guid{}, 100, 200}));
}
TEST(Substitutes, NullAnswersAndOtherTypes) {
  drsuapi::DRS_MSG_GETREPLINFO_REPLY null_cursors, null_metadata;
  null_cursors.emplace<7>();
  null_metadata.emplace<9>();
  EXPECT_EQ((*from_substitute(8, null_cursors, {}).get_if<8>())->rgCursor.size(), 0u);
  EXPECT_EQ((*from_substitute(2, null_metadata, {}).get_if<2>())->rgMetaData.size(), 0u);
  EXPECT_FALSE(substitute_of(DS_REPL_INFO_NEIGHBORS));
}

// --- names ---

CrackRequest request(std::uint32_t offered, std::uint32_t desired, std::initializer_list<const char16_t*> names) {
  CrackRequest request{.flags = DS_NAME_FLAG_SYNTACTICAL_ONLY, .offered = offered, .desired = desired, .names = {}};
  for (const char16_t* name : names) request.names.push_back(std::u16string(name));
  return request;
}
TEST(CrackSyntactically, RewritesOnlyDnsIntoCanonicalNames) {
  const auto result = crack_syntactically(request(DS_FQDN_1779_NAME, DS_CANONICAL_NAME, {u"CN=a,DC=x", u"nonsense"}));
  ASSERT_EQ(result.rItems.size(), 2u);
  EXPECT_EQ(result.rItems[0].status, std::uint32_t{DS_NAME_NO_ERROR});
  EXPECT_EQ(result.rItems[0].pName, u"x/a");
  EXPECT_EQ(result.rItems[0].pDomain, u"x");
  EXPECT_EQ(result.rItems[1].status, std::uint32_t{DS_NAME_ERROR_NO_SYNTACTICAL_MAPPING});
  EXPECT_FALSE(result.rItems[1].pName);
  EXPECT_EQ(crack_syntactically(request(DS_FQDN_1779_NAME, DS_CANONICAL_NAME_EX, {u"CN=a,DC=x"})).rItems[0].pName, u"x\na");
  for (const auto& impossible : {request(DS_FQDN_1779_NAME, DS_UNIQUE_ID_NAME, {u"CN=a,DC=x"}), request(DS_CANONICAL_NAME, DS_CANONICAL_NAME, {u"x/a"})})
    EXPECT_EQ(crack_syntactically(impossible).rItems[0].status, std::uint32_t{DS_NAME_ERROR_NO_SYNTACTICAL_MAPPING});
}
TEST(SchemaGuidType, IsTheStatusOfTheMapping) {  // [MS-DRSR] 4.1.4.1.8
  EXPECT_EQ(schema_guid_type(0xFFFFFFFD), std::uint32_t{DS_SCHEMA_GUID_ATTR});
  EXPECT_EQ(schema_guid_type(0xFFFFFFFC), std::uint32_t{DS_SCHEMA_GUID_ATTR_SET});
  EXPECT_EQ(schema_guid_type(0xFFFFFFFB), std::uint32_t{DS_SCHEMA_GUID_CLASS});
  EXPECT_EQ(schema_guid_type(0xFFFFFFFA), std::uint32_t{DS_SCHEMA_GUID_CONTROL_RIGHT});
  EXPECT_EQ(schema_guid_type(0xFFFFFFFE), std::uint32_t{DS_SCHEMA_GUID_NOT_FOUND});
  EXPECT_EQ(schema_guid_type(1), std::uint32_t{DS_SCHEMA_GUID_NOT_FOUND});
}

}  // namespace
}  // namespace tributary::ntdsapi
