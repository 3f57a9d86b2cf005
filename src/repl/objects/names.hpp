// SPDX-License-Identifier: Apache-2.0
// From a name to the object in the store and back: DN, DSNAME ([MS-DRSR] 5.50), the NC of a name (GetObjectNC, 5.81), well-known objects
// ([MS-ADTS] 3.1.1.1.6, 6.1.1.4). Deleted objects, subordinate references and phantoms have names as well.
//
// Where an NC root stands in the store: below its parent when that is held, with its RDN alone; otherwise below kRootDnt, and its RDN
// in the record is then its whole DN (as format_dn writes it), so that two NCs of one leaf name do not meet. place_of_nc_root() says
// which; rdn_of() gives the leaf RDN of any object.
// Must never know a rule of replication.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "drsuapi/types.hpp"
#include "repl/objects/dn.hpp"
#include "store/directory_store.hpp"

namespace tributary::repl {

using store::Dnt;
using store::kNoDnt;
using store::ObjectView;
using store::Snapshot;

/// The DN in UTF-8; empty for the root and for phantoms that nobody has named. kErrorDsObjNotFound when there is no such record.
[[nodiscard]] Result<std::string> dn_of(const Snapshot& snapshot, const schema::Schema& schema, Dnt dnt);
/// All that is known: DN, GUID, SID (a SID that NT4SID has no room for is left out).
[[nodiscard]] Result<drsuapi::DSNAME> dsname_of(const Snapshot& snapshot, const schema::Schema& schema, Dnt dnt);
/// The leaf RDN. Of a phantom: that of its DN, when it has one.
[[nodiscard]] Result<Rdn> rdn_of(const schema::Schema& schema, const ObjectView& object);

/// The object that a name means, or kNoDnt. A phantom is no object. What a name cannot be (unparseable) is an error.
/// 5.50.1: a GUID decides alone; without one the DN, of which every RDN agrees in type and in value (as the store compares RDNs);
/// the SID only when there is neither. An empty name means nothing.
[[nodiscard]] Result<Dnt> resolve(const Snapshot& snapshot, const schema::Schema& schema, const drsuapi::DSNAME& name);
[[nodiscard]] Result<Dnt> resolve_guid(const Snapshot& snapshot, const ObjectGuid& guid);
[[nodiscard]] Result<Dnt> resolve_dn(const Snapshot& snapshot, const schema::Schema& schema, std::span<const Rdn> dn);
[[nodiscard]] Result<Dnt> resolve_dn(const Snapshot& snapshot, const schema::Schema& schema, std::string_view dn);
/// Of several objects with one SID (a foreignSecurityPrincipal and who it stands for) one that is not deleted, the oldest here.
/// kErrorNotSupported when objectSid has no index.
[[nodiscard]] Result<Dnt> resolve_sid(const Snapshot& snapshot, const Sid& sid);
/// What a person writes: a DN, or "<GUID=...>;<SID=...>;dn" with any of the three.
[[nodiscard]] Result<Dnt> resolve_text(const Snapshot& snapshot, const schema::Schema& schema, std::string_view text);

/// The root of the NC that an object belongs to; of an NC root (also of one that is only a subordinate reference) the root itself.
/// kNoDnt for phantoms and the root.
[[nodiscard]] Result<Dnt> nc_of(const Snapshot& snapshot, Dnt dnt);
/// GetObjectNC for a name whose object need not exist: the deepest NC replica of which the DN is a part, or kNoDnt.
[[nodiscard]] Result<Dnt> nc_of_dn(const Snapshot& snapshot, const schema::Schema& schema, std::span<const Rdn> dn);

/// Where the record of an NC root of this DN belongs.
struct Place {
  Dnt parent = kNoDnt;
  std::string rdn;  ///< what the record has
};
[[nodiscard]] Result<Place> place_of_nc_root(const Snapshot& snapshot, const schema::Schema& schema, std::span<const Rdn> dn);

/// `below` is `above` or has it as an ancestor, across NC borders.
[[nodiscard]] Result<bool> is_self_or_descendant(const Snapshot& snapshot, Dnt below, Dnt above);

/// [MS-ADTS] 6.1.1.4: the binary part of a wellKnownObjects value: the GUID's hex digits in the order of the text, unlike a Guid.
using WellKnownGuid = std::array<std::uint8_t, 16>;
inline constexpr WellKnownGuid kGuidComputersContainer = {0xAA, 0x31, 0x28, 0x25, 0x76, 0x88, 0x11, 0xD1, 0xAD, 0xED, 0x00, 0xC0, 0x4F, 0xD8, 0xD5, 0xCD};
inline constexpr WellKnownGuid kGuidDeletedObjectsContainer = {0x18, 0xE2, 0xEA, 0x80, 0x68, 0x4F, 0x11, 0xD2, 0xB9, 0xAA, 0x00, 0xC0, 0x4F, 0x79, 0xF8, 0x05};
inline constexpr WellKnownGuid kGuidDomainControllersContainer = {0xA3, 0x61, 0xB2, 0xFF, 0xFF, 0xD2, 0x11, 0xD1, 0xAA, 0x4B, 0x00, 0xC0, 0x4F, 0xD7, 0xD8, 0x3A};
inline constexpr WellKnownGuid kGuidForeignSecurityPrincipalsContainer = {0x22, 0xB7, 0x0C, 0x67, 0xD5, 0x6E, 0x4E, 0xFB, 0x91, 0xE9, 0x30, 0x0F, 0xCA, 0x3D, 0xC1, 0xAA};
inline constexpr WellKnownGuid kGuidInfrastructureContainer = {0x2F, 0xBA, 0xC1, 0x87, 0x0A, 0xDE, 0x11, 0xD2, 0x97, 0xC4, 0x00, 0xC0, 0x4F, 0xD8, 0xD5, 0xCD};
inline constexpr WellKnownGuid kGuidLostAndFoundContainer = {0xAB, 0x81, 0x53, 0xB7, 0x76, 0x88, 0x11, 0xD1, 0xAD, 0xED, 0x00, 0xC0, 0x4F, 0xD8, 0xD5, 0xCD};
inline constexpr WellKnownGuid kGuidMicrosoftProgramDataContainer = {0xF4, 0xBE, 0x92, 0xA4, 0xC7, 0x77, 0x48, 0x5E, 0x87, 0x8E, 0x94, 0x21, 0xD5, 0x30, 0x87, 0xDB};
inline constexpr WellKnownGuid kGuidNtdsQuotasContainer = {0x62, 0x27, 0xF0, 0xAF, 0x1F, 0xC2, 0x41, 0x0D, 0x8E, 0x3B, 0xB1, 0x06, 0x15, 0xBB, 0x5B, 0x0F};
inline constexpr WellKnownGuid kGuidProgramDataContainer = {0x09, 0x46, 0x0C, 0x08, 0xAE, 0x1E, 0x4A, 0x4E, 0xA0, 0xF6, 0x4A, 0xEE, 0x7D, 0xAA, 0x1E, 0x5A};
inline constexpr WellKnownGuid kGuidSystemsContainer = {0xAB, 0x1D, 0x30, 0xF3, 0x76, 0x88, 0x11, 0xD1, 0xAD, 0xED, 0x00, 0xC0, 0x4F, 0xD8, 0xD5, 0xCD};
inline constexpr WellKnownGuid kGuidUsersContainer = {0xA9, 0xD1, 0xCA, 0x15, 0x76, 0x88, 0x11, 0xD1, 0xAD, 0xED, 0x00, 0xC0, 0x4F, 0xD8, 0xD5, 0xCD};
inline constexpr WellKnownGuid kGuidManagedServiceAccountsContainer = {0x1E, 0xB9, 0x38, 0x89, 0xE4, 0x0C, 0x45, 0xDF, 0x9F, 0x0C, 0x64, 0xD2, 0x3B, 0xBB, 0x62, 0x37};

/// GetWellknownObject ([MS-ADTS] 3.1.1.1.6): from wellKnownObjects of the NC's root. kNoDnt when there is none, or only a phantom.
[[nodiscard]] Result<Dnt> well_known_object(const Snapshot& snapshot, Dnt nc, const WellKnownGuid& guid);
/// The objects that an attribute of a reference syntax names, linked or not.
[[nodiscard]] Result<std::vector<Dnt>> reference_targets(const Snapshot& snapshot, const schema::Schema& schema, Dnt source, Attid attid);

}  // namespace tributary::repl
