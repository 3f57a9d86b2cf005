// SPDX-License-Identifier: Apache-2.0
// IDL_DRSGetNCChanges as a server: [MS-DRSR] 4.1.10.5. What is in a reply is repl/source's matter; this file says who asks and with which
// rights, carries the writing halves out (roles, RIDs, what was revealed), and encodes the page while its snapshot lives.
#include "repl/source/get_nc_changes.hpp"

#include "base/win32.hpp"
#include "drsuapi/constants.hpp"
#include "drsuapi/dsname.hpp"
#include "repl/objects/names.hpp"
#include "repl/source/extended_writes.hpp"
#include "service/access/new_object_descriptor.hpp"
#include "service/drs/drs_operations.hpp"
#include "service/drs/read_ahead.hpp"
#include "service/drs/requested_nc.hpp"
#include "service/drs/rights.hpp"

namespace tributary::service {

using namespace drsuapi;
using store::kNoDnt;

namespace {

/// The root of the NC that the request is about: of the object, or of the DN of one that is not here.
Result<store::Dnt> find_root(const repl::Context& context, const store::Snapshot& snapshot, const DSNAME& name) {
  const auto object = resolve_or_none(context, snapshot, name);
  if (!object) return std::unexpected(object.error());
  if (*object != kNoDnt) return repl::nc_of(snapshot, *object);
  const auto dn = dsname_dn(name);
  const auto parsed = dn && !dn->empty() ? repl::parse_dn(*context.schema, *dn) : Result<repl::Dn>(repl::Dn{});
  return parsed && !parsed->empty() ? repl::nc_of_dn(snapshot, *context.schema, *parsed) : Result<store::Dnt>(kNoDnt);
}

struct Asked {
  repl::SourceCall source;
  repl::NativeRequest native;  ///< views of the request
};

/// What is to be known of the call; the views are of the caller.
Result<Asked> source_call(Dsa& dsa, const CallContext& call, const repl::Context& context, const store::Snapshot& snapshot,
                                     const DRS_MSG_GETCHGREQ& request) {
  Asked asked;
  auto& source = asked.source;
  source.terms.client = call.binding->client;
  source.terms.server = dsa.extensions();
  source.session_key = call.caller->session_key;
  source.caller_is_rodc = is_read_only_dsa(call.caller->token);
  source.outbound_disabled = (dsa.dsa_options() & kNtdsdsaOptDisableOutboundRepl) != 0;
  auto native = repl::transform_input(source.terms, *context.schema, request);
  if (!native) return std::unexpected(std::move(native.error()));
  const auto root = find_root(context, snapshot, *native->nc);
  if (!root) return std::unexpected(root.error());
  const auto rights = replication_rights(context, snapshot, call.caller->token, *root);
  if (!rights) return std::unexpected(rights.error());
  source.rights = *rights;
  asked.native = std::move(*native);
  return asked;
}

/// The half of an extended operation that writes, once the request was found to be allowed.
Result<void> write_extended(Dsa& dsa, repl::SourceCall& source, const DRS_MSG_GETCHGREQ& request, const DSNAME& name) {
  {
    ndr::Arena arena;
    const auto snapshot = dsa.store().read();
    source.extended_result = EXOP_ERR_SUCCESS;
    const auto judged = repl::get_nc_changes(dsa.context(), source, *snapshot, request, arena);
    if (!judged) return std::unexpected(judged.error());
  }
  std::optional<DsaGuid> ask_owner;
  const auto write = [&](const repl::Context& context, store::WriteTransaction& tx) -> Result<repl::Updates> {
    auto writes = repl::perform_extended_writes(context, tx, source, request);
    if (!writes) return std::unexpected(std::move(writes.error()));
    source.extended_result = writes->result;
    ask_owner = writes->ask_owner;
    const auto described = give_missing_descriptors(tx, context, writes->updates);
    if (!described) return std::unexpected(described.error());
    writes->updates.append(*described);
    return std::move(writes->updates);
  };
  if (const auto done = dsa.update(write); !done) return std::unexpected(done.error());
  if (!ask_owner) return {};
  // A role that another DSA wants to be rid of: it is asked for it, and then it is ours or it is not.
  const auto role = resolve_or_none(dsa.context(), *dsa.store().read(), name);
  if (!role) return std::unexpected(role.error());
  if (auto taken = dsa.take_role(*ask_owner, *role); !taken) {
    dsa.log('w', "a role that was to be taken over: " + describe_error(taken.error()));
    return {};
  }
  if (const auto done = dsa.update(write); !done) return std::unexpected(done.error());
  return {};
}

/// DRS_ADD_REF (4.1.10.5.2): the client is told of changes from now on.
void add_reference(Dsa& dsa, const CallContext& call, const repl::Context& context, const store::Snapshot& snapshot,
                   const repl::UpdateRefsWanted& wanted, const Guid& nc) {
  repl::Request request;
  request.caller = call.caller->account();
  request.nc = ObjectGuid{nc};
  request.operation = repl::UpdateRefsRequest{to_string(wanted.destination.value) + "._msdcs." + dsa.identity().forest_dns_name, wanted.destination,
                                              wanted.options};
  if (auto place = place_of_dsa(context, snapshot, dsa.identity(), wanted.destination.value)) {
    request.dsa_dn = std::move(place->dn);
    request.is_intrasite = place->is_intrasite;
  }
  dsa.submit(std::move(request), [](Win32) {});
}

/// 4.1.10.5.9, for what a read-only DSA got.
void note_revealed(Dsa& dsa, const repl::SourceReply& reply, const DsaGuid& rodc) {
  const auto done = dsa.update([&](const repl::Context& context, store::WriteTransaction& tx) {
    return repl::update_revealed_list(context, tx, rodc, reply.revealed);
  });
  if (!done) dsa.log('e', "what was revealed to " + to_string(rodc) + " is not written down: " + describe_error(done.error()));
}

/// What makes a page the right one beside the request: what the caller may see, and with which key secrets are sealed.
Bytes page_key(const IDL_DRSGetNCChanges::In& in, const repl::SourceCall& source) {
  auto key = encode_in<IDL_DRSGetNCChanges>(in, ndr::Syntax::kNdr20);
  for (const bool fact : {source.rights.get_changes, source.rights.get_changes_all, source.rights.get_changes_filtered_set, source.outbound_disabled})
    key.push_back(fact ? 1 : 0);
  key.insert(key.end(), source.session_key.begin(), source.session_key.end());
  return key;
}

/// The client's next page, while it works on the last one.
void read_on(Dsa& dsa, const CallContext& call, const IDL_DRSGetNCChanges::In& in, const repl::SourceCall& source, const Guid& invocation,
             const USN_VECTOR& to) {
  auto next = in;
  next.msgIn = repl::request_after(in.msgIn, invocation, to);
  call.binding->read_ahead->prepare(page_key(next, source), [&]() -> std::optional<ReadAhead::Page> {
    const auto snapshot = dsa.store().read();
    ndr::Arena arena;
    auto reply = repl::get_nc_changes(dsa.context(), source, *snapshot, next.msgIn, arena);
    if (!reply) return std::nullopt;
    ReadAhead::Page page{{}, reply->more_data, reply->invocation, reply->to};
    page.stub = encode_out<IDL_DRSGetNCChanges>({std::move(reply->message), 0});
    return page;
  });
}

}  // namespace

void get_nc_changes(Dsa& dsa, const CallContext& call, const IDL_DRSGetNCChanges::In& in, Answer<IDL_DRSGetNCChanges> answer) {
  std::unique_ptr<store::Snapshot> snapshot = dsa.store().read();
  auto context = dsa.context();
  auto asked = source_call(dsa, call, context, *snapshot, in.msgIn);
  if (!asked) return answer(std::unexpected(std::move(asked.error())));
  auto& [source, native] = *asked;
  // Only where a page is all that the request leads to.
  const bool reads_ahead = call.binding->read_ahead && native.extended_op == 0 && !native.has(DRS_ADD_REF) && !source.caller_is_rodc;
  if (reads_ahead) {
    if (auto page = call.binding->read_ahead->take(page_key(in, source))) {
      snapshot.reset();
      answer.call()->complete(std::move(page->stub));
      if (page->more_data) read_on(dsa, call, in, source, page->invocation, page->to);
      return;
    }
  }
  if (repl::writes(native.extended_op)) {
    snapshot.reset();
    if (auto written = write_extended(dsa, source, in.msgIn, *native.nc); !written) return answer(std::unexpected(std::move(written.error())));
    snapshot = dsa.store().read();
    context = dsa.context();
  }
  ndr::Arena arena;
  auto reply = repl::get_nc_changes(context, source, *snapshot, in.msgIn, arena);
  if (!reply) return answer(std::unexpected(std::move(reply.error())));
  // DEVIATION: a request that wants its answer by mail (V4, V7) is refused: there is no SMTP transport.
  if (!reply->response_smtp_address.empty()) return refuse(answer, win32::kErrorDsDraNotSupported, "answers by mail");
  if (reply->update_refs) {
    const auto root = find_root(context, *snapshot, *native.nc);
    const auto object = root && *root != kNoDnt ? snapshot->find(*root) : Result<std::optional<store::ObjectView>>(std::nullopt);
    if (object && *object) add_reference(dsa, call, context, *snapshot, *reply->update_refs, (*object)->guid().value);
  }
  if (source.caller_is_rodc && !reply->revealed.empty()) note_revealed(dsa, *reply, native.destination);
  answer(IDL_DRSGetNCChanges::Out{std::move(reply->message), 0});
  snapshot.reset();
  if (reads_ahead && reply->more_data) read_on(dsa, call, in, source, reply->invocation, reply->to);
}

}  // namespace tributary::service
