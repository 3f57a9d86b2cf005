// SPDX-License-Identifier: Apache-2.0
// See wire_values.hpp. The layouts are those of [MS-DRSR] 5.50, 5.192 and 5.193, little-endian and unpadded except before SYNTAX_ADDRESS.
#include "repl/objects/wire_values.hpp"

#include <algorithm>

#include "base/rdn.hpp"
#include "base/utf.hpp"
#include "base/win32.hpp"
#include "drsuapi/blobs/vectors.hpp"
#include "repl/objects/dn.hpp"

namespace tributary::repl {
namespace {

using drsuapi::DSNAME;
using schema::Syntax;

// Offsets of DSNAME.
constexpr std::size_t kSidLenAt = 4;
constexpr std::size_t kGuidAt = 8;
constexpr std::size_t kSidAt = 24;
constexpr std::size_t kSidRoom = 28;
constexpr std::size_t kNameLenAt = 52;
constexpr std::size_t kNameAt = 56;
/// A tree deeper than this is damaged: each level takes at least two characters of the longest DN that anybody stores.
constexpr int kDepthMax = 512;
constexpr std::size_t kDataLenSize = 4;

constexpr std::size_t padded(std::size_t octets) noexcept { return (octets + 3) & ~std::size_t{3}; }

std::unexpected<Error> malformed(std::string_view what) { return fail(win32::kErrorDsInvalidAttributeSyntax, std::string(what)); }

ByteView octets_of(std::u16string_view text) noexcept { return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size() * 2}; }

std::optional<Sid> sid_in(ByteView room, std::uint32_t length) {
  if (length == 0 || length > room.size()) return std::nullopt;
  auto sid = decode_sid(room.first(length));
  return sid ? std::optional(*sid) : std::nullopt;
}

void write_structure(std::uint8_t* at, const DSNAME& name) noexcept {
  const auto length = static_cast<std::uint32_t>(name.StringName.size());
  store_le<std::uint32_t>(at, drsuapi::dsname_struct_len(length));
  store_le<std::uint32_t>(at + kSidLenAt, name.SidLen);
  std::ranges::copy(name.Guid.octets, at + kGuidAt);
  std::ranges::copy(name.Sid.Data, at + kSidAt);
  store_le<std::uint32_t>(at + kNameLenAt, length);
  for (std::size_t i = 0; i < length; ++i) store_le<std::uint16_t>(at + kNameAt + 2 * i, name.StringName[i]);
  store_le<std::uint16_t>(at + kNameAt + std::size_t{2} * length, 0);
}

void set_sid(DSNAME& name, const std::optional<Sid>& sid) {
  if (!sid) return;
  const auto octets = encode_sid(*sid);
  if (octets.size() > name.Sid.Data.size()) return;  // 5.50: a longer SID cannot be part of a name
  name.SidLen = static_cast<std::uint32_t>(octets.size());
  std::ranges::copy(octets, name.Sid.Data.begin());
}

std::size_t fixed_size(Syntax syntax) noexcept {
  switch (syntax) {
    case Syntax::kBoolean:
    case Syntax::kEnumeration:
    case Syntax::kInteger:
    case Syntax::kOid: return 4;
    case Syntax::kLargeInteger:
    case Syntax::kUtcTime:
    case Syntax::kGeneralizedTime: return 8;
    default: return 0;
  }
}

}  // namespace

Result<DsnameView> read_dsname(ByteView octets) {
  if (octets.size() < kNameAt + 2) return malformed("a name is too short");
  const auto length = load_le<std::uint32_t>(octets.data() + kNameLenAt);
  const auto sid_length = load_le<std::uint32_t>(octets.data() + kSidLenAt);
  if (length > (octets.size() - kNameAt - 2) / 2) return malformed("a name is longer than its value");
  if (load_le<std::uint32_t>(octets.data()) != drsuapi::dsname_struct_len(length)) return malformed("structLen of a name is wrong");
  if (sid_length > kSidRoom) return malformed("SidLen of a name is wrong");
  DsnameView view;
  std::copy_n(octets.data() + kGuidAt, 16, view.guid.value.octets.begin());
  view.sid = sid_in(octets.subspan(kSidAt, kSidRoom), sid_length);
  if (sid_length != 0 && !view.sid) return malformed("the SID of a name is none");
  view.name = octets.subspan(kNameAt, std::size_t{2} * length);
  view.octets = drsuapi::dsname_struct_len(length);
  return view;
}

DsnameView view_of(const DSNAME& name) noexcept {
  DsnameView view;
  view.guid = ObjectGuid{name.Guid};
  view.sid = sid_in(ByteView(name.Sid.Data), name.SidLen);
  view.name = octets_of({name.StringName.data(), name.StringName.size()});
  view.octets = drsuapi::dsname_struct_len(name.StringName.size());
  return view;
}

