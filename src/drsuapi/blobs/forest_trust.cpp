// SPDX-License-Identifier: Apache-2.0
// See forest_trust.hpp. RecordLen counts what follows it.
#include "drsuapi/blobs/forest_trust.hpp"

#include <fmt/format.h>

#include "base/sid.hpp"
#include "drsuapi/blobs/walk/packed.hpp"

namespace tributary::drsuapi::blobs {
namespace {

constexpr std::string_view kRoot = "msDS-TrustForestTrustInfo";
constexpr std::size_t kRecordHead = 13;  ///< Flags, Timestamp, RecordType
constexpr std::uint8_t kDomainInfo = 2;

/// The shape of the data: chosen by the type alone.
void choose_data(ForestTrustRecord& record) {
  if (record.RecordType.value < kDomainInfo)
    record.data.emplace<ForestTrustTopLevelName>();
  else if (record.RecordType.value == kDomainInfo)
    record.data.emplace<ForestTrustDomainInfo>();
  else
    record.data.emplace<ForestTrustOther>();
}
std::span<const Named> flag_names(const ForestTrustRecord& record) {
  if (record.RecordType.value < kDomainInfo) return kTopLevelNameFlags;
  if (record.RecordType.value == kDomainInfo) return kDomainInfoFlags;
  return {};
}

void read_counted(PackedReader& reader, std::string_view length_name, Bytes& octets) {
  std::uint32_t length = 0;
  reader.scalar(length_name, length);
  octets = tributary::to_bytes(reader.octets(length_name, length));
}

void read_data(PackedReader& reader, ForestTrustRecord& record) {
  if (auto* name = std::get_if<ForestTrustTopLevelName>(&record.data)) {
    read_counted(reader, "NameLen", name->Name);
  } else if (auto* info = std::get_if<ForestTrustDomainInfo>(&record.data)) {
    read_counted(reader, "SidLen", info->Sid);
    read_counted(reader, "DnsNameLen", info->DnsName);
    read_counted(reader, "NetbiosNameLen", info->NetbiosName);
  } else {
    std::get<ForestTrustOther>(record.data).data = tributary::to_bytes(reader.octets("ForestTrustData", reader.left()));
  }
}

void read_record(PackedReader& outer, ByteView octets, ForestTrustRecord& record) {
  std::uint32_t length = 0;
  outer.scalar("RecordLen", length);
  const std::size_t begin = outer.at();
  outer.octets("RecordLen", length);
  if (!outer.trail().ok()) return;
  PackedReader reader(outer.trail(), octets.first(begin + length), begin);
  reader.scalar("Flags", record.Flags);
  reader.scalar("Timestamp", record.Timestamp);
  reader.scalar("RecordType", record.RecordType);
  choose_data(record);
  read_data(reader, record);
  if (outer.trail().ok()) record.trailing = tributary::to_bytes(reader.octets({}, reader.left()));
}

void write_counted(PackedWriter& writer, const Bytes& octets) {
  writer.scalar("length", static_cast<std::uint32_t>(octets.size()));
  writer.octets(octets);
}

void write_record(PackedWriter& writer, const ForestTrustRecord& record) {
  PackedWriter body;
  body.scalar("Flags", record.Flags);
  body.scalar("Timestamp", record.Timestamp);
  body.scalar("RecordType", record.RecordType);
  if (const auto* name = std::get_if<ForestTrustTopLevelName>(&record.data)) {
    write_counted(body, name->Name);
  } else if (const auto* info = std::get_if<ForestTrustDomainInfo>(&record.data)) {
    for (const auto* part : {&info->Sid, &info->DnsName, &info->NetbiosName}) write_counted(body, *part);
  } else {
    body.octets(std::get<ForestTrustOther>(record.data).data);
  }
  body.octets(record.trailing);
  write_counted(writer, std::move(body).take());
}

/// The text of a SID, or its octets when they are not one SID in its one form.
json::value sid_to_json(const Bytes& octets) {
  const auto sid = decode_sid(octets);
  if (!sid) return octets_to_json(octets);
  const auto text = to_string(*sid);
  const auto again = parse_sid(text);
  return again && encode_sid(*again) == octets ? json::value(json::string(text)) : octets_to_json(octets);
}

void sid_from_json(JsonReader& reader, Bytes& octets) {
  const auto* value = reader.find("Sid");
  if (value == nullptr) return;
  Result<Bytes> parsed;
  if (value->is_string()) {
    const auto sid = parse_sid(value->get_string());
    parsed = sid ? Result<Bytes>(encode_sid(*sid)) : std::unexpected(sid.error());
  } else {
    parsed = parse_octets(*value);
  }
  if (!parsed) return reader.trail().fail("Sid", parsed.error().detail);
  octets = *std::move(parsed);
}

json::object record_to_json(const ForestTrustRecord& record) {
  json::object out;
  JsonWriter writer(out);
  out.emplace("Flags", bits_to_json(record.Flags, flag_names(record)));
  writer.scalar("Timestamp", record.Timestamp);
  writer.scalar("RecordType", record.RecordType);
  if (const auto* name = std::get_if<ForestTrustTopLevelName>(&record.data)) {
    writer.text("Name", name->Name);
  } else if (const auto* info = std::get_if<ForestTrustDomainInfo>(&record.data)) {
    out.emplace("Sid", sid_to_json(info->Sid));
    writer.text("DnsName", info->DnsName);
    writer.text("NetbiosName", info->NetbiosName);
  } else {
    out.emplace("ForestTrustData", octets_to_json(std::get<ForestTrustOther>(record.data).data));
  }
  writer.trailing(record.trailing);
  return out;
}

void record_from_json(Trail& trail, const json::value& value, ForestTrustRecord& record) {
  if (!value.is_object()) return trail.fail({}, "an object is expected");
  JsonReader reader(trail, value.get_object());
  reader.scalar("Timestamp", record.Timestamp);
  reader.scalar("RecordType", record.RecordType);
  choose_data(record);
  if (const auto* flags = reader.find("Flags")) {
    const auto bits = parse_bits(*flags, flag_names(record));
    if (!bits) return trail.fail("Flags", bits.error().detail);
    record.Flags = *bits;
  }
  if (auto* name = std::get_if<ForestTrustTopLevelName>(&record.data)) {
    reader.text("Name", name->Name);
  } else if (auto* info = std::get_if<ForestTrustDomainInfo>(&record.data)) {
    sid_from_json(reader, info->Sid);
    reader.text("DnsName", info->DnsName);
    reader.text("NetbiosName", info->NetbiosName);
  } else {
    reader.text("ForestTrustData", std::get<ForestTrustOther>(record.data).data);
  }
  reader.trailing(record.trailing);
  reader.finish();
}

}  // namespace

Result<ForestTrustInfo> decode_forest_trust_info(ByteView octets) {
  Trail trail(kRoot);
  PackedReader reader(trail, octets);
  ForestTrustInfo info;
  std::uint32_t count = 0;
  reader.scalar("Version", info.Version);
  reader.scalar("RecordCount", count);
  if (trail.ok() && info.Version != 1) trail.fail("Version", 0, fmt::format("{} is not 1", info.Version));
  if (trail.ok() && count > reader.left() / (4 + kRecordHead))
    trail.fail("RecordCount", 4, fmt::format("{} records are more than the {} octets that are left can hold", count, reader.left()));
  if (!trail.ok()) return trail.error();
  info.Records.resize(count);
  trail.enter("Records");
  for (std::size_t i = 0; i < count && trail.ok(); ++i) {
    const Inside element(trail, i);
    read_record(reader, octets, info.Records[i]);
  }
  if (!trail.ok()) return trail.error();
  info.trailing = tributary::to_bytes(octets.subspan(reader.at()));
  return info;
}

Result<Bytes> encode_forest_trust_info(const ForestTrustInfo& value) {
  PackedWriter writer;
  writer.scalar("Version", value.Version);
  writer.scalar("RecordCount", static_cast<std::uint32_t>(value.Records.size()));
  for (const auto& record : value.Records) write_record(writer, record);
  writer.octets(value.trailing);
  return std::move(writer).take();
}

json::object to_json(const ForestTrustInfo& value) {
  json::object out;
  JsonWriter writer(out);
  writer.scalar("Version", value.Version);
  out.emplace("RecordCount", value.Records.size());
  json::array records;
  for (const auto& record : value.Records) records.push_back(record_to_json(record));
  out.emplace("Records", std::move(records));
  writer.trailing(value.trailing);
  return out;
}

Result<ForestTrustInfo> forest_trust_info_from_json(const json::object& in) {
  Trail trail(kRoot);
  JsonReader reader(trail, in);
  ForestTrustInfo info;
  reader.scalar("Version", info.Version);
  reader.informative("RecordCount");
  if (const auto* records = reader.list("Records")) {
    const Inside inside(trail, "Records");
    info.Records.resize(records->size());
    for (std::size_t i = 0; i < info.Records.size() && trail.ok(); ++i) {
      const Inside element(trail, i);
      record_from_json(trail, (*records)[i], info.Records[i]);
    }
  }
  reader.trailing(info.trailing);
  reader.finish();
  if (!trail.ok()) return trail.error();
  return info;
}

}  // namespace tributary::drsuapi::blobs
