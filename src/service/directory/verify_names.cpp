// SPDX-License-Identifier: Apache-2.0
// IDL_DRSVerifyNames: [MS-DRSR] 4.1.27.2. Deleted objects have names as well.
#include <algorithm>

#include "base/win32.hpp"
#include "drsuapi/dsname.hpp"
#include "repl/objects/wire_values.hpp"
#include "service/directory/directory.hpp"
#include "service/directory/names.hpp"
#include "service/directory/session.hpp"

namespace tributary::service {
namespace {

using namespace directory;
using namespace drsuapi;

/// Stands for "this name may be of that trusted forest"; no attribute of any schema.
constexpr ATTRTYP kAttrtypTrustedForest = 0xFFFF0009;

class Verifier {
 public:
  Verifier(const Session& session, const DRS_MSG_VERIFYREQ_V1& request)
      : reader_(session.reader()), partitions_(session.partitions()), asker_(session.asker()), request_(request),
        names_(reader_.snapshot(), reader_.schema(), arena_),
        remote_(must(schema::PrefixTable::from_concrete(request.PrefixTable))),
        attributes_(reader_.schema(), reader_.schema().prefix_table(), remote_) {
    const auto dsa = reader_.living(reader_.dsa_object());
    is_filtered_ = !dsa || dsa->first_u32(attid::kMsDsBehaviorVersion).value_or(kBehaviorWin2008) >= kBehaviorWin2008;
  }

  [[nodiscard]] ENTINF verify(const DSNAME& name) {
    const auto dn = dsname_dn(name);
    const std::string text = dn ? *dn : std::string();
    if (request_.dwFlags == DRS_VERIFY_SAM_ACCOUNT_NAMES)
      if (const auto nt4 = parse_nt4_name(text))
        if (const auto forest = partitions_.trusted_forest_of(nt4->domain)) return referral(*forest);
    const auto objects = find(name, text);
    if (objects.size() != 1) return {};
    const Dnt nc = must(repl::nc_of(reader_.snapshot(), objects.front()));
    return asker_.has_right(nc, right::kGetChanges) ? describe_object(objects.front(), nc) : ENTINF();
  }

 private:
  [[nodiscard]] std::vector<Dnt> find(const DSNAME& name, const std::string& text) const {
    switch (request_.dwFlags) {
      case DRS_VERIFY_DSNAMES: {
        const auto found = repl::resolve(reader_.snapshot(), reader_.schema(), name);
        return found && reader_.find(*found) ? std::vector{*found} : std::vector<Dnt>{};
      }
      case DRS_VERIFY_SAM_ACCOUNT_NAMES: return find_account(text);
      default: return find_sid(name, request_.dwFlags == DRS_VERIFY_FPOS);
    }
  }
  [[nodiscard]] std::vector<Dnt> find_sid(const DSNAME& name, bool foreign) const {
    const auto sid = dsname_sid(name);
    if (!sid) return {};
    auto found = reader_.equal_with_deleted(attid::kObjectSid, encode_sid(*sid));
    std::erase_if(found, [&](Dnt dnt) { return reader_.is_instance(reader_.object(dnt), class_id::kForeignSecurityPrincipal) != foreign; });
    return found;
  }
  [[nodiscard]] std::vector<Dnt> find_account(const std::string& text) const {
    const auto nt4 = parse_nt4_name(text);
    if (!nt4) return reader_.equal_with_deleted(attid::kUserPrincipalName, unicode_octets(text));
    const auto& all = partitions_.all();
    const auto domain = std::ranges::find_if(all, [&](const CrossRef& each) { return equals_ignoring_case(each.netbios_name, nt4->domain); });
    if (domain == all.end() || !reader_.is_living(domain->nc)) return {};
    auto found = reader_.equal_with_deleted(attid::kSamAccountName, unicode_octets(nt4->user));
    std::erase_if(found, [&](Dnt dnt) { return reader_.object(dnt).nc() != domain->nc; });
    return found;
  }

