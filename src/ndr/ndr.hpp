// SPDX-License-Identifier: Apache-2.0
// NDR from one description per type: the front door of this room. C706 chapter 14, [MS-RPCE] 2.2.4 to 2.2.5.
//
// The verbs that describe(walker, value) may use, each with the member's name first:
//   scalar(n, v [, Range])              an integer or a GUID (of an enumeration, its underlying type)
//   enumeration(n, e [, Range])         an IDL enum without v1_enum: 16 bits in NDR20, 32 in NDR64
//   derived(n, function)                a DWORD that is a function of the rest; written, and skipped when read
//   fixed(n, array)                     an array of fixed size
//   count(n, seq [, Range])             the DWORD that gives the size of seq; the sequence itself comes later:
//     conformant_array(n, seq)            in place, as the last member of its structure
//     unique_array(n, seq)                behind a pointer
//     unique_string_array(n, seq)         an array of [string] pointers behind a pointer
//   parallel_array(n, seq, other)       behind a pointer, with the count of `other`, which came before; null is empty
//   terminated_count, conformant_terminated   DSNAME's NameLen and StringName: the terminator is not counted
//   unique_string(n, WString/CString)   [string, unique] WCHAR* / char*
//   ref_string(n, string)               [string, ref] inside a structure: a pointer that is never null
//   counted_string(n, WString)          RPC_UNICODE_STRING
//   nested(n, v), unique(n, Unique), ref(n, v)   a structure in place, behind a pointer, behind an embedded [ref] pointer
//   linked_list(n, seq)                 a list through a next pointer that is the node's first member
//   list_head(n, seq)                   the same, where the first node itself stands in the structure; never empty
//   switch_value(n, Union), union_of(n, Union)   the discriminant as a member or parameter, and the union
//   unique_switch(n, dword, Unique<Union>), unique_union(n, Unique<Union>)   the same behind a pointer;
//                                       the dword holds the discriminant while the pointer is null
// [ref] parameters of an operation have no representation of their own: describe them with nested.
#pragma once

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "ndr/reader.hpp"
#include "ndr/types.hpp"
#include "ndr/writer.hpp"

namespace tributary::ndr {

/// RPC_X_BAD_STUB_DATA with the path, the reason and the offset.
[[nodiscard]] Error to_error(const Fault& fault);

// Walkers take T& because one describe() serves readers and writers; a Writer never changes what it walks.

/// The stub of an operation: T describes its parameters in order.
template <class T>
[[nodiscard]] Bytes encode_parameters(const T& v, Syntax syntax = Syntax::kNdr20) {
  Writer writer(syntax);
  writer.parameters(const_cast<T&>(v));
  return writer.take();
}
/// Octets after the last parameter are allowed: the transport pads stubs.
template <class T>
[[nodiscard]] Result<T> decode_parameters(ByteView octets, ReadOptions options = {}) {
  T v{};
  Reader reader(octets, options);
  reader.parameters(v);
  if (reader.fault()) return std::unexpected(to_error(reader.fault()));
  return v;
}

/// One structure on its own.
template <class T>
[[nodiscard]] Bytes encode(const T& v, Syntax syntax = Syntax::kNdr20) {
  Writer writer(syntax);
  writer.construct(const_cast<T&>(v));
  return writer.take();
}
/// `consumed`, when given, receives how many octets the structure took.
template <class T>
[[nodiscard]] Result<T> decode(ByteView octets, ReadOptions options = {}, std::size_t* consumed = nullptr) {
  T v{};
  Reader reader(octets, options);
  reader.construct(v);
  if (reader.fault()) return std::unexpected(to_error(reader.fault()));
  if (consumed != nullptr) *consumed = reader.consumed();
  return v;
}

}  // namespace tributary::ndr
