// SPDX-License-Identifier: Apache-2.0
// Building a DSNAME from what a caller has (a DN, a GUID, a SID), and reading one for people. [MS-DRSR] 5.50.
// The text form is that of the extended DN of LDAP, "<GUID=...>;<SID=...>;DC=lab,DC=example", with any of the three parts.
// Knows nothing of the syntax of DNs.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/guid.hpp"
#include "base/sid.hpp"
#include "drsuapi/types.hpp"

namespace tributary::drsuapi {

/// `dn` is UTF-8. kErrorNoUnicodeTranslation when it is not, kErrorDsDraBadDn when it is longer than the IDL allows.
[[nodiscard]] Result<DSNAME> dsname_from_dn(std::string_view dn);
[[nodiscard]] DSNAME dsname_from_guid(const tributary::Guid& guid);
/// kErrorInvalidParameter for a SID of more than five sub-authorities: NT4SID has room for 28 octets.
[[nodiscard]] Result<DSNAME> dsname_from_sid(const Sid& sid);
/// All that is known of an object at once; absent parts are absent.
[[nodiscard]] Result<DSNAME> make_dsname(std::string_view dn, const tributary::Guid& guid, const std::optional<Sid>& sid = {});

/// The DN, empty when there is none. Strict: kErrorNoUnicodeTranslation for an unpaired surrogate.
[[nodiscard]] Result<std::string> dsname_dn(const DSNAME& name);
/// The SID; nothing when SidLen is 0 or its octets are no SID.
[[nodiscard]] std::optional<Sid> dsname_sid(const DSNAME& name);

/// For people and for JSON: lossy where the DN is not valid UTF-16.
[[nodiscard]] std::string to_string(const DSNAME& name);
/// The inverse of to_string; also a bare DN. kErrorDsDraBadDn for parts in angle brackets that are malformed.
[[nodiscard]] Result<DSNAME> parse_dsname(std::string_view text);

}  // namespace tributary::drsuapi