  [[nodiscard]] ENTINF describe_object(Dnt object, Dnt nc) {
    ENTINF entry;
    entry.pName = reader_.dsname(object);
    const auto replica = must(reader_.snapshot().nc_replica(nc));
    entry.ulFlags = replica && replica->writable && !replica->partial ? ENTINF_FROM_MASTER : 0;
    for (const auto& wanted : request_.RequiredAttrs.pAttr) {
      const auto* attribute = attributes_.attribute(wanted.attrTyp);
      // DEVIATION: 4.1.27.2 empties the entry for an attribute outside of the sets and goes on with the next; such an attribute is left out.
      // A secret leaves by GetNCChanges under a session key or not at all, whatever set somebody has put it in.
      if (attribute == nullptr || attribute->is_secret() || !attribute->is_in_gc_pas() || (is_filtered_ && attribute->is_in_filtered_set())) continue;
      auto& to = entry.AttrBlock.pAttr.emplace_back();
      to.attrTyp = static_cast<ATTRTYP>(attribute->attid);
      add_values(object, *attribute, to);
    }
    return entry;
  }
  void add_values(Dnt object, const schema::AttributeSchema& attribute, ATTR& to) {
    const auto add = [&](ByteView octets) { to.AttrVal.pAVal.emplace_back().pVal = Seq<std::uint8_t>(octets); };
    if (attribute.is_linked()) {
      must(reader_.snapshot().links(object, attribute.attid, [&](const store::LinkValue& link) {
        if (link.is_present && !link.is_deactivated) add(must(names_.value(attribute.syntax, link.key.target, link.key.data)));
        return true;
      }));
      return;
    }
    const auto values = reader_.object(object).find(attribute.attid);
    for (std::size_t i = 0; values && i < values->size(); ++i) {
      const auto value = values->value(i);
      add(schema::is_reference(attribute.syntax)
              ? must(names_.value(attribute.syntax, store::reference_target(value), store::reference_rest(value)))
              : value);
    }
  }
  /// DEVIATION: 4.1.27.2 has the name's length in characters as valLen; the value is as long as its octets, which is what travels.
  [[nodiscard]] static ENTINF referral(const std::string& forest) {
    ENTINF entry;
    auto& attribute = entry.AttrBlock.pAttr.emplace_back();
    attribute.attrTyp = kAttrtypTrustedForest;
    attribute.AttrVal.pAVal.emplace_back().pVal = Seq<std::uint8_t>(unicode_octets(forest));
    return entry;
  }

  const Reader& reader_;
  const Partitions& partitions_;
  const Asker& asker_;
  const DRS_MSG_VERIFYREQ_V1& request_;
  ndr::Arena arena_;
  repl::OutgoingNames names_;
  schema::PrefixTable remote_;
  repl::IncomingValues attributes_;
  bool is_filtered_ = true;
};

bool is_in_default_nc(const Reader& reader, const DSNAME& name) {
  const auto found = repl::resolve(reader.snapshot(), reader.schema(), name);
  if (found && *found != kNoDnt) return must(repl::nc_of(reader.snapshot(), *found)) == reader.default_nc();
  const auto dn = dsname_dn(name);
  const auto rdns = dn ? repl::parse_dn(reader.schema(), *dn) : Result<repl::Dn>(std::unexpected(dn.error()));
  return rdns && !rdns->empty() && must(repl::nc_of_dn(reader.snapshot(), reader.schema(), *rdns)) == reader.default_nc();
}

void check(const Session& session, const DRS_MSG_VERIFYREQ_V1& request) {
  if (request.dwFlags > DRS_VERIFY_FPOS) refuse(win32::kErrorDsDraInvalidParameter);
  if (request.rpNames.empty()) refuse(win32::kErrorDsDraInvalidParameter);
  if (session.partitions().is_gc()) return;
  if (request.dwFlags != DRS_VERIFY_DSNAMES) refuse(win32::kErrorDsGcRequired);
  for (const auto& name : request.rpNames)
    if (!name || !is_in_default_nc(session.reader(), *name)) refuse(win32::kErrorDsGcRequired);
}

}  // namespace

Result<IDL_DRSVerifyNames::Out> verify_names(Dsa& dsa, const CallContext& call, const IDL_DRSVerifyNames::In& in) {
  return guarded([&] {
    const Session session(dsa, call);
    const auto* request = in.msgIn.get_if<1>();
    if (request == nullptr) refuse(win32::kErrorDsDraInvalidParameter);
    check(session, *request);
    Verifier verifier(session, *request);
    IDL_DRSVerifyNames::Out out;
    auto& reply = out.msgOut.emplace<1>();
    reply.PrefixTable = session.reader().schema().prefix_table().to_concrete();
    for (const auto& name : request->rpNames) {
      stop_when_cancelled(call, reply.rpEntInf.size());
      reply.rpEntInf.push_back(name ? verifier.verify(*name) : ENTINF());
    }
    return out;
  });
}

}  // namespace tributary::service
