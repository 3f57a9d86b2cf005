// SPDX-License-Identifier: Apache-2.0
// Service principal names, composed and taken apart: class/instance[:port][/service]. The rules behind DsMakeSpn, DsGetSpn and the
// DsCrackSpn functions, in either width: Char is char (UTF-8) or char16_t. [MS-DRSR] 2.2.3, [MS-KILE] 3.1.5.11.
// Pure: knows no buffer protocol, no resolver and no C type; which machine this is comes in as an argument.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace tributary::ntdsapi {

/// Longest name that is composed or taken apart, in characters. Attribute servicePrincipalName has no limit of its own; this
/// keeps every length far from overflow.
inline constexpr std::size_t kSpnCharactersMax = 65'536;

template <class Char>
struct SpnParts {
  std::basic_string_view<Char> service_class{};
  std::basic_string_view<Char> service_name{};
  std::basic_string_view<Char> instance_name{};  ///< empty: service_name is the host
  std::uint16_t port = 0;                      ///< 0: none
  std::basic_string_view<Char> referrer{};       ///< counts only when service_name is an IP address
};

/// kErrorInvalidParameter for an empty class or service, or a slash in any part.
template <class Char>
[[nodiscard]] Result<std::basic_string<Char>> make_spn(const SpnParts<Char>& parts);

/// The values of DS_SPN_NAME_TYPE.
enum class SpnType : std::uint32_t { kDnsHost = 0, kDnHost = 1, kNbHost = 2, kDomain = 3, kNbDomain = 4, kService = 5 };

/// What this machine is called.
template <class Char>
struct LocalNames {
  std::basic_string<Char> dns{};      ///< "host.example.com"
  std::basic_string<Char> netbios{};  ///< "HOST"
};

template <class Char>
struct SpnRequest {
  SpnType type{};
  std::basic_string_view<Char> service_class{};
  std::optional<std::basic_string_view<Char>> service_name{};  ///< none for the host types, needed by the others
  std::uint16_t port = 0;                                    ///< when there are no instances
  std::span<const std::basic_string_view<Char>> instances{};   ///< empty: this machine
  std::span<const std::uint16_t> ports{};                      ///< empty, or one for each instance
};
/// At least one name. kErrorInvalidParameter for parts that do not fit the type.
template <class Char>
[[nodiscard]] Result<std::vector<std::basic_string<Char>>> get_spns(const SpnRequest<Char>& request, const LocalNames<Char>& local);

/// Views into the name that was taken apart.
template <class Char>
struct CrackedSpn {
  std::basic_string_view<Char> service_class{};
  std::basic_string_view<Char> instance_name{};
  std::basic_string_view<Char> port_text{};     ///< what follows the colon; empty without one
  std::basic_string_view<Char> service_name{};  ///< the instance when there is no third part
  std::basic_string_view<Char> third_part{};    ///< empty when there is none
  std::basic_string_view<Char> realm{};         ///< what follows @, only with split_realm
};
struct CrackSpnOptions {
  bool split_realm = false;  ///< a last @ begins a realm
  bool named_port = false;   ///< the port need not be a number
};
/// kErrorInvalidParameter for what is no such name: fewer than two parts, an empty part, more than three parts, a port that is no
/// number from 1 to 65535.
template <class Char>
[[nodiscard]] Result<CrackedSpn<Char>> crack_spn(std::basic_string_view<Char> spn, CrackSpnOptions options = {});
/// The port as a number; 0 for none or a name.
template <class Char>
[[nodiscard]] std::uint16_t port_of(const CrackedSpn<Char>& spn) noexcept;

/// Dotted IPv4, or IPv6 with or without brackets.
template <class Char>
[[nodiscard]] bool is_ip_address(std::basic_string_view<Char> text);

}  // namespace tributary::ntdsapi
