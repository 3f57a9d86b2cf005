// SPDX-License-Identifier: Apache-2.0
// [MS-ADTS] 3.1.1.3.4.1, 3.1.1.3.4.6, 3.1.1.3.1.3.3: pages, orders, windows, ranges, references to follow, limits.
#include "service/ldap/page_cookie.hpp"
#include "service/ldap/test_search.hpp"

namespace tributary::service::ldap_face::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using lp::ResultCode;
using lp::Scope;
using namespace service::testing;
using repl::testing::attid_of;
namespace attid = repl::attid;

constexpr int kUsersCount = 30;
const std::string kUsers = "CN=Users,DC=lab,DC=example";
const std::string kPaged(lp::oid::kPagedResults), kSort(lp::oid::kServerSort), kSortDone(lp::oid::kServerSortResponse), kVlv(lp::oid::kVlvRequest),
    kVlvDone(lp::oid::kVlvResponse), kAsq(lp::oid::kAsq), kStats(lp::oid::kGetStats), kOptions(lp::oid::kSearchOptions);

class SearchControlsTest : public ::testing::Test {
 protected:
  SearchControlsTest() {
    dsa.add("DC=lab,DC=example", "organizationalUnit", "many");
    group = dsa.add_account("group", "group", 1100);
    for (int i = 0; i < kUsersCount; ++i) {
      // Numbers whose order is another than that of creation.
      const auto name = fmt::format("u{:02}", (i * 7) % kUsersCount);
      const auto made = dsa.add("OU=many,DC=lab,DC=example", "user", name,
                                {{attid::kSamAccountName, {repl::text_value(name)}},
                                 {attid_of("displayName"), i % 3 == 0 ? std::vector{repl::text_value("Z" + name)} : std::vector{repl::text_value("a" + name)}},
                                 {attid::kObjectSid, {repl::octets_value(encode_sid(dsa.sid_of(1200 + static_cast<std::uint32_t>(i))))}}});
      dsa.link(group, attid::kMember, made);
    }
  }
  [[nodiscard]] static std::string page(std::uint32_t size, std::string_view cookie) { return tlv(0x30, ber_integer(size) + tlv(0x04, cookie)); }
  [[nodiscard]] static std::string cookie_of(const Answer& answer) {
    const auto found = answer.controls.find(kPaged);
    if (found == answer.controls.end()) return {};
    std::string_view rest = found->second;
    const auto content = take(rest).content;
    std::string_view parts = content;
    (void)take(parts);
    return take(parts).content;
  }
  /// All pages of a query, each name once.
  [[nodiscard]] std::vector<std::string> all_pages(Query query, std::uint32_t size, const std::function<void()>& between = [] {}) {
    std::vector<std::string> names;
    std::string cookie;
    const auto controls = query.controls;
    for (int pages = 0; pages < 100; ++pages) {
      query.controls = controls;
      query.controls.push_back({kPaged, true, page(size, cookie)});
      const auto answer = run(dsa, query);
      EXPECT_EQ(answer.code, ResultCode::kSuccess) << answer.message;
      EXPECT_LE(answer.entries.size(), size);
      for (const auto& entry : answer.entries) names.push_back(entry.dn.substr(3, 3));
      cookie = cookie_of(answer);
      if (cookie.empty()) return names;
      between();
    }
    ADD_FAILURE() << "the pages have no end";
    return names;
  }
  [[nodiscard]] static std::vector<std::string> expected() {
    std::vector<std::string> names;
    for (int i = 0; i < kUsersCount; ++i) names.push_back(fmt::format("u{:02}", i));
    return names;
  }
  [[nodiscard]] static std::string sort_by(std::string_view attribute, bool reverse = false) {
    return tlv(0x30, tlv(0x30, tlv(0x04, attribute) + (reverse ? tlv(0x81, "\xFF") : "")));
  }
  [[nodiscard]] static std::vector<std::string> sorted(std::vector<std::string> names) {
    std::ranges::sort(names);
    return names;
  }
  ForestDsa dsa;
  store::Dnt group{};
  Query users{.base = "OU=many,DC=lab,DC=example", .filter = "(sAMAccountName=u*)"};
};

