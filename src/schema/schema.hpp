// SPDX-License-Identifier: Apache-2.0
// The schema of a forest ([MS-ADTS] 3.1.1.2): what every attribute and class is, found by number, OID, name, GUID and link ID, and what
// follows from it for replication and updates. Immutable: a change makes a new Schema (schema_builder.hpp), which readers get when they
// ask again.
// Owner: shared_ptr<const Schema>; pointers and views it hands out live as long as it does. Threads: any number.
// Knows no object, no store and no message. Values in rows and DNs are the business of schema_rows.hpp.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/guid.hpp"
#include "schema/flags.hpp"
#include "schema/prefix_table.hpp"
#include "schema/syntax.hpp"

namespace tributary::schema {

/// An attributeSchema object ([MS-ADTS] 3.1.1.2.3).
struct AttributeSchema {
  Attid attid{};                  ///< AttrtypFromSchemaObj ([MS-DRSR] 5.15): msDS-IntId, else attributeID in the local prefix table
  std::optional<Attid> int_id;    ///< msDS-IntId
  std::string oid;                ///< attributeID
  std::string cn;
  std::string ldap_display_name;
  Guid schema_id_guid;            ///< null when nobody has given one yet
  Guid attribute_security_guid;   ///< the property set; null: none
  Syntax syntax = Syntax::kOctetString;
  bool is_single_valued = false;
  bool system_only = false;
  bool is_member_of_partial_attribute_set = false;
  bool extended_chars_allowed = false;
  bool is_defunct = false;
  std::optional<bool> show_in_advanced_view_only;
  std::uint32_t search_flags = 0;     ///< kSearch...
  std::uint32_t system_flags = 0;     ///< kSystem...
  std::uint32_t schema_flags_ex = 0;  ///< kSchema...
  std::uint32_t link_id = 0;          ///< 0: not linked
  std::optional<std::uint32_t> mapi_id;
  std::optional<std::int32_t> range_lower;
  std::optional<std::int32_t> range_upper;
  ObjectGuid object_guid;             ///< of the attributeSchema object; null in the embedded schema
  bool secret = false;                ///< is_secret(): SchemaBuilder decides it by the name
  friend bool operator==(const AttributeSchema&, const AttributeSchema&) = default;

  [[nodiscard]] bool is_linked() const noexcept { return link_id != 0; }
  [[nodiscard]] bool is_forward_link() const noexcept { return link_id != 0 && link_id % 2 == 0; }
  [[nodiscard]] bool is_back_link() const noexcept { return link_id % 2 == 1; }
  [[nodiscard]] bool is_constructed() const noexcept { return (system_flags & kSystemAttrIsConstructed) != 0; }
  /// Its values travel: not FLAG_ATTR_NOT_REPLICATED, and nothing that is computed from other values.
  [[nodiscard]] bool is_replicated() const noexcept {
    return (system_flags & kSystemAttrNotReplicated) == 0 && !is_constructed() && !is_back_link();
  }
  /// A member of the forest's partial attribute set (GCPAS, [MS-DRSR] 5.68): what a global catalog holds of foreign domains.
  [[nodiscard]] bool is_in_gc_pas() const noexcept {
    return is_member_of_partial_attribute_set || (system_flags & kSystemAttrReqPartialSetMember) != 0;
  }
  /// IsSecretAttribute ([MS-DRSR] 4.1.10.3.11).
  [[nodiscard]] bool is_secret() const noexcept { return secret; }
  /// A member of the filtered attribute set ([MS-ADTS] 3.1.1.2.3.5, GetFilteredAttributeSet in [MS-DRSR] 5.69): it does not go to an RODC.
  [[nodiscard]] bool is_in_filtered_set() const noexcept;
  /// A tombstone and a recycled object keep its values ([MS-ADTS] 3.1.1.5.5.1.1). The RDN attribute is kept as well: the class says which.
  [[nodiscard]] bool is_kept_by_tombstone() const noexcept;
  /// A deleted-object of the recycle bin keeps its values ([MS-ADTS] 3.1.1.5.5.1.2).
  [[nodiscard]] bool is_kept_by_deleted_object() const noexcept;
  [[nodiscard]] bool is_indexed() const noexcept { return (search_flags & kSearchIndexed) != 0; }
  [[nodiscard]] bool is_anr() const noexcept { return (search_flags & kSearchAnr) != 0; }
  [[nodiscard]] bool is_tuple_indexed() const noexcept { return (search_flags & kSearchTupleIndexed) != 0; }
  [[nodiscard]] bool is_confidential() const noexcept { return (search_flags & kSearchConfidential) != 0; }
  [[nodiscard]] bool is_base_object() const noexcept { return (system_flags & kSystemSchemaBaseObject) != 0; }
};

/// A classSchema object ([MS-ADTS] 3.1.1.2.4.8). Lists are sorted by Attid.
struct ClassSchema {
  Attid attid{};                ///< AttrtypFromSchemaObj
  std::optional<Attid> int_id;  ///< msDS-IntId
  std::string oid;              ///< governsID
  std::string cn;
  std::string ldap_display_name;
  Guid schema_id_guid;
  ClassCategory category = ClassCategory::kStructural;
  std::optional<Attid> rdn_att_id;  ///< nothing: the superclass's
  Attid sub_class_of{};             ///< of top: itself
  std::vector<Attid> system_must_contain, must_contain, system_may_contain, may_contain;
  std::vector<Attid> system_auxiliary_class, auxiliary_class, system_poss_superiors, poss_superiors;
  std::string default_security_descriptor;  ///< SDDL
  std::string default_object_category;      ///< the cn of a classSchema object in the schema NC
  std::optional<bool> default_hiding_value;
  std::optional<bool> show_in_advanced_view_only;
  bool system_only = false;
  bool is_defunct = false;
  std::uint32_t system_flags = 0;
  ObjectGuid object_guid;

