// SPDX-License-Identifier: Apache-2.0
// See record.hpp. A record is read as it lies in the engine's memory, unaligned, hence load_le throughout.
#include "store/format/record.hpp"

#include <algorithm>
#include <array>

#include "base/win32.hpp"
#include "store/format/crc32c.hpp"

namespace tributary::store {
namespace {

// Offsets of docs/formats/store.md.
constexpr std::size_t kSize = 4, kFlags = 8, kAttributes = 12, kIds = 14, kParent = 16, kNc = 24, kGuid = 32, kUsnCreated = 48, kUsnChanged = 56,
                      kWhenCreated = 64, kWhenChanged = 72, kWhenDeleted = 80, kRdnType = 88, kRdnSize = 92, kSidSize = 96, kHead = 100;
constexpr std::size_t kEntryCount = 4, kEntryOffset = 8, kEntryVersion = 12, kEntryTime = 16, kEntryUsn = 24, kEntryUsnLocal = 32,
                      kEntryId = 40, kEntryZero = 42, kEntry = 44;
constexpr std::uint32_t kHasStamp = 1u << 31, kReferences = 1u << 30, kCount = kReferences - 1;
constexpr std::size_t kGuidOctets = 16, kSidOctetsMax = 8 + 4 * kSidSubAuthoritiesMax, kCountMax = 0xFFFF;
constexpr std::uint32_t kFlagsKnown = 0x7F;

std::uint16_t u16(const std::uint8_t* at) noexcept { return load_le<std::uint16_t>(at); }
std::uint32_t u32(const std::uint8_t* at) noexcept { return load_le<std::uint32_t>(at); }
std::uint64_t u64(const std::uint8_t* at) noexcept { return load_le<std::uint64_t>(at); }
std::int64_t i64(const std::uint8_t* at) noexcept { return static_cast<std::int64_t>(u64(at)); }
Guid guid_at(const std::uint8_t* at) noexcept {
  Guid guid;
  std::memcpy(guid.octets.data(), at, kGuidOctets);
  return guid;
}
void put_i64(std::uint8_t* at, std::int64_t value) noexcept { store_le(at, static_cast<std::uint64_t>(value)); }

std::uint32_t sum_of(Dnt dnt, ByteView record) noexcept {
  std::array<std::uint8_t, 8> key;
  store_be(key.data(), static_cast<std::uint64_t>(dnt));
  return format::crc32c(record.subspan(4), format::crc32c(key));
}

std::size_t octets_of(const AttributeDraft& attribute) noexcept {
  std::size_t sum = 0;
  for (const ByteView value : attribute.values) sum += value.size();
  return sum;
}

Result<std::size_t> size_of(const ObjectDraft& draft, std::size_t fixed) {
  const auto& attributes = draft.attributes();
  std::size_t size = fixed + draft.rdn.size();
  for (std::size_t i = 0; i < attributes.size(); ++i) {
    if (i > 0 && attributes[i - 1].attid >= attributes[i].attid)
      return fail(win32::kErrorInvalidParameter, "the attributes of a record are not in order");
    if (attributes[i].references)
      for (const ByteView value : attributes[i].values)
        if (value.size() < 8) return fail(win32::kErrorInvalidParameter, "a reference without a DNT");
    size += 4 * attributes[i].values.size() + octets_of(attributes[i]);
    if (size > kRecordOctetsMax) return fail(win32::kErrorInvalidParameter, "an object of more than 1 GiB");
  }
  return size;
}

/// The list of invocationIds while it is made: a few, nearly always the same one again.
class IdList {
 public:
  std::uint16_t number_of(const InvocationId& id) {
    if (!ids_.empty() && ids_[latest_] == id) return latest_;
    const auto at = std::find(ids_.begin(), ids_.end(), id);
    latest_ = static_cast<std::uint16_t>(at - ids_.begin());
    if (at == ids_.end()) ids_.push_back(id);
    return latest_;
  }
  [[nodiscard]] const std::vector<InvocationId>& ids() const noexcept { return ids_; }
  void clear() noexcept {
    ids_.clear();
    latest_ = 0;
  }

