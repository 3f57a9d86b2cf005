// SPDX-License-Identifier: Apache-2.0
// tributary dsa join: one more DSA in a forest ([MS-ADTS] 6.1.2.1). The forest learns of it, the three NCs are pulled into an empty data folder,
// the source notifies it from then on. Whatever ends it in the middle: given again it goes on where it was.
#include <fmt/format.h>

#include <filesystem>
#include <fstream>

#include "base/utf.hpp"
#include "base/win32.hpp"
#include "drsuapi/dsname.hpp"
#include "dsa/commands/commands.hpp"
#include "dsa/commands/join_remote.hpp"
#include "dsa/core/open_database.hpp"
#include "dsa/core/partners.hpp"
#include "dsa/core/pull.hpp"
#include "dsa/core/running_dsa.hpp"
#include "dsa/core/secrets.hpp"
#include "schema/schema.hpp"
#include "security/target_name.hpp"
#include "service/forest/add_dsa.hpp"
#include "service/forest/join_local.hpp"

namespace tributary::dsa {
namespace {

struct Arguments : DsaArguments {
  std::string from, host, domain, spn, dsa_guid;
  std::string site = "Default-First-Site-Name";
  bool compress = false;
};

/// What survives an attempt before there is a database: the invocationId that the forest was told.
std::string note_path(const Config& config) { return config.data_folder + "/join"; }

Result<InvocationId> planned_invocation_id(const Config& config) {
  std::error_code error;
  std::filesystem::create_directories(config.data_folder, error);
  if (error) return fail(win32::kErrorAccessDenied, fmt::format("{}: {}", config.data_folder, error.message()));
  std::string text;
  if (std::ifstream noted(note_path(config)); noted >> text)
    if (const auto guid = parse_guid(text)) return InvocationId{*guid};
  const InvocationId fresh{random_guid()};
  std::ofstream note(note_path(config));
  note << to_string(fresh) << '\n';
  if (!note.flush()) return fail(win32::kErrorDiskFull, note_path(config));
  return fresh;
}

class Joiner {
 public:
  Joiner(cli::Context& context, const Arguments& arguments, const Config& config) : context_(context), arguments_(arguments), config_(config) {}

  Result<> run() {
    began_ = net::monotonic_now();
    if (auto done = reach(); !done) return done;
    if (auto done = become_known(); !done) return done;
    for (const auto& dn : service::ncs_to_join(source_.forest))
      if (auto done = pull_nc(dn); !done) return done;
    if (auto done = service::check_joined(*store_->read(), *schema_, source_.forest); !done) return done;
    store_.reset();
    if (auto done = complete(); !done) return done;
    std::error_code error;
    std::filesystem::remove(note_path(config_), error);
    return {};
  }
  void report() const {
    const double seconds = std::chrono::duration<double>(net::monotonic_now() - began_).count();
    const auto host = plan_.dns_host_name(source_.forest);
    const std::string spns[] = {security::ldap_spn(host), security::drs_spn(plan_.dsa, source_.forest.dns_name)};
    context_.say(fmt::format("{} has joined {}: {} objects and {} link values in {:.1f} s.", host, source_.forest.dns_name, objects_, links_, seconds));
    context_.say(fmt::format("This DSA is {}, NTDS Settings {}.", host, to_string(plan_.dsa)));
    context_.say(fmt::format("Its service principals, for {}:", config_.keytab));
    boost::json::array principals;
    for (const auto& spn : spns) {
      context_.say("  " + spn);
      principals.emplace_back(spn);
    }
    context_.print("tributary.dsa.join/1", {{"host", host}, {"dsa_guid", to_string(plan_.dsa)}, {"invocation_id", to_string(plan_.invocation_id)}, {"domain", source_.forest.dns_name},
                                            {"source", source_.host_name}, {"objects", objects_}, {"links", links_}, {"octets", octets_}, {"pages", pages_},
                                            {"principals", std::move(principals)}, {"data", config_.data_folder}, {"seconds", seconds}});
  }

 private:
  Result<> reach() {
    const std::string domain = arguments_.domain.empty() ? arguments_.from.substr(std::min(arguments_.from.find('.'), arguments_.from.size() - 1) + 1) : arguments_.domain;
    auto tickets = context_.credential(domain);
    if (!tickets) return std::unexpected(std::move(tickets.error()));
    client::BindOptions options;
    const auto place = find_place(config_.hosts, {{}, arguments_.from, arguments_.from}, domain);
    options.target.domain_controller = place.host;
    options.target.port = place.port;
    options.target.spn = arguments_.spn.empty() ? security::ldap_spn(arguments_.from) : arguments_.spn;
    options.credential = std::move(*tickets);
    options.timeout = context_.reach_timeout();
    auto extensions = client::default_client_extensions();
    extensions.dwFlagsExt = drsuapi::DRS_EXT_LH_BETA2 | drsuapi::DRS_EXT_GETCHGREPLY_V9 | drsuapi::DRS_EXT_RECYCLE_BIN;
    extensions.dwExtCaps = drsuapi::DRS_EXT_RECYCLE_BIN;
    options.extensions = extensions;
    auto bound = client::DrsHandle::bind(context_.runtime(), std::move(options));
    if (!bound) return std::unexpected(std::move(bound.error()));
    handle_ = std::move(*bound);
    auto source = ask_source(*handle_, arguments_.from, domain);
    if (!source) return std::unexpected(std::move(source.error()));
    source_ = std::move(*source);
    return {};
  }

