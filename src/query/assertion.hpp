// SPDX-License-Identifier: Apache-2.0
// An assertion value of a filter in the form that stored values are compared with ([MS-ADTS] 3.1.1.2.2.2, 3.1.1.2.2.4, 3.1.1.3.1.2.5,
// 3.1.1.3.1.3.5). A helper of filter.cpp. Knows no filter.
#pragma once

#include "query/filter.hpp"

namespace tributary::query {

enum class AssertionState : std::uint8_t {
  kGood,
  kNoObject,   ///< a DN that names nothing here: no value is equal to it
  kUndefined,  ///< no value of the syntax
};
struct Assertion {
  AssertionState state = AssertionState::kUndefined;
  Dnt target = store::kNoDnt;  ///< of references
  Bytes octets;                ///< stored form; of a reference what stands behind the DN
  Bytes form;                  ///< normal form of the whole value
};
/// Errors are the store's only.
[[nodiscard]] Result<Assertion> assertion_value(const store::Snapshot& snapshot, const schema::Schema& schema, const schema::AttributeSchema& attribute,
                                                ByteView value);
/// kDnWithData: "B:2:0A:dn", where the DN may be empty: `target` is kRootDnt then.
[[nodiscard]] Result<Assertion> dn_with_data(const store::Snapshot& snapshot, const schema::Schema& schema, const schema::AttributeSchema& attribute,
                                             ByteView value);
/// The object that a DN, or the DN part of a value with data, names. State and target only.
[[nodiscard]] Result<Assertion> named_object(const store::Snapshot& snapshot, const schema::Schema& schema, ByteView value);

/// The octets that a piece of a substring filter is looked for as. False: it can be in no value.
[[nodiscard]] bool substring_form(schema::Syntax syntax, ByteView value, Bytes& out);

}  // namespace tributary::query