 private:
  std::vector<InvocationId> ids_;
  std::uint16_t latest_ = 0;
};

void put_head(std::uint8_t* at, const ObjectDraft& draft, const ObjectHead& head, std::size_t size, std::size_t ids,
              std::size_t sid) noexcept {
  store_le(at + kSize, static_cast<std::uint32_t>(size));
  store_le(at + kFlags, static_cast<std::uint32_t>(head.flags));
  store_le(at + kAttributes, static_cast<std::uint16_t>(draft.attributes().size()));
  store_le(at + kIds, static_cast<std::uint16_t>(ids));
  store_le(at + kParent, static_cast<std::uint64_t>(head.parent));
  store_le(at + kNc, static_cast<std::uint64_t>(head.nc));
  std::memcpy(at + kGuid, head.guid.value.octets.data(), kGuidOctets);
  put_i64(at + kUsnCreated, head.usn_created.value);
  put_i64(at + kUsnChanged, head.usn_changed.value);
  put_i64(at + kWhenCreated, head.when_created.seconds);
  put_i64(at + kWhenChanged, head.when_changed.seconds);
  put_i64(at + kWhenDeleted, head.when_deleted.seconds);
  store_le(at + kRdnType, static_cast<std::uint32_t>(draft.rdn_type));
  store_le(at + kRdnSize, static_cast<std::uint32_t>(draft.rdn.size()));
  store_le(at + kSidSize, static_cast<std::uint32_t>(sid));
}

void put_entry(std::uint8_t* at, const AttributeDraft& attribute, std::size_t offset, std::uint16_t id) noexcept {
  const std::uint32_t flags = (attribute.stamp ? kHasStamp : 0) | (attribute.references ? kReferences : 0);
  const AttributeStamp stamp = attribute.stamp.value_or(AttributeStamp{});
  store_le(at, static_cast<std::uint32_t>(attribute.attid));
  store_le(at + kEntryCount, flags | static_cast<std::uint32_t>(attribute.values.size()));
  store_le(at + kEntryOffset, static_cast<std::uint32_t>(offset));
  store_le(at + kEntryVersion, stamp.version);
  put_i64(at + kEntryTime, stamp.time_changed.seconds);
  put_i64(at + kEntryUsn, stamp.usn_originating.value);
  put_i64(at + kEntryUsnLocal, attribute.usn_local.value);
  store_le(at + kEntryId, id);
  store_le(at + kEntryZero, std::uint16_t{0});
}

std::uint8_t* put_values(std::uint8_t* at, const AttributeDraft& attribute) noexcept {
  std::uint8_t* octets = at + 4 * attribute.values.size();
  std::uint32_t end = 0;
  for (const ByteView value : attribute.values) {
    if (!value.empty()) std::memcpy(octets + end, value.data(), value.size());
    end += static_cast<std::uint32_t>(value.size());
    store_le(at, end);
    at += 4;
  }
  return octets + end;
}

/// One entry of the directory is as the format has it; `next` is where its values begin and becomes where they end.
bool is_sound_entry(const std::uint8_t* record, std::size_t size, const std::uint8_t* entry, std::size_t ids, std::size_t& next) noexcept {
  const std::uint32_t word = u32(entry + kEntryCount);
  const std::size_t count = word & kCount;
  if (u32(entry + kEntryOffset) != next || u16(entry + kEntryZero) != 0) return false;
  if ((word & kHasStamp) != 0) {
    if (u16(entry + kEntryId) >= ids) return false;
  } else if (u32(entry + kEntryVersion) != 0 || u64(entry + kEntryTime) != 0 || u64(entry + kEntryUsn) != 0 || u16(entry + kEntryId) != 0) {
    return false;
  }
  if (count > (size - next) / 4) return false;
  const std::size_t room = size - next - 4 * count;
  const std::uint8_t* ends = record + next;
  const std::uint32_t least = (word & kReferences) != 0 ? 8 : 0;
  std::uint32_t end = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t here = u32(ends + 4 * i);
    if (here < end || here - end < least || here > room) return false;
    end = here;
  }
  next += 4 * count + end;
  return true;
}

/// None stands there twice. There are nearly always fewer than a handful.
bool are_distinct(const std::uint8_t* ids, std::size_t count) {
  constexpr std::size_t kFew = 8;
  if (count <= kFew) {
    for (std::size_t i = 0; i < count; ++i)
      for (std::size_t j = 0; j < i; ++j)
        if (std::memcmp(ids + i * kGuidOctets, ids + j * kGuidOctets, kGuidOctets) == 0) return false;
    return true;
  }
  std::vector<Guid> sorted;
  for (std::size_t i = 0; i < count; ++i) sorted.push_back(guid_at(ids + i * kGuidOctets));
  std::ranges::sort(sorted);
  return std::ranges::adjacent_find(sorted) == sorted.end();
}

/// Every invocationId is used, and the first use of each comes after that of the one before it.
bool are_sound_ids(const std::uint8_t* directory, std::size_t attributes, std::size_t ids) {
  if (!are_distinct(directory - ids * kGuidOctets, ids)) return false;
  std::size_t seen = 0;
  for (std::size_t i = 0; i < attributes; ++i) {
    const std::uint8_t* entry = directory + i * kEntry;
    if ((u32(entry + kEntryCount) & kHasStamp) == 0) continue;
    const std::size_t id = u16(entry + kEntryId);
    if (id > seen) return false;
    if (id == seen) ++seen;
  }
  return seen == ids;
}

bool is_sound(ByteView octets) {
  if (octets.size() < kHead || octets.size() > kRecordOctetsMax) return false;
  const std::uint8_t* record = octets.data();
  const std::size_t attributes = u16(record + kAttributes), ids = u16(record + kIds);
  const std::size_t sid = u32(record + kSidSize), rdn = u32(record + kRdnSize);
  if (u32(record + kSize) != octets.size() || (u32(record + kFlags) & ~kFlagsKnown) != 0) return false;
  if (sid > kSidOctetsMax || rdn > octets.size() - kHead) return false;
  const std::size_t directory = kHead + sid + rdn + ids * kGuidOctets;
  std::size_t next = directory + attributes * kEntry;
  if (next > octets.size()) return false;
  if (sid > 0) {
    const ByteView sid_octets = octets.subspan(kHead, sid);
    const auto value = decode_sid(sid_octets);
    if (!value) return false;
  }
  for (std::size_t i = 0; i < attributes; ++i) {
    const std::uint8_t* entry = record + directory + i * kEntry;
    if (i > 0 && u32(entry - kEntry) >= u32(entry)) return false;
    if (!is_sound_entry(record, octets.size(), entry, ids, next)) return false;
  }
  return next == octets.size() && are_sound_ids(record + directory, attributes, ids);
}

}  // namespace

