// SPDX-License-Identifier: Apache-2.0
// What makes an update wrong before it is made: values ([MS-ADTS] 3.1.1.2.3, 3.1.1.5.1.1, 3.1.1.1.6), names (3.1.1.5.1.2), content by
// class, and where originating updates may go at all (3.1.1.5.2.2, 3.1.1.5.3.2). Helpers of this room; they write nothing.
#pragma once

#include "repl/updates/updates.hpp"
#include "schema/schema.hpp"

namespace tributary::repl {

/// Two values of the attribute are the same value, as its syntax compares them.
[[nodiscard]] bool is_same_value(const schema::AttributeSchema& attribute, const NewValue& a, const NewValue& b);
/// As the record has it.
[[nodiscard]] NewValue stored_value(const store::AttributeView& attribute, std::size_t i);

/// The attribute that an update names: known and active, and not a back link. kErrorInvalidParameter, kErrorDsCantModSystemOnly.
[[nodiscard]] Result<const schema::AttributeSchema*> check_attribute(const schema::Schema& schema, Attid attid);

/// Each value is well-formed, a reference's target exists and is not deleted (kErrorDsObjNotFound), there is one value where one is
/// allowed (kErrorDsSingleValueConstraint), none twice (kErrorDsAttValAlreadyExists); at kClient the range (kErrorDsRangeConstraint) and
/// which other NCs an object of `nc` may refer to (3.1.1.2.2.3: kErrorDsNameReferenceInvalid). kNoDnt: an NC that is being made.
[[nodiscard]] Result<void> check_values(const Snapshot& snapshot, const schema::Schema& schema, const schema::AttributeSchema& attribute,
                                        Dnt nc, std::span<const NewValue> values, CheckLevel level);
/// One value alone, without its target.
[[nodiscard]] Result<void> check_form(const schema::Schema& schema, const schema::AttributeSchema& attribute, const NewValue& value);
[[nodiscard]] Result<void> check_target(const Snapshot& snapshot, const schema::AttributeSchema& attribute, Dnt target);

/// 3.1.1.5.1.2 for the value of an RDN; at kClient also its attribute's range.
[[nodiscard]] Result<void> check_rdn(const schema::Schema& schema, Attid type, std::string_view value, CheckLevel level);

/// 3.1.1.5.1.1: `present` are the attributes that the object has values of, ascending. kErrorDsMissingRequiredAtt,
/// kErrorDsAttNotDefForClass.
[[nodiscard]] Result<void> check_content(const schema::Schema& schema, std::span<const Attid> object_class, std::span<const Attid> present);

/// The object's NC replica takes originating updates; otherwise kErrorDsReferral.
[[nodiscard]] Result<void> check_writable(const Snapshot& snapshot, const Context& context, Dnt nc);

/// What an NC holds: some constraints depend on it.
enum class NcKind : std::uint8_t { kDomain, kApplication, kConfiguration, kSchema };
[[nodiscard]] Result<NcKind> nc_kind(const Snapshot& snapshot, const schema::Schema& schema, Dnt nc);

}  // namespace tributary::repl