  /// NTDS Settings of this DSA in the forest, and a database with its identity here.
  Result<> become_known() {
    plan_.host_name = arguments_.host.substr(0, arguments_.host.find('.'));
    plan_.site_name = arguments_.site;
    plan_.recycle_bin = handle_->server_extensions().has(drsuapi::DRS_EXT_RECYCLE_BIN);
    recycle_bin_ = plan_.recycle_bin;
    schema_ = schema::Schema::embedded();
    if (has_database(config_)) return resume();
    if (!arguments_.dsa_guid.empty()) {
      const auto guid = parse_guid(arguments_.dsa_guid);
      if (!guid) return std::unexpected(guid.error());
      plan_.dsa = DsaGuid{*guid};
    }
    const auto invocation = planned_invocation_id(config_);
    if (!invocation) return std::unexpected(invocation.error());
    plan_.invocation_id = *invocation;
    auto known = find_dsa(*handle_, source_.forest.dns_name, plan_.dns_host_name(source_.forest));
    if (!known) return std::unexpected(std::move(known.error()));
    if (known->is_null()) known = add_entries(*handle_, source_.forest, plan_);
    if (!known) return std::unexpected(std::move(known.error()));
    if (!plan_.dsa.is_null() && plan_.dsa != *known)
      return fail(win32::kErrorAlreadyExists, fmt::format("the forest knows this DSA as {}", to_string(*known)));
    plan_.dsa = *known;
    context_.note(fmt::format("{} knows this DSA as {}", source_.host_name, to_string(plan_.dsa)));
    auto store = create_database(config_, {plan_.dsa, plan_.invocation_id});
    if (!store) return std::unexpected(std::move(store.error()));
    store_ = std::move(*store);
    return open_keys();
  }

  /// Secrets come sealed from the first page on.
  Result<> open_keys() {
    auto context = engine_context();
    if (auto done = seal_secrets_of(config_, *store_, context); !done) return done;
    sealer_ = context.sealer;
    return {};
  }

  Result<> resume() {
    auto store = open_database(config_, Access::kServe);
    if (!store) return std::unexpected(std::move(store.error()));
    store_ = std::move(*store);
    const auto identity = store_->read()->identity();
    plan_.dsa = identity.dsa;
    plan_.invocation_id = identity.invocation_id;
    const auto known = find_dsa(*handle_, source_.forest.dns_name, plan_.dns_host_name(source_.forest));
    if (!known) return std::unexpected(known.error());
    if (*known != identity.dsa) return fail(win32::kErrorAlreadyExists, fmt::format("{} holds the database of another DSA", config_.data_folder));
    context_.note("going on with the join that was begun");
    if (auto taken = take_schema(); !taken) return taken;
    return open_keys();
  }

  Result<> take_schema() {
    auto taken = service::take_schema(*store_);
    if (!taken) return std::unexpected(std::move(taken.error()));
    if (*taken) schema_ = std::move(*taken);
    return {};
  }

  [[nodiscard]] repl::Context engine_context() {
    repl::Context context;
    context.dsa = plan_.dsa;
    context.invocation_id = plan_.invocation_id;
    context.schema = schema_;
    context.rules.recycle_bin = recycle_bin_;
    context.now = net::wall_now();
    context.random = &random_;
    context.sealer = sealer_;
    return context;
  }

  Result<repl::CycleOptions> cycle_options(const std::string& dn) {
    repl::CycleOptions options;
    auto name = drsuapi::dsname_from_dn(dn);
    if (!name) return std::unexpected(std::move(name.error()));
    options.nc = std::move(*name);
    options.source = repl::new_source(dsa_address(source_.dsa, source_.forest.dns_name), source_.dsa, drsuapi::DRS_WRIT_REP | drsuapi::DRS_INIT_SYNC | drsuapi::DRS_PER_SYNC,
                                      repl::Schedule::always(), to_ds_time(net::wall_now()));
    options.flags = drsuapi::DRS_GET_NC_SIZE | (arguments_.compress || config_.compress ? drsuapi::DRS_USE_COMPRESSION : 0u);
    options.is_schema_nc = dn == source_.forest.schema_dn();
    options.objects_max = config_.page_objects_max;
    options.octets_max = config_.page_octets_max;
    options.server = handle_->server_extensions();
    options.session_key = handle_->session_key();
    return options;
  }