TEST_F(SearchControlsTest, PagesOfAListAndOfAScan) {
  for (const std::uint32_t size : {1u, 7u, 30u, 31u}) EXPECT_EQ(sorted(all_pages(users, size)), expected()) << size;
  auto everywhere = users;
  everywhere.base = "DC=lab,DC=example";
  everywhere.filter = "(&(sAMAccountName=u*)(objectClass=user))";
  EXPECT_EQ(sorted(all_pages(everywhere, 7)), expected());
}

TEST_F(SearchControlsTest, AScanGoesOnByGuid) {
  // Large directories are scanned; here a cookie says so.
  auto query = users;
  query.controls = {{kPaged, true, page(4, "")}};
  auto cookie = decode_cookie(as_bytes(cookie_of(run(dsa, query))));
  ASSERT_TRUE(cookie);
  cookie->order = PageCookie::Order::kScan;
  cookie->guid.value.octets[15] = 1;
  std::vector<std::string> names;
  for (auto octets = encode_cookie(*cookie); !octets.empty();) {
    query.controls = {{kPaged, true, page(4, {reinterpret_cast<const char*>(octets.data()), octets.size()})}};
    const auto answer = run(dsa, query);
    ASSERT_EQ(answer.code, ResultCode::kSuccess);
    for (const auto& entry : answer.entries) names.push_back(entry.dn.substr(3, 3));
    octets = to_bytes(as_bytes(cookie_of(answer)));
    ASSERT_LE(names.size(), kUsersCount);
  }
  EXPECT_EQ(sorted(names), expected());
}

TEST_F(SearchControlsTest, WhatChangesBetweenPagesIsNeitherLostNorGivenTwice) {
  int calls = 0;
  const auto names = all_pages(users, 4, [&] {
    const auto name = fmt::format("CN=u{:02},OU=many,DC=lab,DC=example", calls++ % kUsersCount);
    dsa.set_text(dsa.find(name), attid_of("description"), "changed");
  });
  EXPECT_EQ(sorted(names), expected());
}

TEST_F(SearchControlsTest, ACookieIsForItsRequestAndItsCaller) {
  auto query = users;
  query.controls = {{kPaged, true, page(5, "")}};
  const auto cookie = cookie_of(run(dsa, query));
  ASSERT_FALSE(cookie.empty());
  query.controls = {{kPaged, true, page(5, cookie)}};
  EXPECT_EQ(run(dsa, query).code, ResultCode::kSuccess);
  EXPECT_EQ(run(dsa, query, user()).code, ResultCode::kUnwillingToPerform);
  query.filter = "(sAMAccountName=v*)";
  EXPECT_EQ(run(dsa, query).code, ResultCode::kUnwillingToPerform);
  query.controls = {{kPaged, true, page(5, "nonsense")}};
  EXPECT_EQ(run(dsa, query).code, ResultCode::kUnwillingToPerform);
  query.controls = {{kPaged, true, "no BER"}};
  EXPECT_EQ(run(dsa, query).code, ResultCode::kUnavailableCriticalExtension);
}

/// RFC 2696 section 3: a size of zero with a cookie gives the search up.
TEST_F(SearchControlsTest, APagedSearchIsGivenUp) {
  auto query = users;
  query.controls = {{kPaged, true, page(5, "")}};
  const auto cookie = cookie_of(run(dsa, query));
  query.controls = {{kPaged, true, page(0, cookie)}};
  const auto answer = run(dsa, query);
  EXPECT_EQ(answer.code, ResultCode::kSuccess);
  EXPECT_TRUE(answer.entries.empty());
  EXPECT_TRUE(answer.controls.contains(kPaged));
  EXPECT_TRUE(cookie_of(answer).empty());
}

