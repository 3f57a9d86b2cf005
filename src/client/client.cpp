// SPDX-License-Identifier: Apache-2.0
// DsBind's road: which hosts to try, the sealed connection, IDL_DRSBind ([MS-DRSR] 4.1.3.1), and IDL_DRSUnbind at the end (4.1.25).
#include "client/client.hpp"

#include <utility>
#include <vector>

#include "base/utf.hpp"
#include "client/hosts.hpp"
#include "ldap/ldap_client.hpp"
#include "net/dns.hpp"
#include "security/gss_context.hpp"
#include "security/target_name.hpp"

namespace tributary::client {
namespace {

constexpr rpc::SyntaxId kDrsuapi{drsuapi::kDrsuapiInterface, 4, 0};
/// A DC that DNS announces but that does not answer gives way to the next one; this many are tried.
constexpr std::size_t kCandidatesMax = 8;

/// A DC to try: what it is called, and where it is when DNS or its endpoint mapper need not tell.
struct Candidate {
  std::string name;     ///< as the caller or DNS has it, "dc1.lab.example" or "dc1.lab.example:7002"
  HostPort called;      ///< the name apart from a port
  std::string address;  ///< what to connect to: the address of the map, or the name
  std::optional<std::uint16_t> port;
};

/// Failures after which another DC of the same domain may well answer.
bool another_dc_may_answer(const Error& error) {
  return error.phase == Phase::kDns || error.phase == Phase::kConnect || error.phase == Phase::kEndpointMap;
}

}  // namespace

drsuapi::DRS_EXTENSIONS_INT default_client_extensions() {
  using namespace drsuapi;
  DRS_EXTENSIONS_INT extensions;
  extensions.dwFlags = DRS_EXT_BASE | DRS_EXT_ASYNCREPL | DRS_EXT_REMOVEAPI | DRS_EXT_MOVEREQ_V2 | DRS_EXT_GETCHG_DEFLATE |
                       DRS_EXT_DCINFO_V1 | DRS_EXT_RESTORE_USN_OPTIMIZATION | DRS_EXT_ADDENTRY | DRS_EXT_KCC_EXECUTE |
                       DRS_EXT_ADDENTRY_V2 | DRS_EXT_LINKED_VALUE_REPLICATION | DRS_EXT_DCINFO_V2 |
                       DRS_EXT_INSTANCE_TYPE_NOT_REQ_ON_MOD | DRS_EXT_CRYPTO_BIND | DRS_EXT_GET_REPL_INFO |
                       DRS_EXT_STRONG_ENCRYPTION | DRS_EXT_DCINFO_VFFFFFFFF | DRS_EXT_TRANSITIVE_MEMBERSHIP |
                       DRS_EXT_ADD_SID_HISTORY | DRS_EXT_POST_BETA3 | DRS_EXT_GETCHGREQ_V5 | DRS_EXT_GETMEMBERSHIPS2 |
                       DRS_EXT_GETCHGREQ_V6 | DRS_EXT_NONDOMAIN_NCS | DRS_EXT_GETCHGREQ_V8 | DRS_EXT_GETCHGREPLY_V5 |
                       DRS_EXT_GETCHGREPLY_V6 | DRS_EXT_WHISTLER_BETA3 | DRS_EXT_W2K3_DEFLATE | DRS_EXT_GETCHGREQ_V10;
  return extensions;
}

/// One bind under way. Its steps run on the network thread, except where they say that they block.
class BindProcedure : public std::enable_shared_from_this<BindProcedure> {
 public:
  BindProcedure(net::Runtime& runtime, BindOptions options, DrsHandle::BindHandler handler)
      : runtime_(runtime), options_(std::move(options)), handler_(std::move(handler)), deadline_(net::monotonic_now() + options_.timeout) {}

  void run() {
    runtime_.post_blocking([self = shared_from_this()] {
      auto found = self->find_hosts_blocking();
      self->runtime_.post([self, found = std::move(found)]() mutable {
        if (!found) return self->handler_(std::unexpected(std::move(found.error())));
        self->hosts_ = std::move(*found);
        self->try_next_host(Error{});
      });
    });
  }

 private:
  using Connection = std::shared_ptr<net::RpcConnection>;

  [[nodiscard]] std::chrono::milliseconds time_left() const {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - net::monotonic_now());
    return std::max(left, std::chrono::milliseconds(1));
  }

  Result<> acquire_blocking() {
    if (options_.credential) return {};
    auto acquired = security::acquire(options_.credentials);
    if (!acquired) return std::unexpected(in_phase(std::move(acquired.error()), Phase::kAuthenticate));
    options_.credential = std::move(*acquired);
    return {};
  }

  [[nodiscard]] std::string domain_of_account() const {
    const std::string principal = options_.credential->principal();
    const auto at = principal.rfind('@');
    return at == std::string::npos ? std::string() : to_lower_ascii(principal.substr(at + 1));
  }

