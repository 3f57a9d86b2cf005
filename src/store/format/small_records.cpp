// SPDX-License-Identifier: Apache-2.0
// See small_records.hpp.
#include "store/format/small_records.hpp"

#include <algorithm>

#include "store/format/crc32c.hpp"
#include "store/format/keys.hpp"

namespace tributary::store::format {
namespace {

constexpr std::string_view kMetaMagic = "TRIBSTOR", kMarkMagic = "TRIBMARK";
constexpr std::uint32_t kWritable = 1, kPartial = 2, kGoing = 4, kComing = 8;

/// A record while it is made: the sum's place is kept free.
class Out {
 public:
  Out() : octets_(4) {}
  Out& u32(std::uint32_t value) { return number(value); }
  Out& u64(std::uint64_t value) { return number(value); }
  Out& i64(std::int64_t value) { return number(static_cast<std::uint64_t>(value)); }
  Out& guid(const Guid& guid) { return raw(guid.octets); }
  Out& raw(ByteView view) {
    octets_.insert(octets_.end(), view.begin(), view.end());
    return *this;
  }
  Out& counted(ByteView view) { return u32(static_cast<std::uint32_t>(view.size())).raw(view); }
  [[nodiscard]] Bytes sealed(ByteView key) {
    store_le(octets_.data(), crc32c(ByteView(octets_).subspan(4), crc32c(key)));
    return std::move(octets_);
  }

 private:
  template <class T>
  Out& number(T value) {
    const std::size_t at = octets_.size();
    octets_.resize(at + sizeof(T));
    store_le(octets_.data() + at, value);
    return *this;
  }
  Bytes octets_;
};

/// A record while it is read. After the first fault everything is zero and is_good() false.
class In {
 public:
  In(ByteView key, ByteView record) : left_(record) {
    good_ = record.size() >= 4 && load_le<std::uint32_t>(record.data()) == crc32c(record.subspan(4), crc32c(key));
    if (good_) left_ = left_.subspan(4);
  }
  std::uint32_t u32() { return load_le<std::uint32_t>(fixed<4>().data()); }
  std::uint64_t u64() { return load_le<std::uint64_t>(fixed<8>().data()); }
  std::int64_t i64() { return static_cast<std::int64_t>(u64()); }
  Guid guid() { return Guid{fixed<16>()}; }
  ByteView raw(std::size_t size) {
    good_ = good_ && size <= left_.size();
    if (!good_) return {};
    const ByteView view = left_.first(size);
    left_ = left_.subspan(size);
    return view;
  }
  ByteView counted() { return raw(u32()); }
  ByteView rest() { return raw(left_.size()); }
  void expect(bool condition) noexcept { good_ = good_ && condition; }
  [[nodiscard]] std::size_t left() const noexcept { return good_ ? left_.size() : 0; }
  [[nodiscard]] bool is_good() const noexcept { return good_; }
  [[nodiscard]] bool is_done() const noexcept { return good_ && left_.empty(); }

