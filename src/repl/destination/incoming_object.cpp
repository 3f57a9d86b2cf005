// SPDX-License-Identifier: Apache-2.0
// See incoming_object.hpp.
#include "repl/destination/incoming_object.hpp"

#include <algorithm>

#include "base/rdn.hpp"
#include "base/utf.hpp"
#include "base/win32.hpp"
#include "repl/objects/secret_values.hpp"
#include "repl/state/stamps.hpp"

namespace tributary::repl {
namespace {

using namespace drsuapi;

std::u16string_view units(const DSNAME& name) { return {name.StringName.data(), name.StringName.size()}; }

Result<SecretBytes> decrypted(ByteView payload, ByteView session_key) {
  if (session_key.empty()) return fail(kSecEAlgorithmMismatch, "a secret attribute came and there is no session key to open it");
  return decrypt_secret_value(session_key, payload);
}

}  // namespace

Result<void> IncomingObject::read_name(const DSNAME& name, const schema::Schema& schema) {
  const auto first = first_rdn(units(name));
  if (!first) return std::unexpected(first.error());
  if (first->key.empty()) return fail(win32::kErrorDsNameUnparseable, "an object without a DN");
  if (first->key != last_key_) {
    const auto key = to_utf8(first->key);
    const auto type = key ? find_rdn_type(schema, *key) : std::nullopt;
    if (!type) return fail(win32::kErrorDsDraSchemaMismatch, "an RDN of a type that this schema does not have");
    last_key_ = first->key;
    last_type_ = *type;
  }
  const auto value = unquote_rdn_value(first->value);
  if (!value) return std::unexpected(value.error());
  auto utf8 = to_utf8(*value);
  if (!utf8) return std::unexpected(utf8.error());
  rdn_type = last_type_;
  rdn = std::move(*utf8);
  return {};
}

Result<void> IncomingObject::read(const REPLENTINFLIST& entry, const Context& context, IncomingValues& values,
                                  store::WriteTransaction& transaction, ByteView session_key) {
  const DSNAME& name = *entry.Entinf.pName;
  const auto view = view_of(name);
  guid = view.guid;
  sid = view.sid;
  dn = view.name;
  is_nc_prefix = entry.fIsNCPrefix != 0;
  parent_guid.reset();
  if (entry.pParentGuid && !entry.pParentGuid->is_null()) parent_guid = ObjectGuid{*entry.pParentGuid};
  if (auto named = read_name(name, *context.schema); !named) return named;
  draft.clear();
  legacy.clear();
  const auto& attributes = entry.Entinf.AttrBlock.pAttr;
  const auto& stamps = entry.pMetaDataExt->rgMetaData;
  for (std::size_t i = 0; i < attributes.size(); ++i)
    if (auto read = read_attribute(attributes[i], stamps[i], context, values, transaction, session_key); !read) return read;
  return {};
}

Result<void> IncomingObject::read_attribute(const ATTR& attribute, const PROPERTY_META_DATA_EXT& stamp, const Context& context,
                                            IncomingValues& values, store::WriteTransaction& transaction, ByteView session_key) {
  const auto* const schema = values.attribute(attribute.attrTyp);
  if (schema == nullptr) return fail(win32::kErrorDsDraSchemaMismatch, "an attribute that this schema does not have");
  if (!schema->is_replicated()) return {};  // whatever a peer says of what never replicates stays with the peer
  const auto local_stamp = stamp_from_wire(stamp);
  LegacyLinks* links = nullptr;
  if (schema->is_forward_link()) links = &legacy.emplace_back(LegacyLinks{schema->attid, local_stamp, {}});
  auto& to = draft.attribute(schema->attid);
  to.references = schema::is_reference(schema->syntax);
  to.stamp = local_stamp;
  to.values.clear();
  for (const auto& value : attribute.AttrVal.pAVal) {
    ByteView octets = value.pVal.span();
    SecretBytes clear;
    if (schema->is_secret()) {
      auto opened = decrypted(octets, session_key);
      if (!opened) return std::unexpected(std::move(opened.error()));
      clear = std::move(*opened);
      octets = clear.view();
    }
    if (links != nullptr) {
      const auto reference = read_reference(schema->syntax, octets);
      if (!reference) return std::unexpected(reference.error());
      const auto target = values.refer(transaction, reference->target);
      if (!target) return std::unexpected(target.error());
      links->targets.push_back({store::kNoDnt, schema->attid, *target, to_bytes(reference->rest)});
      continue;
    }
    const auto stored = values.stored_value(*schema, octets, transaction, draft);
    if (!stored) return std::unexpected(stored.error());
    if (!is_kept_secret(*schema)) {
      to.values.push_back(schema->is_secret() ? draft.keep(*stored) : *stored);
      continue;
    }
    const auto sealed = seal_value(context, guid, schema->attid, *stored);
    if (!sealed) return std::unexpected(sealed.error());
    to.values.push_back(draft.keep(*sealed));
  }
  return {};
}

std::optional<std::uint32_t> IncomingObject::first_u32(Attid attid) noexcept {
  const auto* const attribute = draft.find(attid);
  if (attribute == nullptr || attribute->values.empty() || attribute->values.front().size() != 4) return std::nullopt;
  return load_le<std::uint32_t>(attribute->values.front().data());
}

bool IncomingObject::has_values(Attid attid) noexcept {
  const auto* const attribute = draft.find(attid);
  return attribute != nullptr && !attribute->values.empty();
}

std::optional<store::AttributeStamp> IncomingObject::name_stamp() noexcept {
  const auto* const attribute = draft.find(attid::kName);
  return attribute == nullptr ? std::nullopt : attribute->stamp;
}

void IncomingObject::set_name(store::ObjectDraft& to, std::string_view value, std::string_view record_rdn, const store::AttributeStamp& stamp,
                              Usn usn) {
  to.rdn_type = rdn_type;
  to.rdn = record_rdn;
  const auto text = to_utf16_lossy(value);
  const ByteView octets = to.keep({reinterpret_cast<const std::uint8_t*>(text.data()), text.size() * 2});
  for (const Attid attid : {attid::kName, rdn_type}) {
    auto& attribute = to.attribute(attid);
    attribute.references = false;
    attribute.stamp = stamp;
    attribute.usn_local = usn;
    attribute.values.assign(1, octets);
  }
}

}  // namespace tributary::repl