Result<void> RecordCodec::encode(const ObjectDraft& draft, const ObjectHead& head, Dnt dnt, Bytes& out) {
  const auto& attributes = draft.attributes();
  if (attributes.size() > kCountMax) return fail(win32::kErrorInvalidParameter, "more than 65,535 attributes");
  static thread_local IdList ids;  // for its memory
  static thread_local std::vector<std::uint16_t> numbers;
  ids.clear();
  numbers.clear();
  for (const AttributeDraft& attribute : attributes)
    numbers.push_back(attribute.stamp ? ids.number_of(attribute.stamp->uuid_originating) : std::uint16_t{0});
  const Bytes sid = head.sid ? encode_sid(*head.sid) : Bytes{};
  const auto size = size_of(draft, kHead + sid.size() + ids.ids().size() * kGuidOctets + attributes.size() * kEntry);
  if (!size) return std::unexpected(size.error());
  out.resize(*size);

  std::uint8_t* const record = out.data();
  put_head(record, draft, head, *size, ids.ids().size(), sid.size());
  std::uint8_t* at = record + kHead;
  at = std::copy(sid.begin(), sid.end(), at);
  at = std::copy(draft.rdn.begin(), draft.rdn.end(), at);
  for (const InvocationId& id : ids.ids()) at = std::copy(id.value.octets.begin(), id.value.octets.end(), at);
  std::uint8_t* values = at + attributes.size() * kEntry;
  for (std::size_t i = 0; i < attributes.size(); ++i, at += kEntry) {
    put_entry(at, attributes[i], static_cast<std::size_t>(values - record), numbers[i]);
    values = put_values(values, attributes[i]);
  }
  store_le(record, sum_of(dnt, out));
  return {};
}

std::optional<ObjectView> RecordCodec::open(Dnt dnt, ByteView record) {
  if (record.size() < kHead || u32(record.data()) != sum_of(dnt, record) || !is_sound(record)) return std::nullopt;
  return at(dnt, record.data());
}

ObjectView RecordCodec::at(Dnt dnt, const std::uint8_t* record) noexcept {
  ObjectView view;
  view.dnt_ = dnt;
  view.record_ = record;
  return view;
}

// ---- ObjectView

Dnt ObjectView::dnt() const noexcept { return dnt_; }
ObjectFlags ObjectView::flags() const noexcept { return static_cast<ObjectFlags>(u32(record_ + kFlags)); }
Dnt ObjectView::parent() const noexcept { return Dnt{u64(record_ + kParent)}; }
Dnt ObjectView::nc() const noexcept { return Dnt{u64(record_ + kNc)}; }
ObjectGuid ObjectView::guid() const noexcept { return ObjectGuid{guid_at(record_ + kGuid)}; }
Usn ObjectView::usn_changed() const noexcept { return Usn{i64(record_ + kUsnChanged)}; }
DsTime ObjectView::when_deleted() const noexcept { return DsTime{i64(record_ + kWhenDeleted)}; }
ByteView ObjectView::octets() const noexcept { return {record_, u32(record_ + kSize)}; }

