// SPDX-License-Identifier: Apache-2.0
// See special_objects.hpp.
#include "service/ldap/special_objects.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

#include "base/utf.hpp"
#include "base/win32.hpp"

namespace tributary::service::ldap_face {
namespace {

constexpr std::size_t kDnsLabelMax = 63;

/// The address is written as inet_ntop writes it, in any case; of IPv4 nothing stands behind the prefix, and the address is not the mask.
bool is_network(int family, const std::string& address, std::size_t octets, unsigned prefix) {
  std::array<std::uint8_t, 16> binary{};
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (prefix == 0 || prefix > octets * 8 || inet_pton(family, address.c_str(), binary.data()) != 1) return false;
  if (inet_ntop(family, binary.data(), text.data(), text.size()) == nullptr || !equals_ignoring_case(address, text.data())) return false;
  if (family != AF_INET) return true;
  const auto mask = ~std::uint32_t{0} << (32 - prefix), number = load_be<std::uint32_t>(binary.data());
  return (number & ~mask) == 0 && number != mask;
}

std::optional<std::int64_t> number(const Write& write, const store::ObjectView& object, std::string_view name) {
  const auto* attribute = write.schema().find_attribute(name);
  const auto value = attribute == nullptr ? std::nullopt : object.first(attribute->attid);
  if (!value) return std::nullopt;
  if (value->size() == 4) return static_cast<std::int32_t>(load_le<std::uint32_t>(value->data()));
  return value->size() == 8 ? std::optional(static_cast<std::int64_t>(load_le<std::uint64_t>(value->data()))) : std::nullopt;
}

}  // namespace

bool is_subnet_name(std::string_view name) {
  const auto slash = name.find('/');
  if (slash == std::string_view::npos) return false;
  const auto digits = name.substr(slash + 1);
  unsigned prefix = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), prefix);
  if (error != std::errc() || end != digits.data() + digits.size() || digits.starts_with('0')) return false;
  const std::string address(name.substr(0, slash));
  return is_network(AF_INET, address, 4, prefix) || is_network(AF_INET6, address, 16, prefix);
}

void check_special_rdn(const schema::ClassSchema& object_class, std::string_view rdn) {
  const auto is_allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_'; };
  const bool is_label = rdn.size() <= kDnsLabelMax && std::ranges::all_of(rdn, is_allowed);
  if (object_class.attid == class_id::kSite && !is_label) refuse(ResultCode::kInvalidDnSyntax, win32::kErrorDsBadNameSyntax, "a site's name is a DNS label");
  if (object_class.ldap_display_name == "subnet" && !is_subnet_name(rdn))
    refuse(ResultCode::kInvalidDnSyntax, win32::kErrorDsBadNameSyntax, "a subnet's name is its address and the length of its prefix: 10.1.0.0/16");
}

void check_password_settings(const Write& write, const store::ObjectView& object) {
  const auto* object_class = write.schema().find_class("msDS-PasswordSettings");
  if (object_class == nullptr || !write.is_a(object, object_class->attid)) return;
  const auto of = [&](std::string_view name) { return number(write, object, name); };
  const auto minimum_age = of("msDS-MinimumPasswordAge"), maximum_age = of("msDS-MaximumPasswordAge");
  const auto duration = of("msDS-LockoutDuration"), window = of("msDS-LockoutObservationWindow");
  // Ages and times are negative, as intervals are.
  const bool is_good = of("msDS-PasswordHistoryLength").value_or(0) <= 1024 && of("msDS-MinimumPasswordLength").value_or(0) <= 256 &&
                       minimum_age.value_or(0) <= 0 && maximum_age.value_or(-1) <= 0 && (!maximum_age || *maximum_age < minimum_age.value_or(0)) &&
                       duration.value_or(0) <= 0 && window.value_or(0) <= 0 && (!duration || *duration <= window.value_or(0));
  if (!is_good) unwilling(win32::kErrorDsSecurityIllegalModify, "the values of a msDS-PasswordSettings object contradict each other, or the limits of AD");
}

}  // namespace tributary::service::ldap_face
