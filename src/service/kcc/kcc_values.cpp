// SPDX-License-Identifier: Apache-2.0
// See kcc_values.hpp and docs/formats/kcc.md.
#include "service/kcc/kcc_values.hpp"

#include <algorithm>

#include "base/win32.hpp"

namespace tributary::service {
namespace {

using topology::DeletedConnection;
using topology::FailedTuple;

constexpr std::string_view kFailedLinks = "kCCFailedLinks";
constexpr std::string_view kFailedConnections = "kCCFailedConnections";
constexpr std::string_view kDeletedConnections = "kccDeletedConnections";
constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kHeadOctets = 1;
constexpr std::size_t kTupleOctets = 32;
constexpr std::size_t kDeletedOctets = 44;

void put_guid(Bytes& octets, const Guid& guid) { octets.insert(octets.end(), guid.octets.begin(), guid.octets.end()); }
template <class Number>
void put_number(Bytes& octets, Number number) {
  const auto at = octets.size();
  octets.resize(at + sizeof number);
  store_le(octets.data() + at, static_cast<std::make_unsigned_t<Number>>(number));
}
Guid guid_at(ByteView octets, std::size_t at) {
  Guid guid;
  std::ranges::copy(octets.subspan(at, guid.octets.size()), guid.octets.begin());
  return guid;
}

DsTime time_at(ByteView octets, std::size_t at) { return DsTime{static_cast<std::int64_t>(load_le<std::uint64_t>(octets.data() + at))}; }

template <class Item>
std::span<const Item> last(std::span<const Item> items) {
  return items.size() <= kKccTuplesMax ? items : items.last(kKccTuplesMax);
}

/// How many entries of a size there are.
Result<std::size_t> count_of(ByteView octets, std::size_t size) {
  const bool is_good = !octets.empty() && octets[0] == kVersion && (octets.size() - kHeadOctets) % size == 0;
  const auto count = is_good ? (octets.size() - kHeadOctets) / size : 0;
  return is_good && count <= kKccTuplesMax ? Result<std::size_t>(count) : fail(win32::kErrorInvalidData, "a list of the KCC");
}

template <class Decode>
auto decode_value(const store::Snapshot& snapshot, std::string_view name, Decode&& decode) -> decltype(decode(ByteView{})) {
  const auto value = snapshot.dsa_value(name);
  if (!value) return std::unexpected(value.error());
  if (!*value) return {};
  return decode(ByteView(**value));
}

}  // namespace

Bytes encode_failed_tuples(std::span<const FailedTuple> tuples) {
  Bytes octets{kVersion};
  for (const auto& tuple : last(tuples)) {
    put_guid(octets, tuple.dsa.value);
    put_number(octets, tuple.time_first_failure.seconds);
    put_number(octets, tuple.failure_count);
    put_number(octets, static_cast<std::uint32_t>(tuple.last_result));
  }
  return octets;
}

Result<std::vector<FailedTuple>> decode_failed_tuples(ByteView octets) {
  const auto count = count_of(octets, kTupleOctets);
  if (!count) return std::unexpected(count.error());
  std::vector<FailedTuple> tuples;
  for (std::size_t i = 0; i < *count; ++i) {
    const auto at = octets.subspan(kHeadOctets + i * kTupleOctets, kTupleOctets);
    tuples.push_back({DsaGuid{guid_at(at, 0)}, time_at(at, 16), load_le<std::uint32_t>(at.data() + 24),
                      Win32{load_le<std::uint32_t>(at.data() + 28)}});
  }
  return tuples;
}

Bytes encode_deleted_connections(std::span<const DeletedConnection> connections) {
  Bytes octets{kVersion};
  for (const auto& connection : last(connections)) {
    put_guid(octets, connection.parent.value);
    put_guid(octets, connection.from_server.value);
    put_number(octets, connection.options);
    put_number(octets, connection.time_deleted.seconds);
  }
  return octets;
}

Result<std::vector<DeletedConnection>> decode_deleted_connections(ByteView octets) {
  const auto count = count_of(octets, kDeletedOctets);
  if (!count) return std::unexpected(count.error());
  std::vector<DeletedConnection> connections;
  for (std::size_t i = 0; i < *count; ++i) {
    const auto at = octets.subspan(kHeadOctets + i * kDeletedOctets, kDeletedOctets);
    connections.push_back({DsaGuid{guid_at(at, 0)}, DsaGuid{guid_at(at, 16)}, load_le<std::uint32_t>(at.data() + 32),
                           time_at(at, 36)});
  }
  return connections;
}

Result<KccValues> read_kcc_values(const store::Snapshot& snapshot) {
  auto links = decode_value(snapshot, kFailedLinks, decode_failed_tuples);
  if (!links) return std::unexpected(links.error());
  auto connections = decode_value(snapshot, kFailedConnections, decode_failed_tuples);
  if (!connections) return std::unexpected(connections.error());
  auto deleted = decode_value(snapshot, kDeletedConnections, decode_deleted_connections);
  if (!deleted) return std::unexpected(deleted.error());
  return KccValues{std::move(*links), std::move(*connections), std::move(*deleted)};
}

Result<void> write_kcc_values(store::WriteTransaction& tx, const topology::KccPlan& plan, DsTime now) {
  auto before = read_kcc_values(tx);
  if (!before) return std::unexpected(before.error());
  auto deleted = before->deleted_connections;
  std::erase_if(deleted, [&](const DeletedConnection& each) { return now.seconds - each.time_deleted.seconds > kDeletedConnectionSeconds; });
  for (const auto& each : plan.deletes)
    deleted.push_back({each.connection.parent, each.connection.from_server, each.connection.options, now});
  if (plan.failed_links != before->failed_links) tx.put_dsa_value(kFailedLinks, encode_failed_tuples(plan.failed_links));
  if (plan.failed_connections != before->failed_connections) tx.put_dsa_value(kFailedConnections, encode_failed_tuples(plan.failed_connections));
  if (deleted.size() != before->deleted_connections.size() || !plan.deletes.empty())
    tx.put_dsa_value(kDeletedConnections, encode_deleted_connections(deleted));
  return {};
}

}  // namespace tributary::service
