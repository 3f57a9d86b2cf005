// SPDX-License-Identifier: Apache-2.0
// Which objects a search looks at, in the words of explain(); and that a plan loses none ([MS-ADTS] 3.1.1.3.1.3).
#include <gmock/gmock.h>

#include "query/test_directory.hpp"

namespace tributary::query::testing {
namespace {

class PlanTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::string plan(const std::string& text) { return directory.plan(text); }
  Directory directory;
};

TEST_F(PlanTest, AnIndexIsTheFirstChoice) {
  EXPECT_EQ(plan("(sAMAccountName=ann)"), "index sAMAccountName=ann: 1");
  EXPECT_EQ(plan("(sAMAccountName=nobody)"), "index sAMAccountName=nobody: 0");
  EXPECT_EQ(plan("(&(objectClass=user)(sAMAccountName=ann))"), "index sAMAccountName=ann: 1");
  EXPECT_EQ(plan("(&(objectClass=group)(sAMAccountName=nobody)(description=x))"), "index sAMAccountName=nobody: 0");
  // With one object at hand the others are not counted.
  EXPECT_EQ(plan("(&(sn=elm tree)(sAMAccountName=nobody))"), "index sn=elm tree: 1");
  EXPECT_EQ(plan("(&(sn=*)(!(sAMAccountName=ann))(givenName=bob))"), "index givenName=bob: 1");
}

TEST_F(PlanTest, NothingThatIsFalseIsLookedFor) {
  EXPECT_EQ(plan("(unknown=x)"), "nothing can match: 0");
  EXPECT_EQ(plan("(&(sn=arbor)(member=CN=nobody,DC=lab,DC=example))"), "nothing can match: 0");
  EXPECT_EQ(plan("(|)"), "union of: 0");
}

TEST_F(PlanTest, EveryPartOfAnOrNeedsAnIndex) {
  EXPECT_EQ(plan("(|(sAMAccountName=ann)(&(description=x)(sAMAccountName=bob))(unknown=y))"),
            "union of: 2/  index sAMAccountName=ann: 1/  index sAMAccountName=bob: 1/  nothing can match: 0");
  EXPECT_EQ(directory.plan("(|(sAMAccountName=ann)(description=x))").substr(0, 8), "the tree");
}

TEST_F(PlanTest, LinksAreFollowedFromWhatIsNamed) {
  const auto number = [](Dnt dnt) { return std::to_string(static_cast<std::uint64_t>(dnt)); };
  EXPECT_EQ(plan("(member=CN=ann,OU=people,DC=lab,DC=example)"), "back links of member=#" + number(directory.ann) + ": 1");
  EXPECT_EQ(plan("(memberOf=CN=staff,OU=people,DC=lab,DC=example)"), "link values of memberOf=#" + number(directory.staff) + ": 2");
  EXPECT_EQ(plan("(memberOf:1.2.840.113556.1.4.1941:=CN=all,OU=people,DC=lab,DC=example)"), "chain memberOf:chain:=#" + number(directory.all) + ": 5");
  EXPECT_EQ(plan("(distinguishedName=CN=ann,OU=people,DC=lab,DC=example)"), "the object distinguishedName=#" + number(directory.ann) + ": 1");
}

TEST_F(PlanTest, TheScopeMayBeTheSmaller) {
  EXPECT_EQ(directory.plan("(sn=*)", Scope::kBase), "the base: 1");
  EXPECT_EQ(directory.plan("(sn=*)", Scope::kOneLevel, directory.ann), "children of the base: 0");
  EXPECT_EQ(directory.plan("(objectClass=user)", Scope::kSubtree, directory.ann), "index objectClass=user: 3");
  EXPECT_EQ(directory.plan("(sn=*)", Scope::kSubtree, directory.ann), "the tree: 1");
  for (int i = 0; i < 20; ++i)
    directory.add(directory.people, "user", "u" + std::to_string(i), {{attid_of("sAMAccountName"), {repl::text_value("u" + std::to_string(i))}}});
  EXPECT_EQ(directory.plan("(objectClass=user)", Scope::kSubtree, directory.ann), "the tree: 1");
  EXPECT_EQ(directory.plan("(sn=*)", Scope::kSubtree, store::kNoDnt, 16), "scan of all objects");
}

TEST_F(PlanTest, ChangesByTheirUsn) {
  const auto before = directory.forest->store->read()->highest_committed_usn().value;
  must(directory.forest->try_modify(directory.eve, {{repl::ModifyOperation::kReplace, attid_of("description"), {repl::text_value("new")}}}));
  EXPECT_EQ(plan(fmt::format("(uSNChanged>={})", before + 1)), fmt::format("changes uSNChanged>={}: 1", before + 1));
  EXPECT_EQ(directory.by_plan(fmt::format("(uSNChanged>={})", before + 1)), std::vector<std::string>{"eve"});
  EXPECT_EQ(directory.by_plan(fmt::format("(uSNChanged={})", before + 1)), std::vector<std::string>{"eve"});
}

TEST_F(PlanTest, AFilterOfManyPartsIsPlannedInBoundedWork) {
  std::string text = "(|";
  for (int i = 0; i < 15'000; ++i) text += "(sAMAccountName=x" + std::to_string(i) + ")";
  EXPECT_EQ(plan(text + "(sAMAccountName=ann))").substr(0, 11), "union of: 1");
}

/// Random filters from a small vocabulary: the plan finds what looking at everything finds.
TEST_F(PlanTest, APlanLosesNothing) {
  constexpr std::string_view kLeaves[] = {"(sAMAccountName=ann)", "(sAMAccountName=bob)", "(sn=arbor)", "(sn=*)", "(givenName=e*)", "(objectClass=group)",
                                          "(objectClass=user)", "(unknown=1)", "(member=CN=ann,OU=people,DC=lab,DC=example)", "(objectClass=*)",
                                          "(memberOf=CN=staff,OU=people,DC=lab,DC=example)", "(memberOf:1.2.840.113556.1.4.1941:=CN=all,OU=people,DC=lab,DC=example)",
                                          "(userAccountControl:1.2.840.113556.1.4.803:=2)", "(uSNChanged>=10)", "(anr=a)", "(name=all)", "(description=one)"};
  repl::testing::TestRandom random(5);
  const std::function<std::string(int)> make = [&](int depth) -> std::string {
    const auto choice = depth == 0 ? 9 : random.below(10);
    if (choice > 5) return std::string(kLeaves[random.below(std::size(kLeaves))]);
    std::string text = choice < 2 ? "(&" : choice < 5 ? "(|" : "(!";
    const std::size_t parts = choice == 5 ? 1 : random.below(4);
    for (std::size_t i = 0; i < parts; ++i) text += make(depth - 1);
    return text + ")";
  };
  for (int i = 0; i < 400; ++i) {
    const auto text = make(3);
    EXPECT_EQ(directory.by_plan(text), directory.by_scan(text)) << text;
  }
}

TEST_F(PlanTest, ATrialCounts) {
  const auto snapshot = directory.forest->store->read();
  const Area area{Scope::kSubtree, directory.domain, {directory.domain}};
  const auto trial = must(try_search(*snapshot, must(directory.compile("(|(sAMAccountName=ann)(&(objectClass=user)(sn=b\u00E4um)))")), area));
  EXPECT_EQ(trial.steps.size(), 3u);
  EXPECT_EQ(trial.looked_at, 2u);
  EXPECT_EQ(trial.matching, 2u);
  EXPECT_EQ(trial.filter, "(|(sAMAccountName=ann)(&(objectClass=user)(sn=b\u00E4um)))");
}

TEST_F(PlanTest, FiltersInWords) {
  const auto words = [&](const std::string& text) { return describe(must(directory.compile(text)), 200); };
  EXPECT_EQ(words("(&(sn=Arbor)(!(userAccountControl:1.2.840.113556.1.4.803:=2))(cn=a*b*c))"), "(&(sn=arbor)(!(userAccountControl:and:=2))(cn=a*b*c))");
  EXPECT_EQ(words("(|(unknown=1)(objectClass=*)(accountExpires>=-5))"), "(|(undefined)(true)(accountExpires>=-5))");
  EXPECT_EQ(words("(objectSid=S-1-5-21-1-2-3)"), "(objectSid=S-1-5-21-1-2-3)");
}

}  // namespace
}  // namespace tributary::query::testing
