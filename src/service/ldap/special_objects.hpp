// SPDX-License-Identifier: Apache-2.0
// Rules for objects of single classes ([MS-ADTS] 3.1.1.5.2.2, 3.1.1.5.3.2): names of sites and subnets, msDS-PasswordSettings. Inside the write
// library.
#pragma once

#include "service/ldap/write.hpp"

namespace tributary::service::ldap_face {

/// The name of a site is a DNS label, that of a subnet an address with the length of its prefix (6.1.1.2.2.2.1).
void check_special_rdn(const schema::ClassSchema& object_class, std::string_view rdn);
[[nodiscard]] bool is_subnet_name(std::string_view name);

/// The values of a msDS-PasswordSettings object as they are now, after the update.
void check_password_settings(const Write& write, const store::ObjectView& object);

}  // namespace tributary::service::ldap_face
