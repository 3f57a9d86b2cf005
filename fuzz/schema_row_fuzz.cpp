// SPDX-License-Identifier: Apache-2.0
// Objects of a hostile Schema NC ([MS-ADTS] 3.1.1.2.3, 3.1.1.2.4.8): rows of attribute values, read and built into a schema that everything is
// then asked of. Input: rows; each is a number of attributes (one octet) and, for each, its number in a list (one octet), the number of
// values (one), and values of a length (one) and octets. A row begins as one of the embedded schema when the first octet is odd.
#include <cstddef>
#include <cstdint>

#include "base/assert.hpp"
#include "schema/consistency.hpp"
#include "schema/schema_rows.hpp"

using namespace tributary;
using namespace tributary::schema;

namespace {

constexpr std::size_t kRowsMax = 64;
constexpr Attid kAttids[] = {attid::kObjectClass, attid::kCn, attid::kPossSuperiors, attid::kSubClassOf, attid::kGovernsId, attid::kMustContain,
                             attid::kMayContain, attid::kRdnAttId, attid::kAttributeId, attid::kAttributeSyntax, attid::kIsSingleValued, attid::kRangeLower,
                             attid::kRangeUpper, attid::kMapiId, attid::kLinkId, attid::kShowInAdvancedViewOnly, attid::kOmObjectClass, attid::kOmSyntax,
                             attid::kSearchFlags, attid::kAuxiliaryClass, attid::kObjectClassCategory, attid::kExtendedCharsAllowed, attid::kLdapDisplayName,
                             attid::kSchemaFlagsEx, attid::kSchemaIdGuid, attid::kAttributeSecurityGuid, attid::kSystemOnly, attid::kSystemPossSuperiors,
                             attid::kSystemMayContain, attid::kSystemMustContain, attid::kSystemAuxiliaryClass, attid::kDefaultSecurityDescriptor,
                             attid::kSystemFlags, attid::kDefaultHidingValue, attid::kIsMemberOfPartialAttributeSet, attid::kIsDefunct, attid::kMsDsIntId};

class Input {
 public:
  explicit Input(ByteView octets) : rest_(octets) {}
  [[nodiscard]] bool empty() const noexcept { return rest_.empty(); }
  std::uint8_t octet() { return take(1).empty() ? 0 : last_[0]; }
  ByteView take(std::size_t size) {
    last_ = rest_.first(std::min(size, rest_.size()));
    rest_ = rest_.subspan(last_.size());
    return last_;
  }

 private:
  ByteView rest_, last_;
};

SchemaRow first_form(Input& input, const Schema& base) {
  const auto form = input.octet();
  if (form % 2 == 0) return {};
  const std::size_t which = input.octet() + 256u * input.octet();
  const auto row = form % 4 == 1 ? make_schema_row(base.attributes()[which % base.attributes().size()], base.prefix_table())
                                 : make_schema_row(base.classes()[which % base.classes().size()], base.prefix_table());
  return *row;
}

SchemaRow read_row(Input& input, const Schema& base) {
  SchemaRow row = first_form(input, base);
  for (unsigned attributes = input.octet() % 8; attributes != 0; --attributes) {
    const auto attid = kAttids[input.octet() % std::size(kAttids)];
    std::vector<Bytes> values;
    for (unsigned count = input.octet() % 4; count != 0; --count) values.push_back(to_bytes(input.take(input.octet())));
    std::erase_if(row.attributes, [attid](const auto& each) { return each.attid == attid; });
    row.attributes.push_back({attid, std::move(values)});
  }
  return row;
}

void ask_everything(const Schema& schema) {
  for (const auto& each : schema.attributes()) {
    TRIBUTARY_ASSERT(schema.find_attribute(each.attid) == &each);
    TRIBUTARY_ASSERT(schema.find_attribute(std::string_view(each.oid)) != nullptr);
    if (const auto* const partner = schema.link_partner(each)) TRIBUTARY_ASSERT(partner->is_back_link() != each.is_back_link());
  }
  for (const auto& each : schema.classes()) {
    TRIBUTARY_ASSERT(std::ranges::includes(each.effective.attributes, each.effective.must_contain));
    TRIBUTARY_ASSERT(!contains(each.effective.superclasses, each.attid));
    const Attid self[] = {each.attid};
    if (const auto complete = schema.complete_object_class(self)) TRIBUTARY_ASSERT(complete->back() == each.attid);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto& base = *Schema::embedded();
  Input input(ByteView(data, size));
  // Not the whole base schema beside it: that would be all the time there is.
  SchemaBuilder builder(base.prefix_table());
  for (const auto* name : {"top", "container", "person"}) TRIBUTARY_ASSERT(builder.put(*base.find_class(std::string_view(name))).has_value());
  TRIBUTARY_ASSERT(builder.put(*base.find_attribute("cn")).has_value());
  bool changed = false;
  for (std::size_t rows = 0; rows < kRowsMax && !input.empty(); ++rows) {
    const auto row = read_row(input, base);
    const auto object = read_schema_row(row, base.prefix_table());
    if (!object) continue;
    if (const auto* const attribute = std::get_if<AttributeSchema>(&*object)) {
      const auto again = make_schema_row(*attribute, base.prefix_table());
      if (again) TRIBUTARY_ASSERT(std::get<AttributeSchema>(read_schema_row(*again, base.prefix_table()).value()) == *attribute);
    }
    changed = put_schema_row(builder, row).value_or(false) || changed;
  }
  if (!changed) return 0;
  const auto schema = builder.build();
  ask_everything(*schema);
  return 0;
}
