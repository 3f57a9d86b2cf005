// SPDX-License-Identifier: Apache-2.0
// Changes of the schema as originating updates: [MS-ADTS] 3.1.1.2.5 (and 3.1.1.2.1 for schemaInfo). Each writes the object in the Schema NC, the
// prefix that its OID needs, and the next schemaInfo of the NC's root, and gives the Schema that applies once the transaction is committed:
// the caller then sets it (Context::schema, DirectoryStore::set_policy).
#pragma once

#include "repl/updates/add.hpp"
#include "repl/updates/modify.hpp"

namespace tributary::repl {

struct SchemaChange {
  Dnt dnt = kNoDnt;
  Updates updates;
  std::shared_ptr<const schema::Schema> schema;
};

/// Adds an attributeSchema or classSchema object. `oid` (dotted) becomes attributeID or governsID; request.parent is not looked at. What
/// is absent is made up: lDAPDisplayName from the RDN, schemaIDGUID by chance, msDS-IntId of an attribute that is no base object (3.1.1.2.3);
/// of a class subClassOf top, showInAdvancedViewOnly TRUE, defaultObjectCategory the class itself (3.1.1.2.5.2).
/// Codes: kErrorDsObjNotFound (no Schema NC), those of add(); at kClient kErrorDsReferral when this DSA is not the schema master,
/// kErrorDsUnwillingToPerform for a msDS-IntId, and those of schema::check_schema_update.
[[nodiscard]] Result<SchemaChange> add_schema_object(WriteTransaction& tx, const Context& context, const AddRequest& request, std::string_view oid,
                                                     CheckLevel level);

/// Changes one, also to make it defunct and back: then nothing else in the same update (kErrorDsIllegalModOperation).
[[nodiscard]] Result<SchemaChange> modify_schema_object(WriteTransaction& tx, const Context& context, Dnt dnt,
                                                        std::span<const Modification> modifications, const ModifyOptions& options);

}  // namespace tributary::repl