  void progress(const std::string& dn, const repl::ReplicationCycle& cycle, MonoTime since) {
    const auto now = net::monotonic_now();
    if (now - said_ < std::chrono::seconds(2)) return;
    said_ = now;
    const auto& figures = cycle.figures();
    const auto done = figures.objects_added + figures.objects_changed + figures.objects_unchanged;
    const double seconds = std::max(std::chrono::duration<double>(now - since).count(), 0.001);
    const double rate = static_cast<double>(done) / seconds;
    const auto all = cycle.nc_size_objects();
    const std::string left = all > done && rate > 0 ? fmt::format(", {:.0f} s left", static_cast<double>(all - done) / rate) : std::string();
    context_.note(fmt::format("{}: {} of {} objects, {:.0f} a second{}", dn, done, all == 0 ? std::string("?") : std::to_string(std::max(all, done)), rate, left));
  }

  Result<> pull_nc(const std::string& dn) {
    auto options = cycle_options(dn);
    if (!options) return std::unexpected(std::move(options.error()));
    repl::ReplicationCycle cycle(std::move(*options));
    const auto since = said_ = net::monotonic_now();
    const PullTerms terms{*store_, turn_, [this] { return engine_context(); }, config_.call_timeout, {}, [&](const repl::ReplicationCycle& at, const repl::CycleStep&) {
                            progress(dn, at, since);
                            return true;
                          }};
    auto first = cycle.begin(engine_context(), *store_);
    const auto pulled = pull(cycle, std::move(first), handle_, terms);
    if (pulled.step.kind != repl::CycleStep::Kind::kDone) return fail(pulled.step.error.code, dn + ": " + pulled.step.error.detail, pulled.step.error.phase);
    const auto& figures = cycle.figures();
    const auto objects = figures.objects_added + figures.objects_changed + figures.objects_unchanged;
    const double seconds = std::chrono::duration<double>(net::monotonic_now() - since).count();
    context_.note(fmt::format("{}: {} objects and {} link values in {:.1f} s ({:.0f} a second)", dn, objects, figures.links_changed + figures.links_unchanged, seconds,
                              static_cast<double>(objects) / std::max(seconds, 0.001)));
    objects_ += objects;
    links_ += figures.links_changed + figures.links_unchanged;
    octets_ += pulled.octets;
    pages_ += cycle.pages();
    if (dn == source_.forest.schema_dn())
      if (auto taken = take_schema(); !taken) return taken;
    const auto nc = drsuapi::dsname_from_dn(dn);
    if (!nc) return std::unexpected(nc.error());
    return ask_for_notifications(*handle_, *nc, plan_.dsa, source_.forest.dns_name);
  }

  /// What a DSA does to its own objects once it is one.
  Result<> complete() {
    Log log(LogTarget::kStderr, LogLevel::kWarning);
    auto dsa = RunningDsa::open(config_, log, context_.runtime());
    if (!dsa) return std::unexpected(std::move(dsa.error()));
    const auto done = (*dsa)->update([&](const repl::Context& context, store::WriteTransaction& tx) { return service::complete_spns(tx, context, plan_); });
    if (!done) return std::unexpected(done.error());
    return {};
  }

  cli::Context& context_;
  const Arguments& arguments_;
  const Config& config_;
  SystemRandom random_;
  TurnLock turn_;
  std::shared_ptr<client::DrsHandle> handle_;
  JoinSource source_;
  service::DsaPlan plan_;
  std::unique_ptr<store::DirectoryStore> store_;
  std::shared_ptr<const schema::Schema> schema_;
  std::shared_ptr<const repl::ValueSealer> sealer_;
  bool recycle_bin_ = false;
  MonoTime began_{}, said_{};
  std::uint64_t objects_ = 0, links_ = 0, octets_ = 0, pages_ = 0;
};

Result<> run(cli::Context& context, Arguments& arguments) {
  const auto config = configuration(context, arguments);
  if (!config) return std::unexpected(config.error());
  Joiner joiner(context, arguments, *config);
  if (auto done = joiner.run(); !done) return done;
  joiner.report();
  return {};
}

}  // namespace

void add_join(cli::App& app, CLI::App& group) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* const sub = add_verb(app, group, "join", "Make this DSA one more of a forest, with all that another one has",
                                 "  tributary dsa join --from dsa-a.lab.example --host dsa-b -U administrator\n"
                                 "  tributary dsa join --from dsa-a.lab.example --host dsa-b     again, after it was interrupted: it goes on\n",
                                 arguments, run);
  sub->add_option("--from", arguments->from, "A DSA of the forest, by its DNS name")->required()->type_name("HOST");
  sub->add_option("--host", arguments->host, "Name of this DSA: one label, or with the domain")->required()->type_name("NAME");
  sub->add_option("--domain", arguments->domain, "DNS name of the domain (default: that of HOST)")->type_name("NAME");
  sub->add_option("--site", arguments->site, "The site that it is in")->type_name("NAME");
  sub->add_option("--dsa-guid", arguments->dsa_guid, "GUID of this DSA (default: the source chooses)")->type_name("GUID");
  sub->add_option("--spn", arguments->spn, "Service principal of HOST (default: ldap/HOST)")->type_name("SPN");
  sub->add_flag("--compress", arguments->compress, "Ask for compressed replies, whatever the configuration says");
}

}  // namespace tributary::dsa
