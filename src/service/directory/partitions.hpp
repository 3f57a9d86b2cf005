// SPDX-License-Identifier: Apache-2.0
// What a DSA knows of its forest beyond the objects that it holds: NCs by their crossRefs, names of domains, owners of FSMO roles, trusted
// forests. [MS-DRSR] 4.1.4.2.2, 4.1.4.2.3, 4.1.4.2.5, 4.1.4.2.7, 5.34, 5.64.2, 5.79, 5.96, 5.100.
// Reads the Partitions container once. Knows no operation.
#pragma once

#include "service/directory/reader.hpp"
#include "topology/configuration.hpp"

namespace tributary::service::directory {

/// A crossRef object ([MS-ADTS] 6.1.1.2.1.1).
struct CrossRef {
  Dnt object = kNoDnt;
  Dnt nc = kNoDnt;  ///< a phantom or a subordinate reference when the NC is not held here
  std::uint32_t system_flags = 0;
  std::optional<bool> enabled;  ///< absent: enabled
  std::vector<std::string> dns_roots;
  std::string netbios_name;
  [[nodiscard]] bool is_domain() const noexcept { return (system_flags & topology::kFlagCrNtdsDomain) != 0; }
  /// dnsRoot or nETBIOSName is that.
  [[nodiscard]] bool is_called(std::string_view name) const noexcept;
};

enum class FsmoRole : std::uint32_t { kSchema = 1, kDomainNaming = 2, kPdc = 3, kRid = 4, kInfrastructure = 5 };

class Partitions {
 public:
  explicit Partitions(const Reader& reader);

  /// In the order of the container's children.
  [[nodiscard]] const std::vector<CrossRef>& all() const noexcept { return all_; }
  [[nodiscard]] Dnt container() const noexcept { return container_; }
  /// Null when the forest has no such NC.
  [[nodiscard]] const CrossRef* of_nc(Dnt nc) const noexcept;
  /// A domain by its DNS or NetBIOS name.
  [[nodiscard]] const CrossRef* domain_called(std::string_view name) const noexcept;
  /// DomainDNSNameFromDomain, for an NC of any kind.
  [[nodiscard]] std::optional<std::string> dns_name(Dnt nc) const;
  [[nodiscard]] std::optional<std::string> netbios_name(Dnt nc) const;
  /// DomainFromDomainDNSName: kNoDnt unless a replica is held here.
  [[nodiscard]] Dnt held_domain(std::string_view dns_name) const;
  [[nodiscard]] bool is_gc() const;

  /// The object whose fSMORoleOwner says who has it; kNoDnt when it is not held here.
  [[nodiscard]] Dnt role_object(FsmoRole role) const;
  /// kNoDnt when nobody has it, or its object is not held here.
  [[nodiscard]] Dnt role_owner(FsmoRole role) const;
  [[nodiscard]] bool owns(FsmoRole role) const;

  /// IsDomainNameInTrustedForest: the FQDN of the trusted forest's root.
  [[nodiscard]] std::optional<std::string> trusted_forest_of(std::string_view domain_name) const;
  /// DomainNameFromSid: a trusted domain's, or one's in a trusted forest.
  [[nodiscard]] std::optional<std::string> trusted_domain_of(const Sid& domain_sid) const;

 private:
  [[nodiscard]] std::vector<Dnt> trusted_domains() const;

  const Reader& reader_;
  Dnt container_ = kNoDnt;
  std::vector<CrossRef> all_;
};

}  // namespace tributary::service::directory