  [[nodiscard]] Candidate candidate(const std::string& name) const {
    Candidate one{name, split_host_port(name), {}, {}};
    const HostPort* const known = map_.find(one.called.host);
    one.address = known != nullptr ? known->host : one.called.host;
    one.port = one.called.port;
    if (!one.port && known != nullptr) one.port = known->port;
    return one;
  }

  [[nodiscard]] Result<std::vector<std::string>> locate_blocking(const std::string& domain) const {
    auto known = map_.hosts_of_domain(domain);
    if (!known.empty()) return known;
    return net::locate_domain_controllers(domain, options_.target.site);
  }

  Result<std::vector<Candidate>> find_hosts_blocking() {
    auto map = HostMap::from_environment();
    if (!map) return std::unexpected(in_phase(std::move(map.error()), Phase::kDns));
    map_ = std::move(*map);
    auto names = find_names_blocking();
    if (!names) return std::unexpected(std::move(names.error()));
    std::vector<Candidate> candidates;
    for (const auto& name : *names) candidates.push_back(candidate(name));
    return candidates;
  }

  Result<std::vector<std::string>> find_names_blocking() {
    const Target& target = options_.target;
    if (auto acquired = acquire_blocking(); !acquired) return std::unexpected(std::move(acquired.error()));
    std::string domain = target.domain;
    if (const std::string& name = target.domain_controller; !name.empty()) {
      const HostPort called = split_host_port(name);
      if (called.port || is_numeric_address(called.host) || map_.find(called.host) != nullptr) return std::vector<std::string>{name};
      if (map_.hosts_of_domain(name).empty() && net::resolve_host(name)) return std::vector<std::string>{name};
      // Not a host: perhaps a domain. If it is neither, the error that matters is that there is no such host.
      auto located = locate_blocking(name);
      if (located) return located;
      return std::vector<std::string>{name};
    }
    if (domain.empty()) domain = domain_of_account();
    if (domain.empty()) return fail(win32::kErrorInvalidParameter, "neither a domain controller nor a domain was named");
    return locate_blocking(domain);
  }

  void try_next_host(Error last) {
    if (next_host_ == std::min(hosts_.size(), kCandidatesMax)) return handler_(std::unexpected(std::move(last)));
    const Candidate& host = hosts_[next_host_++];
    net::ConnectOptions connect;
    connect.host = host.address;
    connect.port = options_.target.port ? options_.target.port : host.port;
    connect.interface = kDrsuapi;
    connect.timeout = time_left();
    net::RpcConnection::open(
        runtime_, std::move(connect), [self = shared_from_this(), &host] { return self->make_context_blocking(host); },
        [self = shared_from_this(), &host](Result<Connection> connection) mutable {
          if (connection) return self->call_bind(host, std::move(*connection));
          if (another_dc_may_answer(connection.error())) return self->try_next_host(std::move(connection.error()));
          self->handler_(std::unexpected(std::move(connection.error())));
        });
  }

  /// Kerberos knows names, not addresses. Whoever gives an address trusts it, so the server there may say its name.
  [[nodiscard]] Result<std::string> ask_for_name_blocking(const Candidate& host) const {
    if (auto known = map_.name_of({host.called.host, host.port}); !known.empty()) return known;
    const auto nameless = [&](std::string_view why) {
      return fail(win32::kErrorInvalidParameter,
                  host.name + ": Kerberos needs the DC's DNS name, " + std::string(why) + "; name the DC, and give its address in the file of --hosts",
                  Phase::kAuthenticate);
    };
    if (host.port) return nameless("and the file of hosts has none for this address and port");
    ldap_client::ConnectOptions connect;
    connect.host = host.address;
    connect.timeout = time_left();
    auto connection = ldap_client::Connection::open(connect);
    auto root = connection ? (*connection)->read({}, {"dnsHostName"}) : Result<ldap_client::Entry>(std::unexpected(connection.error()));
    if (root && !root->text("dnsHostName").empty()) return root->text("dnsHostName");
    return nameless("and the address does not tell it over LDAP");
  }

  /// A DSA that is named by its GUID has the name that DSAs use among themselves. So has "<dsa guid>._msdcs.<forest>" when the file of
  /// hosts says where that is; a name that DNS knows stays the one that tickets are for.
  [[nodiscard]] Result<std::string> spn_blocking(const Candidate& host) const {
    if (!options_.target.spn.empty()) return options_.target.spn;
    const std::string& called = host.called.host;
    const auto msdcs = called.find("._msdcs.");
    const auto guid = parse_guid(std::string_view(called).substr(0, msdcs));
    if (guid && (msdcs == std::string::npos || map_.find(called) != nullptr)) {
      std::string domain = options_.target.domain.empty() ? domain_of_account() : options_.target.domain;
      if (msdcs != std::string::npos) domain = called.substr(msdcs + std::string_view("._msdcs.").size());
      return security::drs_spn(DsaGuid{*guid}, domain);
    }
    auto name = is_numeric_address(host.called.host) ? ask_for_name_blocking(host) : Result<std::string>(host.called.host);
    if (!name) return name;
    return security::ldap_spn(*name);
  }

