// SPDX-License-Identifier: Apache-2.0
// See requests.hpp. Written without the code under test.
#include "ldap/server/testing/requests.hpp"

#include <fmt/format.h>

namespace tributary::ldap::testing {
namespace {

struct Element {
  std::uint8_t tag = 0;
  ByteView content;
  std::size_t size = 0;  ///< with its header
};

std::optional<Element> element(ByteView octets) {
  if (octets.size() < 2) return std::nullopt;
  std::size_t header = 2, length = octets[1];
  if ((length & 0x80U) != 0) {
    const std::size_t count = length & 0x7FU;
    if (octets.size() < header + count) return std::nullopt;
    length = 0;
    for (std::size_t i = 0; i < count; ++i) length = length << 8 | octets[header + i];
    header += count;
  }
  if (octets.size() < header + length) return std::nullopt;
  return Element{octets[0], octets.subspan(header, length), header + length};
}

Element next(ByteView& octets) {
  const auto found = element(octets);
  if (!found) return {};
  octets = octets.subspan(found->size);
  return *found;
}

std::string text_of(ByteView octets) { return {octets.begin(), octets.end()}; }

}  // namespace

Bytes tlv(std::uint8_t tag, ByteView content) {
  Bytes out{tag};
  if (content.size() < 0x80) {
    out.push_back(static_cast<std::uint8_t>(content.size()));
  } else {
    out.push_back(0x84);
    for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(content.size() >> shift));
  }
  out.insert(out.end(), content.begin(), content.end());
  return out;
}
Bytes tlv(std::uint8_t tag, std::string_view content) { return tlv(tag, as_bytes(content)); }

Bytes integer(std::uint8_t tag, std::int32_t value) {
  Bytes content;
  int shift = 24;
  const auto bits = static_cast<std::uint32_t>(value);
  while (shift > 0 && bits >> (shift - 1) == 0) shift -= 8;
  for (; shift >= 0; shift -= 8) content.push_back(static_cast<std::uint8_t>(bits >> shift));
  return tlv(tag, content);
}

Bytes joined(const std::vector<Bytes>& parts) {
  Bytes out;
  for (const auto& part : parts) out.insert(out.end(), part.begin(), part.end());
  return out;
}

Bytes message(std::int32_t id, const Bytes& operation) { return tlv(0x30, joined({integer(0x02, id), operation})); }

Bytes simple_bind(std::int32_t id, std::string_view name, std::string_view password) {
  return message(id, tlv(0x60, joined({integer(0x02, 3), tlv(0x04, name), tlv(0x80, password)})));
}
Bytes sasl_bind(std::int32_t id, std::string_view mechanism, const std::optional<Bytes>& credentials) {
  Bytes choice = tlv(0x04, mechanism);
  if (credentials) choice = joined({choice, tlv(0x04, *credentials)});
  return message(id, tlv(0x60, joined({integer(0x02, 3), tlv(0x04, std::string_view()), tlv(0xA3, choice)})));
}
Bytes search(std::int32_t id, std::string_view base) {
  return message(id, tlv(0x63, joined({tlv(0x04, base), integer(0x0A, 2), integer(0x0A, 0), integer(0x02, 0), integer(0x02, 0), integer(0x01, 0), tlv(0x87, "objectClass"),
                                       tlv(0x30, ByteView())})));
}
Bytes unbind(std::int32_t id) { return message(id, tlv(0x42, ByteView())); }
Bytes abandon(std::int32_t id, std::int32_t which) { return message(id, integer(0x50, which)); }
Bytes extended(std::int32_t id, std::string_view oid) { return message(id, tlv(0x77, tlv(0x80, oid))); }

std::string Response::line() const {
  const char* kind = "?";
  switch (tag) {
    case 0x61: kind = "bind"; break;
    case 0x64: return fmt::format("{} entry {}", id, text);
    case 0x65: kind = "done"; break;
    case 0x67: kind = "modify"; break;
    case 0x78: kind = "extended"; break;
    default: break;
  }
  return fmt::format("{} {} {}{}{}", id, kind, code, text.empty() ? "" : " ", text);
}

std::vector<Response> take_responses(Bytes& octets) {
  std::vector<Response> responses;
  ByteView rest(octets);
  while (const auto whole = element(rest)) {
    rest = rest.subspan(whole->size);
    ByteView inside = whole->content;
    Response response;
    for (const std::uint8_t octet : next(inside).content) response.id = response.id << 8 | octet;
    const auto operation = next(inside);
    response.tag = operation.tag;
    ByteView fields = operation.content;
    const auto first = next(fields);
    if (response.tag == 0x64) {
      response.text = text_of(first.content);
    } else {
      response.code = first.content.empty() ? 0xFF : first.content[0];
      (void)next(fields);
      response.text = text_of(next(fields).content);
      while (!fields.empty())
        if (const auto more = next(fields); more.tag == 0x87) response.credentials = to_bytes(more.content);
    }
    responses.push_back(std::move(response));
  }
  octets.erase(octets.begin(), octets.end() - static_cast<std::ptrdiff_t>(rest.size()));
  return responses;
}

}  // namespace tributary::ldap::testing
