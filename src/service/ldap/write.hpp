// SPDX-License-Identifier: Apache-2.0
// What add, modify, delete and modify DN share ([MS-ADTS] 3.1.1.5): one request inside the one write transaction that carries it out, how it
// refuses, its controls, names and values translated, rights. The operations say what is to be done; WriteOperation runs it with
// Dsa::update_later and answers. What refuses leaves by an exception that never leaves this library.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "repl/updates/modify.hpp"
#include "security/access/well_known_sids.hpp"
#include "service/access/object_access.hpp"
#include "service/directory/reader.hpp"
#include "service/ldap/operations.hpp"
#include "service/ldap/view.hpp"

namespace tributary::service::ldap_face {

namespace attid = directory::attid;
namespace class_id = directory::class_id;
using directory::must;
using lp::ResultCode;
using repl::Attid;
using store::Dnt;
using store::kNoDnt;

/// Codes of [MS-ERREF] 2.2 that only writes speak of.
namespace code {
inline constexpr Win32 kPrivilegeNotHeld{1314};
inline constexpr Win32 kUserExists{1316};
inline constexpr Win32 kNoSuchGroup{1319};
inline constexpr Win32 kMemberNotInGroup{1321};
inline constexpr Win32 kSpecialAccount{1371};
inline constexpr Win32 kMembersPrimaryGroup{1374};
inline constexpr Win32 kMemberNotInAlias{1377};
inline constexpr Win32 kMemberInAlias{1378};
inline constexpr Win32 kAttributeOwnedBySam{8346};
inline constexpr Win32 kInvalidGroupType{8513};
inline constexpr Win32 kGlobalCantHaveLocalMember{8516};
inline constexpr Win32 kGlobalCantHaveUniversalMember{8517};
inline constexpr Win32 kUniversalCantHaveLocalMember{8518};
inline constexpr Win32 kHavePrimaryMembers{8521};
inline constexpr Win32 kMachineAccountQuotaExceeded{8557};
inline constexpr Win32 kCantTreeDeleteCriticalObj{8560};
inline constexpr Win32 kSpnNotUniqueInForest{8647};
inline constexpr Win32 kUpnNotUniqueInForest{8648};
}  // namespace code

/// Ends the request with this answer.
struct WriteRefusal {
  lp::Outcome outcome;
  Win32 win32{};
};
[[noreturn]] void refuse(ResultCode result, Win32 win32, const std::string& detail = {});
[[noreturn]] void refuse(lp::Outcome outcome, Win32 win32 = win32::kErrorDsGenericError);
[[noreturn]] inline void unwilling(Win32 win32, const std::string& detail) { refuse(ResultCode::kUnwillingToPerform, win32, detail); }
/// What an update of the engine means to a client: the codes that 3.1.1.5's sections name beside their Win32 codes.
[[nodiscard]] lp::Outcome outcome_of_update(const Error& error);

/// The controls that writes honour (3.1.1.3.4.1).
struct WriteControls {
  bool permissive = false, tree_delete = false;
  bool show_deleted = false, show_recycled = false, show_deactivated_links = false;
  std::uint32_t sd_flags = 0xF;
};
/// unavailableCriticalExtension for a critical control that is none of these.
[[nodiscard]] std::expected<WriteControls, lp::Outcome> read_write_controls(std::span<const lp::Control> controls);

/// What goes on from one run of a request's work to the next.
struct WriteProgress {
  bool again = false;      ///< the work has to be run once more, in another transaction, before the client is answered
  bool wants_rids = false;
  bool has_descriptors = false;  ///< descriptors below are still to be made (access/descriptor_propagation.hpp)
};

/// One request in one run inside one transaction.
class Write {
 public:
  Write(LdapCall& call, const WriteControls& controls, const repl::Context& context, store::WriteTransaction& tx, WriteProgress& progress);

  LdapCall& call;
  const WriteControls& controls;
  const repl::Context& context;
  store::WriteTransaction& tx;
  WriteProgress& progress;
  directory::Reader reader;
  repl::Updates updates;

  [[nodiscard]] const schema::Schema& schema() const noexcept { return *context.schema; }
  [[nodiscard]] const security::Token& token() const noexcept { return call.caller->token; }
  [[nodiscard]] bool is_administrator() const noexcept;  ///< has the privileges of administrators
  [[nodiscard]] View view() const;

  /// The object of a DN, or the refusal that says why there is none.
  [[nodiscard]] Dnt locate(std::string_view dn) const;
  /// Must be there.
  [[nodiscard]] store::ObjectView object(Dnt dnt) const { return reader.object(dnt); }
  [[nodiscard]] bool is_a(const store::ObjectView& object, Attid object_class) const { return reader.is_instance(object, object_class); }
  /// user (with computer and inetOrgPerson), group, samDomain, samServer (3.1.1.5.2.3).
  [[nodiscard]] bool is_sam_object(const store::ObjectView& object) const;

  [[nodiscard]] ObjectAccess access(Dnt object) const { return must(ObjectAccess::of(context, tx, token(), object)); }
  /// Whose groups the words of SDDL mean in what is written here.
  [[nodiscard]] security::DomainSids domains() const;
  /// insufficientAccessRights; noSuchObject when the caller may not even see it.
  [[noreturn]] void deny(Dnt object, const std::string& what) const;
  void demand(bool granted, Dnt object, const char* what) const {
    if (!granted) deny(object, what);
  }
  /// 3.1.1.5.1.8: objects that only the owner of a FSMO role writes; refers to it. `attid`: nothing: all of the object.
  void check_role(Dnt nc, Dnt object, const store::ObjectView& view) const;

  /// The attribute that a client names, options left out; noSuchAttribute for what the schema does not have.
  [[nodiscard]] const schema::AttributeSchema& attribute(std::string_view name) const;
  /// Its values as the engine takes them. `creates_principals`: a <SID=...> of nobody becomes a foreignSecurityPrincipal (3.1.1.5.3.3).
  /// A DN of nothing gives noSuchObject for links, constraintViolation otherwise.
  [[nodiscard]] repl::NewValue value(const schema::AttributeSchema& attribute, ByteView octets);
  [[nodiscard]] std::vector<repl::NewValue> values(const schema::AttributeSchema& attribute, std::span<const ByteView> octets);

  /// Changes that follow from what a client does: no rule for clients holds for them.
  void modify_as_system(Dnt object, std::span<const repl::Modification> changes);
  void set_as_system(Dnt object, Attid attid, repl::NewValue value);

  /// What the descriptors of these objects and of all below should be is made now, or, beyond a bound, after this transaction.
  void propagate_descriptors(std::span<const Dnt> objects);
  [[nodiscard]] std::vector<Dnt> children(Dnt object) const;

 private:
  [[nodiscard]] Dnt foreign_principal(const Sid& sid);
};

/// May throw WriteRefusal and directory::Refusal.
using WriteWork = std::function<void(Write&)>;
/// An operation that runs `work` inside an update and answers with `tag`. Controls were read before.
[[nodiscard]] std::unique_ptr<lp::Operation> write_operation(LdapCall call, lp::ResponseTag tag, WriteControls controls, WriteWork work);
/// Runs one work now, on this thread, and waits for it.
[[nodiscard]] lp::Outcome write_now(LdapCall& call, const WriteControls& controls, const WriteWork& work);

[[nodiscard]] inline std::string_view text_of(ByteView octets) noexcept { return {reinterpret_cast<const char*>(octets.data()), octets.size()}; }
[[nodiscard]] std::uint32_t number_of(const repl::NewValue& value);

}  // namespace tributary::service::ldap_face
