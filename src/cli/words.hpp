// SPDX-License-Identifier: Apache-2.0
// How codes, ages, names and times read: for people, and in the members that `samba-tool drs showrepl --json` has too. Pure, but for
// the time zone in samba_time.
#pragma once

#include <boost/json.hpp>
#include <span>
#include <string>
#include <string_view>

#include "base/ds_time.hpp"
#include "base/error.hpp"
#include "client/dsa_index.hpp"
#include "client/options.hpp"
#include "drsuapi/constants.hpp"

namespace tributary::cli {

/// "7s", "12m:05s", "03h:12m:05s", "2d.03h:12m:05s".
[[nodiscard]] std::string age_text(std::int64_t seconds);
/// "1 step", "2 steps".
[[nodiscard]] std::string count_of(std::size_t count, std::string_view noun);
/// "2026-11-22T15:22:31Z, 7s ago"; "never". A time to come has no age.
[[nodiscard]] std::string time_and_age(FileTime time, FileTime now);
/// "8453 ERROR_DS_DRA_ACCESS_DENIED"
[[nodiscard]] std::string code_text(Win32 code);
/// "successful", or "failed: 1722 RPC_S_SERVER_UNAVAILABLE".
[[nodiscard]] std::string result_text(Win32 code);
/// {"code": 0, "name": "ERROR_SUCCESS"}
[[nodiscard]] boost::json::object code_to_json(Win32 code);

/// Samba's forms of a time ("Sun Nov 22 15:22:31 2026 UTC", in the local time zone; "NTTIME(0)" for never)
/// and of a result ("was successful", "failed, result 1722 (WERR_RPC_S_SERVER_UNAVAILABLE)").
[[nodiscard]] std::string samba_time(FileTime time);
[[nodiscard]] std::string samba_result(Win32 code);

/// "Default-First-Site-Name\DC1"; what is known of a DSA that the forest has lost.
[[nodiscard]] std::string dsa_label(const client::DsaIndex& dsas, DsaGuid guid, std::string_view dsa_dn);
/// The same for an invocationId: a former one of some DSA is shown as itself.
[[nodiscard]] std::string invocation_label(const client::DsaIndex& dsas, InvocationId id, std::string_view dsa_dn);
/// dns host name, else server name, else GUID.
[[nodiscard]] std::string host_label(const client::Dsa& dsa);
[[nodiscard]] boost::json::object dsa_to_json(const client::Dsa& dsa);

/// {"value": 112, "names": ["DS_REPL_NBR_WRITEABLE", ...]}: the form that flags have in every document.
[[nodiscard]] boost::json::object flags_to_json(std::uint32_t flags, std::vector<std::string> names);
[[nodiscard]] boost::json::object api_flags_to_json(std::span<const client::OptionBit> bits, std::uint32_t flags);
/// The names joined by blanks, "none" for none.
[[nodiscard]] std::string joined(const std::vector<std::string>& names);
/// The names of the bits that are set; bits without a name as one hex number.
[[nodiscard]] std::vector<std::string> api_flag_names(std::span<const client::OptionBit> bits, std::uint32_t flags);

/// DS_REPL_NBR_* names. Samba reports wire bits that the API has no name for: those have their DRS_* names.
[[nodiscard]] std::vector<std::string> neighbor_flag_names(client::NeighborFlags flags);

/// null for "never".
[[nodiscard]] boost::json::value time_to_json(FileTime time);

}  // namespace tributary::cli
