// SPDX-License-Identifier: Apache-2.0
// The works of the four operations, each inside one run of write.hpp. Inside the write library.
#pragma once

#include "service/ldap/write.hpp"

namespace tributary::service::ldap_face {

/// 3.1.1.5.2. Gives the new object. Attributes that are passwords are left out: passwords.hpp sets them.
Dnt perform_add(Write& write, const lp::AddRequest& request);
/// 3.1.1.5.3, passwords left out as well.
void perform_modify(Write& write, const lp::ModifyRequest& request);
/// 3.1.1.5.3.7: the modify removes isDeleted and replaces distinguishedName.
[[nodiscard]] bool is_undelete(const Write& write, const lp::ModifyRequest& request);
void perform_undelete(Write& write, const lp::ModifyRequest& request);
/// 3.1.1.5.5
void perform_delete(Write& write, const lp::DeleteRequest& request);
/// 3.1.1.5.4
void perform_modify_dn(Write& write, const lp::ModifyDnRequest& request);

/// A request's changes in the engine's terms.
[[nodiscard]] std::vector<repl::Modification> translate_changes(Write& write, const store::ObjectView& object, const lp::ModifyRequest& request);
/// nTSecurityDescriptor as the object will have it, from what the client wrote (6.1.3).
void settle_descriptor(const Write& write, const store::ObjectView& object, std::vector<repl::Modification>& changes);
/// RIGHT_DS_CREATE_CHILD on a parent for a class.
[[nodiscard]] bool may_create(const Write& write, Dnt parent, const schema::ClassSchema& object_class);
[[nodiscard]] bool may_delete(const Write& write, const store::ObjectView& object);

}  // namespace tributary::service::ldap_face
