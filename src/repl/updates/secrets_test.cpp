// SPDX-License-Identifier: Apache-2.0
// Secrets in the store ([MS-DRSR] 4.1.10.3.11): sealed by originating updates, compared in clear, readable wherever the object goes; and the
// values of a database of before brought along.
#include <algorithm>

#include "repl/updates/editor.hpp"
#include "repl/updates/rename.hpp"
#include "repl/updates/reseal.hpp"
#include "repl/updates/test_forest.hpp"
#include "repl/updates/test_sealer.hpp"
#include "repl/updates/undelete.hpp"
#include "schema/schema_builder.hpp"
#include "store/verify.hpp"

namespace tributary::repl::testing {
namespace {

const Bytes kHash = from_hex("0123456789abcdeffedcba9876543210").value();
const Bytes kOther = from_hex("ffffffffffffffffffffffffffffffff").value();

class SecretsTest : public ::testing::Test {
 protected:
  std::unique_ptr<Forest> forest = Forest::with_domain();
  Dnt domain = forest->domain.root;
  std::shared_ptr<TestSealer> sealer = std::make_shared<TestSealer>();
  const Attid password = attid_of("unicodePwd"), history = attid_of("ntPwdHistory");

  SecretsTest() { forest->context.sealer = sealer; }
  ~SecretsTest() override {
    expect_consistent(*forest);
    const auto report = must(store::verify(*forest->store->read()));
    for (const auto& finding : report.findings) ADD_FAILURE() << store::to_string(finding);
  }

