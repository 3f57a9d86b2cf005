// SPDX-License-Identifier: Apache-2.0
// The things that an entry of IDL_DRSAddEntry may ask for: a crossRef made or enabled (CreateCrossRef, [MS-DRSR] 4.1.1.2.2), an nTDSDSA
// made (CreateNtdsDsa, 4.1.1.2.3), an object modified (PerformModifyEntInf, 4.1.1.2.10). Each is a step of the call's one transaction; what
// fails leaves by AddEntryFailure or Refusal.
#pragma once

#include <span>

#include "service/directory/directory_error.hpp"
#include "service/directory/entry.hpp"
#include "service/directory/session.hpp"

namespace tributary::service::directory {

/// SetErrorData with values of its own.
struct AddEntryFailure {
  DirectoryError error;
};
[[noreturn]] inline void fail_entry(std::uint32_t category, drsuapi::PROBLEM problem, Win32 code) {
  throw AddEntryFailure{{category, static_cast<std::uint16_t>(problem), code}};
}

/// The call's transaction, as every step sees it.
struct AddEntryWork {
  const repl::Context& context;
  store::WriteTransaction& tx;
  const Reader& reader;  ///< of the transaction
  const CallContext& call;
  std::span<const drsuapi::ENTINFLIST> entries;
  repl::IncomingValues& values;
  repl::Updates updates;

  [[nodiscard]] Asker asker() const { return Asker(reader, call.caller->token); }
};

[[nodiscard]] drsuapi::ADDENTRY_REPLY_INFO create_cross_ref(AddEntryWork& work, const Entry& entry);
[[nodiscard]] drsuapi::ADDENTRY_REPLY_INFO create_ntds_dsa(AddEntryWork& work, const Entry& entry);
[[nodiscard]] drsuapi::ADDENTRY_REPLY_INFO modify_entry(AddEntryWork& work, const Entry& entry);
/// The account and the server object of a DSA of ours that joins (create_dsa_account.cpp).
[[nodiscard]] drsuapi::ADDENTRY_REPLY_INFO create_computer(AddEntryWork& work, const Entry& entry);
[[nodiscard]] drsuapi::ADDENTRY_REPLY_INFO create_server(AddEntryWork& work, const Entry& entry);

struct AddOptions {
  std::span<const Attid> left_out{};  ///< attributes of the entry that are not the object's
  bool as_system = false;             ///< without the rules for clients (5.152); the entry may choose the object's GUID
  bool with_sid = false;              ///< drawn from the pool of this DSA
};
/// PerformAddOperation (5.151).
[[nodiscard]] Dnt perform_add(AddEntryWork& work, const Entry& entry, Attid object_class, const AddOptions& options);
/// The NC that an nTDSDSA entry names beside Schema and Configuration (GetDomainNameFromEntinf, 4.1.1.2.6).
[[nodiscard]] std::optional<repl::DsnameView> domain_of_entry(const Reader& reader, const Entry& entry);
[[nodiscard]] drsuapi::ADDENTRY_REPLY_INFO info_of(const Reader& reader, Dnt object);

}  // namespace tributary::service::directory
