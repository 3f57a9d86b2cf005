// SPDX-License-Identifier: Apache-2.0
// The replication state of a DC, whoever can tell it: IDL_DRSGetReplInfo ([MS-DRSR] 4.1.13) where the DC serves the type of
// information, and the raw attributes over LDAP (repsFrom, repsTo, replUpToDateVector, replPropertyMetaData) where it does not.
// Every answer says which of the two it is and, for the second, what the call was refused with. Blocks.
// Must never know how any of it is shown.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ds_time.hpp"
#include "base/error.hpp"
#include "base/guid.hpp"
#include "client/client.hpp"
#include "client/directory.hpp"
#include "client/options.hpp"

namespace tributary::client {

enum class StateSource : std::uint8_t {
  kCall,     ///< IDL_DRSGetReplInfo
  kLdap,     ///< raw attribute values
  kChanges,  ///< IDL_DRSGetNCChanges for one object (value_stamps.hpp)
};
/// "rpc", "ldap" or "getncchanges".
[[nodiscard]] std::string_view source_name(StateSource source) noexcept;

/// A list and where it came from.
template <class Item>
struct ReplState {
  StateSource source = StateSource::kCall;
  std::optional<Error> refusal;  ///< why the call did not serve, when the source is another one
  std::vector<Item> items;
};

/// Opens LDAP on the same DC when it is needed, and only then.
using DirectorySource = std::function<Result<Directory*>()>;

/// A DC and the two ways to ask it.
struct DcView {
  DrsHandle& handle;
  DirectorySource directory;
  CallOptions call{};
};

/// True when an error means "this DC does not serve that", so that another way is worth a try: not for a refusal of rights,
/// a deadline or a broken connection.
[[nodiscard]] bool lacks_call(const Error& error) noexcept;

/// One repsFrom or repsTo value ([MS-DRSR] 5.172, 5.173) as the API shows it.
struct Neighbor {
  std::string nc_dn;
  std::string dsa_dn;        ///< NTDS Settings of the other DSA; empty when nobody knows it any more
  std::string address;       ///< "<dsa guid>._msdcs.<forest>"
  std::string transport_dn;  ///< empty: RPC
  NeighborFlags flags = NeighborFlags::kNone;
  ObjectGuid nc_guid;
  DsaGuid dsa_guid;
  InvocationId invocation_id;
  Usn last_object_change_synced;
  Usn attribute_filter;
  FileTime last_success;
  FileTime last_attempt;
  Win32 last_result{};
  std::uint32_t consecutive_failures = 0;
};
enum class Direction : std::uint8_t { kInbound, kOutbound };
/// Of one NC, or of all when `nc_dn` is empty; in the DC's order.
[[nodiscard]] Result<ReplState<Neighbor>> read_neighbors(DcView dc, Direction direction, const std::string& nc_dn = {});

/// One cursor of the up-to-dateness vector ([MS-DRSR] 5.166), the DC's own included.
struct Cursor {
  InvocationId invocation_id;
  Usn usn;
  FileTime last_success;  ///< zero when the DC does not tell
  std::string dsa_dn;     ///< empty when unknown
};
[[nodiscard]] Result<ReplState<Cursor>> read_cursors(DcView dc, const std::string& nc_dn);

/// The stamp of an attribute ([MS-DRSR] 5.11).
struct AttributeStamp {
  std::string attribute;  ///< lDAPDisplayName, or "attid 0x00090001" when the base schema has no such number
  std::uint32_t version = 0;
  FileTime changed;
  InvocationId originating_invocation_id;
  Usn originating_usn;
  Usn local_usn;
  std::string originating_dsa_dn;  ///< empty when unknown
};
[[nodiscard]] Result<ReplState<AttributeStamp>> read_object_stamps(DcView dc, const std::string& object_dn);

/// The stamp of one value of a linked attribute ([MS-DRSR] 5.11, LinkValueStamp).
struct ValueStamp {
  std::string attribute;
  std::string value_dn;
  Bytes value;  ///< the part that is not a DN, for the attributes that have one
  FileTime created;
  FileTime deleted;  ///< zero: the value is there
  std::uint32_t version = 0;
  FileTime changed;
  InvocationId originating_invocation_id;
  Usn originating_usn;
  Usn local_usn;
  std::string originating_dsa_dn;
};
/// All linked values of an object, or those of one attribute, or one of them. No DC has this as a raw attribute; the second way is
/// value_stamps.hpp's.
[[nodiscard]] Result<ReplState<ValueStamp>> read_value_stamps(DcView dc, const std::string& object_dn, const std::string& attribute = {},
                                                              const std::string& value_dn = {});

/// A DC that the KCC could not reach or replicate from.
struct KccFailure {
  std::string dsa_dn;
  DsaGuid dsa_guid;
  FileTime first_failure;
  std::uint32_t failures = 0;
  Win32 last_result{};
};
enum class KccFailureKind : std::uint8_t { kConnect, kLink };
[[nodiscard]] Result<ReplState<KccFailure>> read_kcc_failures(DcView dc, KccFailureKind kind);

/// An operation in the replication queue.
struct PendingOperation {
  FileTime enqueued;
  std::uint32_t serial_number = 0;
  std::uint32_t priority = 0;
  std::uint32_t type = 0;     ///< DS_REPL_OP_TYPE
  std::uint32_t options = 0;  ///< in the numbers of the API function that `type` names
  std::string nc_dn;
  std::string dsa_dn;
  std::string dsa_address;
};
struct PendingOperations {
  FileTime current_started;  ///< zero: nothing is running
  std::vector<PendingOperation> operations;
};
[[nodiscard]] Result<PendingOperations> read_pending_operations(DcView dc);

}  // namespace tributary::client
