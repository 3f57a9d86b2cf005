// SPDX-License-Identifier: Apache-2.0
// Requests read in place (RFC 4511 4.1.1, 4.2 to 4.12, 5.1). How a malformed one ends follows 4.1.1: lengths or structures that do not
// hold, an unknown operation or no usable id end the connection; well-formed elements that are not those of the operation, or values out of
// its range, end that operation with protocolError. Trailing elements of a SEQUENCE are ignored (section 4). Must never know the schema.
#include "ldap/protocol/message.hpp"

#include <algorithm>
#include <utility>

#include "base/win32.hpp"
#include "ldap/protocol/ber.hpp"
#include "ldap/protocol/filter_reader.hpp"

namespace tributary::ldap {
namespace {

// What one request may hold. A view takes 16 octets of memory for at least two of a message, an attribute with its list 40 for at least six:
// the limits keep what a hostile message of some megabytes costs at some megabytes.
constexpr std::size_t kControlsMax = 64;
constexpr std::size_t kSearchAttributesMax = 4'096;
constexpr std::size_t kAttributesMax = 20'000;  ///< of an add, changes of a modify
constexpr std::size_t kValuesMax = 500'000;     ///< of all attributes of a request

constexpr std::size_t kLengthOctetsMax = 8;

/// What a request's reader comes back with when it cannot: protocolError, or with a limit's name adminLimitExceeded.
struct Refusal {
  ResultCode code = ResultCode::kProtocolError;
  const char* what = "";
};
template <class T = void>
using Read = std::expected<T, Refusal>;

std::unexpected<Refusal> malformed(const char* what) { return std::unexpected(Refusal{ResultCode::kProtocolError, what}); }
std::unexpected<Refusal> too_many(const char* what) { return std::unexpected(Refusal{ResultCode::kAdminLimitExceeded, what}); }

class RequestReader {
 public:
  explicit RequestReader(BerScratch& scratch) : scratch_(scratch) {}
  Read<Request> read(ber_tag_t tag, ByteView content);
  Read<std::vector<Control>> controls(ByteView content);
  [[nodiscard]] bool broken() const noexcept { return broken_; }

 private:
  /// Runs `body` on the elements of `content` and remembers when they are none.
  template <class Body>
  auto within(ByteView content, Body body) {
    BerReader elements(scratch_, content);
    auto made = body(elements);
    broken_ = broken_ || elements.broken();
    return made;
  }
  Read<Request> bind(BerReader& in);
  Read<Request> search(BerReader& in);
  Read<Request> modify(BerReader& in);
  Read<Request> add(BerReader& in);
  Read<Request> modify_dn(BerReader& in);
  Read<Request> compare(BerReader& in);
  Read<Request> extended(BerReader& in);
  Read<Control> control(BerReader& in);
  Read<BindRequest::Sasl> sasl(BerReader& in);
  Read<std::vector<std::string_view>> attribute_names(BerReader& in);
  Read<AttributeValues> attribute(BerReader& in);
  Read<ModifyRequest::Change> change(BerReader& in);

