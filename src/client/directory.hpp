// SPDX-License-Identifier: Apache-2.0
// What administrators' commands need to know of a forest, read from its Configuration NC: its DSAs, their names and GUIDs, the NCs they
// hold, and the raw replication attributes of an NC root ([MS-ADTS] 6.1.1.2.2: sites, servers, nTDSDSA objects). Over LDAP, or, where a DC
// has none, over drsuapi (drs_directory.hpp), which shows everything that replicates.
// Blocks. One thread at a time per Directory.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/guid.hpp"
#include "client/client.hpp"
#include "ldap/ldap_client.hpp"
#include "security/credentials.hpp"

namespace tributary::client {

/// One nTDSDSA object with its server object.
struct Dsa {
  std::string dn;             ///< "CN=NTDS Settings,CN=DC1,CN=Servers,CN=...,CN=Sites,CN=Configuration,DC=..."
  std::string server_name;    ///< "DC1"
  std::string site;           ///< "Default-First-Site-Name"
  std::string dns_host_name;  ///< "dc1.lab.example"; may be empty
  DsaGuid guid;
  InvocationId invocation_id;
  std::uint32_t options = 0;  ///< NTDSDSA_OPT_* ([MS-ADTS] 6.1.1.2.2.1.2.1.1)
  std::vector<std::string> full_replicas;     ///< msDS-hasMasterNCs (or hasMasterNCs)
  std::vector<std::string> partial_replicas;  ///< hasPartialReplicaNCs
  bool is_read_only = false;                  ///< objectCategory nTDSDSARO
};

/// One nTDSConnection object ([MS-ADTS] 6.1.1.2.2.1.2.1.2): the DSA above it replicates from another one.
struct NtdsConnection {
  std::string dn;
  std::string name;
  std::string from_server;             ///< DN of the source's NTDS Settings
  std::optional<std::string> from_dns_host_name;  ///< nothing when the source has none, or is gone
  bool from_server_gone = false;
  std::uint32_t options = 0;           ///< NTDSCONN_OPT_*
  bool enabled = true;
  struct Reason {
    std::string nc_dn;
    std::uint32_t reason = 0;          ///< why the KCC wants it, [MS-ADTS] 6.2.2.2's NTDSCONN_KCC_* bits
  };
  std::vector<Reason> reasons;         ///< mS-DS-ReplicatesNCReason
};

struct DirectoryOptions {
  std::string host;  ///< as Target::domain_controller has it: with a port, or in the file of hosts, too
  std::uint16_t port = ldap_client::kLdapPort;
  std::shared_ptr<security::Credential> credential;
  std::string spn;  ///< "ldap/<host>" without it
  std::chrono::milliseconds timeout{30'000};
  /// A bound handle on the same DC, made when it is needed: where nothing listens for LDAP, and where only the port of drsuapi is known
  /// (in the name, or in the file of hosts), the directory is read over it. Without it there is LDAP or nothing.
  std::function<Result<std::shared_ptr<DrsHandle>>()> bind{};
};

/// The directory as one DC shows it.
class Directory {
 public:
  /// Connects, reads rootDSE, binds with sealing; or does without LDAP, as the options allow.
  [[nodiscard]] static Result<std::unique_ptr<Directory>> open(const DirectoryOptions& options);
  /// Over a bound handle alone.
  [[nodiscard]] static Result<std::unique_ptr<Directory>> open_over_drsuapi(std::shared_ptr<DrsHandle> dc, std::chrono::milliseconds timeout);

  /// Names from rootDSE.
  [[nodiscard]] const std::string& default_nc() const noexcept { return default_nc_; }
  [[nodiscard]] const std::string& configuration_nc() const noexcept { return configuration_nc_; }
  [[nodiscard]] const std::string& schema_nc() const noexcept { return schema_nc_; }
  [[nodiscard]] const std::string& root_domain_nc() const noexcept { return root_domain_nc_; }
  [[nodiscard]] const std::vector<std::string>& naming_contexts() const noexcept { return naming_contexts_; }
  [[nodiscard]] const std::string& dns_host_name() const noexcept { return dns_host_name_; }
  /// "lab.example" of the forest root, as in "<guid>._msdcs.lab.example".
  [[nodiscard]] std::string forest_dns_name() const;
  [[nodiscard]] std::int64_t highest_committed_usn() const noexcept { return highest_committed_usn_; }
  /// rootDSE says so. For advice to people: what a DC can do is found out by asking it.
  [[nodiscard]] bool is_samba() const noexcept { return is_samba_; }

  /// The DSA of the DC we talk to.
  [[nodiscard]] Result<Dsa> local_dsa();
  /// Every DSA of the forest, by DN.
  [[nodiscard]] Result<std::vector<Dsa>> dsas();
  /// By DNS host name, server name, DSA GUID, "<guid>._msdcs.<forest>", or DN of the NTDS Settings or server object; a host also with a
  /// port, or by an address and port that the file of hosts has.
  /// kErrorNotFound when there is none, and when a short name fits several.
  [[nodiscard]] Result<Dsa> find_dsa(std::string_view named);
  /// As whom a client that is no DSA asks for one object by an extended operation, which wants a DSA of the forest
  /// ([MS-DRSR] 4.1.10.5.12): the one that is asked. Null for Samba, which wants none.
  [[nodiscard]] Result<DsaGuid> stand_in_dsa();
  /// The connections of one DSA, by the DN of its NTDS Settings.
  [[nodiscard]] Result<std::vector<NtdsConnection>> connections(const std::string& ntds_settings_dn);
  /// Whether an object with this GUID is there and not a tombstone.
  [[nodiscard]] Result<bool> exists(const Guid& object_guid);
  /// The values of one attribute of one object: repsFrom, repsTo, replUpToDateVector, ... Empty when the attribute is not there.
  [[nodiscard]] Result<std::vector<Bytes>> attribute(const std::string& dn, const std::string& name);

  /// The entries themselves; of a DC without LDAP those that drs_directory.hpp can show.
  [[nodiscard]] ldap_client::Connection& ldap() noexcept { return *connection_; }
  /// False: over drsuapi. Then nothing can be changed, and what does not replicate is not seen.
  [[nodiscard]] bool has_ldap() const noexcept { return has_ldap_; }

 private:
  Directory(std::unique_ptr<ldap_client::Connection> connection, bool has_ldap) : connection_(std::move(connection)), has_ldap_(has_ldap) {}
  [[nodiscard]] static Result<std::unique_ptr<Directory>> open_over_ldap(const DirectoryOptions& options);
  [[nodiscard]] Result<> read_root();

  std::unique_ptr<ldap_client::Connection> connection_;
  bool has_ldap_;
  std::string default_nc_, configuration_nc_, schema_nc_, root_domain_nc_, dns_host_name_, ds_service_name_;
  std::vector<std::string> naming_contexts_;
  std::int64_t highest_committed_usn_ = 0;
  bool is_samba_ = false;
};

/// "lab.example" from "DC=lab,DC=example"; empty when the DN has no DC components.
[[nodiscard]] std::string dns_name_of_dn(std::string_view dn);
/// The DN above: everything behind the first comma that is not escaped. Empty at the root.
[[nodiscard]] std::string_view parent_dn(std::string_view dn) noexcept;
/// The value of the first RDN, unescaped: "DC1" from "CN=DC1,CN=Servers,...".
[[nodiscard]] std::string rdn_value(std::string_view dn);
/// Distinguished names name the same object when they are equal but for the case of ASCII letters and blanks around separators.
[[nodiscard]] bool same_dn(std::string_view a, std::string_view b);

}  // namespace tributary::client