TEST_F(SearchControlsTest, LimitsOfEntries) {
  LdapPolicies policies;
  policies.max_page_size = 10;
  auto answer = run(dsa, users, administrator(), policies);
  EXPECT_EQ(answer.code, ResultCode::kSizeLimitExceeded);
  EXPECT_THAT(answer.entries, SizeIs(10));
  auto limited = users;
  limited.size_limit = 4;
  answer = run(dsa, limited);
  EXPECT_EQ(answer.code, ResultCode::kSizeLimitExceeded);
  EXPECT_THAT(answer.entries, SizeIs(4));
  limited.size_limit = kUsersCount;
  EXPECT_EQ(run(dsa, limited).code, ResultCode::kSuccess);
  // A page is no longer than the policy.
  auto paged = users;
  paged.controls = {{kPaged, true, page(1000, "")}};
  answer = run(dsa, paged, administrator(), policies);
  EXPECT_EQ(answer.code, ResultCode::kSuccess);
  EXPECT_THAT(answer.entries, SizeIs(10));
  EXPECT_FALSE(cookie_of(answer).empty());
}

TEST_F(SearchControlsTest, Sorted) {
  auto query = users;
  query.attributes = {"displayName"};
  query.controls = {{kSort, true, sort_by("displayName")}};
  const auto answer = run(dsa, query);
  ASSERT_THAT(answer.entries, SizeIs(kUsersCount));
  std::vector<std::string> given;
  for (const auto& entry : answer.entries) given.push_back(to_lower_ascii(entry.value("displayName")));
  EXPECT_TRUE(std::ranges::is_sorted(given));
  EXPECT_EQ(answer.controls.at(kSortDone), std::string("\x30\x03\x0A\x01\x00", 5));
  query.controls = {{kSort, true, sort_by("sAMAccountName", true)}};
  const auto reverse = run(dsa, query).dns();
  EXPECT_THAT(reverse.front(), HasSubstr("u29"));
  EXPECT_THAT(reverse.back(), HasSubstr("u00"));
  query.controls = {{kSort, true, sort_by("sAMAccountName")}};
  EXPECT_EQ(all_pages(query, 7), expected());
}

TEST_F(SearchControlsTest, WhatCannotBeSorted) {
  auto query = users;
  query.controls = {{kSort, true, sort_by("noSuchAttribute")}};
  EXPECT_EQ(run(dsa, query).code, ResultCode::kUnavailableCriticalExtension);
  query.controls = {{kSort, false, sort_by("member")}};
  const auto unsorted = run(dsa, query);
  EXPECT_EQ(unsorted.code, ResultCode::kSuccess);
  EXPECT_THAT(unsorted.entries, SizeIs(kUsersCount));
  EXPECT_THAT(unsorted.controls.at(kSortDone), HasSubstr(std::string("\x0A\x01\x12")));  // inappropriateMatching
  query.controls = {{kSort, true, tlv(0x30, tlv(0x30, tlv(0x04, "cn")) + tlv(0x30, tlv(0x04, "sn")))}};
  EXPECT_EQ(run(dsa, query).code, ResultCode::kUnavailableCriticalExtension);
}

TEST_F(SearchControlsTest, Windows) {
  const auto window = [&](std::string target, std::uint32_t before, std::uint32_t after) {
    auto query = users;
    query.controls = {{kSort, true, sort_by("sAMAccountName")}, {kVlv, true, tlv(0x30, ber_integer(before) + ber_integer(after) + target)}};
    return run(dsa, query);
  };
  const auto by_offset = [](std::uint32_t offset, std::uint32_t count) { return tlv(0xA0, ber_integer(offset) + ber_integer(count)); };
  EXPECT_THAT(window(by_offset(10, 0), 1, 2).names(), ElementsAre("u08", "u09", "u10", "u11"));
  EXPECT_THAT(window(by_offset(1, 0), 5, 1).names(), ElementsAre("u00", "u01"));
  EXPECT_THAT(window(by_offset(50, 100), 0, 0).names(), ElementsAre("u14"));
  EXPECT_THAT(window(by_offset(0, 0), 0, 3).names(), ElementsAre("u29"));
  EXPECT_THAT(window(tlv(0x81, "u05x"), 1, 0).names(), ElementsAre("u05", "u06"));
  EXPECT_THAT(window(tlv(0x81, "zzz"), 1, 5).names(), ElementsAre("u29"));
  const auto answer = window(by_offset(10, 0), 0, 0);
  EXPECT_EQ(answer.controls.at(kVlvDone).substr(2), std::string("\x02\x01\x0A\x02\x01\x1E\x0A\x01\x00", 9));
  EXPECT_EQ(window(by_offset(0, 5), 0, 0).code, ResultCode::kOffsetRangeError);
  auto alone = users;
  alone.controls = {{kVlv, true, tlv(0x30, ber_integer(0) + ber_integer(0) + by_offset(1, 0))}};
  EXPECT_EQ(run(dsa, alone).code, ResultCode::kSortControlMissing);
}

