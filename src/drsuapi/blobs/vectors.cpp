// SPDX-License-Identifier: Apache-2.0
// See vectors.hpp.
#include "drsuapi/blobs/vectors.hpp"

#include <fmt/format.h>

namespace tributary::drsuapi::blobs {
namespace {

constexpr std::string_view kUtdv = "replUpToDateVector";

auto wrong_version(std::string_view root, std::uint32_t version, std::string_view known) {
  return fail(win32::kErrorInvalidData, fmt::format("{}.dwVersion (octet 0): {} is not {}", root, version, known));
}

template <class T>
Result<ReplUpToDateVectorValue> as_value(Result<Whole<T>> whole) {
  if (!whole) return std::unexpected(std::move(whole.error()));
  return ReplUpToDateVectorValue{std::move(whole->value), std::move(whole->trailing)};
}

template <class T>
Result<Whole<T>> decode_version_1(std::string_view root, ByteView octets) {
  auto whole = decode_whole<T>(root, octets);
  if (whole && whole->value.dwVersion != 1) return wrong_version(root, whole->value.dwVersion, "1");
  return whole;
}

}  // namespace

Result<ReplUpToDateVectorValue> decode_repl_up_to_date_vector(ByteView octets) {
  const std::uint32_t version = octets.size() < 4 ? 2 : load_le<std::uint32_t>(octets.data());
  if (version == 1) return as_value(decode_whole<UPTODATE_VECTOR_V1_EXT>(kUtdv, octets));
  if (version == 2) return as_value(decode_whole<UPTODATE_VECTOR_V2_EXT>(kUtdv, octets));
  return wrong_version(kUtdv, version, "1 or 2");
}

Bytes encode_repl_up_to_date_vector(const ReplUpToDateVectorValue& value) {
  Bytes octets = std::visit([](const auto& vector) { return pack(vector); }, value.vector);
  octets.insert(octets.end(), value.trailing.begin(), value.trailing.end());
  return octets;
}

json::object to_json(const ReplUpToDateVectorValue& value) {
  json::object out;
  JsonWriter writer(out);
  std::visit([&](auto vector) { describe(writer, vector); }, value.vector);
  writer.trailing(value.trailing);
  return out;
}

Result<ReplUpToDateVectorValue> repl_up_to_date_vector_from_json(const json::object& in) {
  Trail trail(kUtdv);
  std::uint32_t version = 2;
  JsonReader(trail, in).scalar("dwVersion", version);
  if (!trail.ok()) return trail.error();
  if (version == 1) return as_value(whole_from_json<UPTODATE_VECTOR_V1_EXT>(kUtdv, in));
  if (version == 2) return as_value(whole_from_json<UPTODATE_VECTOR_V2_EXT>(kUtdv, in));
  return wrong_version(kUtdv, version, "1 or 2");
}

Result<Whole<PROPERTY_META_DATA_VECTOR>> decode_repl_property_meta_data(ByteView octets) {
  return decode_version_1<PROPERTY_META_DATA_VECTOR>("replPropertyMetaData", octets);
}
Result<Whole<PARTIAL_ATTR_VECTOR_V1_EXT>> decode_partial_attribute_set(ByteView octets) {
  return decode_version_1<PARTIAL_ATTR_VECTOR_V1_EXT>("partialAttributeSet", octets);
}

}  // namespace tributary::drsuapi::blobs
