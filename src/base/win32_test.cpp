// SPDX-License-Identifier: Apache-2.0
// The table of Win32 codes ([MS-ERREF] 2.2), the constants of the code, the advice, and the sentences made of them.
#include "base/win32.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <regex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/utf.hpp"

using namespace tributary;
using testing::HasSubstr;
using testing::StartsWith;

namespace {

/// "kErrorDsDraBadNc" and "ERROR_DS_DRA_BAD_NC" have the same bones.
std::string bones(std::string_view name) {
  std::string text = to_lower_ascii(name);
  std::erase(text, '_');
  return text;
}

std::string header_text() {
  std::ifstream file(TRIBUTARY_SOURCE_DIR "/src/base/win32.hpp");
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

// Every constant of win32.hpp is what the table says of its name.
TEST(Win32Constants, NameAndNumberAgreeWithTheTable) {
  const std::string text = header_text();
  const std::regex line(R"(inline constexpr Win32 k(\w+)\{(0x[0-9A-F]+|\d+)\};)");
  std::size_t count = 0;
  for (std::sregex_iterator it(text.begin(), text.end(), line), end; it != end; ++it, ++count) {
    const Win32 code{static_cast<std::uint32_t>(std::stoul((*it)[2].str(), nullptr, 0))};
    const Win32Info* const info = find_win32(code);
    ASSERT_NE(info, nullptr) << (*it)[0];
    EXPECT_EQ(bones((*it)[1].str()), bones(info->name)) << (*it)[0];
  }
  EXPECT_GT(count, 200u);
  const auto constants = text.substr(text.find("namespace win32 {"));
  EXPECT_EQ(static_cast<std::size_t>(std::ranges::count(constants, ';')), count) << "a constant in another form";
}

TEST(Win32Table, IsAscendingAndEachEntryIsFoundByCodeAndByName) {
  const auto all = all_win32();
  EXPECT_GT(all.size(), 2900u);
  EXPECT_TRUE(std::ranges::is_sorted(all, std::less_equal<>{}, &Win32Info::code));
  for (const auto& entry : all) {
    EXPECT_EQ(find_win32(entry.code), &entry);
    EXPECT_FALSE(entry.name.empty());
  }
  for (std::size_t i = 0; i < all.size(); i += 7) EXPECT_EQ(find_win32(all[i].name), &all[i]) << all[i].name;
}

// [MS-ERREF] 2.2: spot checks of what the generator must not lose, typed by hand.
TEST(Win32Table, HasTheFamiliesOfReplication) {
  constexpr std::pair<std::uint32_t, std::string_view> known[] = {
      {0, "ERROR_SUCCESS"}, {5, "ERROR_ACCESS_DENIED"}, {1311, "ERROR_NO_LOGON_SERVERS"}, {1396, "ERROR_WRONG_TARGET_NAME"},
      {1722, "RPC_S_SERVER_UNAVAILABLE"}, {1753, "EPT_S_NOT_REGISTERED"}, {1783, "RPC_X_BAD_STUB_DATA"},
      {1908, "ERROR_DOMAIN_CONTROLLER_NOT_FOUND"}, {8418, "ERROR_DS_DRA_SCHEMA_MISMATCH"}, {8440, "ERROR_DS_DRA_BAD_NC"},
      {8452, "ERROR_DS_DRA_NO_REPLICA"}, {8524, "ERROR_DS_DNS_LOOKUP_FAILURE"}, {8606, "ERROR_DS_INSUFFICIENT_ATTR_TO_CREATE_OBJECT"},
      {8614, "ERROR_DS_REPL_LIFETIME_EXCEEDED"}, {9003, "DNS_ERROR_RCODE_NAME_ERROR"}, {10061, "WSAECONNREFUSED"},
      {0x80090322, "SEC_E_WRONG_PRINCIPAL"}};
  for (const auto& [code, name] : known) EXPECT_EQ(win32_name(Win32{code}), name);
  EXPECT_EQ(win32_name(Win32{0xFFFE}), "0x0000FFFE");
  EXPECT_EQ(find_win32(Win32{0xFFFFFFFF}), nullptr);
}

TEST(Win32Table, FindsNamesInTheFormsThatPeopleUse) {
  for (const std::string_view name : {"ERROR_DS_DRA_BAD_NC", "error_ds_dra_bad_nc", "DS_DRA_BAD_NC", "WERR_DS_DRA_BAD_NC", "werr_error_ds_dra_bad_nc"}) {
    ASSERT_NE(find_win32(name), nullptr) << name;
    EXPECT_EQ(find_win32(name)->code, win32::kErrorDsDraBadNc) << name;
  }
  EXPECT_EQ(find_win32("WERR_RPC_S_SERVER_UNAVAILABLE")->code, win32::kRpcSServerUnavailable);
  EXPECT_EQ(find_win32("RPC_S_TIMEOUT")->name, "ERROR_TIMEOUT");  // an alias
  EXPECT_EQ(find_win32("NERR_Success")->name, "ERROR_SUCCESS");
  for (const std::string_view name : {"", "ERROR_", "WERR_", "ERROR", "ERROR_DS_DRA_BAD", "8440"}) EXPECT_EQ(find_win32(name), nullptr) << name;
}

TEST(Win32Advice, CoversReplicationAndIsWellFormed) {
  std::size_t advised = 0;
  for (const auto& entry : all_win32()) {
    const bool must = entry.name.starts_with("ERROR_DS_DRA_");
    EXPECT_TRUE(!must || !entry.meaning.empty()) << entry.name;
    if (entry.meaning.empty()) {
      EXPECT_TRUE(entry.cause.empty() && entry.remedy.empty()) << entry.name;
      continue;
    }
    ++advised;
    EXPECT_TRUE(entry.code == win32::kErrorSuccess || !entry.remedy.empty()) << entry.name;
    for (const auto text : {entry.meaning, entry.cause, entry.remedy}) {
      if (text.empty()) continue;
      EXPECT_TRUE(text.ends_with('.') && !text.ends_with("..") || text.ends_with("...")) << entry.name << ": " << text;
      EXPECT_EQ(to_printable(text, 1000), text) << entry.name;
      EXPECT_LT(text.size(), 300u) << entry.name;
      EXPECT_EQ(text.find("  "), std::string_view::npos) << entry.name;
    }
  }
  EXPECT_GT(advised, 400u);
}

TEST(Win32Advice, ThePhaseDecidesWhatToDo) {
  EXPECT_THAT(win32_remedy(win32::kErrorConnectionRefused, Phase::kEndpointMap), HasSubstr("TCP 135"));
  EXPECT_THAT(win32_remedy(win32::kErrorTimeout, Phase::kDns), HasSubstr("DNS server"));
  EXPECT_NE(win32_remedy(win32::kErrorTimeout, Phase::kCall), win32_remedy(win32::kErrorTimeout, Phase::kBind));
  EXPECT_EQ(win32_remedy(win32::kErrorDsDraBadNc, Phase::kCall), find_win32(win32::kErrorDsDraBadNc)->remedy);
  EXPECT_EQ(win32_remedy(Win32{0xFFFE}, Phase::kCall), "");
}

TEST(ParseWin32, TakesNumbersAndNames) {
  EXPECT_EQ(parse_win32("8440"), win32::kErrorDsDraBadNc);
  EXPECT_EQ(parse_win32("0x20F8"), win32::kErrorDsDraBadNc);
  EXPECT_EQ(parse_win32("0X20f8"), win32::kErrorDsDraBadNc);
  EXPECT_EQ(parse_win32("-2146893022"), win32::kSecEWrongPrincipal);  // as Windows tools print 0x80090322
  EXPECT_EQ(parse_win32("2148074274"), win32::kSecEWrongPrincipal);
  EXPECT_EQ(parse_win32("0"), win32::kErrorSuccess);
  EXPECT_EQ(parse_win32("65534"), Win32{65534});  // no table has it, and still it is a code
  EXPECT_EQ(parse_win32("4294967295"), Win32{0xFFFFFFFF});
  EXPECT_EQ(parse_win32("-2147483648"), Win32{0x80000000});
  EXPECT_EQ(parse_win32("EPT_S_NOT_REGISTERED"), win32::kEptSNotRegistered);
}

TEST(ParseWin32, RejectsTheRest) {
  for (const std::string_view text : {"4294967296", "-2147483649", "99999999999999999999", "0x", "0x100000000", "0x-1", "0xzz", "-", "--1", "1-"})
    EXPECT_EQ(parse_win32(text).error().code, win32::kErrorInvalidParameter) << text;
  for (const std::string_view text : {"", "ERROR_NO_SUCH_NAME", "8440 ", "+1"}) EXPECT_EQ(parse_win32(text).error().code, win32::kErrorNotFound) << text;
}

// [MS-ERREF] 2.1.2: an HRESULT of facility 7 carries a Win32 code in its low half.
TEST(Hresult, OfTheWin32FacilityHoldsACode) {
  EXPECT_EQ(win32_in_hresult(Win32{0x80070005}), win32::kErrorAccessDenied);
  EXPECT_EQ(win32_in_hresult(win32::kSecEWrongPrincipal), std::nullopt);
  EXPECT_EQ(win32_in_hresult(Win32{0x00070005}), std::nullopt);
  EXPECT_EQ(win32_in_hresult(win32::kErrorAccessDenied), std::nullopt);
}

TEST(DescribeError, SaysWhatWhereWhyAndWhatToDo) {
  const Win32Info& info = *find_win32(win32::kErrorDsDraBadNc);
  const std::string meaning(info.meaning.substr(0, info.meaning.size() - 1));
  EXPECT_EQ(describe_error({win32::kErrorDsDraBadNc, Phase::kCall, "DC=lab,DC=example"}),
            "ERROR_DS_DRA_BAD_NC (8440) during call: " + meaning + " (DC=lab,DC=example). " + std::string(info.remedy));
  EXPECT_EQ(describe_error({win32::kErrorDsDraBadNc, Phase::kNone, ""}), "ERROR_DS_DRA_BAD_NC (8440): " + meaning + ". " + std::string(info.remedy));
}

TEST(DescribeError, UsesTheRemedyOfThePhase) {
  EXPECT_THAT(describe_error({win32::kErrorConnectionRefused, Phase::kEndpointMap, "dc2.lab.example:135"}),
              testing::AllOf(StartsWith("ERROR_CONNECTION_REFUSED (1225) during endpoint map: "), HasSubstr("(dc2.lab.example:135). This is TCP 135")));
}

TEST(DescribeError, CodesWithoutAdvice) {
  const Win32 arena{7};
  ASSERT_TRUE(find_win32(arena)->meaning.empty());
  EXPECT_EQ(describe_error({arena, Phase::kCall, "block 3"}), "ERROR_ARENA_TRASHED (7) during call: block 3.");
  EXPECT_EQ(describe_error({arena, Phase::kNone, ""}), "ERROR_ARENA_TRASHED (7).");
  EXPECT_EQ(describe_error({Win32{0xFFFE}, Phase::kNone, "stub"}), "0x0000FFFE (65534): A code that is in no table (stub).");
  EXPECT_EQ(describe_error({}), "ERROR_SUCCESS (0): It worked.");
}

TEST(DescribeError, HresultsKeepTheirNumber) {
  EXPECT_THAT(describe_error({Win32{0x80070005}, Phase::kLdap, ""}), StartsWith("ERROR_ACCESS_DENIED (0x80070005) during LDAP: "));
  EXPECT_THAT(describe_error({win32::kSecEWrongPrincipal, Phase::kNone, ""}), StartsWith("SEC_E_WRONG_PRINCIPAL (0x80090322): "));
}

TEST(DescribeError, DetailsFromElsewhereAreHarmless) {
  const std::string text = describe_error({win32::kErrorInvalidData, Phase::kNone, "CN=\x1b]0;owned\x07\nroot# ."});
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_EQ(text.find('\n'), std::string::npos);
  EXPECT_THAT(text, HasSubstr("(CN=\\x1b]0;owned\\x07\\x0aroot# )."));
  EXPECT_LT(describe_error({win32::kErrorInvalidData, Phase::kNone, std::string(1 << 20, 'x')}).size(), 3000u);
}

TEST(DescribeError, NeverEmptyNeverTwoLinesForAnyCode) {
  for (const auto& entry : all_win32()) {
    for (const auto phase : {Phase::kNone, Phase::kDns, Phase::kCall}) {
      const std::string text = describe_error({entry.code, phase, "detail"});
      EXPECT_THAT(text, StartsWith(std::string(entry.name) + " ("));
      EXPECT_THAT(text, HasSubstr("detail"));
      EXPECT_TRUE(text.ends_with('.')) << text;
      EXPECT_EQ(text.find('\n'), std::string::npos);
    }
  }
}
