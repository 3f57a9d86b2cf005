// SPDX-License-Identifier: Apache-2.0
// IDL_DRSRemoveDsDomain: [MS-DRSR] 4.1.17.3.
#include <algorithm>

#include "base/win32.hpp"
#include "repl/state/reps.hpp"
#include "repl/updates/nc.hpp"
#include "repl/updates/remove.hpp"
#include "service/directory/directory.hpp"
#include "service/directory/session.hpp"

namespace tributary::service {
namespace {

using namespace directory;
using namespace drsuapi;

/// DNs that are the same name, whether or not their object is here.
class NamedNc {
 public:
  NamedNc(const Reader& reader, const std::string& dn) : reader_(reader), dn_(normal(dn)) {}
  [[nodiscard]] bool is(Dnt nc) const { return nc != kNoDnt && !dn_.empty() && normal(reader_.dn(nc)) == dn_; }
  [[nodiscard]] bool is_hosted_by(Dnt dsa) const {
    const auto lists = [&](Attid attid) { return std::ranges::any_of(reader_.references(dsa, attid), [&](Dnt nc) { return is(nc); }); };
    return lists(attid::kHasMasterNcs) || lists(attid::kMsDsHasMasterNcs);
  }

 private:
  [[nodiscard]] std::string normal(const std::string& dn) const {
    const auto rdns = repl::parse_dn(reader_.schema(), dn);
    return rdns ? to_lower_ascii(repl::format_dn(reader_.schema(), *rdns)) : std::string();
  }

  const Reader& reader_;
  std::string dn_;
};

/// HasNCReplicated (4.1.17.2.1). DEVIATION: a success from before the start of this process counts as well, since repsFrom does not say when
/// that was; a DSA that is alone with the NC has nobody to replicate with.
bool has_replicated(const Reader& reader, Dnt nc) {
  const auto replica = must(reader.snapshot().nc_replica(nc));
  if (!replica) return false;
  const bool has_succeeded = std::ranges::any_of(replica->reps_from, [](const Bytes& octets) {
    const auto source = repl::decode_reps_from(octets);
    return source && source->time_last_success.seconds != 0;
  });
  return has_succeeded || reader.of_category(class_id::kNtdsDsa, reader.configuration_nc()).size() <= 1;
}

const CrossRef& check(const Session& session, const DRS_MSG_RMDMNREQ_V1& request) {
  const auto& reader = session.reader();
  const std::string dn = text_of(request.DomainDN);
  if (dn.empty()) refuse(win32::kErrorInvalidParameter);
  const NamedNc domain(reader, dn);
  if (domain.is(reader.default_nc())) refuse(win32::kErrorDsIllegalModOperation);
  for (const Dnt dsa : reader.of_category(class_id::kNtdsDsa, reader.configuration_nc()))
    if (domain.is_hosted_by(dsa)) refuse(win32::kErrorDsNcStillHasDsas);
  const auto& all = session.partitions().all();
  const auto found = std::ranges::find_if(all, [&](const CrossRef& each) { return domain.is(each.nc); });
  if (found == all.end()) refuse(win32::kErrorDsNoCrossrefForNc);
  if (!session.partitions().owns(FsmoRole::kDomainNaming)) refuse(win32::kErrorDsObjNotFound);
  if (!has_replicated(reader, reader.configuration_nc())) refuse(win32::kErrorDsRoleNotVerified);
  if (!session.asker().may_delete(found->object)) refuse(win32::kErrorAccessDenied);
  return *found;
}

}  // namespace

Result<IDL_DRSRemoveDsDomain::Out> remove_ds_domain(Dsa& dsa, const CallContext& call, const IDL_DRSRemoveDsDomain::In& in) {
  return guarded([&] {
    const Session session(dsa, call);
    const auto* request = in.msgIn.get_if<1>();
    if (request == nullptr) refuse(win32::kErrorInvalidParameter);
    const CrossRef& cross_ref = check(session, *request);
    const auto root = session.reader().find(cross_ref.nc);
    (void)must(dsa.update([&](const repl::Context& context, store::WriteTransaction& tx) {
      return guarded([&] {
        auto updates = must(repl::remove_object(tx, context, cross_ref.object, repl::CheckLevel::kClient));
        if (root) must(repl::remove_subref(tx, context, cross_ref.nc));  // DelSubRef
        return updates;
      });
    }));
    IDL_DRSRemoveDsDomain::Out out;
    out.msgOut.emplace<1>();
    return out;
  });
}

}  // namespace tributary::service