  Result<std::shared_ptr<security::SecurityContext>> make_context_blocking(const Candidate& host) {
    auto spn = spn_blocking(host);
    if (!spn) return std::unexpected(std::move(spn.error()));
    const auto name = security::TargetName::from_spn(*spn);
    if (!name) return std::unexpected(name.error());
    auto context = security::make_initiator(options_.credential, *name);
    if (!context) return std::unexpected(std::move(context.error()));
    return std::shared_ptr<security::SecurityContext>(std::move(*context));
  }

  void call_bind(const Candidate& host, Connection connection) {
    drsuapi::IDL_DRSBind::In in;
    in.puuidClientDsa = options_.client_guid;
    in.pextClient = drsuapi::encode_extensions(options_.extensions.value_or(default_client_extensions()));
    auto stub = drsuapi::encode_in<drsuapi::IDL_DRSBind>(in, ndr::Syntax::kNdr20);
    auto& used = *connection;
    used.call(drsuapi::IDL_DRSBind::opnum, std::move(stub), time_left(),
              [self = shared_from_this(), &host, connection = std::move(connection)](Result<net::CallReply> reply) mutable {
                self->handler_(self->finish(host, std::move(connection), std::move(reply)));
              });
  }

  Result<std::shared_ptr<DrsHandle>> finish(const Candidate& host, Connection connection, Result<net::CallReply> reply) {
    auto out = DrsHandle::finish<drsuapi::IDL_DRSBind>(std::move(reply));
    if (!out) return std::unexpected(std::move(out.error()));
    auto handle = std::shared_ptr<DrsHandle>(new DrsHandle(runtime_));
    if (out->ppextServer) handle->server_extensions_ = drsuapi::decode_extensions(*out->ppextServer);
    handle->connection_ = std::move(connection);
    handle->credential_ = options_.credential;
    handle->context_ = out->phDrs;
    handle->host_ = host.name;
    handle->port_was_known_ = host.port.has_value();
    return handle;
  }

  net::Runtime& runtime_;
  BindOptions options_;
  DrsHandle::BindHandler handler_;
  MonoTime deadline_;
  HostMap map_;
  std::vector<Candidate> hosts_;  // not changed any more once the first is tried
  std::size_t next_host_ = 0;
};

void DrsHandle::bind_async(net::Runtime& runtime, BindOptions options, BindHandler handler) {
  std::make_shared<BindProcedure>(runtime, std::move(options), std::move(handler))->run();
}

Result<std::shared_ptr<DrsHandle>> DrsHandle::bind(net::Runtime& runtime, BindOptions options) {
  std::promise<Result<std::shared_ptr<DrsHandle>>> promise;
  auto future = promise.get_future();
  bind_async(runtime, std::move(options), [&promise](auto result) { promise.set_value(std::move(result)); });
  return future.get();
}

DrsHandle::~DrsHandle() {
  if (!connection_ || context_.is_null() || !connection_->usable()) return;
  drsuapi::IDL_DRSUnbind::In in;
  in.phDrs = context_;
  auto stub = drsuapi::encode_in<drsuapi::IDL_DRSUnbind>(in, ndr::Syntax::kNdr20);
  auto& connection = *connection_;
  // The handler keeps the connection until the DC has answered, or for the time given.
  connection.call(drsuapi::IDL_DRSUnbind::opnum, std::move(stub), std::chrono::seconds(5),
                  [keep = std::move(connection_)](Result<net::CallReply>) mutable { keep.reset(); });
}

Result<> DrsHandle::unbind(std::chrono::milliseconds timeout) {
  drsuapi::IDL_DRSUnbind::In in;
  in.phDrs = context_;
  std::promise<Result<net::CallReply>> promise;
  auto future = promise.get_future();
  send(drsuapi::IDL_DRSUnbind::opnum, drsuapi::encode_in<drsuapi::IDL_DRSUnbind>(in, ndr::Syntax::kNdr20), timeout,
       [&promise](Result<net::CallReply> reply) { promise.set_value(std::move(reply)); });
  auto out = finish<drsuapi::IDL_DRSUnbind>(future.get());
  context_ = {};
  if (!out) return std::unexpected(std::move(out.error()));
  return {};
}

void DrsHandle::cancel(net::RpcConnection::Ticket ticket) { connection_->cancel(ticket); }
const std::string& DrsHandle::peer() const noexcept { return connection_->peer(); }
const Bytes& DrsHandle::session_key() const noexcept { return connection_->session_key(); }
bool DrsHandle::usable() const noexcept { return connection_->usable() && !wants_new_bind_; }
net::RpcConnection::Ticket DrsHandle::send(std::uint16_t opnum, Bytes stub, std::chrono::milliseconds timeout, net::CallHandler handler) {
  return connection_->call(opnum, std::move(stub), timeout, [handler = std::move(handler), weak = weak_from_this()](Result<net::CallReply> reply) mutable {
    const auto self = weak.lock();
    if (self && !reply && reply.error().code == win32::kErrorDsDrsExtensionsChanged) self->wants_new_bind_ = true;
    handler(std::move(reply));
  });
}

}  // namespace tributary::client
