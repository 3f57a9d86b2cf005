// SPDX-License-Identifier: Apache-2.0
// Stubs of every operation of drsuapi and dsaop, both directions and both ends: `encode_in<IDL_DRSReplicaSync>(in)`.
// [MS-DRSR] 4.1 and 4.2. The codecs are compiled once, in operations_*.cpp; who includes this file compiles none of them.
#pragma once

#include <span>
#include <tuple>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "drsuapi/addentry.hpp"
#include "drsuapi/dcinfo.hpp"
#include "drsuapi/demotion.hpp"
#include "drsuapi/dsaop.hpp"
#include "drsuapi/getncchanges.hpp"
#include "drsuapi/misc.hpp"
#include "drsuapi/names.hpp"
#include "drsuapi/replica.hpp"
#include "drsuapi/replinfo.hpp"
#include "ndr/reader.hpp"

namespace tributary::drsuapi {

/// drsuapi version 4.0.
inline constexpr tributary::Guid kDrsuapiInterface = "e3514235-4b06-11d1-ab04-00c04fc2dcd2"_guid;

/// The client's side: a request goes out, a reply comes in. A reply that does not decode is RPC_X_BAD_STUB_DATA, and the
/// detail has the field's path. With options.arena the reply borrows from the arena and from `stub`; both must outlive it.
template <class Operation>
[[nodiscard]] Bytes encode_in(const typename Operation::In& in, ndr::Syntax syntax = ndr::Syntax::kNdr20);
template <class Operation>
[[nodiscard]] Result<typename Operation::Out> decode_out(ByteView stub, ndr::ReadOptions options = {});

/// The server's side.
template <class Operation>
[[nodiscard]] Result<typename Operation::In> decode_in(ByteView stub, ndr::ReadOptions options = {});
template <class Operation>
[[nodiscard]] Bytes encode_out(const typename Operation::Out& out, ndr::Syntax syntax = ndr::Syntax::kNdr20);

/// Every operation of drsuapi, in the order of its opnums: std::tuple_element_t<2, DrsuapiOperations> is IDL_DRSReplicaSync.
using DrsuapiOperations =
    std::tuple<IDL_DRSBind, IDL_DRSUnbind, IDL_DRSReplicaSync, IDL_DRSGetNCChanges, IDL_DRSUpdateRefs, IDL_DRSReplicaAdd,
               IDL_DRSReplicaDel, IDL_DRSReplicaModify, IDL_DRSVerifyNames, IDL_DRSGetMemberships, IDL_DRSInterDomainMove,
               IDL_DRSGetNT4ChangeLog, IDL_DRSCrackNames, IDL_DRSWriteSPN, IDL_DRSRemoveDsServer, IDL_DRSRemoveDsDomain,
               IDL_DRSDomainControllerInfo, IDL_DRSAddEntry, IDL_DRSExecuteKCC, IDL_DRSGetReplInfo, IDL_DRSAddSidHistory,
               IDL_DRSGetMemberships2, IDL_DRSReplicaVerifyObjects, IDL_DRSGetObjectExistence, IDL_DRSQuerySitesByCost,
               IDL_DRSInitDemotion, IDL_DRSReplicaDemotion, IDL_DRSFinishDemotion, IDL_DRSAddCloneDC, IDL_DRSWriteNgcKey,
               IDL_DRSReadNgcKey>;
using DsaopOperations = std::tuple<IDL_DSAPrepareScript, IDL_DSAExecuteScript>;

enum class Direction : std::uint8_t { kIn, kOut };

/// An operation known at run time by its number only.
struct OperationInfo {
  std::uint16_t opnum;
  std::string_view name;
  /// Decodes a stub and encodes what was understood of it.
  Result<Bytes> (*recode)(Direction direction, ByteView stub, ndr::ReadOptions options, ndr::Syntax syntax);
};
/// Index is opnum: 0 to 30 and 0 to 1.
[[nodiscard]] std::span<const OperationInfo> drsuapi_operations() noexcept;
[[nodiscard]] std::span<const OperationInfo> dsaop_operations() noexcept;

}  // namespace tributary::drsuapi
