// SPDX-License-Identifier: Apache-2.0
// Searches that follow changes: DirSync ([MS-ADTS] 3.1.1.3.4.1.3, [MS-DRSR] 5.115) and notification ([MS-ADTS] 3.1.1.3.4.1.9), on a new forest.
#include <atomic>
#include <thread>

#include "security/access/well_known_sids.hpp"
#include "service/ldap/changes/dirsync_cookie.hpp"
#include "service/ldap/test_search.hpp"

namespace tributary::service::ldap_face::testing {
namespace {

using namespace repl;
using namespace service::testing;
using lp::Operation;
using lp::ResultCode;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
namespace attid = directory::attid;
using repl::testing::must;

constexpr std::uint32_t kObjectSecurity = 1, kAncestorsFirst = 0x800, kIncremental = 0x80000000;

std::string dirsync_value(std::uint32_t flags, std::string_view cookie, std::uint32_t octets = 0) {
  return tlv(0x30, ber_integer(flags) + ber_integer(octets) + tlv(0x04, cookie));
}

/// An answer, and what its control says.
struct Page {
  Answer answer;
  std::uint32_t more = 0;
  std::string cookie;
  [[nodiscard]] const Entry* find(std::string_view dn_begin) const {
    for (const auto& entry : answer.entries)
      if (entry.dn.starts_with(dn_begin)) return &entry;
    return nullptr;
  }
};

class DirSyncSearches : public ::testing::Test {
 protected:
  Page sync(const std::string& cookie, std::uint32_t flags = 0, std::shared_ptr<const Caller> caller = administrator()) {
    query.controls = {{std::string(oid), true, dirsync_value(flags, cookie)}};
    Page page{run(dsa, query, std::move(caller), policies), 0, {}};
    const auto control = page.answer.controls.find(std::string(oid));
    if (control == page.answer.controls.end()) return page;
    std::string_view octets = control->second;
    const auto sequence = take(octets).content;
    std::string_view rest = sequence;
    page.more = static_cast<std::uint8_t>(take(rest).content.back());
    (void)take(rest);
    page.cookie = take(rest).content;
    return page;
  }
  /// Until there is no more: the cookie of now.
  std::string whole() {
    std::string cookie;
    for (int i = 0; i < 100; ++i) {
      auto page = sync(cookie);
      EXPECT_EQ(page.answer.code, ResultCode::kSuccess) << page.answer.message;
      cookie = page.cookie;
      if (page.more == 0) return cookie;
    }
    ADD_FAILURE() << "it never ends";
    return cookie;
  }