Result<std::string> dn_text(ByteView name) {
  std::u16string units(name.size() / 2, u'\0');
  for (std::size_t i = 0; i < units.size(); ++i) units[i] = static_cast<char16_t>(load_le<std::uint16_t>(name.data() + 2 * i));
  return to_utf8(units);
}

Result<ReferenceView> read_reference(Syntax syntax, ByteView octets) {
  auto target = read_dsname(octets);
  if (!target) return std::unexpected(std::move(target.error()));
  ReferenceView view{*target, {}};
  if (!has_rest(syntax)) {
    // Up to three octets of padding: senders round the value up.
    if (octets.size() > padded(target->octets)) return malformed("octets behind a name");
    return view;
  }
  const std::size_t at = padded(target->octets);
  if (octets.size() < at + kDataLenSize) return malformed("a name without its data");
  const auto data = load_le<std::uint32_t>(octets.data() + at);
  if (data < kDataLenSize || data > octets.size() - at) return malformed("dataLen is wrong");
  view.rest = octets.subspan(at + kDataLenSize, data - kDataLenSize);
  return view;
}

Bytes reference_octets(Syntax syntax, const DSNAME& target, ByteView rest) {
  Bytes octets(drsuapi::dsname_struct_len(target.StringName.size()));
  write_structure(octets.data(), target);
  if (!has_rest(syntax)) return octets;
  const std::size_t at = padded(octets.size());
  octets.resize(at + kDataLenSize);
  store_le<std::uint32_t>(octets.data() + at, static_cast<std::uint32_t>(kDataLenSize + rest.size()));
  octets.insert(octets.end(), rest.begin(), rest.end());
  return octets;
}

bool is_well_formed(Syntax syntax, ByteView octets) noexcept {
  if (const auto size = fixed_size(syntax); size != 0) return octets.size() == size;
  if (schema::is_reference(syntax)) return read_reference(syntax, octets).has_value();
  switch (syntax) {
    case Syntax::kUnicodeString: return octets.size() % 2 == 0;
    case Syntax::kSid: return decode_sid(octets).has_value();
    default: return true;
  }
}

Result<std::vector<schema::Attid>> decode_partial_set(ByteView octets) {
  std::vector<schema::Attid> attids;
  if (octets.empty()) return attids;
  const auto whole = drsuapi::blobs::decode_partial_attribute_set(octets);
  if (!whole) return std::unexpected(whole.error());
  for (const auto id : whole->value.rgPartialAttr) attids.push_back(static_cast<schema::Attid>(id));
  return attids;
}

Bytes encode_partial_set(std::span<const schema::Attid> attids) {
  if (attids.empty()) return {};
  drsuapi::blobs::Whole<drsuapi::PARTIAL_ATTR_VECTOR_V1_EXT> whole;
  for (const auto attid : attids) whole.value.rgPartialAttr.push_back(static_cast<drsuapi::ATTRTYP>(attid));
  return drsuapi::blobs::encode_whole(whole);
}

OutgoingNames::OutgoingNames(const store::Snapshot& snapshot, const schema::Schema& schema, ndr::Arena& arena)
    : snapshot_(snapshot), schema_(schema), arena_(arena) {}

Result<const DSNAME*> OutgoingNames::dsname(Dnt dnt) {
  auto name = find(dnt, nullptr, 0);
  if (!name) return std::unexpected(std::move(name.error()));
  return (*name)->dsname;
}
Result<const DSNAME*> OutgoingNames::dsname(const store::ObjectView& object) {
  auto name = find(object.dnt(), &object, 0);
  if (!name) return std::unexpected(std::move(name.error()));
  return (*name)->dsname;
}

Result<OutgoingNames::Name*> OutgoingNames::find(Dnt dnt, const store::ObjectView* object, int depth) {
  if (const auto known = names_.find(dnt); known != names_.end()) return &known->second;
  std::optional<store::ObjectView> found;
  if (object == nullptr) {
    auto read = snapshot_.find(dnt);
    if (!read) return std::unexpected(std::move(read.error()));
    if (!*read) return fail(win32::kErrorDsDatabaseError, "a reference to nothing");
    found = **read;
    object = &*found;
  }
  auto dn = make_dn(*object, depth);
  if (!dn) return std::unexpected(std::move(dn.error()));
  auto* const name = arena_.make_array<DSNAME>(1);
  const auto head = object->head();
  name->Guid = head.guid.value;
  set_sid(*name, head.sid);
  name->StringName = ndr::Seq<char16_t>::view({dn->data(), dn->size()});
  return &names_.try_emplace(dnt, Name{name, {}}).first->second;
}

