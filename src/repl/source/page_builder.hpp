// SPDX-License-Identifier: Apache-2.0
// What goes into one reply: AddObjToResponse, AddLinkToResponse, EncryptValuesIfNecessary, SortResponseLinks ([MS-DRSR] 4.1.10.5.8,
// .10, .11, .17), with the Ancestors and target predicates of GetReplChanges (4.1.10.5.2). An object goes into a reply once.
// Values are views of the store's memory; names and arrays are in the arena: a page costs three arrays and one name for each object.
// Owner: one call. The page borrows from the snapshot and the arena. Must never know where paging stands.
#pragma once

#include <unordered_set>
#include <vector>

#include "drsuapi/getncchanges.hpp"
#include "repl/objects/context.hpp"
#include "repl/objects/wire_values.hpp"
#include "repl/source/attribute_filter.hpp"
#include "repl/source/native_request.hpp"

namespace tributary::repl {

/// What a page must know of the call.
struct PageTerms {
  const NativeRequest* request = nullptr;
  AttributeFilter filter;
  Dnt nc_root = store::kNoDnt;
  ByteView session_key;             ///< of the security context: secret attributes travel under it
  bool strong_encryption = false;   ///< DRS_EXT_STRONG_ENCRYPTION of the client
  bool with_secrets = false;        ///< EXOP_REPL_SECRETS: secret attributes are sent whatever the vector says
  Usn changed_after;                ///< changes up to here were sent in earlier pages
};

/// An attribute of an object that was sent to a read-only DSA (4.1.10.5.9).
struct RevealedSecret {
  Dnt object = store::kNoDnt;
  Attid attid{};
  store::AttributeStamp stamp;
};

class PageBuilder {
 public:
  PageBuilder(const Context& context, const store::Snapshot& snapshot, PageTerms terms, ndr::Arena& arena);

  /// GetChangesInScope for one object, and AddObjToResponse, preceded by its changed ancestors if the request has DRS_GET_ANC or
  /// `with_ancestors`. Nothing happens when nothing of it is news to the destination, or when it is in the page.
  [[nodiscard]] Result<void> add_object(Dnt dnt, bool with_ancestors = false);
  [[nodiscard]] Result<void> add_object(const store::ObjectView& object, bool with_ancestors = false);
  /// The same for one link value.
  [[nodiscard]] Result<void> add_link(const store::LinkKey& key);

  [[nodiscard]] std::size_t items() const noexcept { return objects_.size() + links_.size(); }
  [[nodiscard]] std::size_t octets() const noexcept { return octets_; }
  [[nodiscard]] const std::vector<RevealedSecret>& revealed() const noexcept { return revealed_; }

  /// Puts everything into the reply; the builder is empty then.
  void finish(drsuapi::DRS_MSG_GETCHGREPLY_V9& reply);

 private:
  struct SortKey {
    Guid object;
    drsuapi::ATTRTYP attrtyp = 0;
    bool is_present = false;
    Guid target;
    std::uint32_t position = 0;
  };

  [[nodiscard]] bool wants(const store::AttributeView& attribute, Attid rdn_type, const schema::AttributeSchema& schema) const noexcept;
  [[nodiscard]] Result<void> add_ancestors(const store::ObjectView& object);
  [[nodiscard]] Result<void> append(const store::ObjectView& object);
  [[nodiscard]] Result<void> append_chosen(const store::ObjectView& object);
  [[nodiscard]] Result<void> fill_attribute(const store::ObjectView& object, const store::AttributeView& from, const schema::AttributeSchema& schema,
                                            drsuapi::ATTR& to, drsuapi::PROPERTY_META_DATA_EXT& stamp, drsuapi::ATTRVAL*& next_value);
  [[nodiscard]] Result<ByteView> wire_value(const schema::AttributeSchema& schema, const store::AttributeView& from, ByteView value);
  [[nodiscard]] Result<std::span<const drsuapi::ATTRVAL>> legacy_links(Dnt source, const schema::AttributeSchema& schema);
  [[nodiscard]] Result<ByteView> secret_value(const store::ObjectView& object, const schema::AttributeSchema& schema, const store::AttributeView& from,
                                              ByteView value);
  [[nodiscard]] Result<ByteView> encrypted(ByteView clear);
  [[nodiscard]] bool is_hidden_membership(const store::ObjectView& group, const schema::AttributeSchema& schema) const noexcept;

  struct Chosen {
    store::AttributeView view;
    const schema::AttributeSchema* schema;
  };

  const Context& context_;
  const store::Snapshot& snapshot_;
  PageTerms terms_;
  ndr::Arena& arena_;
  OutgoingNames names_;
  ndr::Seq<drsuapi::REPLENTINFLIST> objects_;
  std::vector<drsuapi::REPLVALINF_V3> links_;
  std::vector<SortKey> sort_keys_;
  std::vector<RevealedSecret> revealed_;
  std::unordered_set<Dnt> in_page_;  // looked up, never walked
  std::vector<Chosen> chosen_;       // of the object at hand
  std::size_t octets_ = 0;
};

}  // namespace tributary::repl
