// SPDX-License-Identifier: Apache-2.0
// Structures whose texts and buffers are found through offsets from the start of the structure: DSA_RPC_INST ([MS-DRSR] 5.48)
// and the DS_REPL_*_BLOB forms ([MS-ADTS] 2.2.2 to 2.2.8). Two verbs more than packed.hpp has:
//   referent(n, offset_n, r)            a DWORD offset; zero is the null pointer
//   counted_referent(count_n, n, r)     a DWORD length and a DWORD offset
// A value that was decoded keeps its offsets and is written back with them; one that was made has offset zero and gets
// its place when it is encoded: behind everything else, in the order of the description, at multiples of four.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "drsuapi/blobs/walk/extents.hpp"
#include "drsuapi/blobs/walk/json_walk.hpp"
#include "drsuapi/blobs/walk/leaves.hpp"
#include "drsuapi/blobs/walk/packed.hpp"

namespace tributary::drsuapi::blobs {

class PlacedReader : public PackedReader {
 public:
  using PackedReader::PackedReader;
  void referent(std::string_view, std::string_view offset_name, Referent& r) {
    scalar(offset_name, r.offset);
    pending_.push_back({offset_name, &r, kUncounted});
  }
  void counted_referent(std::string_view count_name, std::string_view name, Referent& r) {
    std::uint32_t count = 0;
    scalar(count_name, count);
    scalar(name, r.offset);
    pending_.push_back({name, &r, count});
  }
  /// Reads what the offsets lead to. `structure` is the structure from its start to its end, at `base` of the blob.
  void resolve(ByteView structure, std::size_t base, Extents& extents);

 private:
  static constexpr std::uint64_t kUncounted = ~std::uint64_t{0};
  struct Pending {
    std::string_view name;
    Referent* referent;
    std::uint64_t count;
  };
  void resolve(const Pending& pending, ByteView structure, std::size_t base, Extents& extents);
  std::vector<Pending> pending_;
};

class PlacedWriter : public PackedWriter {
 public:
  void referent(std::string_view name, std::string_view, Referent& r) {
    scalar(name, r.offset);
    pending_.push_back({name, &r});
  }
  void counted_referent(std::string_view count_name, std::string_view name, Referent& r) {
    scalar(count_name, static_cast<std::uint32_t>(r.octets.size()));
    referent(name, name, r);
  }
  /// Gives every referent without a place one behind `end` (relative to the structure) and returns the new end.
  std::size_t place(std::size_t end);
  void paint(Image& image, std::size_t base) const;

 private:
  struct Pending {
    std::string_view name;
    Referent* referent;
  };
  std::vector<Pending> pending_;
};

/// Forgets every place.
class PlacedClearer {
 public:
  template <class... A>
  void scalar(A&&...) {}
  template <class... A>
  void optional(A&&...) {}
  void referent(std::string_view, std::string_view, Referent& r) { r.offset = 0; }
  void counted_referent(std::string_view, std::string_view, Referent& r) { r.offset = 0; }
};

class PlacedJsonWriter : public JsonWriter {
 public:
  using JsonWriter::JsonWriter;
  void referent(std::string_view name, std::string_view offset_name, Referent& r);
  void counted_referent(std::string_view count_name, std::string_view name, Referent& r) {
    out().emplace(count_name, r.octets.size());
    referent(name, name, r);
  }
  [[nodiscard]] const json::object& layout() const noexcept { return layout_; }

 private:
  json::object layout_;
};

class PlacedJsonReader : public JsonReader {
 public:
  PlacedJsonReader(Trail& trail, const json::object& in) : JsonReader(trail, in), layout_(trail, layout_object()) {}
  void referent(std::string_view name, std::string_view offset_name, Referent& r);
  void counted_referent(std::string_view count_name, std::string_view name, Referent& r) {
    informative(count_name);
    referent(name, name, r);
  }
  void finish() {
    JsonReader::finish();
    const Inside inside(trail(), "layout");
    layout_.finish();
  }

 private:
  const json::object& layout_object();
  JsonReader layout_;
};

/// A whole blob of one flat type with referents: decode, encode, and JSON. T has `unknown`.
template <class T>
Result<T> decode_placed(Trail& trail, ByteView octets, T v = {}) {
  PlacedReader reader(trail, octets);
  describe(reader, v);
  if (!trail.ok()) return trail.error();
  Extents extents(octets.size());
  extents.claim(trail, {}, 0, reader.at());
  reader.resolve(octets, 0, extents);
  if (!trail.ok()) return trail.error();
  v.unknown = extents.unclaimed(octets, 0);
  return v;
}

template <class T>
Result<Bytes> encode_placed(Trail& trail, T v) {
  PlacedWriter first;
  describe(first, v);
  first.place(std::max(first.at(), end_of(trail, v.unknown)));
  PlacedWriter writer;
  describe(writer, v);
  Image image(trail);
  writer.paint(image, 0);
  image.paint("head", 0, std::move(writer).take());
  image.paint(v.unknown);
  if (!trail.ok()) return trail.error();
  return std::move(image).take();
}

/// "layout" is left out when encoding would find the same places again.
template <class T>
json::object placed_to_json(const T& value, ByteView octets) {
  T v = value;
  json::object out;
  PlacedJsonWriter writer(out);
  describe(writer, v);
  T unplaced = v;
  PlacedClearer clearer;
  describe(clearer, unplaced);
  Trail trail("layout");
  const auto again = encode_placed(trail, std::move(unplaced));
  if (!again || !std::ranges::equal(*again, octets)) out.emplace("layout", writer.layout());
  writer.unknown(v.unknown);
  return out;
}

template <class T>
Result<T> placed_from_json(Trail& trail, const json::object& in) {
  T v{};
  PlacedJsonReader reader(trail, in);
  describe(reader, v);
  reader.unknown(v.unknown);
  reader.finish();
  if (!trail.ok()) return trail.error();
  return v;
}

}  // namespace tributary::drsuapi::blobs
