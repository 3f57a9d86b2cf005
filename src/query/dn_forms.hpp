// SPDX-License-Identifier: Apache-2.0
// What a DN of a client names, in each form that clients write ([MS-ADTS] 3.1.1.3.1.2.4): RFC 4514, <GUID=...> and <SID=...> in hex or
// text, <WKGUID=guid,dn>, and what the extended form wrote: "<GUID=...>;<SID=...>;dn". Reads only. Knows no right: who may see the object
// is the caller's business.
#pragma once

#include <string>
#include <string_view>

#include "repl/objects/names.hpp"
#include "schema/schema.hpp"

namespace tributary::query {

/// kNoDnt when there is no such object; deleted objects are found too. kErrorDsNameUnparseable for what is no DN.
[[nodiscard]] Result<store::Dnt> find_dn(const store::Snapshot& snapshot, const schema::Schema& schema, std::string_view text);

/// The DN part of a name: behind what stands in angle brackets.
[[nodiscard]] std::string_view plain_dn(std::string_view text) noexcept;

/// The GUID in the brackets of "<GUID=...>": hex of the octets, or with dashes. kErrorDsNameUnparseable.
[[nodiscard]] Result<Guid> parse_bracketed_guid(std::string_view text);

/// Appends the DN of an object (repl::dn_of) without other memory than `out`'s.
[[nodiscard]] Result<void> append_dn(const store::Snapshot& snapshot, const schema::Schema& schema, store::Dnt dnt, std::string& out);

}  // namespace tributary::query
