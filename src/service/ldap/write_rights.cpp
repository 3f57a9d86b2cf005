// SPDX-License-Identifier: Apache-2.0
// See write_rights.hpp.
#include "service/ldap/write_rights.hpp"

#include <algorithm>
#include <array>

#include "base/win32.hpp"
#include "security/access/access_check.hpp"
#include "security/access/new_descriptor.hpp"
#include "service/directory/partitions.hpp"
#include "service/directory/spn_rights.hpp"
#include "service/ldap/sam.hpp"

namespace tributary::service::ldap_face {
namespace {

using repl::Modification;
using repl::ModifyOperation;

constexpr Guid kWritePartitionSecrets = "94825a8d-b171-4116-8146-1e34d8f54401"_guid;
constexpr Guid kReanimateTombstones = "45ec5156-db7e-47bb-b53f-dbeb2d03c40f"_guid;
constexpr Guid kSetOwner = "4125c71f-7fac-4ff0-bcb7-f09a41325286"_guid;
constexpr std::uint32_t kOwnerAndGroup = security::kOwnerSecurityInformation | security::kGroupSecurityInformation;

/// 3.1.1.5.3.1.2
struct RoleRight {
  const char* object_class;
  Guid right;
};
constexpr std::array<RoleRight, 5> kRoleRights = {{{"infrastructureUpdate", "cc17b1fb-33d9-11d2-97d4-00c04fd8d5cd"_guid},
                                                   {"dMD", "e12b56b6-0a95-11d1-adbb-00c04fd8d5cd"_guid},
                                                   {"rIDManager", "d58d5f36-0a98-11d1-adbb-00c04fd8d5cd"_guid},
                                                   {"domainDNS", "bae50096-4752-11d1-9052-00c04fc2d4cf"_guid},
                                                   {"crossRefContainer", "014bf69c-7b3b-11d1-85f6-08002be74fab"_guid}}};

bool ends_in_suffix(std::string_view name, std::string_view suffix) {
  if (name.size() <= suffix.size() + 1) return false;
  const auto at = name.size() - suffix.size();
  return name[at - 1] == '.' && equals_ignoring_case(name.substr(at), suffix);
}

std::vector<std::string> allowed_suffixes(const Write& write) {
  const auto* attribute = write.schema().find_attribute("msDS-AllowedDNSSuffixes");
  const auto domain = write.reader.living(write.reader.default_nc());
  return attribute != nullptr && domain ? write.reader.texts(*domain, attribute->attid) : std::vector<std::string>{};
}

class Rights {
 public:
  Rights(const Write& write, const store::ObjectView& object) : write_(write), object_(object), access_(write.access(object.dnt())) {}

  void check(const Modification& change) const {
    const auto* attribute = write_.schema().find_attribute(change.attid);
    if (attribute == nullptr) refuse(ResultCode::kNoSuchAttribute, win32::kErrorInvalidParameter);
    if (change.attid == attid::kNtSecurityDescriptor) return check_descriptor();
    if (!may_write(*attribute, change)) write_.deny(object_.dnt(), "writing " + attribute->ldap_display_name);
    if ((attribute->search_flags & schema::kSearchPartitionSecret) != 0 &&
        !write_.access(object_.nc()).control_access(kWritePartitionSecrets))
      write_.deny(object_.dnt(), attribute->ldap_display_name + " is a secret of the NC");
    if (attribute->ldap_display_name == "msDS-AllowedToDelegateTo" && !write_.is_administrator())
      refuse(ResultCode::kInsufficientAccessRights, code::kPrivilegeNotHeld, "delegation is enabled by administrators");
    if (change.attid == attid::kFsmoRoleOwner) check_role_right();
  }

