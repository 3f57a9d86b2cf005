// SPDX-License-Identifier: Apache-2.0
// See json_walk.hpp.
#include "drsuapi/blobs/walk/json_walk.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "drsuapi/blobs/walk/packed.hpp"

namespace tributary::drsuapi::blobs {

json::value JsonWriter::terminated_to_json(const ndr::Seq<char>& text) {
  const std::string_view whole(text.data(), text.size());
  if (whole.find('\0') + 1 == whole.size() && !whole.empty()) {
    auto shown = text_to_json(as_bytes(whole.substr(0, whole.size() - 1)));
    if (shown.is_string()) return shown;
  }
  return octets_to_json(as_bytes(whole));
}

void JsonReader::conformant_array(std::string_view name, ndr::Seq<char>& text) {
  Bytes octets;
  this->text(name, octets);
  text = ndr::Seq<char>(octets);
  if (const auto* value = in_.if_contains(name); value != nullptr && value->is_string()) text.push_back('\0');
}

void JsonWriter::unknown(const std::vector<UnknownOctets>& chunks) {
  if (chunks.empty()) return;
  json::array items;
  for (const auto& chunk : chunks) items.push_back(json::object{{"offset", chunk.offset}, {"base64", to_base64(chunk.octets)}});
  out_.emplace("unknown", std::move(items));
}

void JsonWriter::trailing(const Bytes& octets) {
  if (!octets.empty()) out_.emplace("trailing", octets_to_json(octets));
}

const json::value* JsonReader::find(std::string_view name) {
  known_.push_back(name);
  const auto* value = in_.if_contains(name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

const json::object* JsonReader::object(std::string_view name) {
  const auto* value = find(name);
  if (value == nullptr) return nullptr;
  if (!value->is_object()) trail_.fail(name, "an object is expected");
  return value->if_object();
}

const json::array* JsonReader::list(std::string_view name) {
  const auto* value = find(name);
  if (value == nullptr) return nullptr;
  if (!value->is_array()) trail_.fail(name, "a list is expected");
  return value->if_array();
}

void JsonReader::finish() {
  for (const auto& member : in_)
    if (std::ranges::find(known_, std::string_view(member.key())) == known_.end()) trail_.fail(member.key(), "there is no such field");
}

void JsonReader::text(std::string_view name, Bytes& v) {
  const auto* value = find(name);
  if (value == nullptr) return;
  auto parsed = parse_text(*value);
  if (parsed)
    v = *std::move(parsed);
  else
    trail_.fail(name, parsed.error().detail);
}

void JsonReader::unknown(std::vector<UnknownOctets>& chunks) {
  const auto* items = list("unknown");
  if (items == nullptr) return;
  const Inside inside(trail_, "unknown");
  for (std::size_t i = 0; i < items->size() && trail_.ok(); ++i) {
    const Inside element(trail_, i);
    const auto* item = (*items)[i].if_object();
    if (item == nullptr) return trail_.fail({}, "an object is expected");
    JsonReader reader(trail_, *item);
    UnknownOctets chunk;
    reader.scalar("offset", chunk.offset);
    if (const auto* value = reader.find("base64")) {
      auto octets = parse_octets(*value);
      if (!octets) return trail_.fail("base64", octets.error().detail);
      chunk.octets = *std::move(octets);
    }
    reader.finish();
    chunks.push_back(std::move(chunk));
  }
}

void JsonReader::trailing(Bytes& octets) {
  const auto* value = find("trailing");
  if (value == nullptr) return;
  auto parsed = parse_octets(*value);
  if (parsed)
    octets = *std::move(parsed);
  else
    trail_.fail("trailing", parsed.error().detail);
}

}  // namespace tributary::drsuapi::blobs
