// SPDX-License-Identifier: Apache-2.0
// What kv.hpp promises, for both engines alike: a random workload beside a std::map, snapshots, one writer's own view, long keys.
#include <map>
#include <random>

#include "store/test_world.hpp"

namespace tributary::store {
namespace {

using namespace testing;
using kv::Table;

class KvTest : public ::testing::TestWithParam<const char*> {
 protected:
  KvTest() {
    if (std::string_view(GetParam()) == "memory") {
      world_ = std::make_unique<MemoryWorld>();
    } else {
      world_ = std::make_unique<LmdbWorld>();
    }
    engine_ = world_->engine();
  }
  std::unique_ptr<kv::Writer> writer() { return std::move(*engine_->begin_write()); }
  std::unique_ptr<kv::Reader> reader() { return std::move(*engine_->begin_read()); }

  std::unique_ptr<World> world_;
  std::unique_ptr<kv::Engine> engine_;
};
INSTANTIATE_TEST_SUITE_P(Engines, KvTest, ::testing::Values("memory", "lmdb"), [](const auto& info) { return std::string(info.param); });

using Model = std::map<Bytes, Bytes>;

void expect_equal(const kv::Reader& reader, Table table, const Model& model) {
  const auto cursor = reader.cursor(table);
  const Bytes first{0};
  auto at = cursor->seek(first);
  for (const auto& [key, value] : model) {
    ASSERT_TRUE(at && *at);
    ASSERT_EQ(to_bytes(cursor->key()), key);
    ASSERT_EQ(to_bytes(cursor->value()), value);
    const auto got = reader.get(table, key);
    ASSERT_TRUE(got && *got);
    ASSERT_EQ(to_bytes(**got), value);
    at = cursor->next();
  }
  ASSERT_TRUE(at);
  ASSERT_FALSE(*at);
}

Bytes random_octets(std::mt19937& random, std::size_t least, std::size_t most) {
  Bytes octets(least + random() % (most - least + 1));
  for (auto& octet : octets) octet = static_cast<std::uint8_t>(random() % 4);  // few values: many common beginnings
  return octets;
}

TEST_P(KvTest, behaves_like_a_map_through_commits_and_aborts) {
  std::mt19937 random(7);
  Model committed;
  for (int round = 0; round < 60; ++round) {
    Model model = committed;
    auto transaction = writer();
    for (int step = 0; step < 200; ++step) {
      const Bytes key = random_octets(random, 1, 6);
      const Bytes value = random_octets(random, 0, random() % 20 == 0 ? 6000 : 40);
      const auto hint = random() % 3 == 0 ? kv::PutHint::kLast : kv::PutHint::kNone;
      switch (random() % 4) {
        case 0: {
          const auto gone = transaction->del(Table::kObjects, key);
          ASSERT_EQ(*gone, model.erase(key) == 1);
          break;
        }
        case 1: {
          const auto there = transaction->insert(Table::kObjects, key, value, hint);
          ASSERT_TRUE(there);
          ASSERT_EQ(there->has_value(), model.contains(key));
          if (*there) ASSERT_EQ(to_bytes(**there), model[key]);
          model.try_emplace(key, value);
          break;
        }
        default:
          expect_ok(transaction->put(Table::kObjects, key, value, hint));
          model[key] = value;
      }
    }
    expect_equal(*transaction, Table::kObjects, model);
    if (random() % 4 == 0) {
      transaction->abort();
    } else {
      expect_ok(transaction->commit());
      committed = model;
    }
    transaction.reset();
    expect_equal(*reader(), Table::kObjects, committed);
  }
}

TEST_P(KvTest, ascending_keys_and_their_removal_in_any_order) {
  std::mt19937 random(8);
  Model model;
  auto transaction = writer();
  for (std::uint32_t i = 0; i < 5000; ++i) {
    Bytes key(4);
    store_be(key.data(), i);
    expect_ok(transaction->put(Table::kChanges, key, key, kv::PutHint::kLast));
    model[key] = key;
  }
  expect_equal(*transaction, Table::kChanges, model);
  while (model.size() > 10) {
    auto at = model.lower_bound(Bytes{0, 0, static_cast<std::uint8_t>(random() % 20), static_cast<std::uint8_t>(random())});
    if (at == model.end()) at = model.begin();
    ASSERT_TRUE(*transaction->del(Table::kChanges, at->first));
    model.erase(at);
    if (model.size() % 500 == 0) expect_equal(*transaction, Table::kChanges, model);
  }
  expect_equal(*transaction, Table::kChanges, model);
  for (const auto& [key, value] : Model(model)) ASSERT_TRUE(*transaction->del(Table::kChanges, key));
  expect_equal(*transaction, Table::kChanges, {});
  expect_ok(transaction->commit());
}

TEST_P(KvTest, a_reader_keeps_its_state_while_the_writer_goes_on) {
  const Bytes key{1}, old_value{1, 1}, new_value{2, 2};
  auto first = writer();
  expect_ok(first->put(Table::kMeta, key, old_value));
  expect_ok(first->commit());
  const auto before = reader();
  auto second = writer();
  expect_ok(second->put(Table::kMeta, key, new_value));
  const auto during = reader();
  EXPECT_EQ(to_bytes(**before->get(Table::kMeta, key)), old_value);
  EXPECT_EQ(to_bytes(**during->get(Table::kMeta, key)), old_value);
  expect_ok(second->commit());
  EXPECT_EQ(to_bytes(**before->get(Table::kMeta, key)), old_value);
  EXPECT_EQ(to_bytes(**during->get(Table::kMeta, key)), old_value);
  EXPECT_EQ(to_bytes(**reader()->get(Table::kMeta, key)), new_value);
}

TEST_P(KvTest, the_longest_key_and_an_empty_value) {
  const Bytes longest(kv::kKeyOctetsMax, 0xAB);
  auto transaction = writer();
  for (std::size_t t = 0; t < kv::kTableCount; ++t) expect_ok(transaction->put(static_cast<Table>(t), longest, {}));
  expect_ok(transaction->commit());
  for (std::size_t t = 0; t < kv::kTableCount; ++t) {
    const auto value = reader()->get(static_cast<Table>(t), longest);
    ASSERT_TRUE(value && *value);
    EXPECT_EQ((*value)->size(), 0u);
  }
}

TEST_P(KvTest, data_and_mark_are_there_when_opened_again) {
  const Bytes key{5}, value{6}, mark{7, 8};
  EXPECT_EQ(*engine_->read_mark(), std::nullopt);
  auto transaction = writer();
  expect_ok(transaction->put(Table::kLinks, key, value));
  expect_ok(transaction->commit());
  transaction.reset();
  expect_ok(engine_->write_mark(mark));
  const Bytes place = engine_->place();
  engine_.reset();
  engine_ = world_->engine();
  EXPECT_EQ(*engine_->read_mark(), mark);
  EXPECT_EQ(engine_->place(), place);
  EXPECT_EQ(to_bytes(**reader()->get(Table::kLinks, key)), value);
}

TEST_P(KvTest, a_backup_has_the_data_but_not_the_mark) {
  const Bytes key{5}, value{6}, later{7};
  auto transaction = writer();
  expect_ok(transaction->put(Table::kLinks, key, value));
  expect_ok(transaction->commit());
  transaction.reset();
  expect_ok(engine_->write_mark(key));
  expect_ok(engine_->backup(world_->backup_place("copy")));
  transaction = writer();
  expect_ok(transaction->put(Table::kLinks, key, later));
  expect_ok(transaction->commit());
  transaction.reset();
  const auto copy = world_->engine_of_backup("copy");
  EXPECT_EQ(*copy->read_mark(), std::nullopt);
  EXPECT_NE(copy->place(), engine_->place());
  EXPECT_EQ(to_bytes(**(*copy->begin_read())->get(Table::kLinks, key)), value);
}

}  // namespace
}  // namespace tributary::store