 private:
  template <std::size_t N>
  std::array<std::uint8_t, N> fixed() {
    std::array<std::uint8_t, N> octets{};
    const ByteView view = raw(N);
    std::copy(view.begin(), view.end(), octets.begin());
    return octets;
  }
  ByteView left_;
  bool good_ = false;
};

void put_list(Out& out, const std::vector<Bytes>& list) {
  out.u32(static_cast<std::uint32_t>(list.size()));
  for (const Bytes& value : list) out.counted(value);
}

std::vector<Bytes> take_list(In& in) {
  std::vector<Bytes> list;
  const std::uint32_t count = in.u32();
  in.expect(count <= in.left() / 4);  // each has its length at least
  for (std::uint32_t i = 0; i < count && in.is_good(); ++i) list.push_back(to_bytes(in.counted()));
  return list;
}

}  // namespace

ByteView meta_key() noexcept { return as_bytes("M"); }
ByteView indexes_key() noexcept { return as_bytes("I"); }
ByteView retired_prefix() noexcept { return as_bytes("R"); }
Bytes retired_key(std::uint32_t number) { return to_bytes(Key().octets(retired_prefix()).u32(number)); }

Bytes encode_meta(const Meta& meta) {
  return Out().raw(as_bytes(kMetaMagic)).u32(meta.version).guid(meta.identity.dsa.value).guid(meta.identity.invocation_id.value)
      .u64(static_cast<std::uint64_t>(meta.next_dnt)).i64(meta.highest_usn.value).u64(meta.generation).sealed(meta_key());
}

std::optional<Meta> decode_meta(ByteView record) {
  In in(meta_key(), record);
  in.expect(std::ranges::equal(in.raw(kMetaMagic.size()), as_bytes(kMetaMagic)));
  Meta meta;
  meta.version = in.u32();
  if (in.is_good() && meta.version != kVersion) return meta;
  meta.identity.dsa.value = in.guid();
  meta.identity.invocation_id.value = in.guid();
  meta.next_dnt = Dnt{in.u64()};
  meta.highest_usn = Usn{in.i64()};
  meta.generation = in.u64();
  in.expect(meta.highest_usn >= Usn{} && meta.next_dnt > kRootDnt);
  if (!in.is_done()) return std::nullopt;
  return meta;
}

Bytes encode_retired(ByteView key, const std::pair<InvocationId, Usn>& retired) {
  return Out().guid(retired.first.value).i64(retired.second.value).sealed(key);
}

std::optional<std::pair<InvocationId, Usn>> decode_retired(ByteView key, ByteView record) {
  In in(key, record);
  const InvocationId id{in.guid()};
  const Usn usn{in.i64()};
  if (!in.is_done()) return std::nullopt;
  return std::pair{id, usn};
}

Bytes encode_indexes(std::span<const Attid> complete) {
  Out out;
  for (const Attid attid : complete) out.u32(static_cast<std::uint32_t>(attid));
  return out.sealed(indexes_key());
}

std::optional<std::vector<Attid>> decode_indexes(ByteView record) {
  In in(indexes_key(), record);
  std::vector<Attid> complete;
  while (in.left() >= 4) {
    const Attid attid{in.u32()};
    in.expect(complete.empty() || complete.back() < attid);
    complete.push_back(attid);
  }
  if (!in.is_done()) return std::nullopt;
  return complete;
}

Bytes encode_nc_replica(ByteView key, const NcReplica& replica) {
  Out out;
  out.u32((replica.writable ? kWritable : 0) | (replica.partial ? kPartial : 0) | (replica.going ? kGoing : 0) | (replica.coming ? kComing : 0));
  out.counted(replica.up_to_dateness_vector).counted(replica.partial_attribute_set);
  put_list(out, replica.reps_from);
  put_list(out, replica.reps_to);
  return out.sealed(key);
}

std::optional<NcReplica> decode_nc_replica(ByteView key, ByteView record) {
  if (key.size() != 8) return std::nullopt;
  In in(key, record);
  const std::uint32_t flags = in.u32();
  in.expect(flags <= (kWritable | kPartial | kGoing | kComing));
  NcReplica replica{.root = load_dnt_be(key.data()), .writable = (flags & kWritable) != 0, .partial = (flags & kPartial) != 0,
                    .going = (flags & kGoing) != 0, .coming = (flags & kComing) != 0, .up_to_dateness_vector = to_bytes(in.counted()),
                    .reps_from = {}, .reps_to = {}, .partial_attribute_set = to_bytes(in.counted())};
  replica.reps_from = take_list(in);
  replica.reps_to = take_list(in);
  if (!in.is_done()) return std::nullopt;
  return replica;
}

Bytes encode_counts(ByteView key, std::span<const std::uint64_t> counts) {
  Out out;
  for (const std::uint64_t count : counts) out.u64(count);
  return out.sealed(key);
}

bool decode_counts(ByteView key, ByteView record, std::span<std::uint64_t> counts) {
  In in(key, record);
  for (std::uint64_t& count : counts) count = in.u64();
  return in.is_done();
}

Bytes encode_dsa_value(ByteView key, ByteView value) { return Out().raw(value).sealed(key); }

std::optional<ByteView> decode_dsa_value(ByteView key, ByteView record) {
  In in(key, record);
  if (!in.is_good()) return std::nullopt;
  return in.rest();
}

Bytes encode_mark(const Mark& mark) {
  return Out().raw(as_bytes(kMarkMagic)).u32(kVersion).guid(mark.invocation_id.value).guid(mark.pending.value).u64(mark.generation)
      .i64(mark.usn.value).u32(static_cast<std::uint32_t>(mark.state)).raw(mark.place).sealed({});
}

std::optional<Mark> decode_mark(ByteView octets) {
  In in({}, octets);
  in.expect(std::ranges::equal(in.raw(kMarkMagic.size()), as_bytes(kMarkMagic)));
  in.expect(in.u32() == kVersion);
  Mark mark;
  mark.invocation_id.value = in.guid();
  mark.pending.value = in.guid();
  mark.generation = in.u64();
  mark.usn = Usn{in.i64()};
  const std::uint32_t state = in.u32();
  in.expect(state >= 1 && state <= 3);
  mark.state = static_cast<Mark::State>(state);
  mark.place = to_bytes(in.rest());
  if (!in.is_done()) return std::nullopt;
  return mark;
}

}  // namespace tributary::store::format
