// SPDX-License-Identifier: Apache-2.0
// What the command shows: tables, ages, Samba's forms, labels. No network.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/schedule_text.hpp"
#include "cli/table.hpp"
#include "cli/words.hpp"

namespace tributary::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Table, ColumnsAreAsWideAsTheirWidestCellAndNumbersGoRight) {
  Table table({{"DSA"}, {"USN", Table::Align::kRight}, {"state"}});
  table.add({"DC1", "7", "ok"});
  table.add({"a-long-name", "123456", ""});
  EXPECT_EQ(table.text(),
            "  DSA             USN  state\n"
            "  DC1               7  ok\n"
            "  a-long-name  123456\n");
}

TEST(Table, CountsCharactersNotOctets) {
  EXPECT_EQ(display_width("Züri"), 4u);
  Table table({{"a"}, {"b"}}, "");
  table.add({"Züri", "x"});
  table.add({"Bern", "y"});
  EXPECT_EQ(table.text(), "a     b\nZüri  x\nBern  y\n");
}

TEST(Table, ACellCannotMoveTheCursor) {
  Table table({{"a"}});
  table.add({"x\033[31m\ny"});
  EXPECT_THAT(table.text(), HasSubstr("\\x1b[31m\\x0ay"));
}

TEST(Table, WithoutRowsIsEmptyAndShowsItsHead) {
  const Table table({{"DSA"}});
  EXPECT_TRUE(table.empty());
  EXPECT_EQ(table.text(), "  DSA\n");
}

TEST(Words, AgesGrowUnitByUnit) {
  EXPECT_EQ(age_text(0), "0s");
  EXPECT_EQ(age_text(59), "59s");
  EXPECT_EQ(age_text(60), "01m:00s");
  EXPECT_EQ(age_text(3599), "59m:59s");
  EXPECT_EQ(age_text(3600), "01h:00m:00s");
  EXPECT_EQ(age_text(2 * 86400 + 3 * 3600 + 12 * 60 + 5), "2d.03h:12m:05s");
}

TEST(Words, OneIsNotMany) {
  EXPECT_EQ(count_of(0, "failure"), "0 failures");
  EXPECT_EQ(count_of(1, "failure"), "1 failure");
}

TEST(Words, ATimeHasItsAgeUnlessItIsNeverOrYetToCome) {
  const FileTime now{(kSecondsFrom1601To1970 + 1'000'000) * 10'000'000};
  EXPECT_EQ(time_and_age({now.ticks - 70'000'000}, now), "1970-01-12T13:46:33Z, 7s ago");
  EXPECT_EQ(time_and_age({now.ticks + 10'000'000}, now), "1970-01-12T13:46:41Z");
  EXPECT_EQ(time_and_age({}, now), "never");
}

TEST(Words, ResultsAreNamed) {
  EXPECT_EQ(result_text(Win32::kSuccess), "successful");
  EXPECT_EQ(result_text(Win32{8453}), "failed: 8453 ERROR_DS_DRA_ACCESS_DENIED");
  EXPECT_EQ(boost::json::serialize(code_to_json(Win32{8440})), R"({"code":8440,"name":"ERROR_DS_DRA_BAD_NC"})");
}

