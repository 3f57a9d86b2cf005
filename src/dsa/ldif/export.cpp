// SPDX-License-Identifier: Apache-2.0
// The directory as LDIF. See import.hpp.
#include <algorithm>

#include "base/utf.hpp"
#include "base/win32.hpp"
#include "dsa/ldif/import.hpp"
#include "query/ldap_values.hpp"
#include "repl/objects/attids.hpp"
#include "repl/objects/facts.hpp"
#include "repl/objects/names.hpp"
#include "repl/objects/secret_values.hpp"

namespace tributary::dsa {
namespace {

using repl::Dnt;
using store::kNoDnt;

constexpr std::size_t kFlushOctets = 1 << 18;

/// Of every object and made by the directory itself: nobody can import them.
constexpr std::string_view kOperational[] = {"name",         "instanceType", "objectSid",        "sAMAccountType", "objectCategory",       "dSCorePropagationData",
                                             "whenCreated",  "whenChanged",  "uSNCreated",       "uSNChanged",     "nTSecurityDescriptor", "replPropertyMetaData",
                                             "objectGUID",   "lastLogon",    "badPasswordTime",  "logonCount",     "badPwdCount"};

class Exporter {
 public:
  Exporter(const store::Snapshot& snapshot, const repl::Context& context, const ExportOptions& options, const std::function<bool(std::string_view)>& write)
      : snapshot_(snapshot), context_(context), schema_(*context.schema), options_(options), write_(write) {
    out_ = "version: 1\n";
  }

  Result<std::uint64_t> run() {
    std::vector<Dnt> tops;
    if (options_.base.empty()) {
      auto roots = snapshot_.nc_roots();
      if (!roots) return std::unexpected(std::move(roots.error()));
      tops = std::move(*roots);
    } else {
      const auto base = repl::resolve_text(snapshot_, schema_, options_.base);
      if (!base) return std::unexpected(base.error());
      if (*base == kNoDnt) return fail(win32::kErrorDsNoSuchObject, options_.base);
      tops.push_back(*base);
    }
    for (const Dnt top : tops)
      if (auto done = subtree(top); !done) return std::unexpected(std::move(done.error()));
    if (!flush()) return fail(win32::kErrorCancelled, "the output cannot be written");
    return objects_;
  }

 private:
  /// Parents first, without recursion: the depth of a tree is its owner's choice.
  Result<void> subtree(Dnt top) {
    std::vector<Dnt> waiting{top};
    const auto root = snapshot_.find(top);
    if (!root) return std::unexpected(root.error());
    const Dnt nc = *root ? (*root)->nc() : kNoDnt;
    while (!waiting.empty()) {
      const Dnt dnt = waiting.back();
      waiting.pop_back();
      const auto object = snapshot_.find(dnt);
      if (!object) return std::unexpected(object.error());
      // Another NC has a turn of its own; what is deleted is nobody's data.
      if (!*object || (*object)->nc() != nc || repl::is_deleted(**object) || repl::is_subref(**object)) continue;
      if (auto done = print(**object); !done) return done;
      const auto first_child = waiting.size();
      auto walked = snapshot_.children(dnt, [&](const Dnt& child) { return waiting.push_back(child), true; });
      if (!walked) return walked;
      std::reverse(waiting.begin() + static_cast<std::ptrdiff_t>(first_child), waiting.end());
    }
    return {};
  }

  [[nodiscard]] bool is_wanted(const schema::AttributeSchema& attribute) const {
    if (attribute.is_back_link() || attribute.is_constructed()) return false;
    if (attribute.is_secret() && !options_.with_secrets) return false;
    if (options_.with_operational) return true;
    return attribute.is_replicated() && std::ranges::none_of(kOperational, [&](std::string_view each) { return equals_ignoring_case(each, attribute.ldap_display_name); });
  }

  Result<void> print(const store::ObjectView& object) {
    const auto dn = repl::dn_of(snapshot_, schema_, object.dnt());
    if (!dn) return std::unexpected(dn.error());
    out_ += '\n';
    append_ldif_value(out_, "dn", *dn);
    // objectClass first: readers like to know.
    if (const auto classes = object.find(repl::attid::kObjectClass))
      if (auto done = values(object, *classes); !done) return done;
    for (std::size_t i = 0; i < object.attribute_count(); ++i) {
      const auto attribute = object.attribute(i);
      if (attribute.attid() == repl::attid::kObjectClass) continue;
      if (auto done = values(object, attribute); !done) return done;
    }
    if (auto done = links(object.dnt()); !done) return done;
    ++objects_;
    if (out_.size() > kFlushOctets && !flush()) return fail(win32::kErrorCancelled, "the output cannot be written");
    return {};
  }

  Result<void> values(const store::ObjectView& object, const store::AttributeView& attribute) {
    const auto* definition = schema_.find_attribute(attribute.attid());
    if (definition == nullptr || !is_wanted(*definition)) return {};
    for (std::size_t v = 0; v < attribute.size(); ++v) {
      SecretBytes clear;
      ByteView value = attribute.value(v);
      if (repl::is_kept_secret(*definition)) {
        auto opened = repl::unseal_value(context_, object.guid(), *definition, value);
        if (!opened) return std::unexpected(std::move(opened.error()));
        clear = std::move(*opened);
        value = clear.view();
      }
      const auto text = query::value_to_ldap(snapshot_, schema_, *definition, value);
      if (!text) return std::unexpected(text.error());
      append_ldif_value(out_, definition->ldap_display_name, *text);
    }
    return {};
  }

  Result<void> links(Dnt source) {
    std::vector<store::LinkKey> present;
    auto walked = snapshot_.links(source, schema::Attid{0}, [&](const store::LinkValue& link) {
      if (link.is_present && !link.is_deactivated) present.push_back(link.key);
      return true;
    });
    if (!walked) return walked;
    for (const auto& key : present) {
      const auto* definition = schema_.find_attribute(key.attid);
      if (definition == nullptr || !is_wanted(*definition)) continue;
      Bytes stored(8);
      store_le(stored.data(), static_cast<std::uint64_t>(key.target));
      stored.insert(stored.end(), key.data.begin(), key.data.end());
      const auto text = query::value_to_ldap(snapshot_, schema_, *definition, stored);
      if (!text) return std::unexpected(text.error());
      append_ldif_value(out_, definition->ldap_display_name, *text);
    }
    return {};
  }

  bool flush() {
    const bool good = write_(out_);
    out_.clear();
    return good;
  }

  const store::Snapshot& snapshot_;
  const repl::Context& context_;
  const schema::Schema& schema_;
  const ExportOptions& options_;
  const std::function<bool(std::string_view)>& write_;
  std::string out_;
  std::uint64_t objects_ = 0;
};

}  // namespace

Result<std::uint64_t> export_ldif(const store::Snapshot& snapshot, const repl::Context& context, const ExportOptions& options,
                                  const std::function<bool(std::string_view)>& write) {
  return Exporter(snapshot, context, options, write).run();
}

}  // namespace tributary::dsa
