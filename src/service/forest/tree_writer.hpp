// SPDX-License-Identifier: Apache-2.0
// Writes the objects of a text (tree.hpp) into a database, parents before children, names in any order: a value that names what is not
// there yet ([MS-ADTS] 3.1.1.1.6) is added in the end. One transaction, one originating update an object, two where values waited.
// Must never know what a forest needs.
#pragma once

#include <map>

#include "repl/updates/nc.hpp"
#include "service/forest/tree.hpp"

namespace tributary::service {

/// nTSecurityDescriptor of a new object ([MS-ADTS] 6.1.3): `parent` is kNoDnt for an NC root; `sddl` is what the text says, or empty:
/// the class's default.
using Describe =
    std::function<Result<Bytes>(const store::Snapshot&, store::Dnt parent, const schema::ClassSchema& object_class, std::string_view sddl)>;

class TreeWriter {
 public:
  /// `schema_nc` is the DN below which the classSchema objects are that objectCategory names.
  TreeWriter(store::WriteTransaction& tx, const repl::Context& context, std::string schema_nc, Describe describe);

  /// The object of this DN will have this GUID. Before it is made.
  void plan(std::string_view dn, const ObjectGuid& guid);
  /// The object, made here or there before; kNoDnt while there is none.
  [[nodiscard]] store::Dnt find(std::string_view dn) const;

  /// Pseudo-attributes of the text: objectClass, objectSid, sddl.
  [[nodiscard]] Result<store::Dnt> create(const TreeObject& object) { return create(object, {}); }
  /// Attributes that no text has beside those that one has. Parent, RDN, GUID, objectCategory and nTSecurityDescriptor are added.
  [[nodiscard]] Result<store::Dnt> create(const TreeObject& object, repl::AddRequest request);
  /// `containers`: what those that come with the NC have beside (Deleted Objects, Infrastructure ...).
  [[nodiscard]] Result<repl::NcCreation> create_nc(const TreeObject& root, repl::NcKind kind, std::span<const TreeObject> containers = {});
  /// Adds values to an object that is there: wellKnownObjects of a root.
  [[nodiscard]] Result<void> extend(const TreeObject& object);

  /// Writes the values that waited. kErrorInvalidData when something was named that never came. The transaction is the caller's to commit.
  [[nodiscard]] Result<repl::Updates> finish();

 private:
  struct Known {
    store::Dnt dnt = store::kNoDnt;
    ObjectGuid guid;
  };
  [[nodiscard]] Known& known(std::string_view dn);
  /// The attributes of the text; what names an object that is not there goes to waiting_.
  [[nodiscard]] Result<std::vector<repl::NewAttribute>> attributes_of(const TreeObject& object);
  [[nodiscard]] Result<void> complete(std::vector<repl::NewAttribute>& attributes, const TreeObject& object, const schema::ClassSchema& object_class,
                                      store::Dnt parent);
  [[nodiscard]] Result<const schema::ClassSchema*> class_of(const TreeObject& object) const;
  [[nodiscard]] Result<void> adopt_containers(const TreeObject& root, const repl::NcCreation& creation, std::span<const TreeObject> texts);
  [[nodiscard]] Result<void> write(store::Dnt dnt, std::span<const repl::NewAttribute> attributes);

  store::WriteTransaction& tx_;
  const repl::Context& context_;
  std::string schema_nc_;
  Describe describe_;
  std::map<std::string, Known> known_;  // by the DN in lower case
  std::vector<TreeObject> waiting_;     // values that name what is not there yet
  repl::Updates updates_;
};

}  // namespace tributary::service
