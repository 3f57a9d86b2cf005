// SPDX-License-Identifier: Apache-2.0
// See reps.hpp. Every offset and length is checked against cb, and cb against the octets there are; parts that overlap are an error.
#include "drsuapi/blobs/reps.hpp"

#include <fmt/format.h>

#include "drsuapi/blobs/walk/referents.hpp"

namespace tributary::drsuapi::blobs {
namespace {

constexpr std::size_t kShortHead = 208;  ///< without dwReserved and cbPasDataOffset
constexpr std::size_t kFullHead = 216;

enum class Attribute { kRepsFrom, kRepsTo };
constexpr std::string_view root_of(Attribute attribute) { return attribute == Attribute::kRepsFrom ? "repsFrom" : "repsTo"; }

/// Whether dwReserved and cbPasDataOffset are there: something else may begin where they would stand.
bool has_full_head(std::uint32_t cb, std::uint32_t address_offset) {
  return cb >= kFullHead && (address_offset == 0 || address_offset >= kFullHead);
}

std::size_t head_size(const REPS_VALUE& v) { return v.cbPasDataOffset ? kFullHead : kShortHead; }

void decode_mtx_addr(Trail& trail, ByteView octets, REPS_VALUE& v, Extents& extents) {
  const Inside inside(trail, "otherDra");
  PackedReader reader(trail, octets.first(v.cbOtherDraOffset + v.cbOtherDra), v.cbOtherDraOffset);
  describe(reader, v.otherDra.emplace<MTX_ADDR>());
  if (trail.ok()) extents.claim(trail, {}, v.cbOtherDraOffset, reader.at() - v.cbOtherDraOffset);
}

void decode_rpc_inst(Trail& trail, ByteView octets, REPS_VALUE& v, Extents& extents) {
  const Inside inside(trail, "otherDra");
  const auto region = octets.subspan(v.cbOtherDraOffset, v.cbOtherDra);
  auto& inst = v.otherDra.emplace<DSA_RPC_INST>();
  PlacedReader reader(trail, region);
  describe(reader, inst);
  if (!trail.ok()) return;
  if (inst.cb < reader.at() || inst.cb > region.size())
    return trail.fail("cb", fmt::format("{} is not between {} and the {} octets of cbOtherDra", inst.cb, reader.at(), region.size()));
  extents.claim(trail, {}, v.cbOtherDraOffset, reader.at());
  reader.resolve(region.first(inst.cb), v.cbOtherDraOffset, extents);
}

void decode_address(Trail& trail, ByteView octets, REPS_VALUE& v, Extents& extents) {
  if (v.cbOtherDra == 0) return;
  if (v.cbOtherDraOffset < head_size(v))
    return trail.fail("cbOtherDraOffset", 36, fmt::format("{} is inside the head of {} octets", v.cbOtherDraOffset, head_size(v)));
  if (v.cbOtherDraOffset > octets.size())
    return trail.fail("cbOtherDraOffset", 36, fmt::format("{} is more than the {} octets there are", v.cbOtherDraOffset, octets.size()));
  if (v.cbOtherDra > octets.size() - v.cbOtherDraOffset)
    return trail.fail("cbOtherDra", 40,
                      fmt::format("{} is more than the {} octets there are", v.cbOtherDra, octets.size() - v.cbOtherDraOffset));
  if (v.dwVersion == 1)
    decode_mtx_addr(trail, octets, v, extents);
  else
    decode_rpc_inst(trail, octets, v, extents);
}

void decode_pas_data(Trail& trail, ByteView octets, REPS_VALUE& v, Extents& extents) {
  const auto offset = *v.cbPasDataOffset;
  if (offset < head_size(v))
    return trail.fail("cbPasDataOffset", 212, fmt::format("{} is inside the head of {} octets", offset, head_size(v)));
  if (offset > octets.size())
    return trail.fail("cbPasDataOffset", 212, fmt::format("{} is more than the {} octets there are", offset, octets.size()));
  const Inside inside(trail, "pasData");
  PackedReader reader(trail, octets, offset);
  auto& pas = v.pasData.emplace();
  describe(reader, pas);
  if (!trail.ok()) return;
  if (pas.size < reader.at() - offset || pas.size > octets.size() - offset)
    return trail.fail("size", offset + 4,
                      fmt::format("{} is not between {} and {}", pas.size, reader.at() - offset, octets.size() - offset));
  extents.claim(trail, {}, offset, reader.at() - offset);
}

/// The head, and what the lengths in it allow. True when the rest can be read.
bool decode_head(Trail& trail, ByteView octets, REPS_VALUE& v) {
  if (octets.size() < kShortHead) {
    trail.fail({}, fmt::format("{} octets are less than the {} of the head", octets.size(), kShortHead));
    return false;
  }
  v.cb = load_le<std::uint32_t>(octets.data() + 8);
  v.cbOtherDraOffset = load_le<std::uint32_t>(octets.data() + 36);
  if (v.cb > octets.size())
    trail.fail("cb", 8, fmt::format("{} is more than the {} octets there are", v.cb, octets.size()));
  else if (v.cb < kShortHead)
    trail.fail("cb", 8, fmt::format("{} is less than the {} octets of the head", v.cb, kShortHead));
  if (!has_full_head(v.cb, v.cbOtherDraOffset)) {
    v.dwReserved.reset();
    v.cbPasDataOffset.reset();
  }
  PackedReader reader(trail, octets);
  describe(reader, v);
  if (v.dwVersion != 1 && v.dwVersion != 2) trail.fail("dwVersion", 0, fmt::format("{} is neither 1 nor 2", v.dwVersion));
  return trail.ok();
}

std::optional<Error> decode_value(Attribute attribute, ByteView octets, REPS_VALUE& v) {
  Trail trail(root_of(attribute));
  if (!decode_head(trail, octets, v)) return trail.error().error();
  Extents extents(octets.size());
  extents.claim(trail, {}, 0, head_size(v));
  const auto whole = octets.first(v.cb);
  decode_address(trail, whole, v, extents);
  const bool has_pas_data = attribute == Attribute::kRepsFrom && v.cbPasDataOffset.value_or(0) != 0;
  if (trail.ok() && has_pas_data) decode_pas_data(trail, whole, v, extents);
  if (!trail.ok()) return trail.error().error();
  v.unknown = extents.unclaimed(octets, v.cb);
  return std::nullopt;
}

std::size_t place_rpc_inst(DSA_RPC_INST& inst) {
  PlacedWriter writer;
  describe(writer, inst);
  const auto end = writer.place(writer.at());
  if (inst.cb == 0) inst.cb = static_cast<std::uint32_t>(end);
  return std::max<std::size_t>(end, inst.cb);
}

/// Gives a place and a length to what has none.
void place(Trail& trail, REPS_VALUE& v) {
  std::size_t end = std::max(head_size(v), end_of(trail, v.unknown));
  std::size_t parts_end = head_size(v);
  std::size_t address = 0;
  if (auto* mtx = std::get_if<MTX_ADDR>(&v.otherDra)) address = pack(*mtx).size();
  if (auto* inst = std::get_if<DSA_RPC_INST>(&v.otherDra)) address = place_rpc_inst(*inst);
  if (address != 0) {
    if (v.cbOtherDraOffset == 0) v.cbOtherDraOffset = static_cast<std::uint32_t>(align_up(end, 4));
    if (v.cbOtherDra == 0) v.cbOtherDra = static_cast<std::uint32_t>(address);
    if (address > v.cbOtherDra)
      trail.fail("cbOtherDra", fmt::format("{} is less than the {} octets of otherDra (leave out cb and cbOtherDra to have them computed)",
                                           v.cbOtherDra, address));
    parts_end = std::max<std::size_t>(parts_end, std::size_t{v.cbOtherDraOffset} + v.cbOtherDra);
    end = std::max(end, parts_end);
  }
  if (v.pasData) {
    if (!v.cbPasDataOffset) return trail.fail("pasData", "the head has no cbPasDataOffset");
    const auto size = pack(*v.pasData).size();
    if (v.pasData->size == 0) v.pasData->size = static_cast<std::uint32_t>(size);
    if (*v.cbPasDataOffset == 0) v.cbPasDataOffset = static_cast<std::uint32_t>(align_up(end, 4));
    if (size > v.pasData->size) trail.fail("pasData.size", fmt::format("{} is less than the {} octets of pasData", v.pasData->size, size));
    parts_end = std::max<std::size_t>(parts_end, std::size_t{*v.cbPasDataOffset} + v.pasData->size);
    end = std::max(end, parts_end);
  }
  if (v.cb == 0) v.cb = static_cast<std::uint32_t>(end);
  if (v.cb < parts_end)
    trail.fail("cb", fmt::format("{} is less than the {} octets of the value (leave it out to have it computed)", v.cb, parts_end));
}

void check_address_kind(Trail& trail, const REPS_VALUE& v) {
  if (v.dwVersion != 1 && v.dwVersion != 2) return trail.fail("dwVersion", fmt::format("{} is neither 1 nor 2", v.dwVersion));
  const bool is_mtx = std::holds_alternative<MTX_ADDR>(v.otherDra);
  const bool is_inst = std::holds_alternative<DSA_RPC_INST>(v.otherDra);
  if ((is_mtx && v.dwVersion != 1) || (is_inst && v.dwVersion != 2))
    trail.fail("otherDra", "version 1 has an MTX_ADDR and version 2 a DSA_RPC_INST");
  if (v.dwReserved.has_value() != v.cbPasDataOffset.has_value()) trail.fail("dwReserved", "it stands with cbPasDataOffset or not at all");
}

Result<Bytes> encode_value(Attribute attribute, REPS_VALUE v) {
  Trail trail(root_of(attribute));
  check_address_kind(trail, v);
  if (attribute == Attribute::kRepsTo && v.pasData) trail.fail("pasData", "repsTo has none");
  place(trail, v);
  if (!trail.ok()) return trail.error();
  Image image(trail);
  image.paint("head", 0, pack(v));
  if (auto* mtx = std::get_if<MTX_ADDR>(&v.otherDra)) image.paint("otherDra", v.cbOtherDraOffset, pack(*mtx));
  if (auto* inst = std::get_if<DSA_RPC_INST>(&v.otherDra)) {
    PlacedWriter writer;
    describe(writer, *inst);
    writer.paint(image, v.cbOtherDraOffset);
    image.paint("otherDra", v.cbOtherDraOffset, std::move(writer).take());
  }
  if (v.pasData) image.paint("pasData", *v.cbPasDataOffset, pack(*v.pasData));
  image.paint(v.unknown);
  image.grow_to("cb", v.cb);
  if (!trail.ok()) return trail.error();
  return std::move(image).take();
}

json::value address_to_json(const REPS_VALUE& v) {
  json::object out;
  if (const auto* mtx = std::get_if<MTX_ADDR>(&v.otherDra)) {
    JsonWriter writer(out);
    describe(writer, const_cast<MTX_ADDR&>(*mtx));
  } else if (const auto* inst = std::get_if<DSA_RPC_INST>(&v.otherDra)) {
    PlacedJsonWriter writer(out);
    describe(writer, const_cast<DSA_RPC_INST&>(*inst));
    out.emplace("layout", writer.layout());
  } else {
    return nullptr;
  }
  return out;
}

void address_from_json(JsonReader& reader, REPS_VALUE& v) {
  const auto* in = reader.object("otherDra");
  if (in == nullptr) return;
  const Inside inside(reader.trail(), "otherDra");
  if (v.dwVersion == 1) {
    JsonReader inner(reader.trail(), *in);
    describe(inner, v.otherDra.emplace<MTX_ADDR>());
    inner.finish();
  } else {
    PlacedJsonReader inner(reader.trail(), *in);
    describe(inner, v.otherDra.emplace<DSA_RPC_INST>());
    inner.finish();
  }
}

std::optional<Error> value_from_json(Attribute attribute, const json::object& in, REPS_VALUE& v) {
  Trail trail(root_of(attribute));
  JsonReader reader(trail, in);
  describe(reader, v);
  // Version 1 without the two fields is what Samba writes; version 2 has them unless its lengths say otherwise.
  const bool room = has_full_head(v.cb == 0 ? kFullHead : v.cb, v.cbOtherDraOffset);
  if (v.dwVersion == 2 && room) {
    v.dwReserved = v.dwReserved.value_or(0);
    v.cbPasDataOffset = v.cbPasDataOffset.value_or(0);
  }
  address_from_json(reader, v);
  if (reader.find("pasData") != nullptr) reader.nested("pasData", v.pasData.emplace());
  reader.unknown(v.unknown);
  reader.finish();
  if (!trail.ok()) return trail.error().error();
  return std::nullopt;
}

template <class T>
Result<T> finished(T value, std::optional<Error> error) {
  if (error) return std::unexpected(*std::move(error));
  return value;
}

}  // namespace

std::string REPS_VALUE::network_address() const {
  if (const auto* mtx = std::get_if<MTX_ADDR>(&otherDra)) {
    const std::string_view whole(mtx->mtx_name.data(), mtx->mtx_name.size());
    return std::string(whole.substr(0, whole.find('\0')));
  }
  if (const auto* inst = std::get_if<DSA_RPC_INST>(&otherDra))
    return inst->pszInstance.present ? inst->pszInstance.text() : inst->pszServer.text();
  return {};
}

void REPS_VALUE::set_network_address(std::string_view utf8) {
  cb = cbOtherDraOffset = cbOtherDra = 0;
  if (dwVersion == 1) {
    auto& mtx = otherDra.emplace<MTX_ADDR>();
    mtx.mtx_name = Seq<char>(std::string(utf8));
    mtx.mtx_name.push_back('\0');
  } else {
    auto& inst = otherDra.emplace<DSA_RPC_INST>();
    inst.pszServer.set_text(utf8);
    inst.pszInstance.set_text(utf8);
  }
}

Result<REPS_FROM> decode_reps_from(ByteView octets) {
  REPS_FROM v;
  auto error = decode_value(Attribute::kRepsFrom, octets, v);
  return finished(std::move(v), std::move(error));
}
Result<REPS_TO> decode_reps_to(ByteView octets) {
  REPS_TO v;
  auto error = decode_value(Attribute::kRepsTo, octets, v);
  return finished(std::move(v), std::move(error));
}
Result<Bytes> encode_reps_from(const REPS_FROM& value) { return encode_value(Attribute::kRepsFrom, value); }
Result<Bytes> encode_reps_to(const REPS_TO& value) { return encode_value(Attribute::kRepsTo, value); }

json::object to_json(const REPS_VALUE& value) {
  auto& v = const_cast<REPS_VALUE&>(value);
  json::object out;
  JsonWriter writer(out);
  describe(writer, v);
  out.emplace("otherDra", address_to_json(v));
  if (v.pasData) writer.nested("pasData", *v.pasData);
  writer.unknown(v.unknown);
  return out;
}
Result<REPS_FROM> reps_from_from_json(const json::object& in) {
  REPS_FROM v;
  auto error = value_from_json(Attribute::kRepsFrom, in, v);
  return finished(std::move(v), std::move(error));
}
Result<REPS_TO> reps_to_from_json(const json::object& in) {
  REPS_TO v;
  auto error = value_from_json(Attribute::kRepsTo, in, v);
  return finished(std::move(v), std::move(error));
}

}  // namespace tributary::drsuapi::blobs