TEST_F(SearchControlsTest, AttributeScoped) {
  const Query query{.base = "CN=group," + kUsers, .scope = Scope::kBase, .filter = "(sAMAccountName=u0*)", .controls = {{kAsq, true, tlv(0x30, tlv(0x04, "member"))}}};
  const auto answer = run(dsa, query);
  EXPECT_EQ(answer.code, ResultCode::kSuccess);
  EXPECT_THAT(answer.entries, SizeIs(10));
  EXPECT_EQ(answer.controls.at(kAsq), std::string("\x30\x03\x0A\x01\x00", 5));
  auto wrong = query;
  wrong.scope = Scope::kSubtree;
  EXPECT_EQ(run(dsa, wrong).code, ResultCode::kUnwillingToPerform);
  wrong = query;
  wrong.controls[0].value = tlv(0x30, tlv(0x04, "cn"));
  EXPECT_EQ(run(dsa, wrong).code, ResultCode::kInvalidAttributeSyntax);
}

TEST_F(SearchControlsTest, RangesOfManyValues) {
  LdapPolicies policies;
  policies.max_value_range = 12;
  const auto member = [&](std::string name, std::vector<Query::Control> controls = {}) {
    return run(dsa, {.base = "CN=group," + kUsers, .scope = Scope::kBase, .attributes = {std::move(name)}, .controls = std::move(controls)}, administrator(), policies);
  };
  const auto whole = member("member");
  ASSERT_THAT(whole.entries, SizeIs(1));
  EXPECT_THAT(whole.entries[0].values("member"), IsEmpty());
  EXPECT_THAT(whole.entries[0].values("member;range=0-11"), SizeIs(12));
  EXPECT_THAT(member("member;range=12-*").entries[0].values("member;range=12-23"), SizeIs(12));
  EXPECT_THAT(member("member;range=24-*").entries[0].values("member;range=24-*"), SizeIs(6));
  EXPECT_THAT(member("member;Range=1-2").entries[0].values("member;range=1-2"), SizeIs(2));
  EXPECT_THAT(member("member;range=29-29").entries[0].values("member;range=29-*"), SizeIs(1));
  EXPECT_EQ(member("member;range=30-*").code, ResultCode::kOperationsError);
  const auto none = member("member;range=30-*", {{std::string(lp::oid::kRangeRetrievalNoErr)}});
  EXPECT_EQ(none.code, ResultCode::kSuccess);
  EXPECT_THAT(none.entries[0].attributes, IsEmpty());
  EXPECT_THAT(member("member;range=5-2").entries[0].attributes, IsEmpty());
}

