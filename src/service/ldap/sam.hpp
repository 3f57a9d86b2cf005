// SPDX-License-Identifier: Apache-2.0
// The rules of the account database for users, computers and groups that are written over LDAP ([MS-ADTS] 3.1.1.5.2.2, 3.1.1.5.3.2 and, as far
// as it is known by what DCs do, what they take from [MS-SAMR]): defaults, what follows from userAccountControl and groupType, uniqueness of
// names, primary groups. Inside the write library.
#pragma once

#include "repl/updates/add.hpp"
#include "service/ldap/write.hpp"

namespace tributary::service::ldap_face {

// userAccountControl, [MS-ADTS] 2.2.16, beside those of directory/constants.hpp.
inline constexpr std::uint32_t kUfLockout = 0x00000010;
inline constexpr std::uint32_t kUfPasswdNotReqd = 0x00000020;
inline constexpr std::uint32_t kUfPasswdCantChange = 0x00000040;
inline constexpr std::uint32_t kUfEncryptedTextPasswordAllowed = 0x00000080;
inline constexpr std::uint32_t kUfTrustedForDelegation = 0x00080000;
inline constexpr std::uint32_t kUfPasswordExpired = 0x00800000;
inline constexpr std::uint32_t kUfTrustedToAuthenticateForDelegation = 0x01000000;
inline constexpr std::uint32_t kUfAccountTypes = directory::kUfNormalAccount | directory::kUfInterdomainTrustAccount |
                                                 directory::kUfWorkstationTrustAccount | directory::kUfServerTrustAccount;
/// Nobody stores these: they are made when they are read.
inline constexpr std::uint32_t kUfComputed = kUfLockout | kUfPasswdCantChange | kUfPasswordExpired;

inline constexpr std::uint32_t kGroupTypeBuiltin = 0x00000001;
inline constexpr std::uint32_t kGroupTypeScopes = directory::kGroupTypeAccount | directory::kGroupTypeResource | directory::kGroupTypeUniversal;
inline constexpr std::uint32_t kRidDomainMin = 1'000;  ///< below are the well-known ones

/// An object about to be added.
struct AddPlan {
  Dnt parent = kNoDnt;
  Dnt nc = kNoDnt;
  const schema::ClassSchema* object_class = nullptr;
  std::vector<Attid> classes;
  repl::AddRequest request;
  bool is_user = false, is_computer = false, is_group = false;
  bool by_quota = false;          ///< a computer that its creator may only add by ms-DS-MachineAccountQuota
  bool draws_sid = false;         ///< request.sid is the next of the pool, which is drawn when the object is there
  std::optional<Bytes> password;  ///< unicodePwd as it came

  [[nodiscard]] bool is_principal() const noexcept { return is_user || is_group; }
  [[nodiscard]] repl::NewAttribute* find(Attid attid) noexcept;
  [[nodiscard]] std::optional<std::uint32_t> number(Attid attid);
  void set(Attid attid, repl::NewValue value);
  void set_default(Attid attid, repl::NewValue value);  ///< unless there are values
};

/// 3.1.1.5.2.2: attributes that are SAM's, and rules for names and types; then everything that the class has by default.
void complete_account(Write& write, AddPlan& plan);

/// Changes by a client, before they are applied: judges them, and takes out or alters what has another effect. Gives what is to be changed
/// with them by the system.
struct SamChanges {
  std::vector<repl::Modification> as_system;  ///< to the same object
  struct Other {
    Dnt object = kNoDnt;
    repl::Modification change;
  };
  std::vector<Other> others;
};
[[nodiscard]] SamChanges judge_account_changes(Write& write, const store::ObjectView& object, std::vector<repl::Modification>& changes);
/// 3.1.1.5.3.2: attributes of SAM that nobody writes over LDAP.
void check_sam_attribute(const schema::AttributeSchema& attribute, bool is_user, bool is_group);

/// [MS-SAMR]'s checks of a delete: well-known accounts, and groups that are somebody's primary group, stay.
void check_account_deletable(const Write& write, const store::ObjectView& object);

/// What an account is by its userAccountControl, and a group by its groupType (sAMAccountType, [MS-ADTS] 3.1.1.4.5).
[[nodiscard]] std::uint32_t account_type_of(std::uint32_t user_account_control) noexcept;
[[nodiscard]] std::uint32_t group_account_type_of(std::uint32_t group_type) noexcept;
[[nodiscard]] std::uint32_t primary_group_of(std::uint32_t user_account_control) noexcept;
/// The account type that is in it or follows from the class, without what nobody stores; refuses what cannot be.
[[nodiscard]] std::uint32_t settled_control(std::uint32_t control, bool is_computer);
/// Bits that only some may set (by rights on the domain's root, and by privileges). `before`: 0 for a new account.
void check_control_rights(const Write& write, std::uint32_t before, std::uint32_t after);

// Names (uniqueness.cpp). `self`: the object that has them, kNoDnt for a new one.
void check_account_name(const Write& write, std::string_view name, Dnt self);
/// 3.1.1.5.1.3
void check_principal_name(const Write& write, std::string_view name, Dnt self);
void check_service_names(const Write& write, std::span<const std::string> names, Dnt self);
[[nodiscard]] std::string made_up_account_name(const Write& write);

// Members (members.cpp).
/// 3.1.1.5.3.2 and what SAM demands: scopes of groups that contain each other, primary groups. `type`: the containing group's.
void check_member_to_add(const Write& write, Dnt group, std::uint32_t type, Dnt member);
void check_member_to_remove(const Write& write, Dnt group, Dnt member);
/// What a group may become, given what it contains and what contains it.
void check_group_type_change(const Write& write, const store::ObjectView& group, std::uint32_t before, std::uint32_t after);
[[nodiscard]] bool is_primary_group_of_any(const Write& write, const store::ObjectView& group);

}  // namespace tributary::service::ldap_face
