// SPDX-License-Identifier: Apache-2.0
// REPS_FROM and REPS_TO ([MS-DRSR] 5.170 to 5.173): the values of repsFrom and repsTo, with MTX_ADDR (5.132), DSA_RPC_INST (5.48),
// PAS_DATA (5.149), REPLTIMES (5.165) and USN_VECTOR (5.210) inside. Versions 1 and 2. Follows the offsets: Samba writes version 1
// with a head of 208 octets, without dwReserved and cbPasDataOffset. Knows nothing about the abstract RepsFrom beyond the few
// accessors below: what a value means for replication is the business of src/repl.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/ds_time.hpp"
#include "base/guid.hpp"
#include "base/win32.hpp"
#include "drsuapi/blobs/names.hpp"
#include "drsuapi/blobs/walk/extents.hpp"
#include "drsuapi/blobs/walk/leaves.hpp"
#include "drsuapi/types.hpp"

namespace tributary::drsuapi::blobs {

/// 5.48. Windows and Samba write the texts as UTF-16; UTF-8 is read too and kept.
struct DSA_RPC_INST {
  std::uint32_t cb = 0;  ///< 0: computed when encoded
  Referent pszServer{.kind = Referent::Kind::kAnyText};
  Referent pszAnnotation{.kind = Referent::Kind::kAnyText};
  Referent pszInstance{.kind = Referent::Kind::kAnyText};
  Referent pguidInstance{.kind = Referent::Kind::kGuid};
  friend bool operator==(const DSA_RPC_INST&, const DSA_RPC_INST&) = default;
};
template <class W>
void describe(W& w, DSA_RPC_INST& v) {
  w.scalar("cb", v.cb);
  w.referent("pszServer", "cbpszServerOffset", v.pszServer);
  w.referent("pszAnnotation", "cbpszAnnotationOffset", v.pszAnnotation);
  w.referent("pszInstance", "cbpszInstanceOffset", v.pszInstance);
  w.referent("pguidInstance", "cbpguidInstanceOffset", v.pguidInstance);
}

/// 5.149
struct PAS_DATA {
  std::uint32_t version = 1;
  std::uint32_t size = 0;  ///< 0: computed when encoded
  std::uint32_t flag = 0;
  PARTIAL_ATTR_VECTOR_V1_EXT pas;
  friend bool operator==(const PAS_DATA&, const PAS_DATA&) = default;
};
template <class W>
void describe(W& w, PAS_DATA& v) {
  w.scalar("version", v.version);
  w.scalar("size", v.size);
  w.scalar("flag", v.flag);
  w.nested("pas", v.pas);
}

/// The structure that both attributes share.
struct REPS_VALUE {
  std::uint32_t dwVersion = 1;
  std::uint32_t dwReserved0 = 0;
  std::uint32_t cb = 0;  ///< 0: computed when encoded
  std::uint32_t cConsecutiveFailures = 0;
  DsTime timeLastSuccess;
  DsTime timeLastAttempt;
  Win32 ulResultLastAttempt{};
  std::uint32_t cbOtherDraOffset = 0;  ///< 0 with an address: placed when encoded
  std::uint32_t cbOtherDra = 0;        ///< 0 with an address: computed when encoded
  Bits<kDrsOptions> ulReplicaFlags;
  REPLTIMES rtSchedule;
  std::uint32_t dwReserved1 = 0;
  USN_VECTOR usnVec;
  DsaGuid uuidDsaObj;
  InvocationId uuidInvocId;
  Guid uuidTransportObj;
  std::optional<std::uint32_t> dwReserved = 0;       ///< both are there or neither is
  std::optional<std::uint32_t> cbPasDataOffset = 0;  ///< 0 with pasData: placed when encoded

  std::variant<std::monostate, MTX_ADDR, DSA_RPC_INST> otherDra;  ///< what cbOtherDraOffset leads to: by dwVersion
  std::optional<PAS_DATA> pasData;                                ///< what cbPasDataOffset leads to; never in REPS_TO
  std::vector<UnknownOctets> unknown;

  friend bool operator==(const REPS_VALUE&, const REPS_VALUE&) = default;

  /// RepsFrom.naDsa (5.172): the NetworkAddress of the other DC; empty when there is none. Version 2: the instance, or else the server
  /// name.
  [[nodiscard]] std::string network_address() const;
  /// Makes the address of the kind that dwVersion asks for and lets encoding find its place.
  void set_network_address(std::string_view utf8);
};
struct REPS_FROM : REPS_VALUE {};
struct REPS_TO : REPS_VALUE {};

template <class W>
void describe(W& w, REPS_VALUE& v) {
  w.scalar("dwVersion", v.dwVersion);
  w.scalar("dwReserved0", v.dwReserved0);
  w.scalar("cb", v.cb);
  w.scalar("cConsecutiveFailures", v.cConsecutiveFailures);
  w.scalar("timeLastSuccess", v.timeLastSuccess);
  w.scalar("timeLastAttempt", v.timeLastAttempt);
  w.scalar("ulResultLastAttempt", v.ulResultLastAttempt);
  w.scalar("cbOtherDraOffset", v.cbOtherDraOffset);
  w.scalar("cbOtherDra", v.cbOtherDra);
  w.scalar("ulReplicaFlags", v.ulReplicaFlags);
  w.nested("rtSchedule", v.rtSchedule);
  w.scalar("dwReserved1", v.dwReserved1);
  w.nested("usnVec", v.usnVec);
  w.scalar("uuidDsaObj", v.uuidDsaObj);
  w.scalar("uuidInvocId", v.uuidInvocId);
  w.scalar("uuidTransportObj", v.uuidTransportObj);
  w.optional("dwReserved", v.dwReserved);
  w.optional("cbPasDataOffset", v.cbPasDataOffset);
}

[[nodiscard]] Result<REPS_FROM> decode_reps_from(ByteView octets);
[[nodiscard]] Result<REPS_TO> decode_reps_to(ByteView octets);
[[nodiscard]] Result<Bytes> encode_reps_from(const REPS_FROM& value);
[[nodiscard]] Result<Bytes> encode_reps_to(const REPS_TO& value);

[[nodiscard]] json::object to_json(const REPS_VALUE& value);
[[nodiscard]] Result<REPS_FROM> reps_from_from_json(const json::object& in);
[[nodiscard]] Result<REPS_TO> reps_to_from_json(const json::object& in);

}  // namespace tributary::drsuapi::blobs
