// SPDX-License-Identifier: Apache-2.0
// See transcript_world.hpp.
#include "repl/queue/transcript_world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include "base/utf.hpp"

namespace tributary::repl::test {
namespace {

using namespace drsuapi;

[[noreturn]] void bad(std::string_view what, std::string_view text) { throw std::runtime_error(fmt::format("{}: {}", what, text)); }

std::int64_t parse_number(std::string_view text) {
  std::int64_t value = 0;
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) bad("not a number", text);
  return value;
}

/// "dc7" is the DSA whose GUID is all sevens.
DsaGuid dsa_guid(std::string_view name) {
  if (!name.starts_with("dc")) bad("not a DSA", name);
  DsaGuid guid;
  guid.value.octets.fill(static_cast<std::uint8_t>(parse_number(name.substr(2))));
  return guid;
}
std::string address_of(std::string_view name) { return std::string(name) + ".lab.example"; }

ObjectGuid nc_guid(std::string_view name) {
  ObjectGuid guid;
  for (std::size_t i = 0; i < name.size() && i < 16; ++i) guid.value.octets[i] = static_cast<std::uint8_t>(name[i]);
  return guid;
}

constexpr Named kRequestOptions[] = {
    {DRS_UPDATE_NOTIFICATION, "notification"}, {DRS_NO_DISCARD, "no_discard"}, {DRS_DEL_REF, "del_ref"},   {DRS_NO_SOURCE, "no_source"},
    {DRS_REF_OK, "ref_ok"},                    {DRS_LOCAL_ONLY, "local_only"}, {DRS_ASYNC_OP, "async"},    {DRS_SYNC_URGENT, "urgent"},
    {DRS_FULL_SYNC_NOW, "full"},               {DRS_SYNC_FORCED, "forced"},    {DRS_SYNC_ALL, "all"},      {DRS_SYNC_BYNAME, "byname"},
    {DRS_TWOWAY_SYNC, "twoway"},               {DRS_CRITICAL_ONLY, "critical"}, {DRS_GETCHG_CHECK, "check"},
};

/// Options as words of the line, or in options=a,b by the specification's names without DRS_.
std::uint32_t options_in(const Line& line) {
  std::uint32_t options = 0;
  for (const auto& word : line.words)
    for (const auto& named : kRequestOptions)
      if (word == named.name) options |= named.value;
  std::string rest = line.value("options");
  while (!rest.empty()) {
    const auto comma = rest.find(',');
    const std::string name = "DRS_" + rest.substr(0, comma);
    const auto found = std::ranges::find_if(blobs::kDrsOptions, [&](const auto& n) { return equals_ignoring_case(n.name, name); });
    if (found == std::end(blobs::kDrsOptions)) bad("no such option", name);
    options |= found->value;
    rest = comma == std::string::npos ? "" : rest.substr(comma + 1);
  }
  return options;
}

/// Opnums, for the names of bits that have two.
std::uint16_t opnum_of(OperationKind kind) {
  constexpr std::uint16_t opnums[] = {2, 5, 6, 7, 4};
  return opnums[static_cast<std::size_t>(kind)];
}
std::string options_text(std::uint32_t options, OperationKind kind) {
  std::string text;
  for (const auto& name : drs_option_names(options, opnum_of(kind))) text += (text.empty() ? "" : "|") + (name.starts_with("DRS_") ? name.substr(4) : name);
  return text.empty() ? "0" : text;
}

constexpr std::string_view kKinds[] = {"sync", "add", "del", "modify", "refs"};

/// "always", "never", or quarters of the week by number, in that order of meaning: "schedule=0,4,8".
Schedule schedule_in(const std::string& text) {
  if (text == "always") return Schedule::always();
  Schedule schedule;
  if (text.empty() || text == "never") return schedule;
  std::string_view rest = text;
  while (!rest.empty()) {
    const auto comma = rest.find(',');
    schedule.set(static_cast<std::size_t>(parse_number(rest.substr(0, comma))) % kSlotsPerWeek);
    rest = comma == std::string_view::npos ? "" : rest.substr(comma + 1);
  }
  return schedule;
}

Win32 result_in(const Line& line) {
  const auto name = line.value("result", "0");
  const auto code = parse_win32(name);
  if (!code) bad("no such code", name);
  return *code;
}

std::string code_text(Win32 code) { return code == Win32::kSuccess ? "ok" : win32_name(code); }

}  // namespace