 private:
  [[nodiscard]] bool may_write(const schema::AttributeSchema& attribute, const Modification& change) const {
    if (access_.attribute(security::kRightDsWriteProperty, attribute.attid)) return true;
    if (!access_.attribute(security::kRightDsWritePropertyExtended, attribute.attid)) return false;
    if (change.attid == attid::kMember) return is_about_himself(change);
    if (change.attid == attid::kServicePrincipalName) return are_own_spns(change);
    if (change.attid == attid::kDnsHostName) return is_machine() && all_texts(change, [&](const auto& name) { return is_own_host_name(write_, account(), name); });
    if (change.attid == attid::kMsDsAdditionalDnsHostName) {
      const auto suffixes = allowed_suffixes(write_);
      return is_machine() && all_texts(change, [&](const auto& name) {
        return std::ranges::any_of(suffixes, [&](const auto& suffix) { return ends_in_suffix(name, suffix); });
      });
    }
    return false;
  }
  template <class Predicate>
  [[nodiscard]] static bool all_texts(const Modification& change, Predicate&& predicate) {
    return std::ranges::all_of(change.values, [&](const auto& value) { return predicate(directory::unicode_text(value.octets)); });
  }
  [[nodiscard]] bool is_machine() const { return write_.is_a(object_, class_id::kComputer) || write_.is_a(object_, class_id::kServer); }
  [[nodiscard]] std::string account() const { return write_.reader.text(object_, attid::kSamAccountName).value_or(""); }
  /// 3.1.1.5.3.1.1.1
  [[nodiscard]] bool is_about_himself(const Modification& change) const {
    if (change.operation == ModifyOperation::kReplace || change.values.size() != 1) return false;
    const auto member = write_.reader.living(change.values.front().target);
    return member && member->head().sid == write_.token().user;
  }
  [[nodiscard]] bool are_own_spns(const Modification& change) const {
    std::vector<std::string> names;
    for (const auto& value : change.values) names.push_back(directory::unicode_text(value.octets));
    const Win32 judged = directory::check_write_to_spn_attribute(write_.reader, directory::Partitions(write_.reader),
                                                                 directory::Asker(write_.reader, write_.token()), object_.dnt(), names);
    if (judged == win32::kErrorDsInvalidAttributeSyntax)
      refuse(ResultCode::kConstraintViolation, judged, "the SPN is not one of this computer's");
    return judged == win32::kErrorSuccess;
  }
  void check_role_right() const {
    for (const auto& each : kRoleRights) {
      const auto* object_class = write_.schema().find_class(each.object_class);
      if (object_class == nullptr || !write_.is_a(object_, object_class->attid)) continue;
      if (!access_.control_access(each.right)) write_.deny(object_.dnt(), "taking the FSMO role");
    }
  }
  /// 6.1.3.5
  void check_descriptor() const {
    const auto flags = write_.controls.sd_flags;
    if ((flags & security::kDaclSecurityInformation) != 0 && !access_.object(security::kRightWriteDac))
      write_.deny(object_.dnt(), "writing the DACL");
    if ((flags & kOwnerAndGroup) != 0 && !access_.object(security::kRightWriteOwner) && !write_.is_administrator() &&
        !write_.access(object_.nc()).control_access(kSetOwner))
      write_.deny(object_.dnt(), "writing the owner (the control LDAP_SERVER_SD_FLAGS_OID says which parts are meant)");
    if ((flags & security::kSaclSecurityInformation) != 0 && !write_.is_administrator())
      write_.deny(object_.dnt(), "writing the SACL (the control LDAP_SERVER_SD_FLAGS_OID says which parts are meant)");
    if (repl::is_deleted(object_) && !write_.access(object_.nc()).control_access(kReanimateTombstones))
      write_.deny(object_.dnt(), "a descriptor of a deleted object needs Reanimate-Tombstones");
  }

  const Write& write_;
  const store::ObjectView& object_;
  ObjectAccess access_;
};

}  // namespace

bool is_own_host_name(const Write& write, std::string_view account, std::string_view host_name) {
  if (account.ends_with('$')) account.remove_suffix(1);
  const auto dot = host_name.find('.');
  if (account.empty() || dot == std::string_view::npos || !equals_ignoring_case(host_name.substr(0, dot), account)) return false;
  const auto domain = host_name.substr(dot + 1);
  if (equals_ignoring_case(domain, write.reader.identity().domain_dns_name)) return true;
  return std::ranges::any_of(allowed_suffixes(write), [&](const auto& suffix) { return equals_ignoring_case(domain, suffix); });
}

void check_modify_rights(const Write& write, const store::ObjectView& object, std::span<const Modification> changes) {
  const Rights rights(write, object);
  for (const auto& change : changes) rights.check(change);
}

}  // namespace tributary::service::ldap_face
