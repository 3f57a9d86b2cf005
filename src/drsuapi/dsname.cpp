// SPDX-License-Identifier: Apache-2.0
// DSNAME helpers. [MS-DRSR] 5.50.
#include "drsuapi/dsname.hpp"

#include <algorithm>

#include "base/utf.hpp"
#include "base/win32.hpp"

namespace tributary::drsuapi {

Result<DSNAME> dsname_from_dn(std::string_view dn) { return make_dsname(dn, {}); }

DSNAME dsname_from_guid(const tributary::Guid& guid) {
  DSNAME name;
  name.Guid = guid;
  return name;
}

Result<DSNAME> dsname_from_sid(const Sid& sid) { return make_dsname({}, {}, sid); }

Result<DSNAME> make_dsname(std::string_view dn, const tributary::Guid& guid, const std::optional<Sid>& sid) {
  DSNAME name = dsname_from_guid(guid);
  if (sid) {
    const Bytes octets = encode_sid(*sid);
    if (octets.size() > name.Sid.Data.size()) return fail(win32::kErrorInvalidParameter, "the SID has more than five sub-authorities");
    name.SidLen = static_cast<std::uint32_t>(octets.size());
    std::ranges::copy(octets, name.Sid.Data.begin());
  }
  const auto units = to_utf16(dn);
  if (!units) return std::unexpected(units.error());
  if (units->size() >= kStringNameUnitsMax) return fail(win32::kErrorDsDraBadDn, "the DN is too long");
  if (!units->empty()) name.StringName = Seq<char16_t>(*units);
  return name;
}

Result<std::string> dsname_dn(const DSNAME& name) {
  return to_utf8(std::u16string_view(name.StringName.data(), name.StringName.size()));
}

std::optional<Sid> dsname_sid(const DSNAME& name) {
  if (name.SidLen == 0 || name.SidLen > name.Sid.Data.size()) return std::nullopt;
  const auto sid = decode_sid(ByteView(name.Sid.Data).first(name.SidLen));
  return sid ? std::optional(*sid) : std::nullopt;
}

std::string to_string(const DSNAME& name) {
  std::string text;
  if (!name.Guid.is_null()) text = "<GUID=" + tributary::to_string(name.Guid) + ">";
  if (const auto sid = dsname_sid(name)) text += (text.empty() ? "<SID=" : ";<SID=") + tributary::to_string(*sid) + ">";
  if (name.StringName.empty()) return text;
  if (!text.empty()) text += ';';
  return text + to_utf8_lossy(std::u16string_view(name.StringName.data(), name.StringName.size()));
}

Result<DSNAME> parse_dsname(std::string_view text) {
  tributary::Guid guid;
  std::optional<Sid> sid;
  while (text.starts_with('<')) {
    const std::size_t equals = text.find('=');
    const std::size_t end = text.find('>');
    if (end == std::string_view::npos || equals > end) return fail(win32::kErrorDsDraBadDn, "malformed part in angle brackets");
    const std::string_view key = text.substr(1, equals - 1);
    const std::string_view value = text.substr(equals + 1, end - equals - 1);
    if (equals_ignoring_case(key, "GUID")) {
      const auto parsed = parse_guid(value);
      if (!parsed) return fail(win32::kErrorDsDraBadDn, "malformed GUID");
      guid = *parsed;
    } else if (equals_ignoring_case(key, "SID")) {
      const auto parsed = parse_sid(value);
      if (!parsed) return fail(win32::kErrorDsDraBadDn, "malformed SID");
      sid = *parsed;
    } else {
      return fail(win32::kErrorDsDraBadDn, "neither GUID nor SID in angle brackets");
    }
    text.remove_prefix(end + 1);
    if (text.starts_with(';')) text.remove_prefix(1);
    else if (!text.empty()) return fail(win32::kErrorDsDraBadDn, "no ';' after the part in angle brackets");
  }
  return make_dsname(text, guid, sid);
}

}  // namespace tributary::drsuapi