  /// What follows from the definitions of all classes together.
  struct Effective {
    std::vector<Attid> superclasses;    ///< from sub_class_of to top; empty for top itself (SUPCLASSES, [MS-ADTS] 3.1.1.4.2)
    std::vector<Attid> must_contain;    ///< with those of superclasses and auxiliary classes; sorted
    std::vector<Attid> attributes;      ///< CLASSATTS: everything an instance may have, must_contain included; sorted
    std::vector<Attid> poss_superiors;  ///< POSSSUP_NOSUBCLASSES; sorted
    Attid rdn_att_id{};                 ///< 3.1.1.2.4.7; cn when no class of the chain names one
    friend bool operator==(const Effective&, const Effective&) = default;
  };
  Effective effective;
  friend bool operator==(const ClassSchema&, const ClassSchema&) = default;

  [[nodiscard]] bool is_base_object() const noexcept { return (system_flags & kSystemSchemaBaseObject) != 0; }
  [[nodiscard]] bool may_be_structural() const noexcept { return category == ClassCategory::kStructural || category == ClassCategory::k88; }
  [[nodiscard]] bool may_be_auxiliary() const noexcept { return category == ClassCategory::kAuxiliary || category == ClassCategory::k88; }
};

[[nodiscard]] inline bool contains(std::span<const Attid> list, Attid attid) noexcept { return std::ranges::find(list, attid) != list.end(); }

/// What the classes of one object allow and demand ([MS-ADTS] 3.1.1.2.4.5). Sorted.
struct ContentRules {
  std::vector<Attid> must_contain;
  std::vector<Attid> attributes;
  [[nodiscard]] bool allows(Attid attid) const noexcept;
};

class Schema {
 public:
  /// Every attribute and class of [MS-ADA1], [MS-ADA2], [MS-ADA3] and [MS-ADSC], as data/ad_schema.inc has them. Made once.
  [[nodiscard]] static const std::shared_ptr<const Schema>& embedded();

  Schema(const Schema&) = delete;
  Schema& operator=(const Schema&) = delete;

  [[nodiscard]] const PrefixTable& prefix_table() const noexcept { return prefix_table_; }

  /// Ascending by Attid, defunct ones included.
  [[nodiscard]] std::span<const AttributeSchema> attributes() const noexcept { return attributes_; }
  [[nodiscard]] std::span<const ClassSchema> classes() const noexcept { return classes_; }

