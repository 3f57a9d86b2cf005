// SPDX-License-Identifier: Apache-2.0
// See test_dsas.hpp.
#include "repl/destination/test_dsas.hpp"

#include <algorithm>
#include <map>

#include "drsuapi/dsname.hpp"
#include "drsuapi/operations.hpp"
#include "store/verify.hpp"

namespace tributary::repl::testing {

using namespace drsuapi;

namespace {

constexpr std::string_view kDomain = "DC=lab,DC=example";
const Bytes kSessionKey(16, 0x5A);

Guid numbered(std::uint8_t number, std::uint8_t kind) {
  Guid guid;
  guid.octets.fill(number);
  guid.octets[15] = kind;
  return guid;
}

std::string line_of(const store::AttributeStamp& stamp) {
  return " v" + std::to_string(stamp.version) + " t" + std::to_string(stamp.time_changed.seconds) + " " + to_string(stamp.uuid_originating) + "/" +
         std::to_string(stamp.usn_originating.value);
}

std::string guid_at(const store::Snapshot& snapshot, Dnt dnt) {
  const auto object = must(snapshot.find(dnt));
  return object ? to_string(object->guid()) : "?";
}

std::string value_text(const store::Snapshot& snapshot, const store::AttributeView& attribute, std::size_t i) {
  const auto value = attribute.value(i);
  if (!attribute.references()) return to_hex(value);
  return guid_at(snapshot, store::reference_target(value)) + "+" + to_hex(store::reference_rest(value));
}

void describe_object(const store::Snapshot& snapshot, const Context& context, const ObjectView& object, std::string& text) {
  text += to_string(object.guid()) + " " + must(dn_of(snapshot, *context.schema, object.dnt()));
  text += is_deleted(object) ? " deleted" : "";
  text += is_recycled(object) ? " recycled\n" : "\n";
  for (std::size_t i = 0; i < object.attribute_count(); ++i) {
    const auto attribute = object.attribute(i);
    if (!attribute.has_stamp() || attribute.attid() == object.rdn_type()) continue;
    text += "  " + std::to_string(static_cast<std::uint32_t>(attribute.attid())) + line_of(attribute.stamp());
    if (attribute.attid() != attid::kInstanceType)
      for (std::size_t v = 0; v < attribute.size(); ++v) text += " " + value_text(snapshot, attribute, v);
    text += "\n";
  }
  std::vector<std::string> links;
  must(snapshot.links(object.dnt(), Attid{}, [&](const store::LinkValue& link) {
    links.push_back("  -> " + std::to_string(static_cast<std::uint32_t>(link.key.attid)) + " " + guid_at(snapshot, link.key.target) +
                    (link.is_present ? " present" : " absent") + (link.is_deactivated ? " asleep c" : " c") +
                    std::to_string(link.stamp.time_created.seconds) + line_of(link.stamp.stamp) + "\n");
    return true;
  }));
  std::ranges::sort(links);
  for (const auto& line : links) text += line;
}

}  // namespace

DRS_EXTENSIONS_INT our_extensions(bool recycle_bin) {
  DRS_EXTENSIONS_INT extensions;
  extensions.dwFlags = DRS_EXT_BASE | DRS_EXT_GETCHGREQ_V5 | DRS_EXT_GETCHGREQ_V8 | DRS_EXT_GETCHGREQ_V10 | DRS_EXT_GETCHGREPLY_V6 |
                       DRS_EXT_STRONG_ENCRYPTION | DRS_EXT_LINKED_VALUE_REPLICATION | DRS_EXT_W2K3_DEFLATE | DRS_EXT_GETCHG_DEFLATE;
  extensions.dwFlagsExt = DRS_EXT_LH_BETA2 | DRS_EXT_GETCHGREPLY_V9;
  if (recycle_bin) extensions.dwFlagsExt |= DRS_EXT_RECYCLE_BIN;
  extensions.dwExtCaps = DRS_EXT_RECYCLE_BIN;
  return extensions;
}

Dsa::Dsa(std::uint8_t number, bool recycle_bin) : random(number) {
  context.dsa = DsaGuid{numbered(number, 0xD5)};
  context.invocation_id = InvocationId{numbered(number, 0x1D)};
  context.schema = schema::Schema::embedded();
  context.random = &random;
  context.now = to_file_time(DsTime{0x2FA9A74EA});
  context.rules.recycle_bin = recycle_bin;
  store = must(store::DirectoryStore::create(store::memory::make_memory_engine(), {context.dsa, context.invocation_id},
                                             std::make_shared<SchemaIndex>(context.schema)));
}

void Dsa::make_domain() {
  NcRequest request;
  request.dn = kDomain;
  request.kind = NcKind::kDomain;
  request.sid = parse_sid("S-1-5-21-1-2-3").value();
  request.attributes = {{attid::kNtSecurityDescriptor, {octets_value(some_descriptor())}}};
  request.container_descriptor = some_descriptor();
  (void)must(update([&](WriteTransaction& tx) { return create_nc(tx, context, request, CheckLevel::kReplica); }));
}

ObjectGuid Dsa::add(std::string_view parent_dn, std::string_view object_class, std::string rdn, std::vector<NewAttribute> attributes) {
  AddRequest request;
  request.parent = must(resolve_dn(*store->read(), *context.schema, parent_dn));
  request.rdn = std::move(rdn);
  request.attributes = std::move(attributes);
  request.attributes.push_back({attid::kObjectClass, {class_value(object_class)}});
  const auto added = must(update([&](WriteTransaction& tx) { return repl::add(tx, context, request, CheckLevel::kReplica); }));
  return must(store->read()->find(added.dnt))->guid();
}

void Dsa::set(const ObjectGuid& object, Attid attid, std::string_view text) {
  const Modification modification{ModifyOperation::kReplace, attid, {text_value(text)}};
  (void)update([&](WriteTransaction& tx) { return modify(tx, context, dnt(object), std::span(&modification, 1), {CheckLevel::kReplica, false, false}); });
}

void Dsa::rename(const ObjectGuid& object, std::optional<ObjectGuid> parent, std::optional<std::string> rdn) {
  RenameRequest request;
  request.object = dnt(object);
  if (parent) request.new_parent = dnt(*parent);
  request.new_rdn = std::move(rdn);
  (void)update([&](WriteTransaction& tx) { return modify_dn(tx, context, request, CheckLevel::kReplica); });
}

void Dsa::remove(const ObjectGuid& object) {
  (void)update([&](WriteTransaction& tx) { return remove_object(tx, context, dnt(object), CheckLevel::kReplica); });
}

void Dsa::link(const ObjectGuid& group, const ObjectGuid& member) {
  const Modification modification{ModifyOperation::kAdd, attid::kMember, {reference_value(dnt(member))}};
  (void)update([&](WriteTransaction& tx) { return modify(tx, context, dnt(group), std::span(&modification, 1), {CheckLevel::kReplica, true, false}); });
}
void Dsa::unlink(const ObjectGuid& group, const ObjectGuid& member) {
  const Modification modification{ModifyOperation::kDelete, attid::kMember, {reference_value(dnt(member))}};
  (void)update([&](WriteTransaction& tx) { return modify(tx, context, dnt(group), std::span(&modification, 1), {CheckLevel::kReplica, true, false}); });
}

Dnt Dsa::dnt(const ObjectGuid& object) const { return must(resolve_guid(*store->read(), object)); }
std::string Dsa::dn(const ObjectGuid& object) const {
  const auto found = dnt(object);
  return found == kNoDnt ? "-" : must(dn_of(*store->read(), *context.schema, found));
}
std::string Dsa::text(const ObjectGuid& object, Attid attid) const {
  const auto snapshot = store->read();
  const auto view = must(snapshot->find(dnt(object)));
  const auto value = view ? view->first(attid) : std::nullopt;
  return value ? text_of(*value) : "-";
}
bool Dsa::is_member(const ObjectGuid& group, const ObjectGuid& member) const {
  const auto link = must(store->read()->find_link({dnt(group), attid::kMember, dnt(member), {}}));
  return link && link->is_present && !link->is_deactivated;
}
Dnt Dsa::nc_root() const { return must(resolve_dn(*store->read(), *context.schema, kDomain)); }
std::optional<store::NcReplica> Dsa::nc() const {
  const auto root = nc_root();
  return root == kNoDnt ? std::nullopt : must(store->read()->nc_replica(root));
}
ReplUpToDateVector Dsa::utd() const {
  const auto replica = nc();
  return !replica || replica->up_to_dateness_vector.empty() ? ReplUpToDateVector{} : must(decode_utd(replica->up_to_dateness_vector));
}
std::optional<RepsFrom> Dsa::reps_from(const Dsa& source) const {
  const auto replica = nc();
  if (!replica) return std::nullopt;
  for (const auto& octets : replica->reps_from) {
    auto decoded = must(decode_reps_from(octets));
    if (decoded.uuid_dsa == source.context.dsa) return decoded;
  }
  return std::nullopt;
}

CycleOptions cycle_options(const Dsa& source, const PullOptions& options) {
  CycleOptions cycle;
  cycle.nc = must(dsname_from_dn(options.nc));
  cycle.source = new_source("source.lab.example", source.context.dsa, options.source_options, Schedule{}, DsTime{1});
  cycle.flags = options.flags;
  cycle.objects_max = options.objects_max;
  cycle.octets_max = options.octets_max;
  cycle.server = our_extensions(options.recycle_bin);
  if (!options.knows_v10) cycle.server.dwFlags &= ~DRS_EXT_GETCHGREQ_V10;
  cycle.session_key = kSessionKey;
  return cycle;
}

Result<DRS_MSG_GETCHGREPLY> ask(const Dsa& source, const DRS_MSG_GETCHGREQ& request, ndr::Arena& arena, Bytes& stub) {
  IDL_DRSGetNCChanges::In in;
  in.msgIn = request;
  const auto travelled = must(decode_in<IDL_DRSGetNCChanges>(encode_in<IDL_DRSGetNCChanges>(in)));
  SourceCall call;
  call.terms.client = our_extensions(source.context.rules.recycle_bin);
  call.terms.server = our_extensions(source.context.rules.recycle_bin);
  call.session_key = kSessionKey;
  const auto snapshot = source.store->read();
  ndr::Arena source_arena;
  auto reply = get_nc_changes(source.context, call, *snapshot, travelled.msgIn, source_arena);
  if (!reply) return std::unexpected(std::move(reply.error()));
  IDL_DRSGetNCChanges::Out out;
  out.msgOut = std::move(reply->message);
  stub = encode_out<IDL_DRSGetNCChanges>(out);
  auto decoded = decode_out<IDL_DRSGetNCChanges>(stub, {ndr::Syntax::kNdr20, std::endian::little, &arena});
  if (!decoded) return std::unexpected(std::move(decoded.error()));
  return std::move(decoded->msgOut);
}

PullResult pull(Dsa& destination, const Dsa& source, const PullOptions& options) {
  ReplicationCycle cycle(cycle_options(source, options));
  PullResult result;
  result.last = cycle.begin(destination.context, *destination.store);
  while (result.last.kind == CycleStep::Kind::kSend && cycle.pages() < options.pages_max) {
    ndr::Arena arena;
    Bytes stub, plain;
    ++result.calls;
    EXPECT_LT(result.calls, 1'000'000u);
    auto reply = ask(source, *result.last.request, arena, stub);
    if (!reply) {
      result.last = cycle.on_failure(destination.context, *destination.store, std::move(reply.error()));
      break;
    }
    auto native = must(native_reply(std::move(*reply), arena, plain));
    result.objects_sent += native.pObjects.size();
    result.links_sent += native.rgValues.size();
    if (options.tamper) options.tamper(native);
    result.last = cycle.on_reply(destination.context, *destination.store, DRS_MSG_GETCHGREPLY(std::move(native)));
  }
  result.figures = cycle.figures();
  result.pages = cycle.pages();
  return result;
}

std::string content(const Dsa& dsa, std::string_view nc) {
  const auto snapshot = dsa.store->read();
  const auto root = must(resolve_dn(*snapshot, *dsa.context.schema, nc));
  std::map<std::string, std::string> objects;
  must(snapshot->changes(root, Usn{0}, [&](const store::ObjectChange& change) {
    const auto object = must(snapshot->find(change.dnt));
    describe_object(*snapshot, dsa.context, *object, objects[to_string(object->guid())]);
    return true;
  }));
  std::string text;
  for (const auto& [guid, lines] : objects) text += lines;
  return text;
}

std::string whole_state(const Dsa& dsa) {
  std::string text = content(dsa);
  const auto snapshot = dsa.store->read();
  must(snapshot->changes(dsa.nc_root(), Usn{0}, [&](const store::ObjectChange& change) {
    text += std::to_string(change.usn.value) + ":" + std::to_string(static_cast<std::uint64_t>(change.dnt)) + " ";
    return true;
  }));
  must(snapshot->link_changes(dsa.nc_root(), Usn{0}, [&](const store::LinkChange& change) {
    text += std::to_string(change.usn.value) + ">" + std::to_string(static_cast<std::uint64_t>(change.key.target)) + " ";
    return true;
  }));
  if (const auto replica = dsa.nc()) text += to_hex(replica->up_to_dateness_vector) + to_hex(replica->partial_attribute_set);
  return text;
}

void expect_sound(const Dsa& dsa) {
  const auto report = must(store::verify(*dsa.store->read()));
  for (const auto& finding : report.findings) ADD_FAILURE() << store::to_string(finding);
}

void converge(std::vector<Dsa*> dsas, const PullOptions& options) {
  int quiet = 0;
  for (int round = 0; round < 20 && quiet < 2; ++round) {
    std::uint64_t sent = 0;
    for (auto* to : dsas)
      for (auto* from : dsas) {
        if (to == from || from->nc_root() == kNoDnt) continue;
        const auto result = pull(*to, *from, options);
        ASSERT_EQ(result.last.kind, CycleStep::Kind::kDone) << describe_error(result.last.error);
        sent += result.objects_sent + result.links_sent;
      }
    quiet = sent == 0 ? quiet + 1 : 0;
  }
  EXPECT_EQ(quiet, 2) << "the forest does not come to rest";
  for (auto* dsa : dsas) {
    EXPECT_EQ(content(*dsa), content(*dsas.front()));
    expect_sound(*dsa);
  }
}

}  // namespace tributary::repl::testing