Result<std::u16string_view> OutgoingNames::make_dn(const store::ObjectView& object, int depth) {
  if (depth > kDepthMax) return fail(win32::kErrorDsDatabaseError, "the tree is too deep");
  std::u16string text;
  if (store::has(object.flags(), store::ObjectFlags::kPhantom) || object.parent() == store::kRootDnt) {
    text = to_utf16_lossy(object.rdn());  // the whole DN (names.hpp)
  } else {
    auto parent = find(object.parent(), nullptr, depth + 1);
    if (!parent) return std::unexpected(std::move(parent.error()));
    auto& key = rdn_keys_[object.rdn_type()];
    if (key.empty()) key = to_utf16_lossy(rdn_keyword(schema_, object.rdn_type())) + u'=';
    const auto& above = (*parent)->dsname->StringName;
    text = key;
    text += quote_rdn_value(std::u16string_view(to_utf16_lossy(object.rdn())));
    text += u',';
    text.append(above.data(), above.size());
  }
  auto* const kept = arena_.make_array<char16_t>(text.size());
  std::ranges::copy(text, kept);
  return std::u16string_view(kept, text.size());
}

Result<ByteView> OutgoingNames::structure(Dnt dnt) {
  auto name = find(dnt, nullptr, 0);
  if (!name) return std::unexpected(std::move(name.error()));
  auto& found = **name;
  if (found.structure.empty()) {
    const std::size_t size = drsuapi::dsname_struct_len(found.dsname->StringName.size());
    auto* const at = octets(size);
    write_structure(at, *found.dsname);
    found.structure = {at, size};
  }
  return found.structure;
}

Result<ByteView> OutgoingNames::value(Syntax syntax, Dnt target, ByteView rest) {
  auto name = structure(target);
  if (!name || !has_rest(syntax)) return name;
  const std::size_t at = padded(name->size());
  const std::size_t size = at + kDataLenSize + rest.size();
  auto* const to = octets(size);
  std::ranges::copy(*name, to);
  store_le<std::uint32_t>(to + at, static_cast<std::uint32_t>(kDataLenSize + rest.size()));
  std::ranges::copy(rest, to + at + kDataLenSize);
  return ByteView(to, size);
}

IncomingValues::IncomingValues(const schema::Schema& schema, const schema::PrefixTable& local, const schema::PrefixTable& remote)
    : schema_(schema), translator_(local, remote) {}

const schema::AttributeSchema* IncomingValues::attribute(drsuapi::ATTRTYP remote) const noexcept {
  const auto local = translator_.local_attid_from_remote_attid(remote);
  if (!local) return nullptr;
  if (const auto* const found = schema_.find_attribute(*local); found != nullptr) return found;
  const auto resolved = schema_.resolve(*local);
  return resolved ? schema_.find_attribute(*resolved) : nullptr;
}

std::optional<schema::Attid> IncomingValues::class_or_attribute(drsuapi::ATTRTYP remote) const noexcept {
  return translator_.local_attid_from_remote_attid(remote);
}

Result<Dnt> IncomingValues::find(const store::Snapshot& snapshot, const DsnameView& name) {
  if (const auto known = dnts_.find(name.guid); known != dnts_.end()) return known->second;
  auto dnt = snapshot.find_guid(name.guid);
  if (dnt && *dnt != store::kNoDnt) dnts_.emplace(name.guid, *dnt);
  return dnt;
}

Result<Dnt> IncomingValues::refer(store::WriteTransaction& transaction, const DsnameView& name) {
  if (name.guid.is_null()) return malformed("a reference without a GUID");
  auto dnt = find(transaction, name);
  if (!dnt || *dnt != store::kNoDnt) return dnt;
  const auto dn = dn_text(name.name);
  if (!dn) return malformed("the DN of a reference is no UTF-16");
  *dnt = transaction.refer(name.guid, name.sid, *dn);
  dnts_.emplace(name.guid, *dnt);
  return dnt;
}

Result<ByteView> IncomingValues::stored_value(const schema::AttributeSchema& attribute, ByteView octets, store::WriteTransaction& transaction,
                                              store::ObjectDraft& draft) {
  if (schema::is_reference(attribute.syntax)) {
    const auto reference = read_reference(attribute.syntax, octets);
    if (!reference) return std::unexpected(reference.error());
    const auto target = refer(transaction, reference->target);
    if (!target) return std::unexpected(target.error());
    return draft.keep_reference(*target, reference->rest);
  }
  if (!is_well_formed(attribute.syntax, octets)) return malformed("a value of " + attribute.ldap_display_name);
  if (attribute.syntax != Syntax::kOid || translator_.is_identity()) return octets;
  const auto local = class_or_attribute(load_le<std::uint32_t>(octets.data()));
  if (!local) return fail(win32::kErrorDsDraSchemaMismatch, "an OID in " + attribute.ldap_display_name + " that this schema does not have");
  return draft.keep_u32(static_cast<std::uint32_t>(*local));
}

}  // namespace tributary::repl
