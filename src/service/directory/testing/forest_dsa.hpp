// SPDX-License-Identifier: Apache-2.0
// For tests of directory operations: one DSA over a database in memory that holds a whole new forest lab.example (schema objects, default
// security, principals), and calls as a client makes them: the request and the reply go through their stubs.
// Replication is not this one's business: see service/testing/test_dsa.hpp.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "repl/updates/test_forest.hpp"
#include "service/directory/constants.hpp"
#include "service/directory/directory.hpp"
#include "service/directory/reader.hpp"
#include "service/forest/new_forest.hpp"

namespace tributary::service::testing {

using directory::Attid;
using store::Dnt;

class ForestDsa final : public Dsa {
 public:
  /// `engine`: null: in memory.
  explicit ForestDsa(std::unique_ptr<store::kv::Engine> engine = nullptr);

  // --- Dsa ---
  [[nodiscard]] const DsaIdentity& identity() const noexcept override { return identity_; }
  [[nodiscard]] repl::Context context() override { return context_; }
  [[nodiscard]] store::DirectoryStore& store() noexcept override { return *store_; }
  [[nodiscard]] drsuapi::DRS_EXTENSIONS_INT extensions() const override { return {}; }
  [[nodiscard]] std::uint32_t dsa_options() const noexcept override { return 0; }
  [[nodiscard]] Result<repl::Updates> update(const Update& work) override;
  void update_later(Update work, std::move_only_function<void(Result<repl::Updates>)> done) override {
    if (later) return later(std::move(work), std::move(done));
    done(update(work));
  }
  repl::CallId submit(repl::Request, std::move_only_function<void(Win32)>) override { return {}; }
  void withdraw(repl::CallId) override {}
  [[nodiscard]] Pending pending_operations() override { return {}; }
  void replicas_changed() override {}
  Result<void> run_kcc(bool) override { return {}; }
  [[nodiscard]] KccFailures kcc_failures() override { return {}; }
  [[nodiscard]] Result<std::shared_ptr<client::DrsHandle>> partner(const DsaGuid&, std::chrono::milliseconds) override;
  [[nodiscard]] std::vector<OutgoingCall> outgoing_calls() override { return {}; }
  [[nodiscard]] Result<void> take_role(const DsaGuid&, Dnt) override { return fail(win32::kErrorDsCouldntContactFsmo, "DSAs of tests have no network"); }
  [[nodiscard]] Result<std::uint64_t> collect_garbage() override;
  void want_rids() override { ++rids_wanted; }
  void log(char, std::string line) override { lines.push_back(std::move(line)); }

  // --- What tests do. DNs without their domain end in a comma: "CN=ann,OU=people,". ---
  Dnt add(std::string_view parent_dn, std::string_view object_class, std::string rdn, std::vector<repl::NewAttribute> attributes = {});
  /// A user or group with a SID of the domain.
  Dnt add_account(std::string_view object_class, std::string name, std::uint32_t rid, std::vector<repl::NewAttribute> attributes = {});
  void set(Dnt object, Attid attid, std::vector<repl::NewValue> values);
  void set_text(Dnt object, Attid attid, std::string_view value) { set(object, attid, {repl::text_value(value)}); }
  void link(Dnt source, Attid attid, Dnt target);
  void remove(Dnt object);
  /// A DSA of its own site and computer, as if it had joined: the NTDS Settings object.
  Dnt add_dsa(std::string_view site_dn, const std::string& host, std::uint32_t rid);

  /// From now on this is the DSA of that NTDS Settings object: who was it before still owns the roles.
  void become(Dnt settings) { identity_.dsa = context_.dsa = DsaGuid{guid(settings)}; }

  // --- What tests see ---
  [[nodiscard]] Dnt find(std::string_view dn);  ///< kNoDnt when there is none
  [[nodiscard]] std::string dn(Dnt object);
  [[nodiscard]] Guid guid(Dnt object);
  [[nodiscard]] std::vector<std::string> texts(Dnt object, Attid attid);
  [[nodiscard]] std::vector<Dnt> links(Dnt source, Attid attid);
  [[nodiscard]] drsuapi::DSNAME dsname(Dnt object);
  [[nodiscard]] Dnt domain() { return find("DC=lab,DC=example"); }
  [[nodiscard]] Dnt configuration() { return find("CN=Configuration,DC=lab,DC=example"); }
  [[nodiscard]] Sid sid_of(std::uint32_t rid) const;

  repl::Context& rules() noexcept { return context_; }
  std::vector<std::string> lines;
  int rids_wanted = 0;
  std::function<void(Update, std::move_only_function<void(Result<repl::Updates>)>)> later;  ///< who carries out update_later(); empty: it is done at once

 private:
  repl::testing::TestRandom random_;
  repl::Context context_;
  DsaIdentity identity_;
  std::unique_ptr<store::DirectoryStore> store_;
};

// Who calls.
[[nodiscard]] CallContext administrators_call();                   ///< a member of Administrators, Domain and Enterprise Admins
[[nodiscard]] CallContext dsa_call();                              ///< a domain controller: a binding of a DSA, Enterprise Domain Controllers
[[nodiscard]] CallContext users_call(const Sid& user = {});        ///< Authenticated Users alone
[[nodiscard]] CallContext with_flags(CallContext call, std::uint32_t client_flags);

/// What a call comes to for its client.
template <class Op>
struct Outcome {
  Win32 code{};
  typename Op::Out out;
};
/// Request and reply as they travel.
template <class Op>
Outcome<Op> run(Result<typename Op::Out> (*operation)(Dsa&, const CallContext&, const typename Op::In&), Dsa& dsa, const CallContext& call,
                const typename Op::In& in) {
  const auto request = drsuapi::decode_in<Op>(drsuapi::encode_in<Op>(in));
  if (!request) {
    ADD_FAILURE() << describe_error(request.error());
    return {};
  }
  const auto done = operation(dsa, call, *request);
  typename Op::Out reply;
  if (done) reply = *done;
  else reply.result = static_cast<std::uint32_t>(done.error().code);
  const auto arrived = drsuapi::decode_out<Op>(drsuapi::encode_out<Op>(reply));
  if (!arrived) {
    ADD_FAILURE() << describe_error(arrived.error());
    return {};
  }
  return {static_cast<Win32>(arrived->result), *arrived};
}

[[nodiscard]] inline drsuapi::WString wide(std::string_view text) { return to_utf16_lossy(text); }
[[nodiscard]] inline std::string narrow(const drsuapi::WString& text) { return text ? to_utf8_lossy(*text) : "(null)"; }

inline constexpr std::string_view kLab = "DC=lab,DC=example";
[[nodiscard]] inline std::string in_lab(std::string_view rdns) { return std::string(rdns) + std::string(kLab); }
[[nodiscard]] inline std::string in_configuration(std::string_view rdns) { return std::string(rdns) + "CN=Configuration,DC=lab,DC=example"; }
inline constexpr std::string_view kFirstSite = "CN=Default-First-Site-Name,CN=Sites,CN=Configuration,DC=lab,DC=example";

}  // namespace tributary::service::testing
