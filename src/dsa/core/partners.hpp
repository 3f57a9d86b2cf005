// SPDX-License-Identifier: Apache-2.0
// Connections to other DSAs: found, bound with Kerberos as DC to DC ([MS-DRSR] 2.2.3.2), kept from call to call, and bound again when
// they have gone. Name resolution: the static map of the configuration (by GUID, by <guid>._msdcs.<forest>, by host name), then the
// address that repsFrom has, which is DNS's and the endpoint mapper's matter. Thread-safe; handle() blocks.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "client/client.hpp"
#include "dsa/config/config.hpp"
#include "service/dsa.hpp"

namespace tributary::dsa {

/// What is known of a partner when it is called.
struct PartnerHint {
  DsaGuid dsa;
  std::string address;    ///< of repsFrom or repsTo; may be empty
  std::string host_name;  ///< of its server object; may be empty
};

/// How we present ourselves.
struct OutgoingIdentity {
  DsaGuid dsa;
  std::string forest_dns_name;
  std::string domain_dns_name;
  drsuapi::DRS_EXTENSIONS_INT extensions;
};

/// Where a partner is: a host, a port when it is known without asking.
struct PartnerPlace {
  std::string host;
  std::optional<std::uint16_t> port;
};
[[nodiscard]] PartnerPlace find_place(const std::map<std::string, HostAddress>& hosts, const PartnerHint& hint, std::string_view forest_dns_name);
/// "<dsa guid>._msdcs.<forest>": the address of a DSA in repsFrom and repsTo.
[[nodiscard]] std::string dsa_address(const DsaGuid& dsa, std::string_view forest_dns_name);

class Partners {
 public:
  Partners(net::Runtime& runtime, security::Credentials credentials) : runtime_(runtime), credentials_(std::move(credentials)) {}

  void set_hosts(std::map<std::string, HostAddress> hosts);
  void set_identity(OutgoingIdentity identity);

  struct Bound {
    std::shared_ptr<client::DrsHandle> handle;
    bool is_from_cache = false;
  };
  /// Somebody else who binds to the same partner is waited for.
  [[nodiscard]] Result<Bound> handle(const PartnerHint& hint, std::chrono::milliseconds timeout);
  /// A connection of its own to another interface of the partner, authenticated in the same way.
  [[nodiscard]] Result<std::shared_ptr<net::RpcConnection>> connect(const PartnerHint& hint, const rpc::SyntaxId& interface, std::chrono::milliseconds timeout);
  /// What is bound and usable now, or null. Does not block.
  [[nodiscard]] std::shared_ptr<client::DrsHandle> cached(const DsaGuid& dsa);
  /// The handle turned out to be dead: the next one is bound afresh.
  void drop(const DsaGuid& dsa, const std::shared_ptr<client::DrsHandle>& handle);
  void drop_all();

  /// For DS_REPL_INFO_SERVER_OUTGOING_CALLS.
  class Call {
   public:
    Call(Partners& partners, service::OutgoingCall call);
    ~Call();
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;

   private:
    Partners& partners_;
    std::uint64_t number_;
  };
  [[nodiscard]] std::vector<service::OutgoingCall> outgoing_calls() const;

 private:
  struct Slot {
    std::mutex binding;  // held by whoever binds
    std::shared_ptr<client::DrsHandle> handle;
  };
  [[nodiscard]] std::shared_ptr<Slot> slot(const DsaGuid& dsa);
  [[nodiscard]] Result<std::shared_ptr<security::Credential>> credential();
  [[nodiscard]] Result<client::BindOptions> options_for(const PartnerHint& hint);
  [[nodiscard]] Result<std::shared_ptr<client::DrsHandle>> bind(const PartnerHint& hint, std::chrono::milliseconds timeout);

  net::Runtime& runtime_;
  security::Credentials credentials_;
  mutable std::mutex mutex_;
  std::map<std::string, HostAddress> hosts_;
  OutgoingIdentity identity_;
  std::map<DsaGuid, std::shared_ptr<Slot>> slots_;
  std::mutex acquiring_;
  std::shared_ptr<security::Credential> credential_;
  std::map<std::uint64_t, service::OutgoingCall> calls_;
  std::uint64_t last_call_ = 0;
};

}  // namespace tributary::dsa
