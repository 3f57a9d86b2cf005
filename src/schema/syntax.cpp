// SPDX-License-Identifier: Apache-2.0
// See syntax.hpp.
#include "schema/syntax.hpp"

#include <algorithm>
#include <charconv>

#include "base/assert.hpp"

namespace tributary::schema {
namespace {

using namespace std::string_view_literals;

/// [MS-ADTS] 3.1.1.2.2.2.
constexpr SyntaxInfo kSyntaxes[] = {
    {Syntax::kBoolean, "Boolean", 8, 1, "", ""},
    {Syntax::kEnumeration, "Enumeration", 9, 10, "", ""},
    {Syntax::kInteger, "Integer", 9, 2, "", ""},
    {Syntax::kLargeInteger, "LargeInteger", 16, 65, "", ""},
    {Syntax::kAccessPoint, "Object(Access-Point)", 14, 127, "1.3.12.2.1011.28.0.702", "\x2B\x0C\x02\x87\x73\x1C\x00\x85\x3E"sv},
    {Syntax::kDnString, "Object(DN-String)", 14, 127, "1.2.840.113556.1.1.1.12", "\x2A\x86\x48\x86\xF7\x14\x01\x01\x01\x0C"sv},
    {Syntax::kOrName, "Object(OR-Name)", 7, 127, "2.6.6.1.2.5.11.29", "\x56\x06\x01\x02\x05\x0B\x1D"sv},
    {Syntax::kDnBinary, "Object(DN-Binary)", 7, 127, "1.2.840.113556.1.1.1.11", "\x2A\x86\x48\x86\xF7\x14\x01\x01\x01\x0B"sv},
    {Syntax::kDn, "Object(DS-DN)", 1, 127, "1.3.12.2.1011.28.0.714", "\x2B\x0C\x02\x87\x73\x1C\x00\x85\x4A"sv},
    {Syntax::kPresentationAddress, "Object(Presentation-Address)", 13, 127, "1.3.12.2.1011.28.0.732",
     "\x2B\x0C\x02\x87\x73\x1C\x00\x85\x5C"sv},
    {Syntax::kReplicaLink, "Object(Replica-Link)", 10, 127, "1.2.840.113556.1.1.1.6", "\x2A\x86\x48\x86\xF7\x14\x01\x01\x01\x06"sv},
    {Syntax::kCaseString, "String(Case)", 3, 27, "", ""},
    {Syntax::kIa5String, "String(IA5)", 5, 22, "", ""},
    {Syntax::kSecurityDescriptor, "String(NT-Sec-Desc)", 15, 66, "", ""},
    {Syntax::kNumericString, "String(Numeric)", 6, 18, "", ""},
    {Syntax::kOid, "String(Object-Identifier)", 2, 6, "", ""},
    {Syntax::kOctetString, "String(Octet)", 10, 4, "", ""},
    {Syntax::kPrintableString, "String(Printable)", 5, 19, "", ""},
    {Syntax::kSid, "String(Sid)", 17, 4, "", ""},
    {Syntax::kTeletexString, "String(Teletex)", 4, 20, "", ""},
    {Syntax::kUnicodeString, "String(Unicode)", 12, 64, "", ""},
    {Syntax::kUtcTime, "String(UTC-Time)", 11, 23, "", ""},
    {Syntax::kGeneralizedTime, "String(Generalized-Time)", 11, 24, "", ""},
};

}  // namespace

std::span<const SyntaxInfo> syntaxes() noexcept { return kSyntaxes; }

const SyntaxInfo& syntax_info(Syntax syntax) noexcept {
  const auto index = static_cast<std::size_t>(syntax);
  TRIBUTARY_ASSERT(index < std::size(kSyntaxes));
  return kSyntaxes[index];
}

std::optional<Syntax> find_syntax(std::string_view attribute_syntax, std::uint32_t om_syntax, ByteView om_object_class) noexcept {
  constexpr std::string_view kPrefix = "2.5.5.";
  if (!attribute_syntax.starts_with(kPrefix)) return std::nullopt;
  attribute_syntax.remove_prefix(kPrefix.size());
  std::uint32_t number = 0;
  const auto* const end = attribute_syntax.data() + attribute_syntax.size();
  if (const auto [stopped, error] = std::from_chars(attribute_syntax.data(), end, number); error != std::errc() || stopped != end)
    return std::nullopt;
  const SyntaxInfo* only = nullptr;
  std::size_t candidates = 0;
  for (const auto& each : kSyntaxes) {
    if (each.attribute_syntax != number || each.om_syntax != om_syntax) continue;
    if (std::ranges::equal(as_bytes(each.om_object_class_ber), om_object_class)) return each.syntax;
    only = &each;
    ++candidates;
  }
  return om_object_class.empty() && candidates == 1 ? std::optional(only->syntax) : std::nullopt;
}

}  // namespace tributary::schema