Line::Line(std::string_view text) {
  while (!text.empty()) {
    const auto space = text.find(' ');
    const auto word = text.substr(0, space);
    const auto equals = word.find('=');
    if (equals != std::string_view::npos)
      values[std::string(word.substr(0, equals))] = std::string(word.substr(equals + 1));
    else if (!word.empty())
      words.emplace_back(word);
    text = space == std::string_view::npos ? "" : text.substr(space + 1);
  }
}
const std::string& Line::word(std::size_t i) const {
  if (i >= words.size()) bad("a word is missing", words.empty() ? "" : words[0]);
  return words[i];
}
bool Line::has(std::string_view word) const { return std::ranges::find(words, word) != words.end(); }
std::string Line::value(const std::string& key, std::string otherwise) const {
  const auto at = values.find(key);
  return at == values.end() ? std::move(otherwise) : at->second;
}
std::int64_t Line::number(const std::string& key, std::int64_t otherwise) const {
  const auto at = values.find(key);
  return at == values.end() ? otherwise : parse_number(at->second);
}

std::string World::nc_name(const ObjectGuid& guid) const {
  const auto at = std::ranges::find(replicas_, guid, &NcReplica::guid);
  if (at != replicas_.end()) return at->dn;
  std::string name(guid.value.octets.begin(), guid.value.octets.end());
  return name.substr(0, name.find('\0'));
}
std::string World::dsa_name(const DsaGuid& guid, const std::string& address) {
  return guid.is_null() ? address : fmt::format("dc{}", guid.value.octets[0]);
}

std::string World::text(const Start& a) const {
  return fmt::format("start {} {} {} {} {}{}", static_cast<std::uint32_t>(a.operation), kKinds[a.request.index()], nc_name(a.nc),
                     dsa_name(a.partner.guid, a.partner.address), options_text(options_of(a.request), kind_of(a.request)),
                     a.is_resumed ? " resumed" : "");
}
std::string World::text(const Preempt& a) const { return fmt::format("preempt {}", static_cast<std::uint32_t>(a.operation)); }
std::string World::text(const Reply& a) const { return fmt::format("reply {} {}", static_cast<std::uint64_t>(a.call), code_text(a.result)); }
std::string World::text(const Notify& a) const {
  return fmt::format("notify {} {} {}{}", nc_name(a.nc), dsa_name(a.partner, a.address), options_text(a.options, OperationKind::kSync),
                     a.uses_gc_spn ? " gc" : "");
}
std::string World::text(const ForgetPartner& a) const { return fmt::format("forget {} {}", nc_name(a.nc), dsa_name(a.partner, "")); }
std::string World::text(const WakeAt& a) const {
  if (!a.time) return "wake never";
  return fmt::format("wake in {} s", std::chrono::duration_cast<std::chrono::seconds>(*a.time - now_.mono).count());
}
std::string World::text(const Log& a) const { return "log " + a.text; }

std::string World::deliver(const Event& event) {
  std::string out;
  for (const auto& action : scheduler_.handle(event, now_))
    out += std::visit([&](const auto& a) { return text(a); }, action) + "\n";
  return out;
}

Changes World::changes_of(const Line& line) const { return {line.has("replicated"), line.has("originated"), line.has("urgently")}; }

OperationRequest World::request_of(const Line& line, OperationKind kind, std::uint32_t options) {
  const auto from = line.value("from", "dc0");
  switch (kind) {
    case OperationKind::kSync: return ReplicaSyncRequest{dsa_guid(from), address_of(from), options};
    case OperationKind::kAdd: return ReplicaAddRequest{address_of(from), {true, dsa_guid(from).value}, {}, Schedule::always(), options};
    case OperationKind::kDelete: return ReplicaDelRequest{address_of(from), options};
    case OperationKind::kModify: return ReplicaModifyRequest{dsa_guid(from), address_of(from), {}, 0, DRS_UPDATE_FLAGS, options};
    default: return UpdateRefsRequest{address_of(from), dsa_guid(from), options};
  }
}

std::string World::request(const Line& line) {
  const auto kind = static_cast<OperationKind>(std::ranges::find(kKinds, line.word(0)) - std::begin(kKinds));
  const auto first = static_cast<std::uint64_t>(parse_number(line.word(1)));
  const auto count = static_cast<std::uint64_t>(line.number("times", 1));
  std::string out;
  std::uint64_t accepted = 0;  // of many alike only the number is shown
  for (std::uint64_t i = 0; i < count; ++i) {
    Request request{CallId{first + i}, line.value("by", "admin"), nc_guid(line.value("nc", "domain")), request_of(line, kind, options_in(line)), {}, {}, {}};
    request.is_intrasite = line.has("intrasite");
    const auto actions = deliver(request);
    const bool is_plain = count > 1 && (actions.empty() || actions == fmt::format("reply {} ok\n", first + i));
    accepted += is_plain ? 1 : 0;
    if (!is_plain) out += actions;
  }
  if (accepted > 0 && count > 1) out += fmt::format("({} were accepted and wait)\n", accepted);
  return out;
}

