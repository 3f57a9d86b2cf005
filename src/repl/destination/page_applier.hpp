// SPDX-License-Identifier: Apache-2.0
// One page of replicated updates applied inside one transaction: the object and link phases of ProcessGetNCChangesReply with AddObject,
// UpdateObject, AdjustInstanceTypeAttrVal and ProcessLinkValue ([MS-DRSR] 4.1.10.6.1, .5, .9, .10, .14).
//
// Contract: the page was checked (check_reply.hpp) and its NC is the one of the terms. After an error the transaction has to be dropped.
// Reuses its memory from object to object. Must never know about requests, cursors and vectors.
#pragma once

#include <unordered_map>

#include "drsuapi/getncchanges.hpp"
#include "repl/destination/incoming_object.hpp"
#include "repl/objects/descriptor_work.hpp"
#include "repl/objects/context.hpp"
#include "repl/objects/names.hpp"

namespace tributary::repl {

struct ApplyTerms {
  Dnt nc_root = kNoDnt;      ///< kNoDnt until the root has come: then it is made
  bool writable = true;      ///< DRS_WRIT_REP: a full, writable replica
  bool partial = false;      ///< a partial replica
  bool with_ancestors = false;  ///< DRS_GET_ANC was asked for
  bool with_targets = false;    ///< DRS_GET_TGT was asked for
  bool targets_come_later = false;  ///< the source knows no DRS_GET_TGT: a target may be in a later page
  ByteView session_key;      ///< under which secret attributes travelled
};

struct ApplyFigures {
  std::uint64_t objects_added = 0;
  std::uint64_t objects_changed = 0;
  std::uint64_t objects_unchanged = 0;  ///< nothing of them was news
  std::uint64_t links_changed = 0;
  std::uint64_t links_unchanged = 0;
  std::uint64_t conflicts_resolved = 0;  ///< names that an originating update had to settle
  bool schema_changed = false;           ///< an object of the Schema NC

  void add(const ApplyFigures& other) noexcept;
};

class PageApplier {
 public:
  PageApplier(const Context& context, store::WriteTransaction& transaction, IncomingValues& values, ApplyTerms terms);

  /// Codes beyond those of values and names: kErrorDsDraMissingParent (ask again with ancestors), kErrorDsDraObjNcMismatch,
  /// kErrorDsInsufficientAttrToCreateObject (an update of an object that is not here, strict consistency), kErrorDsDraSchemaMismatch.
  [[nodiscard]] Result<void> objects(const ndr::Seq<drsuapi::REPLENTINFLIST>& list);
  /// kErrorDsDraMissingParent (the object is not here, or may be dead), kErrorDsDraRecycledTarget (the same of the target).
  [[nodiscard]] Result<void> links(const ndr::Seq<drsuapi::REPLVALINF_V3>& list);

  [[nodiscard]] const ApplyFigures& figures() const noexcept { return figures_; }
  [[nodiscard]] Dnt nc_root() const noexcept { return terms_.nc_root; }

 private:
  // Objects.
  [[nodiscard]] Result<void> apply(const drsuapi::REPLENTINFLIST& entry);
  [[nodiscard]] Result<bool> adjust_instance_type();
  [[nodiscard]] store::ObjectDraft& begin_new(Usn usn);
  [[nodiscard]] Result<void> add_object();
  [[nodiscard]] Result<void> update_object(Dnt dnt);
  [[nodiscard]] Result<Place> place_of_root();
  [[nodiscard]] Result<void> make_nc_root();
  [[nodiscard]] Result<bool> merge_attributes(store::ObjectDraft& local, bool name_wins);
  void set_head_from_attributes(store::ObjectDraft& draft);
  [[nodiscard]] Result<void> after_change(Dnt dnt, store::ObjectFlags before, store::ObjectFlags now);
  [[nodiscard]] Result<void> legacy_links(Dnt dnt);

  [[nodiscard]] Result<bool> is_outdated_descriptor(Dnt parent);
  [[nodiscard]] Result<DsTime> descriptors_changed_above(Dnt parent);
  std::vector<DescriptorTask> descriptors_;        // of this page: who has to inherit anew
  std::unordered_map<Dnt, DsTime> changed_above_;  // looked up, never walked

  std::vector<Dnt> newly_deleted_;  // of this page: their children are looked at when it is through

  // Links.
  struct LinkEnd {
    Dnt dnt = kNoDnt;
    bool is_dead = false;      ///< no link value can be at it any more
    bool is_deleted = false;   ///< a deleted-object of the recycle bin
    bool is_phantom = false;
    DsTime undeleted;          ///< when a tombstone came back to life: link values from before are gone
  };
  [[nodiscard]] Result<LinkEnd> link_end(const DsnameView& name);
  [[nodiscard]] Result<void> process_link_value(const drsuapi::REPLVALINF_V3& entry);
  [[nodiscard]] Result<bool> find_source(const drsuapi::REPLVALINF_V3& entry);
  [[nodiscard]] Result<bool> find_target(const DsnameView& name, LinkEnd& target);
  [[nodiscard]] Result<bool> belongs_to_nc(const DsnameView& name);

  const Context& context_;
  store::WriteTransaction& tx_;
  IncomingValues& values_;
  ApplyTerms terms_;
  ApplyFigures figures_;
  IncomingObject incoming_;

  const drsuapi::DSNAME* source_name_ = nullptr;  // of the link value before: they come sorted
  LinkEnd source_;
  Guid source_guid_;
  std::unordered_map<ObjectGuid, LinkEnd> ends_;  // looked up, never walked
};

}  // namespace tributary::repl
