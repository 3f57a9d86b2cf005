// SPDX-License-Identifier: Apache-2.0
// The fixture of the DirectoryStore's conformance suite: a store over each engine, closed and opened as a test wishes, and verified when
// the test is over.
#pragma once

#include "store/test_world.hpp"
#include "store/verify.hpp"

namespace tributary::store::testing {

class Conformance : public ::testing::TestWithParam<const char*> {
 protected:
  Conformance() {
    if (std::string_view(GetParam()) == "memory") {
      world_ = std::make_unique<MemoryWorld>();
    } else {
      world_ = std::make_unique<LmdbWorld>();
    }
    auto created = DirectoryStore::create(world_->engine(), identity_of(1), policy_);
    EXPECT_TRUE(created) << (created ? "" : created.error().detail);
    if (created) store_ = std::move(*created);
  }

  /// What a test leaves behind is a sound database, unless it damaged it itself.
  void TearDown() override {
    if (!store_ || is_damaged_) return;
    const auto report = verify(*store_->read());
    ASSERT_TRUE(report) << report.error().detail;
    for (const Finding& finding : report->findings) ADD_FAILURE() << to_string(finding);
  }

  [[nodiscard]] DirectoryStore& store() { return *store_; }
  [[nodiscard]] World& world() { return *world_; }
  void close() { store_.reset(); }
  Result<void> open(std::optional<InvocationId> fresh = {}) {
    auto opened = DirectoryStore::open(world_->engine(), policy_, fresh);
    if (!opened) return std::unexpected(opened.error());
    store_ = std::move(*opened);
    return {};
  }
  void commit(const std::function<void(WriteTransaction&)>& work) {
    const auto transaction = store().write();
    work(*transaction);
    expect_ok(transaction->commit());
  }
  /// A change of the plain attribute, at a new USN.
  void touch(WriteTransaction& t, Dnt dnt) {
    ObjectDraft draft(**t.find(dnt));
    AttributeDraft& plain = draft.attribute(kPlain);
    plain.usn_local = t.next_usn();
    ++plain.stamp->version;
    plain.stamp->usn_originating = plain.usn_local;
    draft.head.usn_changed = plain.usn_local;
    expect_ok(t.put(draft));
  }

  std::shared_ptr<const IndexPolicy> policy_ = std::make_shared<LowerCasePolicy>();
  std::unique_ptr<World> world_;
  std::unique_ptr<DirectoryStore> store_;
  bool is_damaged_ = false;
};

inline const auto kEngines = ::testing::Values("memory", "lmdb");
inline std::string engine_name(const ::testing::TestParamInfo<const char*>& info) { return info.param; }

}  // namespace tributary::store::testing
