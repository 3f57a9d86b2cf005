// SPDX-License-Identifier: Apache-2.0
// The operations of LDAP (RFC 4511 4; [MS-ADTS] 3.1.1.3, 3.1.1.5) as the face of a DSA calls them: who asks, on which connection, what.
// Each gives an ldap::Operation that makes the answer; a file for each operation implements it.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "ldap/protocol/controls.hpp"
#include "ldap/server/handler.hpp"
#include "service/dsa.hpp"

namespace tributary::service::ldap_face {

namespace lp = tributary::ldap;

/// A bound client. Anonymous clients have one too, whose `is_anonymous` is true.
struct LdapPrincipal final : lp::Principal {
  std::shared_ptr<const Caller> caller;  ///< never null
};

/// The LDAP policies ([MS-ADTS] 3.1.1.3.4.6), as the administrator set them or as they are by default.
struct LdapPolicies {
  std::uint32_t max_page_size = 1000;
  std::uint32_t max_value_range = 1500;
  std::chrono::seconds max_query_duration{120};
  std::uint32_t max_result_set_octets = 262'144;
  std::uint32_t max_temp_table_candidates = 1'000'000;  ///< objects that a sort or a virtual list view may collect
  std::uint32_t max_notifications_per_connection = 5;
  std::uint32_t max_paged_searches_per_connection = 64;
};

/// What sets passwords in the forest's KDC. Null in LdapSettings: passwords are refused with the reason.
class PasswordHook {
 public:
  virtual ~PasswordHook() = default;
  /// May block. The password is UTF-8; it reaches no log.
  [[nodiscard]] virtual Result<void> set_password(const std::string& principal, std::string_view password, bool is_enabled) = 0;
};

struct LdapSettings {
  LdapPolicies policies;
  std::uint16_t ldap_port = 389, global_catalog_port = 3268;
  std::string kerberos_realm;                    ///< "LAB.EXAMPLE"
  std::shared_ptr<PasswordHook> password_hook;   ///< may be null
  bool is_kdc = false, is_time_server = false;   ///< what else clients find on this host: the LDAP ping says so
};

/// Everything that an operation may know; it keeps it for as long as it lives.
struct LdapCall {
  Dsa& dsa;
  std::shared_ptr<const LdapSettings> settings;
  std::shared_ptr<const Caller> caller;  ///< never null: of an anonymous client the token of ANONYMOUS LOGON
  bool is_anonymous = true;
  bool is_global_catalog = false;        ///< came in at the port of the global catalogue
  bool is_protected = false;             ///< TLS or a sealing layer
  std::uint64_t connection = 0;          ///< for limits and cookies
  lp::Message message;
  std::function<void()> wake;
};

/// An operation that is over with its first run().
[[nodiscard]] std::unique_ptr<lp::Operation> finished(std::int32_t id, lp::ResponseTag tag, lp::Outcome outcome,
                                                      std::vector<lp::OwnedControl> controls = {});

[[nodiscard]] std::unique_ptr<lp::Operation> start_search(LdapCall call);       ///< any base but the rootDSE's
[[nodiscard]] std::unique_ptr<lp::Operation> start_dirsync(LdapCall call);       ///< a search with LDAP_SERVER_DIRSYNC_OID or its EX form
[[nodiscard]] std::unique_ptr<lp::Operation> start_notification(LdapCall call);  ///< a search with LDAP_SERVER_NOTIFICATION_OID
[[nodiscard]] std::unique_ptr<lp::Operation> start_root_dse_search(LdapCall call);
[[nodiscard]] std::unique_ptr<lp::Operation> start_compare(LdapCall call);
[[nodiscard]] std::unique_ptr<lp::Operation> start_add(LdapCall call);
[[nodiscard]] std::unique_ptr<lp::Operation> start_modify(LdapCall call);
[[nodiscard]] std::unique_ptr<lp::Operation> start_root_dse_modify(LdapCall call);
[[nodiscard]] std::unique_ptr<lp::Operation> start_delete(LdapCall call);
[[nodiscard]] std::unique_ptr<lp::Operation> start_modify_dn(LdapCall call);
[[nodiscard]] std::unique_ptr<lp::Operation> start_extended(LdapCall call);     ///< but StartTLS, which is the listener's

}  // namespace tributary::service::ldap_face
