// SPDX-License-Identifier: Apache-2.0
// The two forms in which LDAP shows replication state ([MS-ADTS] 3.1.1.4.5.13, 3.1.1.3.2.28): XML with the fields of a structure of
// IDL_DRSGetReplInfo ([MS-DRSR] 4.1.13.1), and that structure's binary twin ([MS-ADTS] 2.2.2 to 2.2.8). Both are walkers over the
// descriptions that the structures have already: fields of the twins go by name. Knows no directory.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/ds_time.hpp"
#include "drsuapi/blobs/repl_info.hpp"
#include "drsuapi/replinfo.hpp"

namespace tributary::service::ldap_face::constructed {

/// One field of a structure, as it goes into either form. Null text: a null pointer.
struct ReplField {
  std::string_view name;
  std::variant<std::uint64_t, std::int64_t, Guid, FileTime, std::optional<std::string>, Bytes> value;
};
using ReplFields = std::vector<ReplField>;

/// "<DS_REPL_...>", an element for each field in their order, each on a line of its own after a tab. Well-formed whatever texts hold.
[[nodiscard]] std::string to_xml(std::string_view element, const ReplFields& fields);

/// Collects the fields of a structure of the wire, in the order of its description.
class FieldCollector {
 public:
  void unique_string(std::string_view name, const drsuapi::WString& v);
  void scalar(std::string_view name, const Guid& v) { fields_.push_back({name, v}); }
  void scalar(std::string_view name, std::uint32_t v) { fields_.push_back({name, std::uint64_t{v}}); }
  void scalar(std::string_view name, std::int64_t v) { fields_.push_back({name, v}); }
  void scalar(std::string_view name, FileTime v) { fields_.push_back({name, v}); }
  void nested(std::string_view name, const drsuapi::FILETIME& v) {
    fields_.push_back({name, FileTime{static_cast<std::int64_t>(std::uint64_t{v.dwHighDateTime} << 32 | v.dwLowDateTime)}});
  }
  void enumeration(std::string_view name, auto v) { fields_.push_back({name, std::uint64_t{static_cast<std::uint32_t>(v)}}); }
  void count(std::string_view name, const auto& v) { fields_.push_back({name, std::uint64_t{v.size()}}); }
  void unique_array(std::string_view name, const drsuapi::Seq<std::uint8_t>& v) { fields_.push_back({name, Bytes(v.begin(), v.end())}); }
  [[nodiscard]] ReplFields take() && { return std::move(fields_); }

 private:
  ReplFields fields_;
};
template <class Wire>
[[nodiscard]] ReplFields fields_of(Wire wire) {
  FieldCollector collector;
  describe(collector, wire);
  return std::move(collector).take();
}

/// Sets the fields of a structure of [MS-ADTS] 2.2 from those of its twin: oszX is the text pszX.
class FieldFiller {
 public:
  explicit FieldFiller(const ReplFields& fields) : fields_(fields) {}
  void referent(std::string_view name, std::string_view, drsuapi::blobs::Referent& v);
  void counted_referent(std::string_view count_name, std::string_view name, drsuapi::blobs::Referent& v);
  void optional(std::string_view, std::optional<std::uint32_t>& v) { v = 0; }  // what a C compiler leaves between fields
  template <class T>
  void scalar(std::string_view name, T& v) {
    const auto* const found = find(name);
    if (found == nullptr) return;
    if (const auto* const number = std::get_if<std::uint64_t>(&found->value)) assign(v, *number);
    if (const auto* const number = std::get_if<std::int64_t>(&found->value)) assign(v, static_cast<std::uint64_t>(*number));
    if constexpr (requires { v.value.octets; })
      if (const auto* const guid = std::get_if<Guid>(&found->value)) v.value = *guid;
    if constexpr (std::same_as<T, FileTime>)
      if (const auto* const time = std::get_if<FileTime>(&found->value)) v = *time;
  }

 private:
  [[nodiscard]] const ReplField* find(std::string_view name) const;
  template <class T>
  static void assign(T& v, std::uint64_t number) {
    if constexpr (requires { v.value = number; })
      v.value = static_cast<decltype(v.value)>(number);
    else if constexpr (std::is_integral_v<T> || std::is_enum_v<T>)
      v = static_cast<T>(number);
  }
  const ReplFields& fields_;
};
template <class Blob>
[[nodiscard]] Result<Bytes> to_blob(std::string_view name, const ReplFields& fields) {
  Blob blob;
  FieldFiller filler(fields);
  describe(filler, blob);
  // Texts begin behind the structure as a C compiler lays it out, padding at its end included: that tells readers of the layouts apart.
  if constexpr (requires { blob.padding; }) blob.unknown = {{84, Bytes(4)}};
  return drsuapi::blobs::encode_repl_info(name, blob);
}

}  // namespace tributary::service::ldap_face::constructed
