// SPDX-License-Identifier: Apache-2.0
// What the KCC reads: the objects of the Configuration NC that [MS-ADTS] 6.2.2 names as its inputs (6.1.1.2.1.1, 6.1.1.2.2),
// the variables kCCFailedLinks and kCCFailedConnections ([MS-DRSR] 5.111, 5.112) and the local DSA's repsFrom ([MS-DRSR] 5.172).
// Plain values: an adapter fills them from a store, a test from text. References are GUIDs; a reference that leads nowhere is
// legal everywhere (the Configuration NC replicates in pieces) and never more than ignored. Must never know where the values
// come from, nor what time it is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ds_time.hpp"
#include "base/error.hpp"
#include "base/guid.hpp"
#include "topology/schedule.hpp"

namespace tributary::topology {

/// systemFlags of a crossRef, [MS-ADTS] 6.1.1.2.1.1.
inline constexpr std::uint32_t kFlagCrNtdsNc = 0x00000001;
inline constexpr std::uint32_t kFlagCrNtdsDomain = 0x00000002;
inline constexpr std::uint32_t kFlagCrNtdsNotGcReplicated = 0x00000004;

/// nTDSSiteSettings, [MS-ADTS] 6.1.1.2.2.1.1.
struct SiteSettings {
  ObjectGuid guid;
  std::uint32_t options = 0;                 ///< NTDSSETTINGS_OPT_*
  std::optional<Schedule> schedule;          ///< default of the connections inside the site
  DsaGuid inter_site_topology_generator;     ///< null: no value
  std::uint32_t inter_site_topology_failover = 0;  ///< 0: no value; the unit is the section's, see istg.hpp
};

/// site, [MS-ADTS] 6.1.1.2.2.1. No settings: the site has no site settings object.
struct Site {
  ObjectGuid guid;
  std::string name;
  std::optional<SiteSettings> settings;
};

/// server, [MS-ADTS] 6.1.1.2.2.1.2.1.
struct Server {
  ObjectGuid guid;
  ObjectGuid site;
  std::string name;
  std::string dns_host_name;
  std::string mail_address;
};

/// One value of msDS-HasInstantiatedNCs.
struct InstantiatedNc {
  ObjectGuid nc;
  std::uint32_t instance_type = 0;  ///< drsuapi::INSTANCE_TYPE
};

/// nTDSDSA, [MS-ADTS] 6.1.1.2.2.1.2.1.1.
struct NtdsDsa {
  DsaGuid guid;
  InvocationId invocation_id;
  ObjectGuid server;  ///< the parent
  std::uint32_t options = 0;           ///< NTDSDSA_OPT_*
  std::uint32_t behavior_version = 0;  ///< msDS-Behavior-Version
  bool is_rodc = false;                ///< objectCategory is nTDSDSARO
  std::vector<ObjectGuid> has_master_ncs;
  std::vector<ObjectGuid> ms_ds_has_master_ncs;
  std::vector<ObjectGuid> ms_ds_has_full_replica_ncs;
  std::vector<ObjectGuid> has_partial_replica_ncs;
  std::vector<InstantiatedNc> ms_ds_has_instantiated_ncs;
  ObjectGuid default_nc;  ///< the value of msDS-HasDomainNCs
};

/// One value of mS-DS-ReplicatesNCReason: NTDSCONN_KCC_* for one NC.
struct NcReason {
  ObjectGuid nc;
  std::uint32_t reason = 0;
  friend auto operator<=>(const NcReason&, const NcReason&) = default;
};

/// nTDSConnection, [MS-ADTS] 6.1.1.2.2.1.2.1.2 and .3.
struct NtdsConnection {
  ObjectGuid guid;
  DsaGuid parent;       ///< the destination
  DsaGuid from_server;  ///< the source; null: no value, or a link to an object that was deleted
  std::uint32_t options = 0;  ///< NTDSCONN_OPT_*
  std::optional<Schedule> schedule;
  ObjectGuid transport;  ///< transportType; null: no value
  bool enabled = true;   ///< enabledConnection
  DsTime when_created;
  std::vector<NcReason> reasons;
  friend bool operator==(const NtdsConnection&, const NtdsConnection&) = default;
};

/// interSiteTransport, [MS-ADTS] 6.1.1.2.2.3.1 and .2.
struct Transport {
  enum class Address : std::uint8_t { kDnsHostName, kMailAddress, kOther };
  ObjectGuid guid;
  std::string name;                               ///< "IP", "SMTP"
  std::uint32_t options = 0;                      ///< NTDSTRANSPORT_OPT_*
  Address address = Address::kDnsHostName;        ///< transportAddressAttribute
  std::vector<ObjectGuid> bridgehead_servers;     ///< bridgeheadServerListBL: server objects
};

/// siteLink, [MS-ADTS] 6.1.1.2.2.3.3.
struct SiteLink {
  ObjectGuid guid;
  std::string name;
  ObjectGuid transport;  ///< the parent
  std::uint32_t cost = 0;
  std::uint32_t interval_minutes = 0;  ///< replInterval
  std::uint32_t options = 0;           ///< NTDSSITELINK_OPT_*
  std::optional<Schedule> schedule;
  std::vector<ObjectGuid> sites;
};

/// siteLinkBridge, [MS-ADTS] 6.1.1.2.2.3.4.
struct SiteLinkBridge {
  ObjectGuid guid;
  ObjectGuid transport;  ///< the parent
  std::vector<ObjectGuid> site_links;
};

/// crossRef, [MS-ADTS] 6.1.1.2.1.1.
struct CrossRef {
  ObjectGuid guid;
  ObjectGuid nc;        ///< nCName
  std::string nc_name;  ///< its DN, for people
  std::uint32_t system_flags = 0;
  bool enabled = true;  ///< false only when the attribute says so
  std::vector<DsaGuid> replica_locations;     ///< msDS-NC-Replica-Locations
  std::vector<DsaGuid> ro_replica_locations;  ///< msDS-NC-RO-Replica-Locations
};

/// A tuple of kCCFailedLinks or kCCFailedConnections ([MS-DRSR] 5.111, 5.112). Its DsaDN is the adapter's business.
struct FailedTuple {
  DsaGuid dsa;
  DsTime time_first_failure;
  std::uint32_t failure_count = 0;
  Win32 last_result{};
  friend bool operator==(const FailedTuple&, const FailedTuple&) = default;
};

/// A tuple of repsFrom, as far as the KCC looks at it.
struct RepsFromState {
  Guid uuid_dsa;  ///< a DSA's GUID; of a server object when mail is the transport
  std::uint32_t replica_flags = 0;  ///< drsuapi::DRS_OPTIONS
  Schedule schedule;
  Guid uuid_transport;
  std::uint32_t consecutive_failures = 0;
  DsTime time_last_success;
  Win32 result_last_attempt{};
  friend bool operator==(const RepsFromState&, const RepsFromState&) = default;
};

/// An NC replica that the local DSA hosts, or is about to.
struct LocalReplica {
  ObjectGuid nc;
  std::vector<RepsFromState> reps_from;
};

/// A FSMO role in an NC, and who has it.
struct FsmoOwner {
  ObjectGuid nc;
  DsaGuid owner;
};

struct ConfigurationView {
  ObjectGuid config_nc;
  ObjectGuid schema_nc;
  std::vector<Site> sites;
  std::vector<Server> servers;
  std::vector<NtdsDsa> dsas;
  std::vector<NtdsConnection> connections;
  std::vector<Transport> transports;
  std::vector<SiteLink> site_links;
  std::vector<SiteLinkBridge> site_link_bridges;
  std::vector<CrossRef> cross_refs;
  std::vector<FsmoOwner> fsmo_owners;
};

/// A cursor of the Configuration NC replica's up-to-dateness vector.
struct ConfigCursor {
  InvocationId invocation_id;
  DsTime time_last_sync_success;
};

/// The outcome of an IDL_DRSBind that the caller made on the KCC's behalf before the run: see dsas_to_contact.
struct ContactResult {
  DsaGuid dsa;
  Win32 result{};
  std::vector<FailedTuple> failed_links;        ///< DS_REPL_INFO_KCC_DSA_LINK_FAILURES
  std::vector<FailedTuple> failed_connections;  ///< DS_REPL_INFO_KCC_DSA_CONNECT_FAILURES
};

/// A connection that a run before this one deleted: whoever keeps these lets the KCC see that it oscillates.
struct DeletedConnection {
  DsaGuid parent;
  DsaGuid from_server;
  std::uint32_t options = 0;
  DsTime time_deleted;
};

/// What only the local DSA knows.
struct LocalState {
  DsaGuid dsa;
  std::vector<LocalReplica> replicas;
  std::vector<ConfigCursor> config_cursors;
  std::vector<FailedTuple> failed_links;
  std::vector<FailedTuple> failed_connections;
  std::vector<ContactResult> contacts;
  std::vector<DeletedConnection> deleted_connections;
};

}  // namespace tributary::topology