  BerScratch& scratch_;
  std::size_t values_ = 0;
  bool broken_ = false;
};

Read<Request> RequestReader::read(ber_tag_t tag, ByteView content) {
  const auto constructed = [&](auto member) { return within(content, [&](BerReader& in) { return (this->*member)(in); }); };
  switch (tag) {
    case 0x60: return constructed(&RequestReader::bind);
    case 0x42: return UnbindRequest{};
    case 0x63: return constructed(&RequestReader::search);
    case 0x66: return constructed(&RequestReader::modify);
    case 0x68: return constructed(&RequestReader::add);
    case 0x4A: return DeleteRequest{as_text(content)};
    case 0x6C: return constructed(&RequestReader::modify_dn);
    case 0x6E: return constructed(&RequestReader::compare);
    case 0x77: return constructed(&RequestReader::extended);
    case 0x50: {
      const auto id = number_in(content);
      if (!id || *id < 0) return malformed("an AbandonRequest without a message id");
      return AbandonRequest{*id};
    }
    default: break;
  }
  broken_ = true;
  return malformed("not a request");
}

Read<Request> RequestReader::bind(BerReader& in) {
  BindRequest request;
  const auto version = in.number();
  const auto name = in.text();
  if (!version || *version < 1 || *version > 127 || !name) return malformed("a BindRequest without version or name");
  request.version = *version;
  request.name = *name;
  const auto choice = in.next();
  if (!choice) return malformed("a BindRequest without authentication");
  if (choice->tag == 0x80) {
    request.authentication = BindRequest::Simple{choice->content};
  } else if (choice->tag == 0xA3) {
    auto made = within(choice->content, [&](BerReader& elements) { return sasl(elements); });
    if (!made) return std::unexpected(made.error());
    request.authentication = *made;
  } else {
    request.authentication = BindRequest::Other{static_cast<std::uint32_t>(choice->tag), choice->content};
  }
  return request;
}

Read<BindRequest::Sasl> RequestReader::sasl(BerReader& in) {
  const auto mechanism = in.text();
  if (!mechanism) return malformed("SaslCredentials without a mechanism");
  return BindRequest::Sasl{.mechanism = *mechanism, .credentials = in.take(kOctetString)};
}

Read<Request> RequestReader::search(BerReader& in) {
  SearchRequest request;
  const auto base = in.text();
  const auto scope = in.number(kEnumerated), deref = in.number(kEnumerated);
  const auto size_limit = in.number(), time_limit = in.number();
  const auto types_only = in.boolean();
  if (!base || !scope || !deref || !size_limit || !time_limit || !types_only) return malformed("a SearchRequest without its six first fields");
  if (*scope < 0 || *scope > 2) return malformed("a scope that is none");
  if (*deref < 0 || *deref > 3) return malformed("a derefAliases that is none");
  if (*size_limit < 0 || *time_limit < 0) return malformed("a negative limit");
  request.base = *base;
  request.scope = static_cast<Scope>(*scope);
  request.deref = static_cast<Deref>(*deref);
  request.size_limit = static_cast<std::uint32_t>(*size_limit);
  request.time_limit_s = static_cast<std::uint32_t>(*time_limit);
  request.types_only = *types_only;
  const auto filter = in.next();
  if (!filter) return malformed("a SearchRequest without a filter");
  switch (read_filter(scratch_, *filter, request.filter)) {
    case FilterReading::kRead: break;
    case FilterReading::kBroken: broken_ = true; [[fallthrough]];
    case FilterReading::kMalformed: return malformed("a filter that is none");
    case FilterReading::kTooLarge: return too_many("the filter is too deep or has too many parts");
  }
  const auto names = in.take(kSequence);
  if (!names) return malformed("a SearchRequest without a list of attributes");
  auto attributes = within(*names, [&](BerReader& elements) { return attribute_names(elements); });
  if (!attributes) return std::unexpected(attributes.error());
  request.attributes = std::move(*attributes);
  return request;
}

Read<std::vector<std::string_view>> RequestReader::attribute_names(BerReader& in) {
  std::vector<std::string_view> names;
  while (!in.at_end()) {
    const auto name = in.text();
    if (!name) return malformed("an attribute selector that is no string");
    if (names.size() == kSearchAttributesMax) return too_many("too many attributes are asked for");
    names.push_back(*name);
  }
  return names;
}

Read<AttributeValues> RequestReader::attribute(BerReader& in) {
  AttributeValues attribute;
  const auto name = in.text();
  const auto set = in.take(kSet);
  if (!name || !set) return malformed("an attribute without type or values");
  attribute.attribute = *name;
  return within(*set, [&](BerReader& values) -> Read<AttributeValues> {
    while (!values.at_end()) {
      const auto value = values.take(kOctetString);
      if (!value) return malformed("a value that is no octet string");
      if (values_++ == kValuesMax) return too_many("too many values in one request");
      attribute.values.push_back(*value);
    }
    return std::move(attribute);
  });
}

Read<ModifyRequest::Change> RequestReader::change(BerReader& in) {
  const auto operation = in.number(kEnumerated);
  const auto body = in.take(kSequence);
  if (!operation || !body) return malformed("a change without operation or attribute");
  if (*operation < 0 || *operation > 3) return malformed("an operation of a change that is none");
  auto made = within(*body, [&](BerReader& elements) { return attribute(elements); });
  if (!made) return std::unexpected(made.error());
  return ModifyRequest::Change{static_cast<ModifyRequest::Operation>(*operation), std::move(*made)};
}

Read<Request> RequestReader::modify(BerReader& in) {
  ModifyRequest request;
  const auto dn = in.text();
  const auto changes = in.take(kSequence);
  if (!dn || !changes) return malformed("a ModifyRequest without object or changes");
  request.dn = *dn;
  return within(*changes, [&](BerReader& list) -> Read<Request> {
    while (!list.at_end()) {
      const auto item = list.take(kSequence);
      if (!item) return malformed("a change that is none");
      if (request.changes.size() == kAttributesMax) return too_many("too many changes in one request");
      auto made = within(*item, [&](BerReader& elements) { return change(elements); });
      if (!made) return std::unexpected(made.error());
      request.changes.push_back(std::move(*made));
    }
    return std::move(request);
  });
}

Read<Request> RequestReader::add(BerReader& in) {
  AddRequest request;
  const auto dn = in.text();
  const auto attributes = in.take(kSequence);
  if (!dn || !attributes) return malformed("an AddRequest without entry or attributes");
  request.dn = *dn;
  return within(*attributes, [&](BerReader& list) -> Read<Request> {
    while (!list.at_end()) {
      const auto item = list.take(kSequence);
      if (!item) return malformed("an attribute that is none");
      if (request.attributes.size() == kAttributesMax) return too_many("too many attributes in one request");
      auto made = within(*item, [&](BerReader& elements) { return attribute(elements); });
      if (!made) return std::unexpected(made.error());
      request.attributes.push_back(std::move(*made));
    }
    return std::move(request);
  });
}

Read<Request> RequestReader::modify_dn(BerReader& in) {
  const auto dn = in.text(), new_rdn = in.text();
  const auto delete_old = in.boolean();
  if (!dn || !new_rdn || !delete_old) return malformed("a ModifyDNRequest without entry, newrdn or deleteoldrdn");
  return ModifyDnRequest{.dn = *dn, .new_rdn = *new_rdn, .delete_old_rdn = *delete_old, .new_superior = in.text(0x80)};
}

Read<Request> RequestReader::compare(BerReader& in) {
  const auto dn = in.text();
  const auto assertion = in.take(kSequence);
  if (!dn || !assertion) return malformed("a CompareRequest without entry or assertion");
  return within(*assertion, [&](BerReader& elements) -> Read<Request> {
    const auto attribute = elements.text();
    const auto value = elements.take(kOctetString);
    if (!attribute || !value) return malformed("a CompareRequest whose assertion is none");
    return CompareRequest{.dn = *dn, .attribute = *attribute, .value = *value};
  });
}

Read<Request> RequestReader::extended(BerReader& in) {
  const auto name = in.text(0x80);
  if (!name) return malformed("an ExtendedRequest without a name");
  return ExtendedRequest{.oid = *name, .value = in.take(0x81)};
}

Read<Control> RequestReader::control(BerReader& in) {
  Control control;
  const auto type = in.text();
  if (!type) return malformed("a control without a type");
  control.oid = *type;
  control.critical = in.boolean().value_or(false);
  control.value = in.take(kOctetString);
  return control;
}

Read<std::vector<Control>> RequestReader::controls(ByteView content) {
  std::vector<Control> controls;
  return within(content, [&](BerReader& list) -> Read<std::vector<Control>> {
    while (!list.at_end()) {
      const auto item = list.take(kSequence);
      if (!item) return malformed("a control that is none");
      if (controls.size() == kControlsMax) return too_many("too many controls");
      const auto made = within(*item, [&](BerReader& elements) { return control(elements); });
      if (!made) return std::unexpected(made.error());
      controls.push_back(*made);
    }
    return std::move(controls);
  });
}

ReadFault fault(Refusal refusal, std::optional<std::int32_t> id = {}, std::optional<std::uint32_t> tag = {}) {
  const Win32 win32 = refusal.code == ResultCode::kAdminLimitExceeded ? win32::kErrorDsAdminLimitExceeded : win32::kErrorDsDecodingError;
  return {.id = id, .request_tag = tag, .outcome = outcome_of(refusal.code, Error{win32, Phase::kLdap, refusal.what})};
}

}  // namespace

Result<std::optional<std::size_t>> message_size(ByteView octets, std::size_t octets_max) {
  const auto too_large = [&] { return fail(win32::kErrorInsufficientBuffer, "an LDAPMessage of more than " + std::to_string(octets_max) + " octets", Phase::kLdap); };
  if (octets.empty()) return std::nullopt;
  if (octets[0] != kSequence) return fail(win32::kErrorInvalidData, "what was sent is no LDAPMessage", Phase::kLdap);
  if (octets.size() < 2) return std::nullopt;
  std::size_t header = 2;
  std::uint64_t content = octets[1];
  if (octets[1] >= 0x80) {
    const std::size_t length_octets = octets[1] & 0x7F;
    if (length_octets == 0) return fail(win32::kErrorInvalidData, "an LDAPMessage of indefinite length (RFC 4511 5.1)", Phase::kLdap);
    if (length_octets > kLengthOctetsMax) return too_large();
    if (octets.size() < 2 + length_octets) return std::nullopt;
    header += length_octets;
    content = 0;
    for (std::size_t i = 2; i < header; ++i) content = content << 8 | octets[i];
  }
  if (content > octets_max || header > octets_max - content) return too_large();
  return header + static_cast<std::size_t>(content);
}

std::expected<Message, ReadFault> read_message(Bytes octets) {
  Message message;
  message.octets = std::move(octets);
  BerScratch scratch;
  const auto whole = scratch.peek(message.octets);
  if (!whole || whole->tag != kSequence || whole->content.data() + whole->content.size() != message.octets.data() + message.octets.size())
    return std::unexpected(fault({.what = "what was sent is no LDAPMessage"}));
  BerReader in(scratch, whole->content);
  const auto id = in.number();
  if (!id || *id <= 0) return std::unexpected(fault({.what = "an LDAPMessage without a message id of a request"}));
  message.id = *id;
  const auto operation = in.next();
  if (!operation) return std::unexpected(fault({.what = "an LDAPMessage without an operation"}));

  RequestReader reader(scratch);
  auto request = reader.read(operation->tag, operation->content);
  Read<std::vector<Control>> controls;
  while (!in.at_end() && !in.broken()) {
    if (const auto list = in.take(0xA0))
      controls = reader.controls(*list);
    else
      static_cast<void>(in.next());
  }
  if (in.broken() || reader.broken()) return std::unexpected(fault({.what = request ? "an LDAPMessage whose lengths do not hold" : request.error().what}));
  const auto tag = static_cast<std::uint32_t>(operation->tag);
  const auto refuse = [&](Refusal refusal) {
    // Nobody may be told of an unbind or an abandon that went wrong but by the end of the connection.
    return std::unexpected(response_tag_of(tag) ? fault(refusal, *id, tag) : fault(refusal));
  };
  if (!request) return refuse(request.error());
  if (!controls) return refuse(controls.error());
  message.request = std::move(*request);
  message.controls = std::move(*controls);
  return message;
}

std::optional<ResponseTag> response_tag_of(std::uint32_t request_tag) noexcept {
  switch (request_tag) {
    case 0x60: return ResponseTag::kBind;
    case 0x63: return ResponseTag::kSearchDone;
    case 0x66: return ResponseTag::kModify;
    case 0x68: return ResponseTag::kAdd;
    case 0x4A: return ResponseTag::kDelete;
    case 0x6C: return ResponseTag::kModifyDn;
    case 0x6E: return ResponseTag::kCompare;
    case 0x77: return ResponseTag::kExtended;
    default: return std::nullopt;
  }
}

std::optional<ResponseTag> response_tag_of(const Request& request) noexcept {
  // In the order of Request's alternatives.
  static constexpr std::optional<ResponseTag> kTags[] = {ResponseTag::kBind,   std::nullopt,          ResponseTag::kSearchDone, ResponseTag::kModify,
                                                         ResponseTag::kAdd,    ResponseTag::kDelete,  ResponseTag::kModifyDn,   ResponseTag::kCompare,
                                                         std::nullopt,         ResponseTag::kExtended};
  static_assert(std::size(kTags) == std::variant_size_v<Request>);
  return kTags[request.index()];
}

}  // namespace tributary::ldap
