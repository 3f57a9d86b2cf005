// SPDX-License-Identifier: Apache-2.0
// See head_values.hpp.
#include "service/ldap/constructed/head_values.hpp"

#include <algorithm>
#include <array>

#include "base/win32.hpp"
#include "drsuapi/blobs/vectors.hpp"
#include "query/ldap_values.hpp"
#include "repl/objects/facts.hpp"
#include "service/ldap/constructed/makers.hpp"

namespace tributary::service::ldap_face {

namespace {

using constructed::Values;
using store::ObjectView;
namespace attid = repl::attid;

constexpr store::Attid kRepsTo{0x20053}, kRepsFrom{0x2005B}, kReplUpToDateVector{0x90004}, kPartialAttributeSet{0x90280},
    kDsCorePropagationData{0x9054D};
constexpr std::array kHead = {attid::kDistinguishedName, attid::kWhenChanged,          attid::kUsnCreated,   kRepsTo,
                              kRepsFrom,                 attid::kUsnChanged,           attid::kReplPropertyMetaData,
                              kReplUpToDateVector,       kPartialAttributeSet,         kDsCorePropagationData};
static_assert(std::ranges::is_sorted(kHead));

std::string text_of(ByteView octets) { return constructed::octets_of(octets); }

std::string metadata_of(const ObjectView& object) {
  drsuapi::blobs::Whole<drsuapi::blobs::PROPERTY_META_DATA_VECTOR> whole;
  auto& entries = whole.value.rgMetaData;
  entries.reserve(object.attribute_count());
  for (std::size_t i = 0; i < object.attribute_count(); ++i) {
    const auto attribute = object.attribute(i);
    if (!attribute.has_stamp()) continue;
    const auto stamp = attribute.stamp();
    entries.push_back({attribute.attid(), stamp.version, stamp.time_changed, stamp.uuid_originating, stamp.usn_originating, attribute.usn_local()});
  }
  return text_of(drsuapi::blobs::encode_whole(whole));
}

Result<Values> replica_values(const View& view, const ObjectView& object, store::Attid attid) {
  if (!repl::is_nc_root(object)) return Values();
  const auto replica = view.snapshot.nc_replica(object.dnt());
  if (!replica) return std::unexpected(replica.error());
  if (!*replica) return Values();
  Values values;
  const auto add = [&](ByteView octets) {
    if (!octets.empty()) values.push_back(text_of(octets));
  };
  if (attid == kReplUpToDateVector) add((*replica)->up_to_dateness_vector);
  if (attid == kPartialAttributeSet) add((*replica)->partial_attribute_set);
  if (attid == kRepsFrom)
    for (const auto& each : (*replica)->reps_from) add(each);
  if (attid == kRepsTo)
    for (const auto& each : (*replica)->reps_to) add(each);
  return values;
}

}  // namespace

bool is_head_attribute(store::Attid attid) noexcept { return std::ranges::binary_search(kHead, attid); }
std::span<const store::Attid> head_attributes() noexcept { return kHead; }

Result<Values> head_values(const View& view, const ObjectView& object, store::Attid attid) {
  constexpr auto kTime = schema::Syntax::kGeneralizedTime;
  switch (attid) {
    case attid::kUsnCreated: return Values{std::to_string(object.head().usn_created.value)};
    case attid::kUsnChanged: return Values{std::to_string(object.usn_changed().value)};
    case attid::kWhenChanged: return Values{query::format_ldap_time(kTime, object.head().when_changed)};
    case attid::kReplPropertyMetaData: return Values{metadata_of(object)};
    // When the propagation of descriptors reached the object: never, as a DC writes it, since here it is done with the change itself.
    case kDsCorePropagationData: return Values{"16010101000000.0Z"};
    case attid::kDistinguishedName: {
      auto dn = repl::dn_of(view.snapshot, view.schema(), object.dnt());
      if (!dn) return std::unexpected(std::move(dn.error()));
      return Values{std::move(*dn)};
    }
    default: return replica_values(view, object, attid);
  }
}

}  // namespace tributary::service::ldap_face
