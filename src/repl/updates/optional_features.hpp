// SPDX-License-Identifier: Apache-2.0
// Optional features of the forest ([MS-ADTS] 3.1.1.9): whether one is enabled, and enabling one as an originating update. A feature is
// enabled in a scope when the scope's msDS-EnabledFeature names its msDS-OptionalFeature object: in the forest at the Cross-Ref-Container,
// in a DSA at its nTDSDSA object. [MS-DRSR] 4.1.10.6.2, 4.1.10.6.3, 5.104, 5.106. Who may enable what was judged before.
#pragma once

#include "repl/updates/updates.hpp"

namespace tributary::repl {

inline constexpr Guid kRecycleBinFeature = "766ddcd8-acd0-445e-f3b9-a7f9b6744f2a"_guid;                   ///< [MS-ADTS] 3.1.1.9.1
inline constexpr Guid kPrivilegedAccessManagementFeature = "ec43e873-cce8-4640-b4ab-07ffe4ab5bcd"_guid;   ///< [MS-ADTS] 3.1.1.9.2

/// IsOptionalFeatureEnabled: false also when there is no such scope.
[[nodiscard]] Result<bool> is_optional_feature_enabled(const Snapshot& snapshot, const schema::Schema& schema, Dnt scope, const Guid& feature);

/// The Cross-Ref-Container and our own nTDSDSA object name the feature; what names it already is left as it is. A feature is never
/// disabled again. kErrorDsObjNotFound: our nTDSDSA object, the container, or the feature's object is not in this replica. With kClient also
/// what [MS-ADTS] 3.1.1.3.3.28 demands: kErrorDsNotSupported where we are not the domain naming master, the feature is not one of a forest,
/// or the forest's functional level is too low; kErrorDsAttValAlreadyExists when the forest has it.
[[nodiscard]] Result<Updates> enable_optional_feature(WriteTransaction& tx, const Context& context, const Guid& feature, CheckLevel level);

}  // namespace tributary::repl
