// SPDX-License-Identifier: Apache-2.0
// CrackNames ([MS-DRSR] 4.1.4.2.9) on one state of the directory: names looked up in one format and written in another, one status for
// each (4.1.4.2.10 to 4.1.4.2.25). Shared by IDL_DRSCrackNames and IDL_DRSDomainControllerInfo.
// Knows neither caller nor message.
#pragma once

#include "service/directory/names.hpp"
#include "service/directory/partitions.hpp"

namespace tributary::service::directory {

/// DS_NAME_RESULT_ITEMW in UTF-8.
struct CrackedName {
  std::uint32_t status = drsuapi::DS_NAME_ERROR_NOT_FOUND;
  std::optional<std::string> domain, name;
  friend bool operator==(const CrackedName&, const CrackedName&) = default;
};

class NameCracker {
 public:
  /// `flags`: DS_NAME_FLAGS.
  NameCracker(const Reader& reader, const Partitions& partitions, std::uint32_t flags);
  /// LookupName. `offered` and `desired` are DS_NAME_FORMAT.
  [[nodiscard]] CrackedName lookup(std::uint32_t offered, std::uint32_t desired, const std::string& name) const;

 private:
  /// What a name means, and the domain that it names (4.1.4.2.10's rt and domainName).
  struct Found {
    std::vector<Dnt> objects;
    std::optional<std::string> domain;
  };
  [[nodiscard]] Found find(std::uint32_t offered, const std::string& name) const;
  [[nodiscard]] Found find_by_dn(const std::string& name) const;
  [[nodiscard]] Found find_by_nt4_name(const std::string& name) const;
  [[nodiscard]] Found find_by_upn(const std::string& name, bool with_alternatives) const;
  [[nodiscard]] Found find_by_canonical(const std::string& name) const;
  [[nodiscard]] Found find_by_guid(const std::string& name) const;
  [[nodiscard]] Found find_by_spn(const std::string& name) const;
  [[nodiscard]] Found find_by_sid(const std::string& name) const;
  [[nodiscard]] CrackedName lookup_unknown(std::uint32_t desired, const std::string& name) const;
  [[nodiscard]] CrackedName nothing_found(std::uint32_t offered, const std::optional<std::string>& domain) const;
  [[nodiscard]] std::uint32_t sid_status(Dnt object, const std::string& sid) const;
  [[nodiscard]] CrackedName foreign_principal(Dnt object, bool extended) const;

  [[nodiscard]] std::vector<Dnt> in_scope(std::vector<Dnt> objects) const;
  [[nodiscard]] std::vector<Dnt> in_nc(std::vector<Dnt> objects, Dnt nc) const;
  [[nodiscard]] std::vector<Dnt> by_text(Attid attid, std::string_view value) const;  ///< LookupAttr
  [[nodiscard]] Dnt nc_of(Dnt object) const { return must(repl::nc_of(reader_.snapshot(), object)); }

  // ConstructOutput: none, one or several names.
  [[nodiscard]] std::vector<std::string> construct(Dnt object, std::uint32_t desired) const;
  [[nodiscard]] std::optional<std::string> nt4_name(Dnt object) const;
  [[nodiscard]] std::optional<std::string> canonical(Dnt object, bool extended) const;
  [[nodiscard]] std::optional<std::string> logon_name(Dnt object) const;

  const Reader& reader_;
  const Partitions& partitions_;
  std::uint32_t flags_;
  bool is_forest_wide_;
};

}  // namespace tributary::service::directory
