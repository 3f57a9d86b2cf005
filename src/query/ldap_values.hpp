// SPDX-License-Identifier: Apache-2.0
// Attribute values between LDAP (and LDIF) and the store: the LDAP form of each syntax ([MS-ADTS] 3.1.1.2.2.2, RFC 4517) and the concrete one
// ([MS-DRSR] 5.16.1). Reads only; who a DN names is asked from the caller, so that names of objects that are not there yet can wait.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "repl/updates/updates.hpp"
#include "schema/schema.hpp"

namespace tributary::query {

/// kNoDnt: there is none yet.
using FindDn = std::function<Result<store::Dnt>(std::string_view dn)>;

/// kErrorDsInvalidAttributeSyntax for what is no value. A DN that names nothing: kErrorDsNameReferenceInvalid.
[[nodiscard]] Result<repl::NewValue> value_from_ldap(const schema::Schema& schema, const schema::AttributeSchema& attribute, std::string_view octets,
                                                     const FindDn& find);
/// The LDAP form of a stored value.
[[nodiscard]] Result<std::string> value_to_ldap(const store::Snapshot& snapshot, const schema::Schema& schema, const schema::AttributeSchema& attribute,
                                                ByteView stored);

/// "20261122143120.0Z" and "261122143120Z".
[[nodiscard]] std::string format_ldap_time(schema::Syntax syntax, DsTime time);
[[nodiscard]] std::optional<DsTime> parse_ldap_time(std::string_view text);

}  // namespace tributary::query
