// SPDX-License-Identifier: Apache-2.0
// Compare (RFC 4511 4.10): whether an object has a value, for whoever may read it ([MS-ADTS] 3.1.1.4.3).
// Reads only.
#include <fmt/format.h>

#include <algorithm>

#include "base/utf.hpp"
#include "base/win32.hpp"
#include "query/ldap_values.hpp"
#include "repl/updates/editor.hpp"
#include "schema/value_compare.hpp"
#include "service/access/object_access.hpp"
#include "service/directory/reader.hpp"
#include "service/ldap/heuristics.hpp"
#include "service/ldap/operations.hpp"
#include "service/ldap/refusals.hpp"
#include "service/ldap/view.hpp"

namespace tributary::service::ldap_face {
namespace {

using lp::ResultCode;
using schema::AttributeSchema;
using store::Dnt;
using store::kNoDnt;

lp::Outcome answer(bool is_equal) { return {.code = is_equal ? ResultCode::kCompareTrue : ResultCode::kCompareFalse, .matched_dn = {}, .message = {}, .referrals = {}}; }

std::string_view text_of(ByteView octets) { return {reinterpret_cast<const char*>(octets.data()), octets.size()}; }

/// Links: by whom they point at.
bool has_link(const View& view, const directory::Reader& reader, Dnt object, const AttributeSchema& attribute, Dnt target) {
  if (target == kNoDnt) return false;
  if (!attribute.is_back_link()) return directory::has_element(reader.references(object, attribute.attid), target);
  const auto* const forward = view.schema().link_partner(attribute);
  return forward != nullptr && directory::has_element(reader.referring(object, forward->attid), target);
}

lp::Outcome compare_stored(const View& view, const directory::Reader& reader, const store::ObjectView& object, const AttributeSchema& attribute, ByteView asserted) {
  const auto find = [&](std::string_view dn) -> Result<Dnt> {
    const auto found = locate(view, dn);
    return found ? *found : kNoDnt;
  };
  const auto value = query::value_from_ldap(view.schema(), attribute, text_of(asserted), find);
  if (!value) return lp::outcome_of(ResultCode::kInvalidAttributeSyntax, value.error());
  if (attribute.is_linked()) return answer(has_link(view, reader, object.dnt(), attribute, value->target));
  const auto stored = object.find(attribute.attid);
  if (!stored) return refusal(ResultCode::kNoSuchAttribute, win32::kErrorDsNoAttributeOrValue, "the object has no such attribute");
  if (schema::is_reference(attribute.syntax)) return answer(directory::has_element(reader.references(object.dnt(), attribute.attid), value->target));
  for (std::size_t i = 0; i < stored->size(); ++i)
    if (schema::values_equal(attribute.syntax, stored->value(i), value->octets)) return answer(true);
  return answer(false);
}

lp::Outcome compare_constructed(const View& view, const store::ObjectView& object, const AttributeSchema& attribute, ByteView asserted) {
  const auto values = constructed_values(view, object, attribute, false);
  if (!values) return lp::outcome_of(values.error());
  if (values->empty()) return refusal(ResultCode::kNoSuchAttribute, win32::kErrorDsNoAttributeOrValue, "the object has no such attribute");
  return answer(directory::has_element(*values, std::string(text_of(asserted))));
}

lp::Outcome compare(const LdapCall& call, const lp::CompareRequest& request) {
  const auto context = call.dsa.context();
  const auto snapshot = call.dsa.store().read();
  const directory::Reader reader(context, *snapshot, call.dsa.identity());
  View view{call.dsa, context, *snapshot, *call.caller};
  view.show_deleted = lp::find_control(call.message.controls, lp::oid::kShowDeleted) != nullptr;
  const auto* const attribute = context.schema->find_attribute(request.attribute.substr(0, request.attribute.find(';')));
  if (attribute == nullptr)
    return refusal(ResultCode::kUndefinedAttributeType, win32::kErrorDsAttNotDefInSchema, fmt::format("the schema has no {}", to_printable(request.attribute, 80)));
  const auto found = locate(view, request.dn);
  if (!found) return found.error();
  const auto& token = call.caller->token;
  if (!directory::must(is_visible(context, *snapshot, token, *found, does_list_object(reader))))
    return refusal(ResultCode::kNoSuchObject, win32::kErrorDsObjNotFound, "there is no such object, or it is not shown to the caller");
  const auto access = directory::must(ObjectAccess::of(context, *snapshot, token, *found));
  const auto object = reader.find(*found);
  if (!object || attribute->is_secret() || !directory::must(access.may_read(attribute->attid)))
    return refusal(ResultCode::kNoSuchAttribute, win32::kErrorDsNoAttributeOrValue, "the object has no such attribute, or it is not shown to the caller");
  return is_served_constructed(*attribute) ? compare_constructed(view, *object, *attribute, request.value)
                                           : compare_stored(view, reader, *object, *attribute, request.value);
}

class Compare final : public lp::Operation {
 public:
  explicit Compare(LdapCall call) : call_(std::move(call)) {}
  State run(Bytes& out) override {
    auto outcome = directory::guarded([&] { return compare(call_, std::get<lp::CompareRequest>(call_.message.request)); });
    lp::append_result(out, call_.message.id, lp::ResponseTag::kCompare, outcome ? *outcome : lp::outcome_of(outcome.error()));
    return State::kDone;
  }

 private:
  LdapCall call_;
};

}  // namespace

std::unique_ptr<lp::Operation> start_compare(LdapCall call) {
  for (const auto& control : call.message.controls)
    if (control.critical && control.oid != lp::oid::kShowDeleted)
      return finished(call.message.id, lp::ResponseTag::kCompare,
                      refusal(ResultCode::kUnavailableCriticalExtension, win32::kErrorDsUnavailableCritExtension,
                              fmt::format("a compare takes no control {}", to_printable(control.oid, 80))));
  return std::make_unique<Compare>(std::move(call));
}

}  // namespace tributary::service::ldap_face
