// SPDX-License-Identifier: Apache-2.0
// See search_stats.hpp.
#include "service/ldap/search_stats.hpp"

#include <string_view>
#include <utility>

#include "base/win32.hpp"

namespace tributary::service::ldap_face {
namespace {

constexpr std::uint8_t kInteger = 0x02, kOctets = 0x04, kSequence = 0x30, kInteger0 = 0x80, kString1 = 0x81;

/// One element of BER, definite length.
void put(Bytes& out, std::uint8_t tag, ByteView content) {
  out.push_back(tag);
  if (content.size() < 0x80) {
    out.push_back(static_cast<std::uint8_t>(content.size()));
  } else {
    out.push_back(0x84);
    for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(content.size() >> shift));
  }
  out.insert(out.end(), content.begin(), content.end());
}
void put_number(Bytes& out, std::uint8_t tag, std::uint32_t value) {
  Bytes content;
  bool has_begun = false;
  for (int shift = 24; shift >= 0; shift -= 8) {
    const auto octet = static_cast<std::uint8_t>(value >> shift);
    if (!has_begun && octet == 0 && shift != 0) continue;
    if (!has_begun && octet >= 0x80) content.push_back(0);
    has_begun = true;
    content.push_back(octet);
  }
  put(out, tag, content);
}

/// Names as 3.1.1.3.4.1.6 gives them, in the order of StatsResponseValueV3.
struct Row {
  std::string_view name;
  std::uint32_t tag = 0;
  std::variant<std::uint32_t, std::string_view> value;
};

}  // namespace

Result<std::uint32_t> read_stats_options(const ldap::Control& control) {
  if (!control.value || control.value->empty()) return kStatsAsked;
  if (control.value->size() != 4) return fail(win32::kErrorInvalidParameter, "the options are four octets");
  return load_le<std::uint32_t>(control.value->data());
}

ldap::OwnedControl write_stats(const SearchStatistics& statistics, bool is_extended_format) {
  const Row rows[] = {{"Thread count", 1, statistics.threads},
                      {"Call time (in ms)", 3, statistics.call_time_ms},
                      {"Entries Returned", 5, statistics.entries_returned},
                      {"Entries Visited", 6, statistics.entries_visited},
                      {"Used Filter", 7, std::string_view(statistics.filter)},
                      {"Used Indexes", 8, std::string_view(statistics.index)},
                      {"Pages Referenced", 9, 0u},
                      {"Pages Read From Disk", 10, 0u},
                      {"Pages Pre-read From Disk", 11, 0u},
                      {"Clean Pages Modified", 12, 0u},
                      {"Dirty Pages Modified", 13, 0u},
                      {"Log Records Generated", 14, 0u},
                      {"Log Record Bytes Generated", 15, 0u}};
  Bytes content;
  for (const auto& row : rows) {
    Bytes element;
    Bytes& into = is_extended_format ? element : content;
    if (is_extended_format) put(into, kOctets, as_bytes(row.name));
    else put_number(into, kInteger, row.tag);
    if (const auto* number = std::get_if<std::uint32_t>(&row.value)) put_number(into, is_extended_format ? kInteger0 : kInteger, *number);
    else put(into, is_extended_format ? kString1 : kOctets, as_bytes(std::get<std::string_view>(row.value)));
    if (is_extended_format) put(content, kSequence, element);
  }
  Bytes whole;
  put(whole, kSequence, content);
  return {std::string(ldap::oid::kGetStats), false, std::move(whole)};
}

}  // namespace tributary::service::ldap_face