  Dnt user(std::string name = "u", const Bytes& hash = kHash) { return forest->make(domain, "user", std::move(name), {{password, {octets_value(hash)}}}); }
  Bytes stored(Dnt dnt, Attid attid) {
    auto draft = forest->record(dnt);
    const auto* attribute = draft.find(attid);
    return attribute == nullptr || attribute->values.empty() ? Bytes() : to_bytes(attribute->values.front());
  }
  Result<std::optional<SecretBytes>> open(Dnt dnt, Attid attid) {
    const auto snapshot = forest->store->read();
    return clear_value(forest->context, *must(snapshot->find(dnt)), attid);
  }
  Bytes clear(Dnt dnt, Attid attid) {
    const auto opened = must(open(dnt, attid));
    return opened ? to_bytes(opened->view()) : Bytes();
  }
  Result<Updates> modify(Dnt dnt, ModifyOperation operation, Attid attid, std::vector<NewValue> values) {
    return forest->try_modify(dnt, {{operation, attid, std::move(values)}});
  }
};

TEST_F(SecretsTest, AnAddAndAModifySealThem) {
  const auto dnt = user();
  EXPECT_NE(stored(dnt, password), kHash);
  EXPECT_EQ(stored(dnt, password).size(), kHash.size() + TestSealer::kHead);
  EXPECT_EQ(clear(dnt, password), kHash);
  must(modify(dnt, ModifyOperation::kReplace, password, {octets_value(kOther)}));
  EXPECT_EQ(clear(dnt, password), kOther);
  const auto octets = stored(dnt, password);
  EXPECT_TRUE(std::ranges::search(octets, kOther).empty()) << "the value itself is not in the record";
}

TEST_F(SecretsTest, OnlySecretsAreSealed) {
  const auto dnt = forest->make(domain, "user", "u", {{attid::kDescription, {text_value("plain")}}});
  EXPECT_EQ(forest->text(dnt, attid::kDescription), "plain");
  EXPECT_EQ(code_of(open(dnt, attid::kDescription)), win32::kErrorInvalidParameter);
  EXPECT_FALSE(must(open(dnt, password)));
}

/// Whatever searchFlags say: an index of them would hold them in clear, or sealed forms that nobody can look for.
TEST_F(SecretsTest, AreInNoIndex) {
  schema::SchemaBuilder builder(*forest->context.schema);
  for (const Attid each : {password, attid::kDescription}) {
    auto attribute = *forest->context.schema->find_attribute(each);
    attribute.search_flags |= schema::kSearchIndexed;
    must(builder.put(attribute));
  }
  const SchemaIndex index(builder.build());
  EXPECT_EQ(std::ranges::count(index.indexed(), attid::kDescription), 1);
  EXPECT_EQ(std::ranges::count(index.indexed(), password), 0);
}

/// [MS-ADTS] 3.1.1.5.3: what ends with the values that it began with is not written, however often it would be sealed anew.
TEST_F(SecretsTest, TheSameValueIsNoChange) {
  const auto dnt = user();
  const auto before = stored(dnt, password);
  const auto stamp = forest->stamp(dnt, password);
  EXPECT_TRUE(must(modify(dnt, ModifyOperation::kReplace, password, {octets_value(kHash)})).empty());
  EXPECT_EQ(forest->stamp(dnt, password), stamp);
  EXPECT_EQ(stored(dnt, password), before);
}

TEST_F(SecretsTest, ValuesComeAndGoByWhatTheyAre) {
  const auto dnt = user();
  must(modify(dnt, ModifyOperation::kAdd, history, {octets_value(kHash), octets_value(kOther)}));
  EXPECT_EQ(forest->count(dnt, history), 2u);
  EXPECT_EQ(code_of(modify(dnt, ModifyOperation::kAdd, history, {octets_value(kOther)})), win32::kErrorDsAttValAlreadyExists);
  EXPECT_EQ(code_of(modify(dnt, ModifyOperation::kDelete, history, {octets_value(stored(dnt, history))})), win32::kErrorDsCantRemMissingAttVal);
  must(modify(dnt, ModifyOperation::kDelete, history, {octets_value(kHash)}));
  EXPECT_EQ(forest->count(dnt, history), 1u);
  EXPECT_EQ(clear(dnt, history), kOther);
}

/// The editor's own words for single values, which other updates use.
TEST_F(SecretsTest, TheEditorEnsuresAndAdds) {
  const auto dnt = user();
  const auto edit = [&](auto&& work) {
    return must(forest->update([&](WriteTransaction& tx) -> Result<ObjectUpdate> {
      ObjectEditor editor(tx, forest->context, *must(tx.find(dnt)));
      work(editor);
      return editor.put();
    }));
  };
  const auto before = stored(dnt, password);
  edit([&](ObjectEditor& editor) { editor.ensure(password, octets_value(kHash)); });
  EXPECT_EQ(stored(dnt, password), before);
  edit([&](ObjectEditor& editor) { editor.ensure(password, octets_value(kOther)); });
  EXPECT_EQ(clear(dnt, password), kOther);
  edit([&](ObjectEditor& editor) { editor.add(history, octets_value(kHash)); });
  EXPECT_EQ(clear(dnt, history), kHash);
}

/// The objectGUID, to which a value is bound, stays the same in all of these.
TEST_F(SecretsTest, StayReadableWhereverTheObjectGoes) {
  forest->context.rules.recycle_bin = true;
  const auto dnt = user();
  const auto unit = forest->make(domain, "organizationalUnit", "unit");
  RenameRequest move;
  move.object = dnt;
  move.new_parent = unit;
  move.new_rdn = "v";
  must(forest->update([&](WriteTransaction& tx) { return modify_dn(tx, forest->context, move, CheckLevel::kReplica); }));
  EXPECT_EQ(clear(dnt, password), kHash);
  must(forest->try_remove(dnt));
  EXPECT_EQ(clear(dnt, password), kHash) << "a deleted object keeps its values";
  const UndeleteRequest back{dnt, domain, "w", std::nullopt, {{ModifyOperation::kReplace, history, {octets_value(kOther)}}}};
  must(forest->update([&](WriteTransaction& tx) { return undelete(tx, forest->context, back, CheckLevel::kReplica); }));
  EXPECT_EQ(forest->dn(dnt), "CN=w,DC=lab,DC=example");
  EXPECT_EQ(clear(dnt, password), kHash);
  EXPECT_EQ(clear(dnt, history), kOther);
  EXPECT_EQ(must(verify_secrets(*forest->store->read(), forest->context)).values, 2u);
}

TEST_F(SecretsTest, WhatCannotBeSealedIsNotWritten) {
  const auto dnt = user();
  sealer->is_broken = true;
  EXPECT_EQ(code_of(modify(dnt, ModifyOperation::kReplace, password, {octets_value(kOther)})), win32::kErrorNotSupported);
  EXPECT_EQ(code_of(forest->try_add(forest->request_of(domain, "user", "v", {{password, {octets_value(kHash)}}}))), win32::kErrorNotSupported);
  EXPECT_EQ(clear(dnt, password), kHash);
  EXPECT_EQ(forest->find("CN=v,DC=lab,DC=example"), store::kNoDnt);
}

TEST_F(SecretsTest, WhatDoesNotOpenIsSaidAndKept) {
  const auto mine = user("u"), other = user("v", kOther);
  const auto theirs = stored(other, password);
  must(forest->update([&](WriteTransaction& tx) -> Result<void> {  // somebody writes into the database
    store::ObjectDraft draft(*must(tx.find(mine)));
    draft.keep_all();
    draft.find(password)->values.assign(1, ByteView(theirs));
    return tx.put(draft) ? Result<void>() : fail(win32::kErrorDsDatabaseError);
  }));
  EXPECT_EQ(code_of(open(mine, password)), win32::kErrorDsDatabaseError);
  EXPECT_EQ(code_of(modify(mine, ModifyOperation::kAdd, password, {octets_value(kHash)})), win32::kErrorDsDatabaseError);
  const auto report = must(verify_secrets(*forest->store->read(), forest->context));
  EXPECT_EQ(report.values, 1u);
  EXPECT_EQ(report.unreadable, 1u);
  EXPECT_NE(report.first_unreadable.find("unicodePwd"), std::string::npos) << report.first_unreadable;

  forest->context.sealer = sealer = std::make_shared<TestSealer>(std::uint8_t{2});
  const auto step = must(forest->update([&](WriteTransaction& tx) { return reseal_secrets(tx, forest->context, {}); }));
  EXPECT_EQ(step.values_written, 1u);
  EXPECT_EQ(step.values_unreadable, 1u);
  EXPECT_EQ(stored(mine, password), theirs) << "nothing is thrown away";
}

class ResealTest : public SecretsTest {
 protected:
  /// All of it, with a transaction for each step.
  std::uint64_t reseal(const ResealLimits& limits = {}, int steps_max = 1'000) {
    std::uint64_t written = 0;
    ObjectGuid from;
    for (bool more = true; more && steps_max-- > 0;) {
      const auto step = must(forest->update([&](WriteTransaction& tx) { return reseal_secrets(tx, forest->context, from, limits); }));
      written += step.values_written;
      more = step.more;
      from = step.next;
    }
    return written;
  }
};

/// A database of before: everything is sealed, and nothing else about it changes.
TEST_F(ResealTest, ChangesTheStoredFormAlone) {
  forest->context.sealer.reset();
  std::vector<Dnt> users;
  for (int i = 0; i < 10; ++i) users.push_back(user("u" + std::to_string(i)));
  ASSERT_EQ(stored(users[0], password), kHash);
  forest->context.sealer = sealer;
  sealer->takes_clear = true;
  const auto before = forest->record(users[0]);
  const auto usn = forest->store->read()->highest_committed_usn();
  forest->pass(100);
  EXPECT_EQ(reseal({.objects_read_max = 3, .objects_written_max = 2}), users.size());
  sealer->takes_clear = false;
  for (const Dnt dnt : users) {
    EXPECT_NE(stored(dnt, password), kHash);
    EXPECT_EQ(clear(dnt, password), kHash);
  }
  auto after = forest->record(users[0]);
  EXPECT_EQ(after.head, before.head);
  EXPECT_EQ(after.find(password)->stamp, store::ObjectDraft(before).find(password)->stamp);
  EXPECT_EQ(after.find(password)->usn_local, store::ObjectDraft(before).find(password)->usn_local);
  EXPECT_EQ(forest->store->read()->highest_committed_usn(), usn);
  EXPECT_EQ(reseal(), 0u) << "a second time finds nothing to do";
}

/// Ended in the middle: what is sealed and what is not stand side by side, both can be read, and the next run does the rest.
TEST_F(ResealTest, GoesOnWhereItWasEnded) {
  forest->context.sealer.reset();
  std::vector<Dnt> users;
  for (int i = 0; i < 10; ++i) users.push_back(user("u" + std::to_string(i)));
  forest->context.sealer = sealer;
  sealer->takes_clear = true;
  EXPECT_EQ(reseal({.objects_written_max = 2}, 2), 4u);
  for (const Dnt dnt : users) EXPECT_EQ(clear(dnt, password), kHash);
  EXPECT_EQ(std::ranges::count_if(users, [&](Dnt dnt) { return stored(dnt, password) == kHash; }), 6);
  EXPECT_EQ(reseal(), 6u);
}

/// A new key: what was sealed before opens under its own, and is sealed again.
TEST_F(ResealTest, BringsValuesUnderTheNewKey) {
  const auto dnt = user();
  const auto before = stored(dnt, password);
  forest->context.sealer = std::make_shared<TestSealer>(std::uint8_t{2});
  EXPECT_EQ(clear(dnt, password), kHash);
  EXPECT_EQ(reseal(), 1u);
  EXPECT_NE(stored(dnt, password)[0], before[0]);
  EXPECT_EQ(clear(dnt, password), kHash);
}

}  // namespace
}  // namespace tributary::repl::testing
