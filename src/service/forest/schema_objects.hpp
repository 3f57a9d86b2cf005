// SPDX-License-Identifier: Apache-2.0
// The Schema NC of a new forest: every attribute and class of the context's schema as an object ([MS-ADTS] 3.1.1.2.3, 3.1.1.2.4.8), and
// the subSchema object (3.1.1.3.1.1.1).
#pragma once

#include "service/forest/tree_writer.hpp"

namespace tributary::service {

/// `master` is the DN of the NTDS Settings of the schema master, `aces` the rights on the root that the schema says nothing of, as SDDL.
[[nodiscard]] Result<store::Dnt> create_schema_root(TreeWriter& writer, const std::string& schema_dn, const std::string& master,
                                                    const std::string& aces);
/// Below the root, and the prefixes that the DSA needs for them.
[[nodiscard]] Result<void> create_schema_objects(TreeWriter& writer, store::WriteTransaction& tx, const repl::Context& context,
                                                 const std::string& schema_dn);

}  // namespace tributary::service
