// SPDX-License-Identifier: Apache-2.0
// The order of stamps: [MS-DRSR] 5.11 (AttributeStamp), 5.118 and 5.119 (LinkValueStamp), 4.1.10.3.5, and how originating updates
// make new ones ([MS-ADTS] 3.1.1.1.9). Which of two updates wins is decided here and nowhere else; all of it is pure.
// Must never know what the stamped values are.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>

#include "drsuapi/types.hpp"
#include "store/stamp.hpp"

namespace tributary::repl {

using store::AttributeStamp;
using store::LinkValueStamp;

/// 5.11, CompareVersions: the number that is ahead by less than half of the circle is the greater one; of two that lie
/// opposite each other the larger. Total and antisymmetric. Transitive only among versions that lie within one half of the
/// circle: that is where honest versions are, since each is a few updates ahead of the one that it replaces.
[[nodiscard]] constexpr std::strong_ordering compare_versions(std::uint32_t x, std::uint32_t y) noexcept {
  constexpr std::uint32_t kOpposite = 0x80000000u;
  const std::uint32_t ahead = x - y;
  if (ahead == kOpposite) return x <=> y;
  return static_cast<std::int32_t>(ahead) <=> 0;
}

/// 5.11: the version of the next originating update.
[[nodiscard]] constexpr std::uint32_t next_version(std::uint32_t version) noexcept { return version + 1; }

/// 5.11 and 4.1.10.3.5: version, then time, then the originating invocationId, octet by octet (5.87). Stamps that agree in these
/// three are of one update: the USN takes no part.
[[nodiscard]] constexpr std::weak_ordering compare_attribute_stamps(const AttributeStamp& x, const AttributeStamp& y) noexcept {
  if (const auto order = compare_versions(x.version, y.version); order != 0) return order;
  if (const auto order = x.time_changed <=> y.time_changed; order != 0) return order;
  return x.uuid_originating <=> y.uuid_originating;
}

/// 5.119: a value without a version (it was written before link values had stamps of their own) is less than any other; then the
/// time of creation, so that a link that was made anew after its tombstone is forgotten beats every remnant of the old one; then
/// as 5.11.
/// DEVIATION: 5.119 subtracts versions as signed numbers, by which two that lie opposite each other on the circle are each less
/// than the other, and two replicas would keep different values for ever. The rule of 5.11 decides here as well.
[[nodiscard]] constexpr std::weak_ordering compare_link_value_stamps(const LinkValueStamp& x, const LinkValueStamp& y) noexcept {
  const bool x_counts = x.stamp.version != 0;
  const bool y_counts = y.stamp.version != 0;
  if (x_counts != y_counts) return x_counts <=> y_counts;
  if (const auto order = x.time_created <=> y.time_created; order != 0) return order;
  return compare_attribute_stamps(x.stamp, y.stamp);
}

/// 5.11 and 5.118 for stamps that may be null: null is less than any stamp and equal to null.
[[nodiscard]] constexpr std::weak_ordering compare_attribute_stamps(const std::optional<AttributeStamp>& x,
                                                                    const std::optional<AttributeStamp>& y) noexcept {
  if (x && y) return compare_attribute_stamps(*x, *y);
  return x.has_value() <=> y.has_value();
}
[[nodiscard]] constexpr std::weak_ordering compare_link_value_stamps(const std::optional<LinkValueStamp>& x,
                                                                     const std::optional<LinkValueStamp>& y) noexcept {
  if (x && y) return compare_link_value_stamps(*x, *y);
  return x.has_value() <=> y.has_value();
}

/// Who makes an originating update, when, and at which USN.
struct Originator {
  InvocationId invocation_id;
  Usn usn;
  DsTime now;
};
/// [MS-ADTS] 3.1.1.1.9: the stamp of an originating update of an attribute that had `previous`, if it ever was written.
[[nodiscard]] constexpr AttributeStamp originating_stamp(const std::optional<AttributeStamp>& previous, const Originator& by) noexcept {
  return {previous ? next_version(previous->version) : 1, by.now, by.invocation_id, by.usn};
}
/// The same for a link value: created, deleted, or made anew over its tombstone. timeCreated is that of the first update;
/// a value without a stamp of its own begins one.
/// DEVIATION: the version after 0xFFFFFFFF is 1 and not 0, since 0 would be less than its own predecessor (5.119).
[[nodiscard]] constexpr LinkValueStamp originating_link_stamp(const std::optional<LinkValueStamp>& previous, const Originator& by) noexcept {
  const bool has_history = previous && previous->stamp.version != 0;
  if (!has_history) return {by.now, originating_stamp(std::nullopt, by)};
  LinkValueStamp next{previous->time_created, originating_stamp(previous->stamp, by)};
  if (next.stamp.version == 0) next.stamp.version = 1;
  return next;
}

/// Conversions of 5.11: like-named fields.
[[nodiscard]] constexpr AttributeStamp stamp_from_wire(const drsuapi::PROPERTY_META_DATA_EXT& wire) noexcept {
  return {wire.dwVersion, {wire.timeChanged}, {wire.uuidDsaOriginating}, {wire.usnOriginating}};
}
[[nodiscard]] constexpr drsuapi::PROPERTY_META_DATA_EXT stamp_to_wire(const AttributeStamp& stamp) noexcept {
  return {stamp.version, stamp.time_changed.seconds, stamp.uuid_originating.value, stamp.usn_originating.value};
}

/// A link value's stamp with what only the newer wire form carries (5.216): when the value has to be gone; zero is never.
struct LinkValueMetaData {
  LinkValueStamp stamp;
  DsTime time_expired;
  friend constexpr bool operator==(const LinkValueMetaData&, const LinkValueMetaData&) = default;
};
/// 4.1.10.3.1 and the conversions of 5.118. Presence (fIsPresent) stands beside the stamp on the wire and is not part of it.
[[nodiscard]] constexpr LinkValueMetaData link_stamp_from_wire(const drsuapi::VALUE_META_DATA_EXT_V1& wire) noexcept {
  return {{{wire.timeCreated}, stamp_from_wire(wire.MetaData)}, {}};
}
[[nodiscard]] constexpr LinkValueMetaData link_stamp_from_wire(const drsuapi::VALUE_META_DATA_EXT_V3& wire) noexcept {
  return {{{wire.timeCreated}, stamp_from_wire(wire.MetaData)}, {wire.timeExpired}};
}
/// The time of expiry is lost in this form (5.118).
[[nodiscard]] constexpr drsuapi::VALUE_META_DATA_EXT_V1 link_stamp_to_wire_v1(const LinkValueMetaData& value) noexcept {
  return {value.stamp.time_created.seconds, stamp_to_wire(value.stamp.stamp)};
}
[[nodiscard]] constexpr drsuapi::VALUE_META_DATA_EXT_V3 link_stamp_to_wire_v3(const LinkValueMetaData& value) noexcept {
  return {value.stamp.time_created.seconds, stamp_to_wire(value.stamp.stamp), 0, 0, 0, value.time_expired.seconds};
}

}  // namespace tributary::repl
