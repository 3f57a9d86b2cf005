// SPDX-License-Identifier: Apache-2.0
// AccessCheckCAR, AccessCheckAttr and AccessCheckObject of [MS-DRSR] 5.3 to 5.5 on objects of the store: the descriptor is the object's
// nTSecurityDescriptor, the rule [MS-ADTS] 5.1.3's. An object without a descriptor grants nothing to anybody. Reads only.
#pragma once

#include "base/guid.hpp"
#include "repl/objects/context.hpp"
#include "security/access/token.hpp"
#include "store/directory_store.hpp"

namespace tributary::service {

/// A control access right, by its rightsGuid ([MS-ADTS] 5.1.3.2.1).
namespace right {
inline constexpr Guid kGetChanges = "1131f6aa-9c07-11d1-f79f-00c04fc2dcd2"_guid;
inline constexpr Guid kGetChangesAll = "1131f6ad-9c07-11d1-f79f-00c04fc2dcd2"_guid;
inline constexpr Guid kGetChangesInFilteredSet = "89e95b76-444d-4c62-991a-0facbeda640c"_guid;
inline constexpr Guid kSynchronize = "1131f6ab-9c07-11d1-f79f-00c04fc2dcd2"_guid;
inline constexpr Guid kManageTopology = "1131f6ac-9c07-11d1-f79f-00c04fc2dcd2"_guid;
inline constexpr Guid kMonitorTopology = "f98340fb-7c5b-4cdb-a00b-2ebdfa115a96"_guid;
inline constexpr Guid kReplicaAddRemove = "9923a32a-3607-11d2-b9be-0000f87a36b2"_guid;  ///< DS-Install-Replica
}  // namespace right

[[nodiscard]] Result<bool> access_check_car(const repl::Context& context, const store::Snapshot& snapshot, const security::Token& token,
                                            store::Dnt object, const Guid& right);
/// `access`: RIGHT_DS_READ_PROPERTY, RIGHT_DS_WRITE_PROPERTY or RIGHT_DS_WRITE_PROPERTY_EXTENDED ([MS-ADTS] 5.1.3.2).
[[nodiscard]] Result<bool> access_check_attribute(const repl::Context& context, const store::Snapshot& snapshot, const security::Token& token,
                                                  store::Dnt object, std::uint32_t access, store::Attid attribute);
/// `object_type`: the schemaIDGUID of the class to be created or deleted, or null: the object itself.
[[nodiscard]] Result<bool> access_check_object(const repl::Context& context, const store::Snapshot& snapshot, const security::Token& token,
                                               store::Dnt object, std::uint32_t access, const std::optional<Guid>& object_type = {});

}  // namespace tributary::service
