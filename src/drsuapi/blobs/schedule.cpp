// SPDX-License-Identifier: Apache-2.0
// See schedule.hpp.
#include "drsuapi/blobs/schedule.hpp"

#include <fmt/format.h>

namespace tributary::drsuapi::blobs {
namespace {

constexpr std::string_view kRoot = "schedule";
constexpr std::size_t kHours = Atom<ScheduleHours>::octets;

void check_count(Trail& trail, std::size_t count) {
  if (count > kSchedulesMax) trail.fail("NumberOfSchedules", fmt::format("{} is more than {}", count, kSchedulesMax));
}

}  // namespace

Result<SCHEDULE> decode_schedule(ByteView octets) {
  Trail trail(kRoot);
  SCHEDULE v;
  PackedReader reader(trail, octets);
  describe(reader, v);
  if (trail.ok() && v.Size > octets.size())
    trail.fail("Size", 0, fmt::format("{} is more than the {} octets there are", v.Size, octets.size()));
  if (trail.ok() && v.Size < reader.at())
    trail.fail("Size", 0, fmt::format("{} is less than the {} octets of the head", v.Size, reader.at()));
  check_count(trail, v.Schedules.size());
  if (!trail.ok()) return trail.error();
  Extents extents(octets.size());
  extents.claim(trail, {}, 0, reader.at());
  const auto whole = octets.first(v.Size);
  for (const auto& header : v.Schedules) {
    if (header.Offset > whole.size() || kHours > whole.size() - header.Offset)
      trail.fail("Schedules.Offset",
                 fmt::format("{} octets at {} are more than the {} octets there are", kHours, header.Offset, whole.size()));
    if (!trail.ok() || !extents.claim(trail, "Data", header.Offset, kHours)) return trail.error();
    v.Data.push_back(Atom<ScheduleHours>::load(whole.data() + header.Offset));
  }
  v.unknown = extents.unclaimed(octets, v.Size);
  return v;
}

Result<Bytes> encode_schedule(const SCHEDULE& value) {
  Trail trail(kRoot);
  SCHEDULE v = value;
  check_count(trail, v.Schedules.size());
  if (v.Data.size() != v.Schedules.size())
    trail.fail("Data", fmt::format("{} weeks are given for {} schedules", v.Data.size(), v.Schedules.size()));
  if (!trail.ok()) return trail.error();
  std::size_t end = pack(v).size();
  for (auto& header : v.Schedules) {
    if (header.Offset == 0) header.Offset = static_cast<std::uint32_t>(end);
    end = std::max<std::size_t>(end, std::size_t{header.Offset} + kHours);
  }
  if (v.Size == 0) v.Size = static_cast<std::uint32_t>(end);
  if (v.Size < end)
    trail.fail("Size", fmt::format("{} is less than the {} octets of the value (leave it out to have it computed)", v.Size, end));
  Image image(trail);
  image.paint("head", 0, pack(v));
  for (std::size_t i = 0; i < v.Data.size(); ++i) image.paint("Data", v.Schedules[i].Offset, v.Data[i].octets);
  image.paint(v.unknown);
  image.grow_to("Size", v.Size);
  if (!trail.ok()) return trail.error();
  return std::move(image).take();
}

json::object to_json(const SCHEDULE& value) {
  auto& v = const_cast<SCHEDULE&>(value);
  json::object out;
  JsonWriter writer(out);
  describe(writer, v);
  writer.conformant_array("Data", v.Data);
  writer.unknown(v.unknown);
  return out;
}

Result<SCHEDULE> schedule_from_json(const json::object& in) {
  Trail trail(kRoot);
  SCHEDULE v;
  JsonReader reader(trail, in);
  describe(reader, v);
  reader.conformant_array("Data", v.Data);
  if (in.if_contains("Schedules") == nullptr) v.Schedules.resize(v.Data.size());
  reader.unknown(v.unknown);
  reader.finish();
  if (!trail.ok()) return trail.error();
  return v;
}

}  // namespace tributary::drsuapi::blobs
