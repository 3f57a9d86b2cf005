// SPDX-License-Identifier: Apache-2.0
// What one caller may see of the objects that a search passes ([MS-ADTS] 3.1.1.4.3, 3.1.1.4.4, 5.1.3.3.6), by the rules of
// service/access/object_access.hpp but fast: most objects share their descriptors, so what a descriptor grants a token on an object of
// a class is found out once and kept, by thread, in bounded memory. Kept answers are found by everything they depend on: the
// descriptor's octets, the token, the classes, the schema, and whether PRINCIPAL SELF means the caller; a changed right is seen at once.
// Thread: of the snapshot.
#pragma once

#include <memory>

#include "query/match.hpp"
#include "service/ldap/view.hpp"

namespace tributary::service::ldap_face {

class DescriptorAnswers;

/// dSHeuristics ([MS-ADTS] 6.1.1.2.4.1.2), as far as searches depend on it.
struct SearchHeuristics {
  bool suppresses_first_last_anr = false;  ///< fSupFirstLastANR
  bool suppresses_last_first_anr = false;  ///< fSupLastFirstANR
  bool lists_objects = false;              ///< fDoListObject
  bool has_user_passwords = false;         ///< fUserPwdSupport
};
[[nodiscard]] SearchHeuristics search_heuristics(const View& view);

class ReadAccess final : public query::ReadRights {
 public:
  /// The view must outlive it.
  explicit ReadAccess(const View& view);
  ~ReadAccess() override;

  /// 5.1.3.3.6: the caller may learn that there is such an object.
  [[nodiscard]] Result<bool> is_visible(const store::ObjectView& object);

  /// What follows is about this object, whose view must stay good.
  void look_at(const store::ObjectView& object);
  [[nodiscard]] bool may_read(const schema::AttributeSchema& attribute, std::uint32_t slot = 0) override;
  /// nTSecurityDescriptor when only these parts (OWNER 1, GROUP 2, DACL 4, SACL 8) are asked for.
  [[nodiscard]] bool may_read_descriptor(std::uint32_t parts);

 private:
  [[nodiscard]] DescriptorAnswers* answers_for(const store::ObjectView& object);
  [[nodiscard]] DescriptorAnswers* answers();
  [[nodiscard]] bool judge(const schema::AttributeSchema& attribute);
  [[nodiscard]] const SearchHeuristics& heuristics();

  struct TokenAnswers;
  struct ThreadAnswers;
  const View& view_;
  TokenAnswers* token_;  // of this thread
  const store::ObjectView* object_ = nullptr;
  bool has_answers_ = false;              // answers_ was looked for
  DescriptorAnswers* answers_ = nullptr;  // null: the object has no descriptor, so nobody sees anything of it
  store::Dnt parent_ = store::kNoDnt;     // whose answer is lists_parent_
  bool lists_parent_ = false, lists_parent_object_ = false;
  std::optional<SearchHeuristics> heuristics_;
  std::shared_ptr<struct DecodedDescriptor> decoded_;
};

}  // namespace tributary::service::ldap_face
