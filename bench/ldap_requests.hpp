// SPDX-License-Identifier: Apache-2.0
// For bench/ldap_load.cpp: requests as a client writes them (RFC 4511 4.2, 4.5.1, 4.7), and of a response what a load has to know.
#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "ldap/protocol/message.hpp"

namespace tributary::bench {

/// One element: tag, length, content.
inline Bytes element(std::uint8_t tag, std::initializer_list<ByteView> parts) {
  std::size_t size = 0;
  for (const auto part : parts) size += part.size();
  Bytes octets = {tag};
  if (size < 0x80)
    octets.push_back(static_cast<std::uint8_t>(size));
  else
    for (const int shift : {-1, 24, 16, 8, 0}) octets.push_back(shift < 0 ? std::uint8_t{0x84} : static_cast<std::uint8_t>(size >> shift));
  for (const auto part : parts) octets.insert(octets.end(), part.begin(), part.end());
  return octets;
}
inline Bytes text(std::string_view value, std::uint8_t tag = 0x04) { return element(tag, {as_bytes(value)}); }
inline Bytes number(std::uint32_t value, std::uint8_t tag = 0x02) {
  const std::uint8_t octets[5] = {0, static_cast<std::uint8_t>(value >> 24), static_cast<std::uint8_t>(value >> 16), static_cast<std::uint8_t>(value >> 8),
                                  static_cast<std::uint8_t>(value)};
  std::size_t skipped = 0;
  while (skipped < 4 && octets[skipped] == 0 && octets[skipped + 1] < 0x80) ++skipped;
  return element(tag, {ByteView(octets).subspan(skipped)});
}
inline void append_message(Bytes& out, std::int32_t id, ByteView operation) {
  const auto message = element(0x30, {number(static_cast<std::uint32_t>(id)), operation});
  out.insert(out.end(), message.begin(), message.end());
}

inline void append_simple_bind(Bytes& out, std::int32_t id, std::string_view dn, std::string_view password) {
  append_message(out, id, element(0x60, {number(3), text(dn), text(password, 0x80)}));
}

/// Without an attribute the filter is (objectClass=*).
inline void append_search(Bytes& out, std::int32_t id, std::string_view base, ldap::Scope scope, std::string_view attribute, std::string_view value,
                          std::span<const std::string> attributes) {
  const Bytes filter = attribute.empty() ? text("objectClass", 0x87) : element(0xA3, {text(attribute), text(value)});
  Bytes names;
  for (const auto& name : attributes) {
    const auto one = text(name);
    names.insert(names.end(), one.begin(), one.end());
  }
  const std::uint8_t types_only[] = {0x01, 0x01, 0x00};
  append_message(out, id,
                 element(0x63, {text(base), number(static_cast<std::uint32_t>(scope), 0x0A), number(0, 0x0A), number(0), number(0), ByteView(types_only), filter,
                                element(0x30, {names})}));
}

inline Bytes attribute_of(std::string_view name, std::span<const std::string> values) {
  Bytes set;
  for (const auto& value : values) {
    const auto one = text(value);
    set.insert(set.end(), one.begin(), one.end());
  }
  return element(0x30, {text(name), element(0x31, {set})});
}

inline void append_add(Bytes& out, std::int32_t id, std::string_view parent, const std::string& name, std::span<const std::string> classes) {
  const auto has = [&](std::string_view which) { return std::ranges::find(classes, which) != classes.end(); };
  const std::string values[] = {name};
  Bytes attributes = attribute_of("objectClass", classes);
  const auto more = [&](std::string_view attribute) {
    const auto one = attribute_of(attribute, values);
    attributes.insert(attributes.end(), one.begin(), one.end());
  };
  more("cn");
  if (has("person") || has("inetOrgPerson") || has("user")) more("sn");
  if (has("user") || has("computer")) more("sAMAccountName");
  append_message(out, id, element(0x68, {text("CN=" + name + ',' + std::string(parent)), element(0x30, {attributes})}));
}

struct Response {
  std::int32_t id = 0;
  bool is_part = false;  ///< an entry or a reference: another response follows
  int code = 0;
};

/// A whole message of a server. What is read here are headers and numbers of at most four octets.
inline std::optional<Response> read_response(ByteView message) {
  const auto enter = [](ByteView octets) -> std::optional<std::pair<std::uint8_t, ByteView>> {
    if (octets.size() < 2) return std::nullopt;
    std::size_t header = 2, size = octets[1];
    if (octets[1] >= 0x80) {
      header += octets[1] & 0x7F;
      if (header > 6 || octets.size() < header) return std::nullopt;
      size = 0;
      for (std::size_t i = 2; i < header; ++i) size = size << 8 | octets[i];
    }
    if (octets.size() - header < size) return std::nullopt;
    return std::pair(octets[0], octets.subspan(header, size));
  };
  const auto number_in = [](ByteView octets) {
    std::int32_t value = 0;
    for (const auto octet : octets) value = value << 8 | octet;
    return value;
  };
  const auto whole = enter(message);
  const auto id = whole ? enter(whole->second) : std::nullopt;
  if (!id || id->first != 0x02 || id->second.size() > 4) return std::nullopt;
  const auto behind_id = ByteView(id->second.data() + id->second.size(), whole->second.data() + whole->second.size());
  const auto operation = enter(behind_id);
  if (!operation) return std::nullopt;
  Response response{.id = number_in(id->second)};
  if (operation->first == static_cast<std::uint8_t>(ldap::ResponseTag::kSearchEntry) || operation->first == static_cast<std::uint8_t>(ldap::ResponseTag::kSearchReference)) {
    response.is_part = true;
    return response;
  }
  const auto code = enter(operation->second);
  if (!code || code->first != 0x0A || code->second.size() > 4) return std::nullopt;
  response.code = number_in(code->second);
  return response;
}

}  // namespace tributary::bench
