// SPDX-License-Identifier: Apache-2.0
// Fuzzes the readers of control values ([MS-ADTS] 3.1.1.3.4.1): each takes or refuses; cookies that were read are written as they were.
#include <cstddef>
#include <cstdint>

#include "ldap/protocol/controls.hpp"
#include "must_hold.hpp"

using namespace tributary;
using namespace tributary::ldap;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Control control{.oid = "1.2", .critical = true, .value = ByteView(data, size)};
  if (const auto paged = read_paged_results(control)) {
    const auto written = write_paged_results(*paged);
    const auto again = read_paged_results({.oid = written.oid, .critical = false, .value = ByteView(*written.value)});
    must_hold(again && again->size == paged->size && again->cookie == paged->cookie, "paged results changed on the way");
  }
  if (const auto sync = read_dirsync(control)) {
    const auto written = write_dirsync(true, sync->octets_max, sync->cookie);
    const auto again = read_dirsync({.oid = written.oid, .critical = false, .value = ByteView(*written.value)});
    must_hold(again && again->flags == 1 && again->octets_max == sync->octets_max && again->cookie == sync->cookie, "DirSync changed on the way");
  }
  if (const auto keys = read_sort(control)) must_hold(!keys->empty(), "a sort by nothing");
  if (const auto view = read_vlv(control); view && std::holds_alternative<VlvOffset>(view->target))
    must_hold(std::get<VlvOffset>(view->target).offset <= 0x7FFF'FFFF, "an offset out of range");
  for (auto* const reader : {read_extended_dn, read_sd_flags, read_search_options, read_number}) static_cast<void>(reader(control));
  static_cast<void>(read_asq(control));
  static_cast<void>(read_verify_name(control));
  return 0;
}
