// SPDX-License-Identifier: Apache-2.0
// The words for SIDs ([MS-DTYP] 2.5.1.1, table of sid-token, with the SIDs of 2.4.2.4).
#include "security/access/sddl_words.hpp"

#include <algorithm>

namespace tributary::security::sddl {
namespace {

enum class Below : std::uint8_t { kNothing, kDomain, kForestRoot };

struct SidWord {
  std::string_view word;
  Below below = Below::kNothing;
  std::uint32_t rid = 0;  ///< below a domain
  Sid sid{};              ///< otherwise
};

constexpr SidWord fixed(std::string_view word, const Sid& sid) { return {.word = word, .sid = sid}; }
constexpr SidWord builtin(std::string_view word, std::uint32_t alias) { return {.word = word, .sid = make_sid(5, {32, alias})}; }
constexpr SidWord of_domain(std::string_view word, std::uint32_t rid) { return {.word = word, .below = Below::kDomain, .rid = rid}; }
constexpr SidWord of_forest(std::string_view word, std::uint32_t rid) { return {.word = word, .below = Below::kForestRoot, .rid = rid}; }

constexpr SidWord kSidWords[] = {
    of_domain("DA", rid::kDomainAdmins),
    of_domain("DG", rid::kDomainGuests),
    of_domain("DU", rid::kDomainUsers),
    of_domain("DD", rid::kDomainControllers),
    of_domain("DC", rid::kDomainComputers),
    of_domain("LA", rid::kAdministrator),
    of_domain("LG", rid::kGuest),
    of_domain("CA", rid::kCertPublishers),
    of_domain("RS", rid::kRasServers),
    of_domain("PA", rid::kGroupPolicyCreatorOwners),
    of_domain("CN", rid::kCloneableControllers),
    of_domain("AP", rid::kProtectedUsers),
    of_domain("KA", rid::kKeyAdmins),
    of_forest("SA", rid::kSchemaAdmins),
    of_forest("EA", rid::kEnterpriseAdmins),
    of_forest("RO", rid::kEnterpriseReadOnlyDomainControllers),
    of_forest("EK", rid::kEnterpriseKeyAdmins),
    builtin("BA", 544),
    builtin("BU", 545),
    builtin("BG", 546),
    builtin("PU", 547),
    builtin("AO", 548),
    builtin("SO", 549),
    builtin("PO", 550),
    builtin("BO", 551),
    builtin("RE", 552),
    builtin("RU", 554),
    builtin("RD", 555),
    builtin("NO", 556),
    builtin("MU", 558),
    builtin("LU", 559),
    builtin("IS", 568),
    builtin("CY", 569),
    builtin("ER", 573),
    builtin("CD", 574),
    builtin("RA", 575),
    builtin("ES", 576),
    builtin("MS", 577),
    builtin("HA", 578),
    builtin("AA", 579),
    builtin("RM", 580),
    fixed("WD", sids::kEveryone),
    fixed("CO", sids::kCreatorOwner),
    fixed("CG", sids::kCreatorGroup),
    fixed("OW", sids::kOwnerRights),
    fixed("NU", sids::kNetwork),
    fixed("IU", make_sid(5, {4})),
    fixed("SU", make_sid(5, {6})),
    fixed("AN", sids::kAnonymous),
    fixed("ED", sids::kEnterpriseDomainControllers),
    fixed("PS", sids::kPrincipalSelf),
    fixed("AU", sids::kAuthenticatedUsers),
    fixed("RC", make_sid(5, {12})),
    fixed("SY", sids::kLocalSystem),
    fixed("LS", make_sid(5, {19})),
    fixed("NS", make_sid(5, {20})),
    fixed("WR", make_sid(5, {33})),
    fixed("UD", make_sid(5, {84, 0, 0, 0, 0, 0})),
    fixed("AC", make_sid(15, {2, 1})),
    fixed("LW", make_sid(16, {4096})),
    fixed("ME", make_sid(16, {8192})),
    fixed("MP", make_sid(16, {8448})),
    fixed("HI", make_sid(16, {12288})),
    fixed("SI", make_sid(16, {16384})),
    fixed("AS", make_sid(18, {1})),
    fixed("SS", make_sid(18, {2})),
};

const SidWord* find_word(std::string_view word) noexcept {
  const auto* const found = std::ranges::find(kSidWords, word, &SidWord::word);
  return found == std::end(kSidWords) ? nullptr : found;
}

const std::optional<Sid>& domain_of(Below below, const DomainSids& domains) noexcept {
  return below == Below::kDomain ? domains.domain : domains.forest_root;
}

}  // namespace

bool is_sid_word(std::string_view word) noexcept { return find_word(word) != nullptr; }

std::optional<Sid> sid_of_word(std::string_view word, const DomainSids& domains) {
  const SidWord* const found = find_word(word);
  if (found == nullptr) return std::nullopt;
  if (found->below == Below::kNothing) return found->sid;
  const auto& domain = domain_of(found->below, domains);
  if (!domain) return std::nullopt;
  return with_rid(*domain, found->rid);
}

std::string_view word_of_sid(const Sid& sid, const DomainSids& domains) {
  const auto parts = split_sid(sid);
  for (const SidWord& entry : kSidWords) {
    if (entry.below == Below::kNothing) {
      if (entry.sid == sid) return entry.word;
    } else if (parts && parts->rid == entry.rid && domain_of(entry.below, domains) == parts->domain) {
      return entry.word;
    }
  }
  return {};
}

}  // namespace tributary::security::sddl
