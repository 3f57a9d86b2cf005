// SPDX-License-Identifier: Apache-2.0
// One object held against a compiled filter ([MS-ADTS] 3.1.1.3.1.3.1, 3.1.1.3.4.4; RFC 4511 4.5.1.7), in place: no memory but a buffer that
// is used again. An attribute that the caller may not read is as if the object did not have it ([MS-ADTS] 3.1.1.4.3).
// Thread: of the snapshot.
#pragma once

#include "query/filter.hpp"

namespace tributary::query {

/// Who judges what a caller may read of the object at hand. Asked only about values that would make an item true.
class ReadRights {
 public:
  virtual ~ReadRights() = default;
  /// `slot`: the attribute's place in CompiledFilter::attributes.
  [[nodiscard]] virtual bool may_read(const schema::AttributeSchema& attribute, std::uint32_t slot) = 0;
};

class Matcher {
 public:
  explicit Matcher(const CompiledFilter& filter) noexcept : filter_(filter) {}
  /// Null: everything may be read. Errors are the store's.
  [[nodiscard]] Result<Truth> match(const store::Snapshot& snapshot, const store::ObjectView& object, ReadRights* rights);

 private:
  [[nodiscard]] Truth evaluate(std::uint32_t at);
  [[nodiscard]] bool holds(const Item& item);
  [[nodiscard]] bool record_holds(const Item& item);
  [[nodiscard]] bool value_holds(const Item& item, ByteView value);
  [[nodiscard]] bool number_holds(const Item& item, std::int64_t number);
  [[nodiscard]] bool forward_holds(const Item& item);
  [[nodiscard]] bool back_holds(const Item& item);
  [[nodiscard]] bool has_pieces(const Item& item, ByteView form) const noexcept;
  template <class T>
  T value_or_fault(Result<T> result, T otherwise);

  const CompiledFilter& filter_;
  const store::Snapshot* snapshot_ = nullptr;
  const store::ObjectView* object_ = nullptr;
  ReadRights* rights_ = nullptr;
  Bytes form_;
  std::optional<Error> fault_;
};

}  // namespace tributary::query