TEST_F(SearchControlsTest, EverythingBelow) {
  const std::string phantom_root = tlv(0x30, ber_integer(2));
  const Query query{.base = "DC=lab,DC=example", .filter = "(|(sAMAccountName=u01)(objectClass=crossRefContainer))", .controls = {{kOptions, true, phantom_root}}};
  const auto answer = run(dsa, query);
  EXPECT_THAT(answer.names(), ElementsAre("Partitions", "u01"));
  EXPECT_THAT(answer.references, IsEmpty());
  // A base that is no object, but has NCs below; and no base at all.
  auto above = query;
  above.base = "DC=example";
  EXPECT_THAT(run(dsa, above).names(), ElementsAre("Partitions", "u01"));
  above.base = "";
  EXPECT_THAT(run(dsa, above).names(), ElementsAre("Partitions", "u01"));
  const auto at_gc = run(dsa, {.base = "", .filter = "(sAMAccountName=u01)", .attributes = {"sAMAccountName", "comment"}, .is_global_catalog = true});
  EXPECT_THAT(at_gc.names(), ElementsAre("u01"));
  EXPECT_EQ(run(dsa, {.base = ""}).code, ResultCode::kNoSuchObject);
  // What is in no partial attribute set is neither shown nor looked for there.
  const auto user = dsa.find("CN=u01,OU=many,DC=lab,DC=example");
  dsa.set_text(user, attid_of("comment"), "x");
  Query by_comment{.filter = "(comment=x)", .attributes = {"sAMAccountName", "comment"}};
  EXPECT_THAT(run(dsa, by_comment).entries.at(0).attributes, SizeIs(2));
  by_comment.is_global_catalog = true;
  EXPECT_THAT(run(dsa, by_comment).entries, IsEmpty());
  by_comment.filter = "(sAMAccountName=u01)";
  EXPECT_THAT(run(dsa, by_comment).entries.at(0).attributes, SizeIs(1));
}

TEST_F(SearchControlsTest, StatisticsAreForAdministrators) {
  auto query = users;
  query.filter = "(sAMAccountName=u01)";
  query.controls = {{kStats, true, std::string("\x05\x00\x00\x00", 4)}};
  const auto answer = run(dsa, query);
  EXPECT_THAT(answer.entries, SizeIs(1));
  EXPECT_THAT(answer.controls.at(kStats), HasSubstr("index sAMAccountName=u01: 1;"));
  EXPECT_THAT(run(dsa, query, user()).controls.at(kStats), Not(HasSubstr("sAMAccountName")));
  query.controls = {{kStats, true, std::string("\x02\x00\x00\x00", 4)}};
  EXPECT_THAT(run(dsa, query).entries, IsEmpty());
}

TEST_F(SearchControlsTest, FiltersOfAnySizeComeToAnEnd) {
  std::string deep = "(sAMAccountName=u01)";
  for (int i = 0; i < 500; ++i) deep = "(!" + deep + ")";
  EXPECT_THAT(run(dsa, {.base = "OU=many,DC=lab,DC=example", .filter = deep}).entries, SizeIs(1));
  std::string wide = "(|";
  for (int i = 0; i < 19'000; ++i) wide += fmt::format("(sAMAccountName=x{})", i);
  EXPECT_THAT(run(dsa, {.filter = wide + "(sAMAccountName=u01))"}).entries, SizeIs(1));
  std::string names = "(|";
  for (int i = 0; i < 15'000; ++i) names += "(anr=a b)";
  EXPECT_EQ(run(dsa, {.filter = names + ")"}).code, ResultCode::kAdminLimitExceeded);
}

TEST_F(SearchControlsTest, SlicesAreShort) {
  // Heavier than a slice: each object against thousands of parts that all have to be looked at.
  std::string filter = "(&(objectClass=*)(!(|";
  for (int i = 0; i < 4'000; ++i) filter += fmt::format("(description={}*x)", i);
  filter += ")))";
  LdapPolicies policies;
  policies.max_page_size = 100'000;
  const auto answer = run(dsa, {.filter = filter}, administrator(), policies);
  EXPECT_EQ(answer.code, ResultCode::kSuccess);
  EXPECT_GT(answer.slices, 1u);
  policies.max_query_duration = std::chrono::seconds(0);
  EXPECT_EQ(run(dsa, {.filter = filter}, administrator(), policies).code, ResultCode::kTimeLimitExceeded);
}

}  // namespace
}  // namespace tributary::service::ldap_face::testing
