// SPDX-License-Identifier: Apache-2.0
// The syntaxes of attributes ([MS-ADTS] 3.1.1.2.2.2): the table attributeSyntax + oMSyntax + oMObjectClass <-> LDAP name, which no
// schema can extend, and what follows from a syntax alone. Knows no attribute. Immutable: any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/bytes.hpp"

namespace tributary::schema {

/// In the order of the table of 3.1.1.2.2.2.
enum class Syntax : std::uint8_t {
  kBoolean,
  kEnumeration,
  kInteger,
  kLargeInteger,
  kAccessPoint,          ///< Object(Access-Point)
  kDnString,             ///< Object(DN-String)
  kOrName,               ///< Object(OR-Name)
  kDnBinary,             ///< Object(DN-Binary)
  kDn,                   ///< Object(DS-DN)
  kPresentationAddress,  ///< Object(Presentation-Address)
  kReplicaLink,          ///< Object(Replica-Link)
  kCaseString,           ///< String(Case)
  kIa5String,            ///< String(IA5)
  kSecurityDescriptor,   ///< String(NT-Sec-Desc)
  kNumericString,        ///< String(Numeric)
  kOid,                  ///< String(Object-Identifier)
  kOctetString,          ///< String(Octet)
  kPrintableString,      ///< String(Printable)
  kSid,                  ///< String(Sid)
  kTeletexString,        ///< String(Teletex)
  kUnicodeString,        ///< String(Unicode)
  kUtcTime,              ///< String(UTC-Time)
  kGeneralizedTime,      ///< String(Generalized-Time)
};

struct SyntaxInfo {
  Syntax syntax{};
  std::string_view ldap_name;           ///< "String(Unicode)"
  std::uint8_t attribute_syntax = 0;    ///< the N of 2.5.5.N
  std::uint32_t om_syntax = 0;
  std::string_view om_object_class;     ///< dotted, empty where the table has a hyphen
  std::string_view om_object_class_ber; ///< its BER content octets, as a value of oMObjectClass holds them
};

/// All 23, by ascending Syntax.
[[nodiscard]] std::span<const SyntaxInfo> syntaxes() noexcept;
[[nodiscard]] const SyntaxInfo& syntax_info(Syntax syntax) noexcept;
/// `attribute_syntax` is dotted ("2.5.5.12"), `om_object_class` the octets of the value, empty when it is absent. Where only one syntax has
/// the other two numbers, an absent oMObjectClass does no harm: Samba and Windows both hold such objects.
[[nodiscard]] std::optional<Syntax> find_syntax(std::string_view attribute_syntax, std::uint32_t om_syntax, ByteView om_object_class) noexcept;

/// Object reference syntaxes ([MS-ADTS] 3.1.1.2.2.3): a value names an object, and follows it.
[[nodiscard]] constexpr bool is_reference(Syntax syntax) noexcept {
  return syntax == Syntax::kDn || syntax == Syntax::kDnBinary || syntax == Syntax::kDnString || syntax == Syntax::kOrName ||
         syntax == Syntax::kAccessPoint;
}
[[nodiscard]] constexpr bool is_time(Syntax syntax) noexcept { return syntax == Syntax::kUtcTime || syntax == Syntax::kGeneralizedTime; }
/// Values are character strings whose letters compare without case ([MS-ADTS] 3.1.1.2.2.4).
[[nodiscard]] constexpr bool ignores_case(Syntax syntax) noexcept { return syntax == Syntax::kUnicodeString || syntax == Syntax::kTeletexString; }

}  // namespace tributary::schema
