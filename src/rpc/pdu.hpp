// SPDX-License-Identifier: Apache-2.0
// The PDUs of connection-oriented DCE/RPC (C706 chapter 12, [MS-RPCE] 2.2.2): every type both ends exchange, decoded from either
// byte order, always encoded little-endian. Values only: knows nothing of sockets, of calls, or of what a security token means.
//
// Contract: decoding never reads outside the octets given, allocates no more than they can justify, and answers a peer's mistake
// with kRpcSProtocolError and the path of the field. Decoded bodies hold VIEWS into the message; they live as long as it does.
// Thread: no state, callable from anywhere.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/guid.hpp"

namespace tributary::rpc {

/// C706 12.6.4 and [MS-RPCE] 2.2.2.10. Other values of PTYPE belong to the connectionless protocol and are refused.
enum class PduType : std::uint8_t {
  kRequest = 0,
  kResponse = 2,
  kFault = 3,
  kBind = 11,
  kBindAck = 12,
  kBindNak = 13,
  kAlterContext = 14,
  kAlterContextResp = 15,
  kAuth3 = 16,
  kShutdown = 17,
  kCoCancel = 18,
  kOrphaned = 19,
};
/// "alter_context_resp"; "?" for a number that is no PDU type.
[[nodiscard]] std::string_view pdu_type_name(PduType type) noexcept;

/// pfc_flags (C706 12.6.3.1). 0x04 has two meanings, told apart by the PDU type ([MS-RPCE] 2.2.2.3).
namespace pfc {
inline constexpr std::uint8_t kFirstFrag = 0x01;
inline constexpr std::uint8_t kLastFrag = 0x02;
inline constexpr std::uint8_t kSupportHeaderSign = 0x04;  ///< in bind, alter_context, their answers and auth3
inline constexpr std::uint8_t kPendingCancel = 0x04;      ///< in every other PDU
inline constexpr std::uint8_t kConcMpx = 0x10;
inline constexpr std::uint8_t kDidNotExecute = 0x20;
inline constexpr std::uint8_t kMaybe = 0x40;
inline constexpr std::uint8_t kObjectUuid = 0x80;
inline constexpr std::uint8_t kWhole = kFirstFrag | kLastFrag;
}  // namespace pfc

inline constexpr std::size_t kCommonHeaderSize = 16;
inline constexpr std::size_t kRequestHeaderSize = 24;  ///< of response and fault too; 16 more when a request names an object
inline constexpr std::size_t kObjectUuidSize = 16;
inline constexpr std::size_t kSecTrailerSize = 8;
/// What every implementation must be able to receive (C706 12.6.3.1, MustRecvFragSize): a peer that offers less is refused.
inline constexpr std::uint16_t kMustReceiveFragment = 1432;
/// What Windows and Samba offer over TCP: four Ethernet segments.
inline constexpr std::uint16_t kDefaultFragment = 5840;
/// The stub and its padding fill blocks of this many octets before the sec_trailer ([MS-RPCE] 2.2.2.11).
inline constexpr std::size_t kAuthAlignment = 16;

/// p_syntax_id_t: an interface or a transfer syntax, with its version.
struct SyntaxId {
  Guid uuid{};
  std::uint16_t major = 0;
  std::uint16_t minor = 0;
  friend constexpr auto operator<=>(const SyntaxId&, const SyntaxId&) = default;
};
/// "e1af8308-5d1f-11c9-91a4-08002b14a0fa v3.0"
[[nodiscard]] std::string to_string(const SyntaxId& id);

inline constexpr SyntaxId kNdr20{"8a885d04-1ceb-11c9-9fe8-08002b104860"_guid, 2, 0};
inline constexpr SyntaxId kNdr64{"71710533-beba-4937-8319-b5dbef9ccc36"_guid, 1, 0};
/// The endpoint mapper: the one interface that may be called without authentication.
inline constexpr SyntaxId kEndpointMapper{"e1af8308-5d1f-11c9-91a4-08002b14a0fa"_guid, 3, 0};

/// Bind time feature negotiation ([MS-RPCE] 2.2.2.14, 2.2.2.15, 3.3.1.5.3).
namespace feature {
inline constexpr std::uint8_t kSecurityContextMultiplexing = 0x01;
inline constexpr std::uint8_t kKeepConnectionOnOrphan = 0x02;
}  // namespace feature
/// The pseudo transfer syntax that offers these features.
[[nodiscard]] SyntaxId feature_negotiation_syntax(std::uint8_t features) noexcept;
/// The offered features when `id` is such a pseudo syntax, else nullopt.
[[nodiscard]] std::optional<std::uint8_t> offered_features(const SyntaxId& id) noexcept;

/// The 16 octets in front of every PDU. When encoding, version, drep, frag_length and auth_length are ours to fill in.
struct PduHeader {
  PduType type{};
  std::uint8_t flags = 0;
  std::array<std::uint8_t, 4> drep{0x10, 0, 0, 0};  ///< little-endian, ASCII, IEEE
  std::uint16_t frag_length = 0;
  std::uint16_t auth_length = 0;
  std::uint32_t call_id = 0;

