// SPDX-License-Identifier: Apache-2.0
// One DSA as the operations see it: what they read, how they write, whom they ask. src/dsa implements it with the real machine, tests
// with a database in memory. An operation (one file each in src/service) is a function of this, of who calls, and of the request.
//
// Threads: everything here may be called from any thread except the network thread, and may block unless it says otherwise.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "client/client.hpp"
#include "repl/objects/context.hpp"
#include "repl/queue/events.hpp"
#include "repl/queue/queue.hpp"
#include "repl/updates/updates.hpp"
#include "security/access/token.hpp"
#include "service/change_signal.hpp"
#include "store/directory_store.hpp"
#include "topology/configuration.hpp"

namespace tributary::service {

/// Who calls. Immutable; made once for a connection.
struct Caller {
  std::string principal;   ///< "administrator@LAB.EXAMPLE"
  security::Token token;
  Bytes session_key;       ///< of the connection: seals secrets
  std::string address;
  /// The SID as text: whom limits are for.
  [[nodiscard]] std::string account() const { return to_string(token.user); }
};

class ReadAhead;

/// What stays the same from an IDL_DRSBind to its IDL_DRSUnbind.
struct DrsBinding {
  Guid client_dsa;                             ///< puuidClientDsa; NTSAPI_CLIENT_GUID for administrators' programs
  drsuapi::DRS_EXTENSIONS_INT client;          ///< as the client sent them
  std::uint64_t number = 0;                    ///< for DS_REPL_INFO_CLIENT_CONTEXTS
  drsuapi::DRS_EXTENSIONS_INT server;          ///< what we answered
  std::shared_ptr<ReadAhead> read_ahead;       ///< null: none
};

class OpenBindings;

/// One call of drsuapi, as an operation is given it.
struct CallContext {
  std::shared_ptr<const Caller> caller;
  std::shared_ptr<const DrsBinding> binding;   ///< null for IDL_DRSBind alone
  std::function<bool()> cancelled;             ///< the client no longer waits; never empty
  const OpenBindings* bindings = nullptr;      ///< those of all clients of this server (drs/open_bindings.hpp); null: there are none
};

/// Names and places of this DSA that do not change while it runs.
struct DsaIdentity {
  DsaGuid dsa;                   ///< objectGUID of our nTDSDSA object
  std::string host_name;         ///< "dsa-a.lab.example"
  std::string forest_dns_name;   ///< "lab.example"
  std::string domain_dns_name;   ///< of the domain NC that is held here
  std::string domain_netbios_name;
  ObjectGuid site;
  ObjectGuid configuration_nc, schema_nc, domain_nc;  ///< objectGUIDs of the roots; a DSA without a domain has a null one
};

/// Calls between DSAs that are under way, for DS_REPL_INFO_SERVER_OUTGOING_CALLS.
struct OutgoingCall {
  std::string server_name;
  std::uint16_t opnum = 0;
  bool is_handle_bound = false;
  bool is_handle_from_cache = false;
  bool is_handle_in_cache = false;
  std::uint32_t thread_id = 0;
  std::chrono::milliseconds timeout{0};
  DsTime time_created;
};

/// kCCFailedConnections and kCCFailedLinks ([MS-DRSR] 5.111, 5.112).
struct KccFailures {
  std::vector<topology::FailedTuple> connections, links;
};

class Dsa {
 public:
  virtual ~Dsa() = default;

  [[nodiscard]] virtual const DsaIdentity& identity() const noexcept = 0;
  /// Identity, rules, schema and the time, as of now. Does not block.
  [[nodiscard]] virtual repl::Context context() = 0;
  /// For read(). Whoever writes uses update().
  [[nodiscard]] virtual store::DirectoryStore& store() noexcept = 0;
  /// What we say of ourselves in IDL_DRSBind. Does not block.
  [[nodiscard]] virtual drsuapi::DRS_EXTENSIONS_INT extensions() const = 0;
  /// options of our nTDSDSA object (NTDSDSA_OPT_...). Does not block.
  [[nodiscard]] virtual std::uint32_t dsa_options() const noexcept = 0;

  /// One originating update (or several) in one transaction: `work` fills it and says what it changed; it is committed when that
  /// succeeded, partners are told, a changed schema or changed options take effect. Durable when it returns.
  using Update = std::function<Result<repl::Updates>(const repl::Context&, store::WriteTransaction&)>;
  [[nodiscard]] virtual Result<repl::Updates> update(const Update& work) = 0;
  /// The same without waiting. Several updates may share one transaction: each stands or falls alone, so `work` may be run more than once,
  /// each time on a transaction without what it did before, and must set whatever it gives its caller anew. `done` is called exactly once,
  /// on any thread, when the update is durable or has failed. Does not block.
  virtual void update_later(Update work, std::move_only_function<void(Result<repl::Updates>)> done) = 0;

  /// Told after every commit that changed objects or link values, whoever originated it. Does not block.
  [[nodiscard]] ChangeSignal& changes() noexcept { return changes_; }

  /// Hands a request that was checked to the replication queue. `request.call` is overwritten. `done` is called exactly once on any
  /// thread with what the scheduler replied: for an asynchronous request when it is queued, otherwise when it is over. Does not block.
  virtual repl::CallId submit(repl::Request request, std::move_only_function<void(Win32)> done) = 0;
  /// The caller has gone: `done` is dropped. Does not block.
  virtual void withdraw(repl::CallId call) = 0;
  struct Pending {
    std::vector<repl::PendingOperation> operations;  ///< what runs first
    FileTime current_started;
  };
  [[nodiscard]] virtual Pending pending_operations() = 0;
  /// Tells the scheduler that repsFrom, repsTo or the set of replicas were changed outside of it.
  virtual void replicas_changed() = 0;

  /// A run of the KCC ([MS-ADTS] 6.2.2), carried out. `damped`: not if one was begun within the last minute (DS_KCC_FLAG_DAMPED).
  virtual Result<void> run_kcc(bool damped) = 0;
  [[nodiscard]] virtual KccFailures kcc_failures() = 0;

  /// A bound handle on another DSA, kept from call to call.
  [[nodiscard]] virtual Result<std::shared_ptr<client::DrsHandle>> partner(const DsaGuid& dsa, std::chrono::milliseconds timeout) = 0;
  [[nodiscard]] virtual std::vector<OutgoingCall> outgoing_calls() = 0;
  /// Asks the owner of the FSMO role of `object` for it ([MS-DRSR] 4.1.10.4.3), and returns when fSMORoleOwner here names this DSA.
  [[nodiscard]] virtual Result<void> take_role(const DsaGuid& owner, store::Dnt object) = 0;

  /// Garbage collection until there is nothing more to do; how many objects and link values went.
  [[nodiscard]] virtual Result<std::uint64_t> collect_garbage() = 0;
  /// The pool of RIDs is low: asks the RID master for more. Does not block.
  virtual void want_rids() = 0;

  /// One line for the log; `level` is 'e', 'w', 'i' or 'd'. Does not block.
  virtual void log(char level, std::string line) = 0;

 private:
  ChangeSignal changes_;
};

}  // namespace tributary::service