  ForestDsa dsa;
  Query query{.attributes = {}};
  LdapPolicies policies;
  std::string_view oid = lp::oid::kDirSync;
};

TEST_F(DirSyncSearches, TheFirstHasEverythingAndTheNextNothing) {
  const Dnt box = dsa.add(in_lab("CN=Users,"), "container", "box", {{attid::kDescription, {text_value("new")}}});
  std::set<std::string> seen;
  std::string cookie;
  std::uint32_t more = 1;
  for (int i = 0; i < 100 && more != 0; ++i) {
    const auto page = sync(cookie);
    ASSERT_EQ(page.answer.code, ResultCode::kSuccess) << page.answer.message;
    for (const auto& entry : page.answer.entries) {
      EXPECT_TRUE(seen.insert(entry.dn).second) << entry.dn << " came twice";
      EXPECT_TRUE(entry.has("objectGUID") && entry.has("instanceType")) << entry.dn;
      EXPECT_FALSE(entry.has("unicodePwd") || entry.has("uSNChanged") || entry.has("cn")) << entry.dn;
    }
    cookie = page.cookie;
    more = page.more;
  }
  EXPECT_TRUE(seen.contains("DC=lab,DC=example"));
  EXPECT_TRUE(seen.contains(dsa.dn(box)));
  EXPECT_FALSE(seen.contains("CN=Configuration,DC=lab,DC=example")) << "an NC of its own";
  EXPECT_EQ(seen.size(), must(dsa.store().read()->nc_size(dsa.domain())).first);
  const auto next = sync(cookie);
  EXPECT_THAT(next.answer.entries, IsEmpty());
  EXPECT_EQ(next.more, 0u);
}

TEST_F(DirSyncSearches, LaterOnesHaveWhatChangedAndNoMore) {
  const Dnt box = dsa.add(in_lab("CN=Users,"), "container", "box", {{attid::kDescription, {text_value("old")}}});
  const auto cookie = whole();
  dsa.set_text(box, attid::kDisplayName, "shown");
  dsa.set(box, attid::kDescription, {});
  const auto page = sync(cookie);
  ASSERT_THAT(page.answer.entries, SizeIs(1));
  const auto& entry = page.answer.entries.front();
  EXPECT_EQ(entry.dn, in_lab("CN=box,CN=Users,"));
  EXPECT_EQ(entry.value("displayName"), "shown");
  EXPECT_TRUE(entry.has("description"));
  EXPECT_THAT(entry.values("description"), IsEmpty()) << "removed";
  EXPECT_FALSE(entry.has("objectClass"));
  const auto guid = dsa.guid(box).octets;
  EXPECT_EQ(entry.value("objectGUID"), std::string(guid.begin(), guid.end()));
  const auto parent = dsa.guid(dsa.find(in_lab("CN=Users,"))).octets;
  EXPECT_EQ(entry.value("parentGUID"), std::string(parent.begin(), parent.end())) << "[MS-DRSR] 5.115.5";
}

TEST_F(DirSyncSearches, DeletedObjectsAreAmongTheChanges) {
  const Dnt box = dsa.add(in_lab("CN=Users,"), "container", "box");
  const auto cookie = whole();
  dsa.remove(box);
  const auto page = sync(cookie);
  ASSERT_THAT(page.answer.entries, SizeIs(1));
  EXPECT_EQ(page.answer.entries.front().value("isDeleted"), "TRUE");
  EXPECT_NE(page.answer.entries.front().dn.find("DEL:"), std::string::npos);
}

TEST_F(DirSyncSearches, OnlyAttributesThatWereAskedFor) {
  const Dnt box = dsa.add(in_lab("CN=Users,"), "container", "box");
  const auto cookie = whole();
  dsa.set_text(box, attid::kDescription, "new");
  dsa.set_text(box, attid::kDisplayName, "shown");
  query.attributes = {"*", "displayName"};
  const auto page = sync(cookie);
  ASSERT_THAT(page.answer.entries, SizeIs(1));
  EXPECT_EQ(page.answer.entries.front().value("displayName"), "shown");
  EXPECT_FALSE(page.answer.entries.front().has("description")) << "the asterisk beside a name counts for nothing";
  query.attributes = {"mail"};
  EXPECT_THAT(sync(cookie).answer.entries, IsEmpty());
}

TEST_F(DirSyncSearches, TheExtendedFormGivesUnchangedAttributesToo) {
  const Dnt box = dsa.add(in_lab("CN=Users,"), "container", "box", {{attid::kDescription, {text_value("old")}}});
  const auto cookie = whole();
  dsa.set_text(box, attid::kDisplayName, "shown");
  query.attributes = {"displayName", "description;dirSyncAlwaysReturn"};
  EXPECT_FALSE(sync(cookie).find("CN=box")->has("description"));
  oid = lp::oid::kDirSyncEx;
  EXPECT_EQ(sync(cookie).find("CN=box")->value("description"), "old");
  query.attributes = {"mail", "description;dirSyncAlwaysReturn"};
  EXPECT_THAT(sync(cookie).answer.entries, IsEmpty()) << "nothing of what was asked for changed";
}

TEST_F(DirSyncSearches, TheFilterChoosesObjects) {
  const auto cookie = whole();
  dsa.add(in_lab("CN=Users,"), "container", "box");
  dsa.add_account("user", "ann", 1201);
  query.filter = "(objectClass=user)";
  EXPECT_THAT(sync(cookie).answer.dns(), ElementsAre(in_lab("CN=ann,CN=Users,")));
}

TEST_F(DirSyncSearches, LinkValuesWholeOrByIncrement) {
  const Dnt ann = dsa.add_account("user", "ann", 1201), bob = dsa.add_account("user", "bob", 1202);
  const Dnt group = dsa.add_account("group", "staff", 1203, {{attid::kGroupType, {u32_value(0x80000002)}}});
  dsa.link(group, attid::kMember, ann);
  const auto cookie = whole();
  dsa.link(group, attid::kMember, bob);
  auto page = sync(cookie);
  ASSERT_THAT(page.answer.entries, SizeIs(1));
  EXPECT_THAT(page.answer.entries.front().values("member"), UnorderedElementsAre(dsa.dn(ann), dsa.dn(bob)));
  const Modification removal{ModifyOperation::kDelete, attid::kMember, {reference_value(ann)}};
  (void)must(dsa.update([&](const Context& context, WriteTransaction& tx) {
    return modify(tx, context, group, std::span(&removal, 1), {CheckLevel::kReplica, false, false});
  }));
  page = sync(cookie, kIncremental);
  ASSERT_THAT(page.answer.entries, SizeIs(1));
  EXPECT_THAT(page.answer.entries.front().values("member;range=1-1"), ElementsAre(dsa.dn(bob)));
  EXPECT_THAT(page.answer.entries.front().values("member;range=0-0"), ElementsAre(dsa.dn(ann)));
  EXPECT_FALSE(page.answer.entries.front().has("member"));
  EXPECT_THAT(sync(page.cookie, kIncremental).answer.entries, IsEmpty());
}

TEST_F(DirSyncSearches, ANewGroupComesWithItsMembersInOneEntry) {
  const auto cookie = whole();
  const Dnt ann = dsa.add_account("user", "ann", 1201);
  const Dnt group = dsa.add_account("group", "staff", 1203, {{attid::kGroupType, {u32_value(0x80000002)}}});
  dsa.link(group, attid::kMember, ann);
  const auto page = sync(cookie);
  EXPECT_THAT(page.answer.dns(), UnorderedElementsAre(dsa.dn(ann), dsa.dn(group)));
  EXPECT_THAT(page.find("CN=staff")->values("member"), ElementsAre(dsa.dn(ann)));
}

TEST_F(DirSyncSearches, AncestorsFirst) {
  const auto cookie = whole();
  const Dnt outer = dsa.add(in_lab("CN=Users,"), "container", "outer");
  dsa.add(in_lab("CN=outer,CN=Users,"), "container", "inner");
  dsa.set_text(outer, attid::kDescription, "changed after its child");
  EXPECT_THAT(sync(cookie).answer.dns(), ElementsAre(in_lab("CN=inner,CN=outer,CN=Users,"), in_lab("CN=outer,CN=Users,")));
  EXPECT_THAT(sync(cookie, kAncestorsFirst).answer.dns(), ElementsAre(in_lab("CN=outer,CN=Users,"), in_lab("CN=inner,CN=outer,CN=Users,")));
}

TEST_F(DirSyncSearches, PagesGoOnWhereTheCookieSays) {
  const auto cookie = whole();
  for (int i = 0; i < 250; ++i) dsa.add(in_lab("CN=Users,"), "container", "box" + std::to_string(i));
  query.size_limit = 100;
  const auto first = sync(cookie);
  EXPECT_THAT(first.answer.entries, SizeIs(100));
  EXPECT_NE(first.more, 0u);
  const auto second = sync(first.cookie), third = sync(second.cookie);
  EXPECT_THAT(third.answer.entries, SizeIs(50));
  EXPECT_EQ(third.more, 0u);
  std::set<std::string> all;
  for (const auto& page : {first, second, third})
    for (const auto& dn : page.answer.dns()) all.insert(dn);
  EXPECT_EQ(all.size(), 250u);
}

/// An object that changes between two runs of one search is met again, and no change of it is lost.
TEST_F(DirSyncSearches, ChangesWhileItRuns) {
  const auto cookie = whole();
  std::vector<Dnt> boxes;
  const std::string text(2'000, 'x');
  for (int i = 0; i < 80; ++i) boxes.push_back(dsa.add(in_lab("CN=Users,"), "container", "box" + std::to_string(i), {{attid::kDescription, {text_value(text)}}}));
  query.controls = {{std::string(oid), true, dirsync_value(0, cookie)}};
  const auto operation = start(dsa, query);
  Bytes out;
  ASSERT_EQ(operation->run(out), Operation::State::kMore) << "64 KiB are enough for one run";
  dsa.set_text(boxes.front(), attid::kDisplayName, "told already, and changed again");
  dsa.set_text(boxes.back(), attid::kDisplayName, "changed before it was told");
  while (operation->run(out) != Operation::State::kDone) {}
  const auto answer = read_answer(out);
  std::map<std::string, Entry> last;
  for (const auto& entry : answer.entries) last[entry.dn] = entry;
  EXPECT_EQ(last.size(), boxes.size());
  EXPECT_EQ(last.at(dsa.dn(boxes.front())).value("displayName"), "told already, and changed again");
  EXPECT_EQ(last.at(dsa.dn(boxes.back())).value("displayName"), "changed before it was told");
  EXPECT_EQ(last.at(dsa.dn(boxes.back())).value("description"), text);
}

TEST_F(DirSyncSearches, RightsAndTheRootOfAnNc) {
  const auto refused = sync({}, 0, user());
  EXPECT_EQ(refused.answer.code, ResultCode::kInsufficientAccessRights);
  EXPECT_THAT(refused.answer.message, ::testing::StartsWith("00002105"));
  query.base = in_lab("CN=Users,");
  EXPECT_EQ(sync({}).answer.code, ResultCode::kInsufficientAccessRights);
  EXPECT_EQ(sync({}, kObjectSecurity).answer.code, ResultCode::kUnwillingToPerform);
  query.base = in_lab("CN=nobody,");
  EXPECT_EQ(sync({}).answer.code, ResultCode::kNoSuchObject);
}

TEST_F(DirSyncSearches, WithObjectSecurityEverybodySeesWhatHeMayRead) {
  const auto cookie = whole();
  const Dnt ann = dsa.add_account("user", "ann", 1201, {{attid::kDescription, {text_value("of ann")}}});
  auto page = sync(cookie, kObjectSecurity, user());
  ASSERT_NE(page.find("CN=ann"), nullptr) << page.answer.message;
  EXPECT_EQ(page.find("CN=ann")->value("description"), "of ann");
  EXPECT_FALSE(page.find("CN=ann")->has("nTSecurityDescriptor")) << "the SACL is not for users";
  dsa.remove(ann);
  page = sync(page.cookie, kObjectSecurity, user());
  ASSERT_THAT(page.answer.entries, SizeIs(1)) << "that it is gone everybody learns";
  EXPECT_EQ(page.answer.entries.front().value("isDeleted"), "TRUE");
  EXPECT_FALSE(page.answer.entries.front().has("description"));
}

TEST_F(DirSyncSearches, CookiesThatAreNoneAreAProtocolError) {
  for (const std::string& bad : {std::string("x"), std::string(68, 'M'), whole() + "x"})
    EXPECT_EQ(sync(bad).answer.code, ResultCode::kProtocolError);
  query.controls = {{std::string(oid), true, std::string("nonsense")}};
  EXPECT_EQ(run(dsa, query).code, ResultCode::kProtocolError);
}

/// 5.115.11: of another DC's cookie only the vector counts, so nothing comes that this one had from everybody.
TEST_F(DirSyncSearches, TheCookieOfAnotherDcIsGoodForItsVector) {
  auto cookie = must(decode_dirsync_cookie(as_bytes(whole())));
  cookie.source = InvocationId{"e3514235-4b06-11d1-ab04-00c04fc2dcd2"_guid};
  cookie.usn = {1'000'000, 0, 1'000'000};
  const auto octets = encode_dirsync_cookie(cookie);
  const std::string text(octets.begin(), octets.end());
  const Dnt box = dsa.add(in_lab("CN=Users,"), "container", "box");
  EXPECT_THAT(sync(text).answer.dns(), ElementsAre(dsa.dn(box)));
}

/// As Samba's IDL of ldapControlDirSyncCookie has it: what its clients take apart.
TEST(DirSyncCookies, LayoutOfS5_115_2_1) {
  DirSyncCookie cookie;
  cookie.created = FileTime{0x1122334455667788};
  cookie.usn = {0x0A, 0, 0x0B};
  cookie.source = InvocationId{"e3514235-4b06-11d1-ab04-00c04fc2dcd2"_guid};
  cookie.up_to_dateness_vector.advance({cookie.source, Usn{5}, {}});
  const auto octets = encode_dirsync_cookie(cookie);
  EXPECT_EQ(to_hex(octets),
            "4d534453" "03000000" "8877665544332211" "0000000000000000" "28000000"
            "0a00000000000000" "0000000000000000" "0b00000000000000" "354251e3064bd111ab0400c04fc2dcd2"
            "01000000" "00000000" "01000000" "00000000" "354251e3064bd111ab0400c04fc2dcd2" "0500000000000000");
  EXPECT_EQ(must(decode_dirsync_cookie(octets)), cookie);
  for (std::size_t size = 0; size < octets.size(); ++size) EXPECT_FALSE(decode_dirsync_cookie(ByteView(octets).first(size))) << size;
}

class Notifications : public ::testing::Test {
 protected:
  std::unique_ptr<Operation> wait_for(const std::string& base, lp::Scope scope, std::vector<std::string> attributes = {"description"}) {
    queries.push_back(std::make_unique<Query>(Query{.base = base, .scope = scope, .attributes = std::move(attributes), .controls = controls}));
    return start(dsa, *queries.back(), caller, policies);
  }
  /// Entries that have come until it waits again.
  std::vector<Entry> told(Operation& operation) {
    Bytes out;
    for (int i = 0; i < 1000; ++i) {
      const auto state = operation.run(out);
      EXPECT_NE(state, Operation::State::kDone);
      if (state != Operation::State::kMore) break;
    }
    // read_answer wants an end.
    lp::append_result(out, 7, lp::ResponseTag::kSearchDone, {});
    return read_answer(out).entries;
  }
  ResultCode refusal_of(Operation& operation) {
    Bytes out;
    EXPECT_EQ(operation.run(out), Operation::State::kDone);
    return read_answer(out).code;
  }

  ForestDsa dsa;
  std::vector<std::unique_ptr<Query>> queries;
  std::vector<Query::Control> controls{{std::string(lp::oid::kNotification)}};
  std::shared_ptr<const Caller> caller = administrator();
  LdapPolicies policies;
};

TEST_F(Notifications, EntriesComeWithChangesOfTheScope) {
  const auto subtree = wait_for(in_lab("CN=Users,"), lp::Scope::kSubtree), one = wait_for(in_lab("CN=Users,"), lp::Scope::kOneLevel);
  const auto base = wait_for(in_lab("CN=Users,"), lp::Scope::kBase);
  EXPECT_THAT(told(*subtree), IsEmpty());
  const Dnt box = dsa.add(in_lab("CN=Users,"), "container", "box", {{attid::kDescription, {text_value("first")}}});
  const auto entries = told(*subtree);
  ASSERT_THAT(entries, SizeIs(1));
  EXPECT_EQ(entries.front().dn, in_lab("CN=box,CN=Users,"));
  EXPECT_EQ(entries.front().value("description"), "first");
  dsa.add(in_lab("CN=box,CN=Users,"), "container", "inner");
  EXPECT_THAT(told(*subtree), SizeIs(1));
  EXPECT_THAT(told(*one), SizeIs(1)) << "the box, and not what is in it";
  EXPECT_THAT(told(*base), IsEmpty());
  dsa.set_text(dsa.find(in_lab("CN=Users,")), attid::kDescription, "users");
  EXPECT_THAT(told(*base), SizeIs(1));
  EXPECT_THAT(told(*one), IsEmpty());
  dsa.set_text(box, attid::kDescription, "second");
  dsa.set_text(box, attid::kDescription, "third");
  const auto last = told(*one);
  ASSERT_THAT(last, SizeIs(1)) << "two changes, told once";
  EXPECT_EQ(last.front().value("description"), "third");
  EXPECT_THAT(told(*one), IsEmpty());
}

TEST_F(Notifications, ChangesOfLinkValuesCount) {
  const Dnt ann = dsa.add_account("user", "ann", 1201);
  const Dnt group = dsa.add_account("group", "staff", 1203, {{attid::kGroupType, {u32_value(0x80000002)}}});
  const auto operation = wait_for(in_lab("CN=Users,"), lp::Scope::kSubtree, {"member"});
  dsa.link(group, attid::kMember, ann);
  const auto entries = told(*operation);
  ASSERT_THAT(entries, SizeIs(1));
  EXPECT_THAT(entries.front().values("member"), ElementsAre(dsa.dn(ann)));
}

TEST_F(Notifications, DeletedObjectsForWhoAskedForThem) {
  const Dnt box = dsa.add(in_lab("CN=Users,"), "container", "box"), other = dsa.add(in_lab("CN=Users,"), "container", "other");
  const auto without = wait_for("DC=lab,DC=example", lp::Scope::kSubtree, {"isDeleted"});
  controls.push_back({std::string(lp::oid::kShowRecycled)});
  const auto with = wait_for("DC=lab,DC=example", lp::Scope::kSubtree, {"isDeleted"});
  dsa.remove(box);
  EXPECT_THAT(told(*without), IsEmpty());
  const auto entries = told(*with);
  ASSERT_THAT(entries, SizeIs(1));
  EXPECT_EQ(entries.front().value("isDeleted"), "TRUE");
  dsa.set_text(other, attid::kDescription, "still here");
  EXPECT_THAT(told(*without), SizeIs(1));
}

TEST_F(Notifications, WhoMayNotSeeAnObjectIsNotTold) {
  caller = std::make_shared<const Caller>(Caller{"nobody", {security::sids::kAnonymous, {}, {}}, {}, {}});
  controls.front().critical = true;
  const auto operation = wait_for("DC=lab,DC=example", lp::Scope::kSubtree);
  dsa.add(in_lab("CN=Users,"), "container", "box");
  EXPECT_THAT(told(*operation), IsEmpty());
}

TEST_F(Notifications, OnlyTheFilterThatTakesEverything) {
  queries.push_back(std::make_unique<Query>(Query{.filter = "(cn=ann)", .controls = controls}));
  EXPECT_EQ(refusal_of(*start(dsa, *queries.back())), ResultCode::kUnwillingToPerform);
  queries.push_back(std::make_unique<Query>(Query{.base = in_lab("CN=nobody,"), .controls = controls}));
  EXPECT_EQ(refusal_of(*start(dsa, *queries.back())), ResultCode::kNoSuchObject);
}

TEST_F(Notifications, SoManyOfOneConnection) {
  policies.max_notifications_per_connection = 2;
  auto first = wait_for("DC=lab,DC=example", lp::Scope::kSubtree);
  const auto second = wait_for("DC=lab,DC=example", lp::Scope::kSubtree);
  EXPECT_EQ(refusal_of(*wait_for("DC=lab,DC=example", lp::Scope::kSubtree)), ResultCode::kAdminLimitExceeded);
  first = nullptr;
  EXPECT_THAT(told(*wait_for("DC=lab,DC=example", lp::Scope::kSubtree)), IsEmpty()) << "the abandoned one made room";
}

TEST(ChangeSignals, CallsWhoListensUntilHeDoesNot) {
  ChangeSignal::Subscription outlives;
  std::atomic<int> called = 0;
  {
    ChangeSignal signal;
    {
      const auto subscription = signal.subscribe([&] { ++called; });
      auto moved = signal.subscribe([&] { ++called; });
      outlives = std::move(moved);
      signal.notify();
      EXPECT_EQ(called, 2);
    }
    signal.notify();
    EXPECT_EQ(called, 3);
  }
}

TEST(ChangeSignals, FromManyThreads) {
  ChangeSignal signal;
  std::atomic<int> called = 0;
  const auto stays = signal.subscribe([&] { ++called; });
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int j = 0; j < 200; ++j) {
        const auto comes_and_goes = signal.subscribe([] {});
        signal.notify();
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(called, 800);
}

}  // namespace
}  // namespace tributary::service::ldap_face::testing