ObjectHead ObjectView::head() const {
  ObjectHead head{.flags = flags(), .parent = parent(), .nc = nc(), .guid = guid(), .sid = {}, .usn_created = Usn{i64(record_ + kUsnCreated)},
                  .usn_changed = usn_changed(), .when_created = DsTime{i64(record_ + kWhenCreated)},
                  .when_changed = DsTime{i64(record_ + kWhenChanged)}, .when_deleted = DsTime{i64(record_ + kWhenDeleted)}};
  if (const std::size_t sid = u32(record_ + kSidSize); sid > 0) head.sid = decode_sid({record_ + kHead, sid}).value_or(Sid{});
  return head;
}

Attid ObjectView::rdn_type() const noexcept { return Attid{u32(record_ + kRdnType)}; }
std::string_view ObjectView::rdn() const noexcept {
  return {reinterpret_cast<const char*>(record_ + kHead + u32(record_ + kSidSize)), u32(record_ + kRdnSize)};
}
const std::uint8_t* ObjectView::ids() const noexcept { return record_ + kHead + u32(record_ + kSidSize) + u32(record_ + kRdnSize); }
std::size_t ObjectView::attribute_count() const noexcept { return u16(record_ + kAttributes); }

AttributeView ObjectView::attribute(std::size_t i) const noexcept {
  AttributeView view;
  view.record_ = record_;
  view.ids_ = ids();
  view.entry_ = view.ids_ + u16(record_ + kIds) * kGuidOctets + i * kEntry;
  return view;
}

std::optional<AttributeView> ObjectView::find(Attid attid) const noexcept {
  const std::uint8_t* directory = ids() + u16(record_ + kIds) * kGuidOctets;
  std::size_t low = 0, high = attribute_count();
  const auto wanted = static_cast<std::uint32_t>(attid);
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    if (u32(directory + middle * kEntry) < wanted) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low == attribute_count() || u32(directory + low * kEntry) != wanted) return std::nullopt;
  return attribute(low);
}

std::optional<AttributeStamp> ObjectView::stamp(Attid attid) const noexcept {
  const auto attribute = find(attid);
  if (!attribute || !attribute->has_stamp()) return std::nullopt;
  return attribute->stamp();
}
std::optional<ByteView> ObjectView::first(Attid attid) const noexcept {
  const auto attribute = find(attid);
  if (!attribute || attribute->size() == 0) return std::nullopt;
  return attribute->value(0);
}
std::optional<std::uint32_t> ObjectView::first_u32(Attid attid) const noexcept {
  const auto value = first(attid);
  if (!value || value->size() != 4) return std::nullopt;
  return u32(value->data());
}

// ---- AttributeView

Attid AttributeView::attid() const noexcept { return Attid{u32(entry_)}; }
bool AttributeView::has_stamp() const noexcept { return (u32(entry_ + kEntryCount) & kHasStamp) != 0; }
bool AttributeView::references() const noexcept { return (u32(entry_ + kEntryCount) & kReferences) != 0; }
Usn AttributeView::usn_local() const noexcept { return Usn{i64(entry_ + kEntryUsnLocal)}; }
std::size_t AttributeView::size() const noexcept { return u32(entry_ + kEntryCount) & kCount; }

AttributeStamp AttributeView::stamp() const noexcept {
  if (!has_stamp()) return {};
  return {.version = u32(entry_ + kEntryVersion), .time_changed = DsTime{i64(entry_ + kEntryTime)},
          .uuid_originating = InvocationId{guid_at(ids_ + u16(entry_ + kEntryId) * kGuidOctets)},
          .usn_originating = Usn{i64(entry_ + kEntryUsn)}};
}

ByteView AttributeView::value(std::size_t i) const noexcept {
  const std::uint8_t* ends = record_ + u32(entry_ + kEntryOffset);
  const std::size_t begin = i == 0 ? 0 : u32(ends + 4 * (i - 1));
  return {ends + 4 * size() + begin, u32(ends + 4 * i) - begin};
}

Dnt reference_target(ByteView value) noexcept { return value.size() < 8 ? kNoDnt : Dnt{u64(value.data())}; }
ByteView reference_rest(ByteView value) noexcept { return value.size() < 8 ? ByteView{} : value.subspan(8); }

}  // namespace tributary::store
