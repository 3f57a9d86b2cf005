// SPDX-License-Identifier: Apache-2.0
// The text form of security descriptors: SDDL ([MS-DTYP] 2.5.1), as classes carry it in defaultSecurityDescriptor.
// Not offered: conditional expressions and resource attributes (XA, XD, XU, ZA, RA); both directions say so.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "security/access/security_descriptor.hpp"
#include "security/access/well_known_sids.hpp"

namespace tributary::security {

inline constexpr std::size_t kSddlLengthMax = 1'048'576;  ///< no two ACLs of 65,535 octets need more

/// O:, G:, D: and S: in any order, each at most once. Words like DA are of `domains.domain`, EA, SA and RO of `domains.forest_root`.
/// kErrorInvalidParameter with the place that is wrong, or for a word whose domain is not known; kErrorNotSupported for a conditional ACE.
[[nodiscard]] Result<SecurityDescriptor> parse_sddl(std::string_view text, const DomainSids& domains = {});

/// Known SIDs become words, rights too when all of them have one (else a hexadecimal mask). parse_sddl gives the same descriptor, but
/// for what the text cannot say: defaulted bits, RM control, the ACL's revision, an object ACE without GUIDs is still one.
/// kErrorNotSupported for an ACE that has no text.
[[nodiscard]] Result<std::string> to_sddl(const SecurityDescriptor& descriptor, const DomainSids& domains = {});

}  // namespace tributary::security