  /// How the integers of this PDU, and of its stub, are ordered.
  [[nodiscard]] std::endian byte_order() const noexcept { return (drep[0] & 0x10) != 0 ? std::endian::little : std::endian::big; }
  [[nodiscard]] bool has(std::uint8_t flag) const noexcept { return (flags & flag) != 0; }
  friend bool operator==(const PduHeader&, const PduHeader&) = default;
};

/// p_cont_elem_t
struct ContextElement {
  std::uint16_t context_id = 0;
  SyntaxId abstract_syntax;
  std::vector<SyntaxId> transfer_syntaxes;
  friend bool operator==(const ContextElement&, const ContextElement&) = default;
};

/// p_cont_def_result_t with [MS-RPCE] 2.2.2.4.
enum class ContextOutcome : std::uint16_t { kAcceptance = 0, kUserRejection = 1, kProviderRejection = 2, kNegotiateAck = 3 };
/// p_provider_reason_t: why, when the outcome is a rejection. With kNegotiateAck the field holds the granted features instead.
enum class ContextReason : std::uint16_t {
  kNotSpecified = 0,
  kAbstractSyntaxNotSupported = 1,
  kTransferSyntaxesNotSupported = 2,
  kLocalLimitExceeded = 3,
};
struct ContextResult {
  ContextOutcome outcome{};
  std::uint16_t reason = 0;
  SyntaxId transfer_syntax;
  friend bool operator==(const ContextResult&, const ContextResult&) = default;
};

/// bind and alter_context.
struct Bind {
  std::uint16_t max_xmit_frag = kDefaultFragment;
  std::uint16_t max_recv_frag = kDefaultFragment;
  std::uint32_t assoc_group_id = 0;
  std::vector<ContextElement> contexts;
  friend bool operator==(const Bind&, const Bind&) = default;
};

/// bind_ack and alter_context_resp.
struct BindAck {
  std::uint16_t max_xmit_frag = kDefaultFragment;
  std::uint16_t max_recv_frag = kDefaultFragment;
  std::uint32_t assoc_group_id = 0;
  std::string secondary_address;  ///< without the terminating zero; to be ignored by clients ([MS-RPCE] 3.3.1.5.5)
  std::vector<ContextResult> results;
  friend bool operator==(const BindAck&, const BindAck&) = default;
};

/// p_reject_reason_t (C706 12.6.3.1, [MS-RPCE] 2.2.2.5). Any number may arrive.
enum class BindRejectReason : std::uint16_t {
  kNotSpecified = 0,
  kTemporaryCongestion = 1,
  kLocalLimitExceeded = 2,
  kCalledPaddrUnknown = 3,
  kProtocolVersionNotSupported = 4,
  kDefaultContextNotSupported = 5,
  kUserDataNotReadable = 6,
  kNoPsapAvailable = 7,
  kAuthenticationTypeNotRecognized = 8,
  kInvalidChecksum = 9,
};
struct ProtocolVersion {
  std::uint8_t major = 5;
  std::uint8_t minor = 0;
  friend bool operator==(const ProtocolVersion&, const ProtocolVersion&) = default;
};
struct BindNak {
  BindRejectReason reason{};
  std::vector<ProtocolVersion> versions;  ///< what the server would speak
  friend bool operator==(const BindNak&, const BindNak&) = default;
};

struct Request {
  std::uint32_t alloc_hint = 0;
  std::uint16_t context_id = 0;
  std::uint16_t opnum = 0;
  std::optional<Guid> object;
  ByteView stub;  ///< of this fragment; with authentication it is what is protected, padding included
};
struct Response {
  std::uint32_t alloc_hint = 0;
  std::uint16_t context_id = 0;
  std::uint8_t cancel_count = 0;
  ByteView stub;  ///< as in Request
};
/// The status stands in `body` ([MS-RPCE] 2.2.2.8) because a protected fault encrypts it: see fault_status().
struct Fault {
  std::uint32_t alloc_hint = 0;
  std::uint16_t context_id = 0;
  std::uint8_t cancel_count = 0;
  bool extended_error = false;
  ByteView body;
};
struct Auth3 {};
struct Shutdown {};
struct CoCancel {};
struct Orphaned {};

/// sec_trailer and the token behind it ([MS-RPCE] 2.2.2.11). Type and level are raw numbers: a peer may send any.
struct AuthTrailer {
  std::uint8_t type = 0;
  std::uint8_t level = 0;
  std::uint8_t pad_length = 0;
  std::uint32_t context_id = 0;
  ByteView token;
};

/// One decoded PDU. Whether a Bind is a bind or an alter_context (and a BindAck its answer) is told by header.type.
struct Pdu {
  PduHeader header;
  std::variant<Request, Response, Fault, Bind, BindAck, BindNak, Auth3, Shutdown, CoCancel, Orphaned> body;
  std::optional<AuthTrailer> auth;
};

/// The common header alone: checks the version (5.0, [MS-RPCE] 3.3.1.5.1), that PTYPE is one of PduType, that the character set is ASCII,
/// and that auth_length fits into frag_length. Needs kCommonHeaderSize octets.
[[nodiscard]] Result<PduHeader> decode_header(ByteView octets);

/// A whole PDU: `octets` is exactly one fragment (frag_length octets). Trailing octets inside bind and its kin are tolerated
/// as padding, never interpreted. For request and response with authentication the padding is still part of `stub`.
[[nodiscard]] Result<Pdu> decode_pdu(ByteView octets);

/// The status of a fault whose body is in the clear (or has been unprotected).
[[nodiscard]] Result<std::uint32_t> fault_status(ByteView fault_body, std::endian order);
/// The fault body for a status: status and four reserved octets.
[[nodiscard]] std::array<std::uint8_t, 8> encode_fault_body(std::uint32_t status) noexcept;

/// Encodes a PDU little-endian and fills in both lengths. With `auth` the body is padded to 4 octets (bind and its kin) or to
/// kAuthAlignment (request, response, fault), and pad_length is set accordingly. The stub is NOT protected: that is seal.hpp's.
/// kRpcSProtocolError when the result would not fit into the 65,535 octets of a fragment or a count into its field.
[[nodiscard]] Result<Bytes> encode_pdu(const Pdu& pdu);

}  // namespace tributary::rpc
