// SPDX-License-Identifier: Apache-2.0
// Updates that share a commit: each stands or falls alone, each is answered once, and works that fail in the middle take nothing with them
// ([MS-ADTS] 3.1.1.5.1.4).
#include "dsa/core/group_commit.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <future>

#include "repl/updates/test_forest.hpp"

namespace tributary::dsa {
namespace {

using repl::testing::Forest;
using repl::testing::must;
using ::testing::ElementsAre;

class GroupCommitTest : public ::testing::Test {
 protected:
  GroupCommitTest()
      : forest_(Forest::with_domain()), group_({*forest_->store, turn_, [this] { return forest_->context; },
                                                [this](const repl::Updates& updates, std::size_t works) {
                                                  objects_ += updates.objects.size();
                                                  works_ += works;
                                                }}) {}
  ~GroupCommitTest() override { group_.stop(); }

  /// What happens to those that are posted while nobody has his turn happens in one batch.
  void hold() { turn_.lock(); }
  void let_go() { turn_.unlock(); }

  std::future<Win32> post(GroupCommit::Update work) {
    auto promise = std::make_shared<std::promise<Win32>>();
    auto answer = promise->get_future();
    group_.post(std::move(work), [promise](const Result<repl::Updates>& result) { promise->set_value(result ? win32::kErrorSuccess : result.error().code); });
    return answer;
  }
  GroupCommit::Update add(std::string name) {
    return [this, name = std::move(name)](const repl::Context& context, store::WriteTransaction& tx) -> Result<repl::Updates> {
      ++runs_;
      auto added = repl::add(tx, context, forest_->request_of(forest_->domain.root, "container", name), repl::CheckLevel::kReplica);
      if (!added) return std::unexpected(added.error());
      return std::move(added->updates);
    };
  }
  static GroupCommit::Update fails(Win32 code) {
    return [code](const repl::Context&, store::WriteTransaction&) -> Result<repl::Updates> { return fail(code); };
  }
  /// Writes, and then thinks better of it.
  GroupCommit::Update fails_late(const std::string& name) {
    return [work = add(name)](const repl::Context& context, store::WriteTransaction& tx) -> Result<repl::Updates> {
      if (auto done = work(context, tx); !done) return done;
      return fail(win32::kErrorDsBusy);
    };
  }
  [[nodiscard]] bool is_there(std::string_view name) { return must(forest_->store->read()->find_child(forest_->domain.root, name)) != store::kNoDnt; }

  std::unique_ptr<Forest> forest_;
  TurnLock turn_;
  std::atomic<std::size_t> runs_{0}, objects_{0}, works_{0};
  GroupCommit group_;
};

TEST_F(GroupCommitTest, WhoWaitsSharesOneCommit) {
  hold();
  auto first = post(add("first"));  // may have its batch before the others come
  std::vector<std::future<Win32>> answers;
  for (int i = 0; i < 100; ++i) answers.push_back(post(add("c" + std::to_string(i))));
  let_go();
  EXPECT_EQ(first.get(), win32::kErrorSuccess);
  for (auto& answer : answers) EXPECT_EQ(answer.get(), win32::kErrorSuccess);
  EXPECT_TRUE(is_there("c99"));
  EXPECT_LE(group_.figures().batches, 2u);
  EXPECT_EQ(objects_, 101u);
  EXPECT_EQ(works_, 101u);
}

TEST_F(GroupCommitTest, OneThatFailsWithoutWritingCostsTheOthersNothing) {
  hold();
  auto one = post(add("one")), bad = post(fails(win32::kErrorDsInsuffAccessRights)), again = post(add("one")), two = post(add("two"));
  let_go();
  EXPECT_EQ(one.get(), win32::kErrorSuccess);
  EXPECT_EQ(bad.get(), win32::kErrorDsInsuffAccessRights);
  EXPECT_EQ(again.get(), win32::kErrorDsObjStringNameExists);
  EXPECT_EQ(two.get(), win32::kErrorSuccess);
  EXPECT_EQ(runs_, 3u);
  EXPECT_EQ(group_.figures().reruns, 0u);
}

TEST_F(GroupCommitTest, OneThatFailsAfterItHasWrittenLeavesNothingBehind) {
  hold();
  auto one = post(add("one")), bad = post(fails_late("bad")), two = post(add("two")), worse = post(fails_late("worse")), three = post(add("three"));
  let_go();
  for (auto* good : {&one, &two, &three}) EXPECT_EQ(good->get(), win32::kErrorSuccess);
  for (auto* failed : {&bad, &worse}) EXPECT_EQ(failed->get(), win32::kErrorDsBusy);
  for (const auto* name : {"one", "two", "three"}) EXPECT_TRUE(is_there(name)) << name;
  for (const auto* name : {"bad", "worse"}) EXPECT_FALSE(is_there(name)) << name;
  EXPECT_EQ(objects_, 3u);
}

TEST_F(GroupCommitTest, AWorkThatBreaksTheTransactionIsLostAlone) {
  hold();
  auto one = post(add("one"));
  auto broken = post([](const repl::Context&, store::WriteTransaction& tx) -> Result<repl::Updates> {
    tx.put_dsa_value("", Bytes{1});  // sticks
    return repl::Updates{};
  });
  auto two = post(add("two"));
  let_go();
  EXPECT_EQ(one.get(), win32::kErrorSuccess);
  EXPECT_EQ(broken.get(), win32::kErrorInvalidParameter);
  EXPECT_EQ(two.get(), win32::kErrorSuccess);
}

TEST_F(GroupCommitTest, BatchesAreBounded) {
  hold();
  std::vector<std::future<Win32>> answers;
  for (std::size_t i = 0; i < 3 * GroupCommit::kWorksMax; ++i) answers.push_back(post(add("c" + std::to_string(i))));
  let_go();
  for (auto& answer : answers) EXPECT_EQ(answer.get(), win32::kErrorSuccess);
  EXPECT_GE(group_.figures().batches, 3u);
}

TEST_F(GroupCommitTest, ManyThreadsAreAllAnsweredOnce) {
  std::atomic<int> answered{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) {
        const auto name = std::to_string(t) + "-" + std::to_string(i);
        const auto code = post(i % 7 == 3 ? fails_late(name) : add(name)).get();
        EXPECT_EQ(code, i % 7 == 3 ? win32::kErrorDsBusy : win32::kErrorSuccess);
        ++answered;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(answered, 400);
  EXPECT_TRUE(is_there("7-49"));
  EXPECT_FALSE(is_there("7-3"));
}

TEST_F(GroupCommitTest, AfterItsEndEverybodyIsRefused) {
  group_.stop();
  EXPECT_EQ(post(add("late")).get(), win32::kErrorDsDraShutdown);
  EXPECT_FALSE(is_there("late"));
}

}  // namespace
}  // namespace tributary::dsa
