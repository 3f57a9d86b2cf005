// SPDX-License-Identifier: Apache-2.0
// The cookie of LDAP_SERVER_DIRSYNC_OID ([MS-DRSR] 5.115.2.1, 5.115.10, 5.115.11): a position in an NC, in the layout that AD and Samba share,
// since their clients look into it. Values only.
#pragma once

#include "drsuapi/types.hpp"
#include "repl/state/up_to_dateness.hpp"

namespace tributary::service::ldap_face {

struct DirSyncCookie {
  FileTime created;
  drsuapi::USN_VECTOR usn;   ///< of `source`
  InvocationId source;       ///< whose USNs they are
  repl::ReplUpToDateVector up_to_dateness_vector;
  friend bool operator==(const DirSyncCookie&, const DirSyncCookie&) = default;
};

/// kErrorInvalidData for what is none. The vector's times are not in a cookie.
[[nodiscard]] Result<DirSyncCookie> decode_dirsync_cookie(ByteView octets);
[[nodiscard]] Bytes encode_dirsync_cookie(const DirSyncCookie& cookie);

}  // namespace tributary::service::ldap_face