TEST(Words, SambasFormsOfTimesAndResults) {
  setenv("TZ", "UTC", 1);
  tzset();
  EXPECT_EQ(samba_time({}), "NTTIME(0)");
  EXPECT_EQ(samba_time({(kSecondsFrom1601To1970 + 1'795'360'951) * 10'000'000 + 5}), "Sun Nov 22 15:22:31 2026 UTC");
  EXPECT_EQ(samba_time({(kSecondsFrom1601To1970 + 1'793'633'000) * 10'000'000}), "Mon Nov  2 15:23:20 2026 UTC");
  EXPECT_EQ(samba_result(Win32::kSuccess), "was successful");
  EXPECT_EQ(samba_result(Win32{8453}), "failed, result 8453 (WERR_DS_DRA_ACCESS_DENIED)");
}

client::Dsa dc1() {
  client::Dsa dsa;
  dsa.dn = "CN=NTDS Settings,CN=DC1,CN=Servers,CN=Bern,CN=Sites,CN=Configuration,DC=lab";
  dsa.site = "Bern";
  dsa.server_name = "DC1";
  dsa.guid = {"0977b90f-2273-4aab-9a5e-1b8a5bfe7583"_guid};
  dsa.invocation_id = {"02bce83d-b13f-4f05-af5f-bccbcc8e406b"_guid};
  return dsa;
}

TEST(Words, ADsaIsCalledBySiteAndServerAsLongAsAnyoneKnowsIt) {
  const client::DsaIndex dsas({dc1()});
  EXPECT_EQ(dsa_label(dsas, dc1().guid, ""), "Bern\\DC1");
  EXPECT_EQ(
      dsa_label(dsas, {"b2837271-a5fe-40bc-b229-1b0a7a5612d9"_guid}, "CN=NTDS Settings,CN=DC2,CN=Servers,CN=Thun,CN=Sites,CN=Configuration,DC=lab"),
      "Thun\\DC2");
  EXPECT_EQ(dsa_label(dsas, {"b2837271-a5fe-40bc-b229-1b0a7a5612d9"_guid}, ""), "b2837271-a5fe-40bc-b229-1b0a7a5612d9 (no such DSA in the forest)");
  EXPECT_EQ(invocation_label(dsas, dc1().invocation_id, ""), "Bern\\DC1");
  EXPECT_EQ(invocation_label(dsas, {"b2837271-a5fe-40bc-b229-1b0a7a5612d9"_guid}, ""), "b2837271-a5fe-40bc-b229-1b0a7a5612d9");
}

TEST(Words, AHostIsCalledByTheBestNameThereIs) {
  client::Dsa dsa = dc1();
  dsa.dns_host_name = "dc1.lab.example";
  EXPECT_EQ(host_label(dsa), "dc1.lab.example");
  dsa.dns_host_name.clear();
  EXPECT_EQ(host_label(dsa), "DC1");
  dsa.server_name.clear();
  EXPECT_EQ(host_label(dsa), "0977b90f-2273-4aab-9a5e-1b8a5bfe7583");
}

TEST(Words, SiteAndServerOfADn) {
  EXPECT_EQ(client::site_and_server(dc1().dn), "Bern\\DC1");
  EXPECT_EQ(client::site_and_server("CN=NTDS Settings\\0ADEL:1,CN=DC3,CN=Somewhere,DC=lab"), "DC3");
  EXPECT_EQ(client::site_and_server("CN=alone"), "alone");
  EXPECT_EQ(client::site_and_server(""), "");
}

TEST(Words, FlagsHaveTheirNamesAndKeepWhatHasNone) {
  EXPECT_THAT(api_flag_names(client::neighbor_bits(), 0x80000050),
              ElementsAre("DS_REPL_NBR_WRITEABLE", "DS_REPL_NBR_DO_SCHEDULED_SYNCS", "0x80000000"));
  EXPECT_THAT(neighbor_flag_names(client::NeighborFlags{0x1C}), ElementsAre("DS_REPL_NBR_WRITEABLE", "DRS_ADD_REF", "DRS_DEL_REF"));
  EXPECT_EQ(joined({}), "none");
  EXPECT_EQ(joined({"A", "B"}), "A B");
  EXPECT_EQ(boost::json::serialize(api_flags_to_json(client::rep_upd_bits(), 4)), R"({"value":4,"names":["DS_REPUPD_ADD_REFERENCE"]})");
}

TEST(Words, NeverIsNullInJson) {
  EXPECT_TRUE(time_to_json({}).is_null());
  EXPECT_EQ(time_to_json({(kSecondsFrom1601To1970 + 60) * 10'000'000}).as_string(), "1970-01-01T00:01:00Z");
}

// [MS-DRSR] 5.165: 84 octets, a bit for each quarter of an hour of the week.
TEST(ScheduleText, AlwaysNeverOrEveryHour) {
  EXPECT_THAT(*parse_schedule("always"), ::testing::Each(0xFF));
  EXPECT_THAT(*parse_schedule("Never"), ::testing::Each(0));
  const auto hours = parse_schedule(std::string(4, 'f') + std::string(164, '0'));
  ASSERT_TRUE(hours);
  EXPECT_EQ((*hours)[1], 0xFF);
  EXPECT_EQ((*hours)[2], 0);
  EXPECT_FALSE(parse_schedule("sometimes"));
  EXPECT_FALSE(parse_schedule(std::string(166, '0')));
}

}  // namespace
}  // namespace tributary::cli
