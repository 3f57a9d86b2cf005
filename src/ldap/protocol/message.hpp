// SPDX-License-Identifier: Apache-2.0
// LDAPMessage (RFC 4511 4.1.1) at the server's end: requests read in place, responses written. BER is liblber's.
// Values: no socket, no schema. Every view looks into Message::octets, which moves without them noticing.
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/bytes.hpp"
#include "ldap/protocol/filter.hpp"
#include "ldap/protocol/result_code.hpp"

namespace tributary::ldap {

struct Control {
  std::string_view oid;
  bool critical = false;
  std::optional<ByteView> value{};
};

struct BindRequest {
  std::int32_t version = 3;
  std::string_view name;
  struct Simple {
    ByteView password;
  };
  struct Sasl {
    std::string_view mechanism;
    std::optional<ByteView> credentials{};
  };
  struct Other {  ///< a choice that is neither; [MS-ADTS] 5.1.1.1.3's sicily among them
    std::uint32_t tag = 0;
    ByteView octets;
  };
  std::variant<Simple, Sasl, Other> authentication;
};
struct UnbindRequest {};
enum class Scope : std::uint8_t { kBase = 0, kOneLevel = 1, kSubtree = 2 };
enum class Deref : std::uint8_t { kNever = 0, kInSearching = 1, kFindingBase = 2, kAlways = 3 };
struct SearchRequest {
  std::string_view base;
  Scope scope{};
  Deref deref{};
  std::uint32_t size_limit = 0;  ///< 0: none
  std::uint32_t time_limit_s = 0;
  bool types_only = false;
  Filter filter;
  std::vector<std::string_view> attributes;  ///< as the client wrote them, "member;range=0-*"
};
/// An attribute with its values (add), or a value assertion (compare, one value).
struct AttributeValues {
  std::string_view attribute;
  std::vector<ByteView> values;
};
struct ModifyRequest {
  enum class Operation : std::uint8_t { kAdd = 0, kDelete = 1, kReplace = 2, kIncrement = 3 };
  struct Change {
    Operation operation{};
    AttributeValues attribute;
  };
  std::string_view dn;
  std::vector<Change> changes;
};
struct AddRequest {
  std::string_view dn;
  std::vector<AttributeValues> attributes;
};
struct DeleteRequest {
  std::string_view dn;
};
struct ModifyDnRequest {
  std::string_view dn, new_rdn;
  bool delete_old_rdn = false;
  std::optional<std::string_view> new_superior{};
};
struct CompareRequest {
  std::string_view dn, attribute;
  ByteView value;
};
struct AbandonRequest {
  std::int32_t message_id = 0;
};
struct ExtendedRequest {
  std::string_view oid;
  std::optional<ByteView> value{};
};

using Request = std::variant<BindRequest, UnbindRequest, SearchRequest, ModifyRequest, AddRequest, DeleteRequest, ModifyDnRequest,
                             CompareRequest, AbandonRequest, ExtendedRequest>;

struct Message {
  Bytes octets;
  std::int32_t id = 0;
  Request request;
  std::vector<Control> controls;
};

/// How long the message at the beginning of `octets` is, its header included; nothing while too few octets are here to say.
/// kErrorInvalidData for what begins no LDAPMessage; for one of more than `octets_max` kErrorInsufficientBuffer.
[[nodiscard]] Result<std::optional<std::size_t>> message_size(ByteView octets, std::size_t octets_max);

/// A message that cannot be read. Without an id the connection has to end (notice of disconnection); with one, only this operation does.
struct ReadFault {
  std::optional<std::int32_t> id;
  std::optional<std::uint32_t> request_tag;  ///< of the protocolOp, so that the response has the right type
  Outcome outcome;
};
[[nodiscard]] std::expected<Message, ReadFault> read_message(Bytes octets);

/// The tags of responses (RFC 4511 4.2.2 and on).
enum class ResponseTag : std::uint8_t {
  kBind = 0x61,
  kSearchEntry = 0x64,
  kSearchDone = 0x65,
  kModify = 0x67,
  kAdd = 0x69,
  kDelete = 0x6B,
  kModifyDn = 0x6D,
  kCompare = 0x6F,
  kSearchReference = 0x73,
  kExtended = 0x78,
  kIntermediate = 0x79,
};
/// Nothing for a request that has no response (unbind, abandon).
[[nodiscard]] std::optional<ResponseTag> response_tag_of(const Request& request) noexcept;
/// The same for the tag in a ReadFault; nothing for what is no request, too.
[[nodiscard]] std::optional<ResponseTag> response_tag_of(std::uint32_t request_tag) noexcept;

struct OwnedControl {
  std::string oid;
  bool critical = false;
  std::optional<Bytes> value{};
};

/// All of these append one whole LDAPMessage to `out`.
void append_result(Bytes& out, std::int32_t id, ResponseTag tag, const Outcome& outcome, std::span<const OwnedControl> controls = {});
/// BindResponse; `server_credentials` as serverSaslCreds.
void append_bind_result(Bytes& out, std::int32_t id, const Outcome& outcome, const std::optional<Bytes>& server_credentials);
/// ExtendedResponse; `oid` empty: no responseName.
void append_extended_result(Bytes& out, std::int32_t id, const Outcome& outcome, std::string_view oid, const std::optional<Bytes>& value,
                            std::span<const OwnedControl> controls = {});
void append_search_reference(Bytes& out, std::int32_t id, std::span<const std::string> urls);
/// Unsolicited (id 0): why the connection ends (RFC 4511 4.4.1).
void append_notice_of_disconnection(Bytes& out, const Outcome& outcome);

/// A SearchResultEntry, written straight into `out`: begin, then for each attribute its values, then end. No allocation of its own
/// beyond `out`. `discard()` takes back what was written since begin.
class EntryWriter {
 public:
  explicit EntryWriter(Bytes& out) : out_(out) {}
  void begin(std::int32_t id, std::string_view dn);
  void begin_attribute(std::string_view name);
  void value(ByteView octets);
  void value(std::string_view text);
  void end_attribute();
  void end(std::span<const OwnedControl> controls = {});
  void discard();

 private:
  void open(std::uint8_t tag);
  void close();

  Bytes& out_;
  std::size_t start_ = 0;
  /// Where the lengths of what is open are: message, entry, attributes, attribute, values.
  std::array<std::size_t, 5> open_{};
  std::size_t depth_ = 0;
};

}  // namespace tributary::ldap
