// SPDX-License-Identifier: Apache-2.0
// nTSecurityDescriptor of objects of the store ([MS-ADTS] 6.1.3): for one that is about to be added, and for one whose parent's changed.
// Reads only; writing is the caller's. The rules themselves are security/access/new_descriptor.hpp's.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "repl/objects/context.hpp"
#include "repl/updates/updates.hpp"
#include "security/access/new_descriptor.hpp"
#include "store/directory_store.hpp"

namespace tributary::schema {
struct ClassSchema;
}  // namespace tributary::schema

namespace tributary::service {

struct NewObjectDescriptor {
  store::Dnt parent = store::kNoDnt;                ///< kNoDnt: the root of an NC, which inherits nothing
  const schema::ClassSchema* object_class = nullptr;  ///< the most specific structural one; never null
  std::span<const store::Attid> auxiliary_classes{};  ///< dynamic ones, that objectClass lists beside the chain of object_class
  std::optional<ByteView> given{};                  ///< nTSecurityDescriptor that the client sent
  std::string_view sddl{};                          ///< when nothing is given: in place of the class's default; empty: that default
  /// `domain`: of the domain NC that the object is in, of an application NC's sdReferenceDomain, otherwise the DSA's domain.
  security::DomainSids domains{};
};
/// kErrorDsUnwillingToPerform for a given descriptor without a DACL, kErrorInvalidData for one that is none or when the parent's is none
/// (an object whose parent has no descriptor inherits nothing), kErrorInvalidParameter for a wrong `sddl`.
[[nodiscard]] Result<Bytes> new_object_descriptor(const repl::Context& context, const store::Snapshot& snapshot, const security::Token& token,
                                                  const NewObjectDescriptor& object);

/// nTSecurityDescriptor as a client's write makes it (6.1.3.2, 6.1.3.5): the parts that `sd_flags` names are taken from what he wrote.
struct WrittenDescriptor {
  store::Dnt object = store::kNoDnt;
  ByteView given{};
  std::uint32_t sd_flags = security::kAllSecurityInformation;
  security::DomainSids domains{};
};
/// The errors of new_object_descriptor; kErrorDsObjNotFound when there is no such object, or it has no descriptor.
[[nodiscard]] Result<Bytes> written_object_descriptor(const repl::Context& context, const store::Snapshot& snapshot, const security::Token& token,
                                                      const WrittenDescriptor& write);

/// The default descriptor, of the system's own making, for each object of `made` that has none: rules of replication make objects too (a
/// RID Set), and know no descriptors.
[[nodiscard]] Result<repl::Updates> give_missing_descriptors(store::WriteTransaction& tx, const repl::Context& context, const repl::Updates& made);

/// What an object's descriptor should be, given its parent's; nothing when it is that already, or when nothing is inherited: the root of
/// an NC, a deleted object ([MS-ADTS] 6.1.3), a phantom, one without a descriptor. Whoever changes a descriptor or moves an object asks this
/// for what is below, from the top down.
[[nodiscard]] Result<std::optional<Bytes>> propagated_descriptor(const repl::Context& context, const store::Snapshot& snapshot,
                                                                 store::Dnt object);

/// schemaIDGUIDs that decide which inheritable ACEs work on an object of these classes ([MS-ADTS] 6.1.3): of the most specific structural
/// class and of dynamic auxiliary classes. `object_class` in any order, complete or not.
[[nodiscard]] std::vector<Guid> inheritance_types(const schema::Schema& schema, std::span<const store::Attid> object_class);

/// Who makes a forest: the account Administrator of its domain as a member of all groups of administrators. What it makes belongs to Domain
/// Admins in the domain, Enterprise Admins in the Configuration NC, Schema Admins in the Schema NC.
[[nodiscard]] security::Token founder_token(const Sid& domain);

}  // namespace tributary::service