std::string World::show_queue() const {
  std::string out;
  for (const auto& o : scheduler_.queue().operations(now_))
    out += fmt::format("{} priority {} {} {} {} {} since {}\n", o.serial_number, o.priority, kKinds[static_cast<std::size_t>(o.operation_type)],
                       o.naming_context.empty() ? nc_name(o.uuid_nc) : o.naming_context, dsa_name(o.uuid_dsa, o.dsa_address),
                       options_text(o.options, o.operation_type), to_string(to_ds_time(o.time_enqueued)));
  return out + fmt::format("{} run, {} wait, {} calls are open\n", scheduler_.queue().running_count(), scheduler_.queue().pending_count(),
                           scheduler_.queue().open_calls());
}

/// The lines that describe the directory; nothing happens before `apply`.
std::string World::setup(const Line& line, bool& is_done) {
  is_done = true;
  const auto& verb = line.word(0);
  const auto replica = [&]() -> NcReplica& {
    const auto at = std::ranges::find(replicas_, nc_guid(line.word(1)), &NcReplica::guid);
    if (at == replicas_.end()) bad("no such NC", line.word(1));
    return *at;
  };
  if (verb == "nc") {
    auto& nc = replicas_.emplace_back();
    nc.guid = nc_guid(line.word(1));
    nc.dn = line.word(1);
    nc.kind = line.has("schema") ? NcImportance::kSchema : line.has("configuration") ? NcImportance::kConfiguration : NcImportance::kOther;
    nc.is_writable = !line.has("partial");
    if (line.values.contains("first")) nc.notify_first_s = line.number("first", 0);
    if (line.values.contains("subsequent")) nc.notify_subsequent_s = line.number("subsequent", 0);
  } else if (verb == "source") {
    Source source;
    source.reps = new_source(address_of(line.word(2)), dsa_guid(line.word(2)), options_in(line), schedule_in(line.value("schedule")), {});
    source.reps.options = options_in(line);
    source.reps.consecutive_failures = static_cast<std::uint32_t>(line.number("failures", 0));
    source.reps.time_last_attempt = {now_.ds().seconds - line.number("last", 0)};
    source.is_intrasite = !line.has("intersite");
    replica().sources.push_back(std::move(source));
  } else if (verb == "partner") {
    RepsTo partner;
    partner.na_dsa = address_of(line.word(2));
    partner.uuid_dsa = dsa_guid(line.word(2));
    partner.options = options_in(line);
    replica().partners.push_back(std::move(partner));
  } else if (verb == "drop") {
    if (line.words.size() == 2)
      std::erase_if(replicas_, [&](const NcReplica& nc) { return nc.guid == nc_guid(line.word(1)); });
    else
      std::erase_if(replica().sources, [&](const Source& s) { return s.reps.uuid_dsa == dsa_guid(line.word(2)); });
  } else {
    is_done = false;
  }
  return {};
}

std::string World::run(std::string_view text) {
  const Line line(text);
  bool is_done = false;
  if (line.words.empty()) return {};
  auto out = setup(line, is_done);
  if (is_done) return out;
  const auto& verb = line.word(0);
  const auto operation = [&] { return OperationId{static_cast<std::uint32_t>(parse_number(line.word(1)))}; };
  if (verb == "new") {
    *this = World();
    return {};
  }
  if (std::ranges::find(kKinds, verb) != std::end(kKinds)) return request(line);
  if (verb == "apply") return deliver(ReplicasChanged{replicas_});
  if (verb == "startup") return deliver(Startup{});
  if (verb == "shutdown") return deliver(Shutdown{});
  if (verb == "tick") return deliver(Tick{});
  if (verb == "dsa") return deliver(DsaOptionsChanged{static_cast<std::uint32_t>((line.has("no_inbound") ? kNtdsdsaOptDisableInboundRepl : 0) |
                                                                                 (line.has("no_outbound") ? kNtdsdsaOptDisableOutboundRepl : 0))});
  if (verb == "gone") return deliver(CallerGone{CallId{static_cast<std::uint64_t>(parse_number(line.word(1)))}});
  if (verb == "page") return deliver(PageBoundary{operation(), changes_of(line)});
  if (verb == "done") return deliver(Finished{operation(), result_in(line), changes_of(line)});
  if (verb == "change") return deliver(LocalChange{nc_guid(line.word(1)), line.has("urgently")});
  if (verb == "answered") return deliver(NotificationAnswered{nc_guid(line.word(1)), dsa_guid(line.word(2)), result_in(line)});
  if (verb == "queue") return show_queue();
  if (verb == "pass" || verb == "clock") {
    const auto seconds = parse_number(line.word(1));
    if (verb == "pass") now_.mono += std::chrono::seconds(seconds);
    now_.wall.ticks += seconds * 10'000'000;
    return deliver(Tick{});
  }
  bad("no such line", text);
}

}  // namespace tributary::repl::test
