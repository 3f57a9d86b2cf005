// SPDX-License-Identifier: Apache-2.0
// docs/formats/store.md, tested: checksums, keys and their order, records and what is refused in them, small records.
#include <gtest/gtest.h>

#include <random>

#include "base/win32.hpp"
#include "store/format/crc32c.hpp"
#include "store/format/link_record.hpp"
#include "store/format/record.hpp"
#include "store/format/small_records.hpp"

namespace tributary::store::format {
namespace {

TEST(Crc32cTest, the_vectors_of_rfc_3720_appendix_b_4) {
  Bytes zeros(32), ones(32, 0xFF), ascending(32), descending(32);
  for (std::uint8_t i = 0; i < 32; ++i) {
    ascending[i] = i;
    descending[i] = static_cast<std::uint8_t>(31 - i);
  }
  for (const auto sum : {crc32c, crc32c_portable}) {
    EXPECT_EQ(sum(zeros, 0), 0x8A9136AAu);
    EXPECT_EQ(sum(ones, 0), 0x62A8AB43u);
    EXPECT_EQ(sum(ascending, 0), 0x46DD794Eu);
    EXPECT_EQ(sum(descending, 0), 0x113FDB5Cu);
    EXPECT_EQ(sum(as_bytes("123456789"), 0), 0xE3069283u);
    EXPECT_EQ(sum({}, 0), 0u);
  }
}

TEST(Crc32cTest, both_ways_agree_and_a_sum_can_be_continued) {
  std::mt19937 random(1);
  Bytes octets(1200);
  for (auto& octet : octets) octet = static_cast<std::uint8_t>(random());
  for (std::size_t size = 0; size < octets.size(); ++size) {
    const ByteView view = ByteView(octets).first(size);
    ASSERT_EQ(crc32c(view), crc32c_portable(view));
    const std::size_t cut = size / 3;
    ASSERT_EQ(crc32c(view.subspan(cut), crc32c(view.first(cut))), crc32c(view));
  }
}

TEST(KeyTest, numbers_keep_their_order) {
  EXPECT_EQ(to_hex(change_key(Dnt{1}, Usn{0x0203}, Dnt{0xFFEE})), "00000000000000010000000000000203000000000000ffee");
  const auto less = [](const Key& a, const Key& b) { return std::ranges::lexicographical_compare(a.view(), b.view()); };
  const std::int64_t times[] = {INT64_MIN, -1, 0, 1, 255, 256, INT64_MAX};
  for (std::size_t i = 0; i + 1 < std::size(times); ++i) {
    EXPECT_TRUE(less(grave_key(DsTime{times[i]}, Dnt{9}), grave_key(DsTime{times[i + 1]}, Dnt{1})));
    EXPECT_EQ(load_time_be(grave_key(DsTime{times[i]}, Dnt{9}).view().data()), DsTime{times[i]});
  }
}

TEST(KeyTest, value_forms_keep_the_order_and_none_is_the_beginning_of_another) {
  std::mt19937 random(2);
  std::vector<Bytes> values;
  for (int i = 0; i < 300; ++i) {
    Bytes value(random() % 6);
    for (auto& octet : value) octet = static_cast<std::uint8_t>(random() % 3 == 0 ? 0xFF : random() % 3);
    values.push_back(value);
  }
  for (const Bytes& a : values)
    for (const Bytes& b : values) {
      const Key ka = Key().value_form(a), kb = Key().value_form(b);
      ASSERT_EQ(a < b, std::ranges::lexicographical_compare(ka.view(), kb.view()));
      ASSERT_EQ(begins_with(ka, kb), a == b);
    }
}

TEST(KeyTest, long_parts_are_cut_and_every_key_fits) {
  const Bytes zeros(5000), text(5000, 'x');
  const auto form = [](ByteView value) { return Key().value_form(value).size(); };
  EXPECT_EQ(form(ByteView(text).first(477)), 479u);
  EXPECT_EQ(form(ByteView(text).first(478)), 480u);  // the first that is cut
  EXPECT_EQ(form(text), 480u);
  EXPECT_EQ(form(ByteView(zeros).first(238)), 478u);
  EXPECT_EQ(form(ByteView(zeros).first(239)), 480u);
  EXPECT_NE(to_bytes(Key().value_form(text)), to_bytes(Key().value_form(ByteView(text).first(4999))));
  EXPECT_EQ(child_key(Dnt{1}, ByteView(text).first(479)).size(), 8 + 479u);
  EXPECT_EQ(child_key(Dnt{1}, ByteView(text).first(480)).size(), 8 + 480u);
  EXPECT_EQ(child_key(Dnt{1}, text).size(), 8 + 480u);
  const LinkKey link{Dnt{1}, Attid{2}, Dnt{3}, text};
  const Key key = link_key(link);
  EXPECT_EQ(key.size(), 20 + 464u);
  EXPECT_LE(link_change_key(Dnt{1}, Usn{2}, key).size(), kv::kKeyOctetsMax);
  EXPECT_LE(Key().attid(Attid{1}).value_form(text).dnt(Dnt{1}).size(), kv::kKeyOctetsMax);
  // The SHA-256 of 464 octets x, as sha256sum says.
  EXPECT_EQ(to_hex(link_key({Dnt{1}, Attid{2}, Dnt{3}, Bytes(464, 'x')}).view().last(16)), "c0b18cacf5d12594df869b5f44f91d41");
}

TEST(KeyTest, backlinks_lead_back) {
  const Key key = link_key({Dnt{1}, Attid{2}, Dnt{3}, {4, 5}});
  EXPECT_EQ(to_hex(backlink_key(key)), "00000000000000030000000200000000000000010405");
  EXPECT_EQ(to_bytes(*link_key_of_backlink(backlink_key(key))), to_bytes(key));
  EXPECT_FALSE(link_key_of_backlink(Bytes(19)));
  EXPECT_FALSE(link_key_of_backlink(Bytes(500)));
  EXPECT_FALSE(split_link_key(Bytes(19)));
  EXPECT_FALSE(split_link_key(Bytes(485)));
}

ObjectDraft sample() {
  ObjectDraft draft;
  draft.head.flags = ObjectFlags::kDeleted | ObjectFlags::kRecycled;
  draft.head.parent = Dnt{2};
  draft.head.nc = Dnt{3};
  draft.head.guid.value.octets[0] = 9;
  draft.head.sid = *parse_sid("S-1-5-32-544");
  draft.rdn = "name";
  for (std::uint32_t i = 0; i < 5; ++i) {
    AttributeDraft& attribute = draft.attribute(Attid{10 * i});
    if (i != 2) {
      attribute.stamp = AttributeStamp{i, DsTime{i}, {}, Usn{i}};
      attribute.stamp->uuid_originating.value.octets[0] = static_cast<std::uint8_t>(i % 3);
    }
    for (std::uint32_t v = 0; v < i; ++v) attribute.values.push_back(draft.keep(Bytes(7 * v, static_cast<std::uint8_t>(v))));
  }
  return draft;
}

Bytes encoded(const ObjectDraft& draft, Dnt dnt) {
  Bytes record;
  EXPECT_TRUE(RecordCodec::encode(draft, draft.head, dnt, record));
  return record;
}

TEST(RecordTest, an_empty_one_octet_by_octet) {
  // The root of every database: 100 octets, of which only the sum, the size and nothing else are set.
  const Bytes record = encoded(ObjectDraft{}, kRootDnt);
  EXPECT_EQ(to_hex(ByteView(record).subspan(4)), "64000000" + std::string(2 * 92, '0'));
  const Bytes key{0, 0, 0, 0, 0, 0, 0, 1};
  EXPECT_EQ(load_le<std::uint32_t>(record.data()), crc32c_portable(ByteView(record).subspan(4), crc32c_portable(key)));
}

TEST(RecordTest, made_again_from_its_view_it_is_the_same) {
  const Bytes record = encoded(sample(), Dnt{7});
  const auto view = RecordCodec::open(Dnt{7}, record);
  ASSERT_TRUE(view);
  EXPECT_EQ(encoded(ObjectDraft(*view), Dnt{7}), record);
}

TEST(RecordTest, belongs_to_its_dnt) { EXPECT_FALSE(RecordCodec::open(Dnt{8}, encoded(sample(), Dnt{7}))); }

TEST(RecordTest, every_flipped_bit_and_every_missing_octet_is_found) {
  const Bytes record = encoded(sample(), Dnt{7});
  for (std::size_t i = 0; i < record.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      Bytes other = record;
      other[i] ^= static_cast<std::uint8_t>(1 << bit);
      ASSERT_FALSE(RecordCodec::open(Dnt{7}, other)) << i;
    }
    ASSERT_FALSE(RecordCodec::open(Dnt{7}, ByteView(record).first(i)));
  }
}

/// A record with a right sum may still have been made by something else: what opens is then what encodes to the same octets.
TEST(RecordTest, bounds_are_checked_behind_a_right_sum) {
  const Bytes record = encoded(sample(), Dnt{7});
  std::mt19937 random(3);
  Bytes key(8);
  store_be(key.data(), std::uint64_t{7});
  int opened = 0;
  for (std::size_t i = 4; i < record.size(); ++i) {
    for (int round = 0; round < 20; ++round) {
      Bytes other = record;
      other[i] = static_cast<std::uint8_t>(random());
      if (round % 2 == 0) other.resize(random() % (record.size() + 9));
      if (other.size() < 4) continue;
      store_le(other.data(), crc32c(ByteView(other).subspan(4), crc32c(key)));
      const auto view = RecordCodec::open(Dnt{7}, other);
      if (!view) continue;
      ++opened;
      ASSERT_EQ(to_hex(encoded(ObjectDraft(*view), Dnt{7})), to_hex(other));
    }
  }
  EXPECT_GT(opened, 100);
}

TEST(RecordTest, limits) {
  ObjectDraft draft;
  draft.attribute(Attid{1}).references = true;
  draft.attribute(Attid{1}).values = {draft.keep(Bytes(7))};
  Bytes out;
  EXPECT_EQ(RecordCodec::encode(draft, draft.head, Dnt{2}, out).error().code, win32::kErrorInvalidParameter);
  ObjectDraft many;
  for (std::uint32_t i = 0; i < 0x10000; ++i) many.attributes().push_back({.attid = Attid{i}});
  EXPECT_EQ(RecordCodec::encode(many, many.head, Dnt{2}, out).error().code, win32::kErrorInvalidParameter);
  many.attributes().pop_back();
  EXPECT_TRUE(RecordCodec::encode(many, many.head, Dnt{2}, out));
  EXPECT_EQ(RecordCodec::open(Dnt{2}, out)->attribute_count(), 0xFFFFu);
}

TEST(DraftTest, a_copy_and_a_moved_one_keep_their_values) {
  auto first = std::make_unique<ObjectDraft>();
  first->attribute(Attid{1}).values = {first->keep(as_bytes("one")), first->keep(Bytes(9000, 7)), first->keep_u32(0x01020304)};
  const ObjectDraft copy = *first;
  const ObjectDraft moved = std::move(*first);
  first.reset();
  for (const ObjectDraft* draft : {&copy, &moved}) {
    const auto& values = draft->attributes().front().values;
    EXPECT_EQ(to_bytes(values[0]), to_bytes(as_bytes("one")));
    EXPECT_EQ(to_bytes(values[1]), Bytes(9000, 7));
    EXPECT_EQ(to_bytes(values[2]), (Bytes{4, 3, 2, 1}));
  }
}

TEST(DraftTest, attributes_stand_in_order_however_they_come) {
  ObjectDraft draft;
  for (const std::uint32_t attid : {5u, 1u, 9u, 5u, 3u}) draft.attribute(Attid{attid}).values.push_back(draft.keep_u32(attid));
  ASSERT_EQ(draft.attributes().size(), 4u);
  EXPECT_EQ(draft.find(Attid{5})->values.size(), 2u);
  EXPECT_EQ(draft.find(Attid{4}), nullptr);
  draft.remove(Attid{5});
  draft.remove(Attid{4});
  EXPECT_EQ(draft.find(Attid{5}), nullptr);
  EXPECT_EQ(draft.attributes().size(), 3u);
  draft.clear();
  EXPECT_TRUE(draft.attributes().empty());
  EXPECT_TRUE(draft.attribute(Attid{7}).values.empty());
}

TEST(LinkRecordTest, every_flipped_bit_is_found_and_another_key_too) {
  LinkValue value;
  value.key = {Dnt{1}, Attid{2}, Dnt{3}, Bytes(1000, 4)};
  value.stamp.stamp.version = 5;
  value.legacy = true;
  const Key key = link_key(value.key);
  Bytes record;
  encode_link(value, key, record);
  EXPECT_EQ(decode_link(key, record), value);
  EXPECT_EQ(record.size(), kLinkRecordFixed + 1000);
  for (std::size_t i = 0; i < record.size(); ++i) {
    Bytes other = record;
    other[i] ^= 0x10;
    ASSERT_FALSE(decode_link(key, other));
    ASSERT_FALSE(decode_link(key, ByteView(record).first(i)));
  }
  EXPECT_FALSE(decode_link(link_key({Dnt{1}, Attid{2}, Dnt{4}, value.key.data}), record));
}

TEST(SmallRecordsTest, come_back_and_belong_to_their_keys) {
  Meta meta;
  meta.identity.dsa.value.octets[3] = 1;
  meta.highest_usn = Usn{77};
  meta.generation = 8;
  EXPECT_EQ(decode_meta(encode_meta(meta)), meta);
  EXPECT_FALSE(decode_meta(Bytes(72)));
  Bytes longer = encode_meta(meta);
  longer.push_back(0);
  EXPECT_FALSE(decode_meta(longer));

  const Bytes key = retired_key(3), other = retired_key(4);
  const std::pair retired{InvocationId{meta.identity.dsa.value}, Usn{5}};
  EXPECT_EQ(decode_retired(key, encode_retired(key, retired)), retired);
  EXPECT_FALSE(decode_retired(other, encode_retired(key, retired)));

  const std::vector<Attid> attids{Attid{1}, Attid{5}};
  EXPECT_EQ(decode_indexes(encode_indexes(attids)), attids);
  EXPECT_FALSE(decode_indexes(encode_indexes(std::vector{Attid{5}, Attid{1}})));

  std::array<std::uint64_t, 2> counts{};
  EXPECT_TRUE(decode_counts(key, encode_counts(key, {{1, 2}}), counts));
  EXPECT_EQ(counts[1], 2u);
  EXPECT_FALSE(decode_counts(key, encode_counts(key, {{1}}), counts));

  Mark mark{.invocation_id = {}, .pending = retired.first, .generation = 3, .usn = Usn{4}, .state = Mark::State::kOpen, .place = {1, 2}};
  EXPECT_EQ(decode_mark(encode_mark(mark)), mark);
  Bytes damaged = encode_mark(mark);
  damaged[40] ^= 1;
  EXPECT_FALSE(decode_mark(damaged));
}

/// A list that promises more than there is.
TEST(SmallRecordsTest, an_nc_replica_with_lying_counts_is_none) {
  const Key key = key_of(Dnt{2});
  const NcReplica replica{.root = Dnt{2}, .reps_from = {{1}, {2}}};
  const Bytes record = encode_nc_replica(key, replica);
  EXPECT_EQ(decode_nc_replica(key, record), replica);
  for (std::size_t i = 4; i < record.size(); ++i) {
    Bytes other = record;
    other[i] = 0xFF;
    store_le(other.data(), crc32c(ByteView(other).subspan(4), crc32c(key)));
    const auto decoded = decode_nc_replica(key, other);
    if (decoded) ASSERT_EQ(encode_nc_replica(key, *decoded), other);
  }
}

}  // namespace
}  // namespace tributary::store::format
