// SPDX-License-Identifier: Apache-2.0
// One line of JSON for each changed object and each changed link value of a GetNCChanges page. Values by syntax ([MS-DRSR] 5.16.3),
// written straight into a text: no tree is built. Values of secret attributes are never written, whatever they hold.
//
// {"type":"object","dn":"CN=a,DC=lab","guid":"...","sid":"S-1-...","flags":["ENTINF_FROM_MASTER"],"is_nc_root":false,
//  "is_deleted":false,"parent_guid":"...","attributes":{"cn":["a"],...},
//  "metadata":[{"attribute":"cn","version":1,"changed":"2026-11-22T14:31:20Z","originating_invocation_id":"...","originating_usn":3812},...]}
// {"type":"link","dn":"CN=g,DC=lab","guid":"...","attribute":"member","value":{"dn":"CN=a,DC=lab","guid":"...","sid":"..."},
//  "is_present":true,"created":"...","version":1,"changed":"...","originating_invocation_id":"...","originating_usn":3813}
//
// sid, parent_guid and (for a link that expires) expires are absent when there is nothing to say. A value is
//   a string    texts, numeric strings, times (RFC 3339 or "never"), SIDs, classes and attributes by name, large integers in decimal
//   a number    integers of 32 bits; a boolean
//   {"dn","guid","sid"}            a name; with "binary" (hex) or "string" beside it for the syntaxes that pair one with a DN
//   {"guid":"..."} for 16 octets of an attribute that holds a GUID; {"base64":"..."} octets, and what does not fit its syntax
//   {"redacted":true}              a secret
#pragma once

#include <memory>
#include <string>

#include "client/changes.hpp"
#include "client/schema_names.hpp"

namespace tributary::client {

struct ChangeJsonOptions {
  bool metadata = true;  ///< the stamps of objects; links always have theirs
};

/// One thread at a time.
class ChangeJson {
 public:
  explicit ChangeJson(std::shared_ptr<const SchemaNames> schema, ChangeJsonOptions options = {}) : names_(std::move(schema)), options_(options) {}

  /// Appends all lines of a page, objects first, each with its newline. Texts of hundreds of kilobytes: write them in one go.
  void append_page(std::string& out, const drsuapi::DRS_MSG_GETCHGREPLY_V9& page);
  /// Before objects and links of a page that are asked for one by one.
  void use(const drsuapi::SCHEMA_PREFIX_TABLE& table) { names_.use(table); }
  /// Appends one line without its newline.
  void append_object(std::string& out, const drsuapi::REPLENTINFLIST& object);
  void append_link(std::string& out, const drsuapi::REPLVALINF_V3& link);

 private:
  void append_attributes(std::string& out, const drsuapi::ATTRBLOCK& block);
  void append_metadata(std::string& out, const drsuapi::ATTRBLOCK& block, const drsuapi::PROPERTY_META_DATA_EXT_VECTOR* stamps);
  void append_value(std::string& out, const SchemaName& attribute, ByteView value);

  PageNames names_;
  ChangeJsonOptions options_;
};

}  // namespace tributary::client
