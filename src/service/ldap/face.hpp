// SPDX-License-Identifier: Apache-2.0
// The face that a DSA turns to LDAP clients: who they are (binds.hpp), and which operation answers what they ask (operations.hpp).
// [MS-ADTS] 3.1.1.3, 5.1.1; 6.1.1.2.4.1.2 for what clients without a name may do. Knows no socket.
#pragma once

#include "service/ldap/binds.hpp"
#include "service/ldap/operations.hpp"

namespace tributary::service::ldap_face {

/// Any thread.
class LdapFace : public lp::Handler {
 public:
  /// From the next request on.
  virtual void change_settings(std::shared_ptr<const LdapSettings> settings) = 0;
  /// From the next bind on.
  virtual void change_security(FaceSecurity security) = 0;
};

/// `dsa` outlives it and every operation it has started.
[[nodiscard]] std::shared_ptr<LdapFace> make_ldap_face(Dsa& dsa, std::shared_ptr<const LdapSettings> settings, FaceSecurity security);

}  // namespace tributary::service::ldap_face
