// SPDX-License-Identifier: Apache-2.0
// One state of the directory as one LDAP caller looks at it, and the shared pieces that reading and writing need: the object a DN means,
// constructed attributes, what a caller may see. Reads only.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ldap/protocol/result_code.hpp"
#include "repl/objects/context.hpp"
#include "repl/objects/names.hpp"
#include "schema/schema.hpp"
#include "service/dsa.hpp"

namespace tributary::service::ldap_face {

/// All references must outlive it. A WriteTransaction is a snapshot too: views of objects are then good until its next change.
struct View {
  Dsa& dsa;
  const repl::Context& context;
  const store::Snapshot& snapshot;
  const Caller& caller;
  bool show_deactivated_links = false;  ///< LDAP_SERVER_SHOW_DEACTIVATED_LINK_OID
  bool show_deleted = false;            ///< LDAP_SERVER_SHOW_DELETED_OID: a DN may mean a deleted object
  bool show_recycled = false;           ///< LDAP_SERVER_SHOW_RECYCLED_OID
  std::optional<std::uint32_t> extended_dn{};  ///< LDAP_SERVER_EXTENDED_DN_OID and its option
  [[nodiscard]] const schema::Schema& schema() const noexcept { return *context.schema; }
};

/// What a DN of a request means ([MS-ADTS] 3.1.1.3.1.2.4): an RFC 4514 DN, <GUID=...>, <SID=...>, <WKGUID=guid,dn>; what a search with
/// LDAP_SERVER_EXTENDED_DN_OID wrote ("<GUID=...>;<SID=...>;dn") as well. The object, or why there is none: noSuchObject with the deepest
/// ancestor that is there (matchedDN), referral to another NC with its URLs, invalidDNSyntax. Deleted objects count when the view shows them.
/// Whether the caller may see the object is not judged here.
[[nodiscard]] std::expected<store::Dnt, ldap::Outcome> locate(const View& view, std::string_view dn);

/// The values of a constructed attribute of an object ([MS-ADTS] 3.1.1.4.5) in their LDAP form; none when it has none. `binary`: asked for
/// as ";binary". The attribute is one for which is_served_constructed() holds.
[[nodiscard]] bool is_served_constructed(const schema::AttributeSchema& attribute) noexcept;
[[nodiscard]] Result<std::vector<std::string>> constructed_values(const View& view, const store::ObjectView& object,
                                                                  const schema::AttributeSchema& attribute, bool binary);

/// A DN as a caller gets it: plain, or with GUID and SID before it when the view has extended_dn.
[[nodiscard]] Result<std::string> dn_for_client(const View& view, store::Dnt object);

}  // namespace tributary::service::ldap_face
