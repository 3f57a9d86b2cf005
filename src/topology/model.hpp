// SPDX-License-Identifier: Apache-2.0
// The view in an order of its own: everything sorted by objectGUID (octet order, as [MS-ADTS] 3.1.1.2.2.4 compares octet
// strings), references resolved, and the two questions of 6.2.2 answered: which replica "is present" on a DC, and which one
// "SHOULD be present". Points into the ConfigurationView that it was made of. Must never know failures, time or chance.
#pragma once

#include <algorithm>
#include <map>
#include <span>
#include <vector>

#include "topology/configuration.hpp"

namespace tributary::topology {

/// Ordered: more is a better source.
enum class ReplicaKind : std::uint8_t { kNone, kPartial, kReadOnlyFull, kWritable };
[[nodiscard]] constexpr bool is_full(ReplicaKind kind) noexcept { return kind >= ReplicaKind::kReadOnlyFull; }

/// A DSA whose server and site are there.
struct PlacedDsa {
  const NtdsDsa* dsa = nullptr;
  const Server* server = nullptr;
  const Site* site = nullptr;
};

/// An NC of the forest: a crossRef that is enabled, says FLAG_CR_NTDS_NC, and is the first of its NC.
struct Nc {
  const CrossRef* cross_ref = nullptr;
  bool is_domain = false;
  bool is_config_or_schema = false;
  std::vector<DsaGuid> replica_locations;     ///< sorted
  std::vector<DsaGuid> ro_replica_locations;  ///< sorted
  [[nodiscard]] ObjectGuid guid() const noexcept { return cross_ref->nc; }
};

class Model {
 public:
  explicit Model(const ConfigurationView& view);

  [[nodiscard]] const ConfigurationView& view() const noexcept { return *view_; }
  [[nodiscard]] std::span<const Site* const> sites() const noexcept { return sites_; }
  [[nodiscard]] std::span<const Transport* const> transports() const noexcept { return transports_; }
  [[nodiscard]] std::span<const Nc> ncs() const noexcept { return ncs_; }
  /// Null when there is no such DSA, or when it has no site.
  [[nodiscard]] const PlacedDsa* find(DsaGuid guid) const noexcept;
  [[nodiscard]] const Site* site_of(DsaGuid guid) const noexcept;
  /// Sorted by GUID; RODCs too.
  [[nodiscard]] std::span<const PlacedDsa* const> dsas_in(const Site& site) const noexcept;
  [[nodiscard]] const Transport* find_transport(ObjectGuid guid) const noexcept;
  [[nodiscard]] const Nc* find_nc(ObjectGuid nc) const noexcept;

  /// 6.2.2, "is present".
  [[nodiscard]] ReplicaKind present(const NtdsDsa& dsa, ObjectGuid nc) const noexcept;
  /// 6.2.2, "SHOULD be present".
  [[nodiscard]] ReplicaKind should(const NtdsDsa& dsa, const Nc& nc) const noexcept;
  /// 6.2.2, "implies", and its stricter wording in 6.2.2.5 (a writable source, or a partial destination).
  [[nodiscard]] bool implies(const NtdsConnection& connection, const Nc& nc) const noexcept;
  /// transportType has no value, or is the one whose RDN is CN=IP.
  [[nodiscard]] bool is_rpc(const NtdsConnection& connection) const noexcept;

 private:
  void place_dsas();
  void add_ncs();

  const ConfigurationView* view_;
  std::vector<const Site*> sites_;
  std::vector<const Transport*> transports_;
  std::vector<Nc> ncs_;
  std::map<ObjectGuid, std::size_t> nc_index_;
  std::map<DsaGuid, PlacedDsa> dsas_;
  std::map<ObjectGuid, std::vector<const PlacedDsa*>> by_site_;
};

[[nodiscard]] bool is_ip(const Transport& transport) noexcept;

/// Pointers to the elements, ordered by their guid; of equal ones the first.
template <class T>
[[nodiscard]] std::vector<const T*> sorted_by_guid(const std::vector<T>& all) {
  std::vector<const T*> out;
  out.reserve(all.size());
  for (const auto& one : all) out.push_back(&one);
  std::sort(out.begin(), out.end(), [](const T* a, const T* b) { return a->guid != b->guid ? a->guid < b->guid : a < b; });
  out.erase(std::unique(out.begin(), out.end(), [](const T* a, const T* b) { return a->guid == b->guid; }), out.end());
  return out;
}

}  // namespace tributary::topology