  /// One step, in constant time; defunct ones too: objects may still have their values. Null when there is none, as below.
  [[nodiscard]] const AttributeSchema* find_attribute(Attid attid) const noexcept;
  [[nodiscard]] const ClassSchema* find_class(Attid attid) const noexcept;
  /// By lDAPDisplayName in any case, or by OID ("2.5.4.3", "OID.2.5.4.3"). Active ones; a defunct one only when no other has the OID.
  [[nodiscard]] const AttributeSchema* find_attribute(std::string_view name) const noexcept;
  [[nodiscard]] const ClassSchema* find_class(std::string_view name) const noexcept;
  [[nodiscard]] const AttributeSchema* find_attribute_by_guid(const Guid& schema_id_guid) const noexcept;
  [[nodiscard]] const ClassSchema* find_class_by_guid(const Guid& schema_id_guid) const noexcept;
  [[nodiscard]] const ClassSchema* find_class_by_cn(std::string_view cn) const noexcept;  ///< for defaultObjectCategory
  [[nodiscard]] const AttributeSchema* find_link(std::uint32_t link_id) const noexcept;
  /// The back link of a forward link and the other way round; null when the attribute is no link or is alone.
  [[nodiscard]] const AttributeSchema* link_partner(const AttributeSchema& attribute) const noexcept;

  /// The number that a value of an OID syntax, or an ATTRTYP under our prefix table, means: an attribute or class whose Attid is another
  /// because it has a msDS-IntId is found by its OID. Nothing when the schema has no such object.
  [[nodiscard]] std::optional<Attid> resolve(Attid attid) const;

  /// `descendant` is `ancestor` or inherits from it.
  [[nodiscard]] bool is_subclass(Attid descendant, Attid ancestor) const noexcept;
  /// The most specific class of an objectClass value in whatever order: the one structural or 88 class that no other of the list inherits
  /// from. Null when there is none, or more than one.
  [[nodiscard]] const ClassSchema* structural_class(std::span<const Attid> object_class) const noexcept;
  /// The whole value of objectClass in its order ([MS-ADTS] 3.1.1.2.4.3, 3.1.1.2.4.6): top, dynamic auxiliary classes with their
  /// superclasses, then the chain down to the most specific class. kErrorDsObjClassNotDefined for an unknown or defunct class,
  /// kErrorDsObjClassNotSubclass when there is no single most specific one, kErrorDsClassMustBeConcrete when that is abstract.
  [[nodiscard]] Result<std::vector<Attid>> complete_object_class(std::span<const Attid> object_class) const;
  [[nodiscard]] ContentRules content_rules(std::span<const Attid> object_class) const;
  /// The possSuperiors constraint ([MS-ADTS] 3.1.1.2.4.4): an instance of `child` may be created below an object of these classes.
  [[nodiscard]] bool allows_parent(const ClassSchema& child, std::span<const Attid> parent_object_class) const noexcept;

 private:
  friend class SchemaBuilder;
  /// From a 32-bit number to a position: open addressing, a quarter full at most.
  class NumberIndex {
   public:
    void build(std::span<const std::uint32_t> numbers);
    [[nodiscard]] std::uint32_t find(std::uint32_t number) const noexcept;  ///< kNone when it is not there
    static constexpr std::uint32_t kNone = 0xFFFFFFFF;

   private:
    struct Slot {
      std::uint32_t number = 0;
      std::uint32_t position = kNone;
    };
    [[nodiscard]] std::size_t first_slot(std::uint32_t number) const noexcept { return (number * 0x9E3779B1u) >> shift_; }
    std::vector<Slot> slots_;
    unsigned shift_ = 31;
  };
  /// Positions of one list in an order of their own.
  struct Orders {
    NumberIndex by_attid;
    std::vector<std::uint32_t> by_name, by_oid, by_guid;
  };

  Schema() = default;
  void index();

  PrefixTable prefix_table_;
  std::vector<AttributeSchema> attributes_;
  std::vector<ClassSchema> classes_;
  Orders attribute_orders_, class_orders_;
  std::vector<std::uint32_t> classes_by_cn_;
  NumberIndex attributes_by_link_;
};

}  // namespace tributary::schema
