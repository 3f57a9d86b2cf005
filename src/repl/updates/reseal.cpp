// SPDX-License-Identifier: Apache-2.0
// See reseal.hpp.
#include "repl/updates/reseal.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "base/win32.hpp"
#include "repl/objects/secret_values.hpp"
#include "repl/updates/editor.hpp"

namespace tributary::repl {
namespace {

std::vector<const schema::AttributeSchema*> kept_secrets(const schema::Schema& schema) {
  std::vector<const schema::AttributeSchema*> secrets;
  for (const auto& attribute : schema.attributes())
    if (is_kept_secret(attribute)) secrets.push_back(&attribute);
  return secrets;
}

ObjectGuid next_guid(ObjectGuid guid) {
  for (auto octet = guid.value.octets.rbegin(); octet != guid.value.octets.rend(); ++octet)
    if (++*octet != 0) return guid;
  return {};
}

class Resealer {
 public:
  Resealer(WriteTransaction& tx, const Context& context) : tx_(tx), context_(context), secrets_(kept_secrets(*context.schema)) {}

  Result<ResealStep> run(const ObjectGuid& from, const ResealLimits& limits) {
    if (auto done = choose(from, limits); !done) return std::unexpected(std::move(done.error()));
    for (const Dnt dnt : chosen_)
      if (auto done = rewrite(dnt); !done) return std::unexpected(std::move(done.error()));
    return step_;
  }

 private:
  Result<void> choose(const ObjectGuid& from, const ResealLimits& limits) {
    std::size_t octets = 0;
    std::optional<Error> error;
    auto walked = tx_.by_guid(from, [&](const Dnt& dnt) {
      if (step_.objects_read == limits.objects_read_max || chosen_.size() == limits.objects_written_max || octets >= limits.octets_written_max) {
        step_.more = true;
        return false;
      }
      const auto object = tx_.find(dnt);
      if (!object) error = object.error();
      if (error) return false;
      if (!*object) return true;
      ++step_.objects_read;
      step_.next = next_guid((*object)->guid());
      if (!needs_work(**object)) return true;
      chosen_.push_back(dnt);
      octets += (*object)->octets().size();
      return true;
    });
    if (error) return std::unexpected(std::move(*error));
    return walked;
  }

  [[nodiscard]] bool needs_work(const ObjectView& object) const {
    return std::ranges::any_of(secrets_, [&](const auto* attribute) {
      const auto values = object.find(attribute->attid);
      for (std::size_t i = 0; values && i < values->size(); ++i)
        if (!context_.sealer->is_current(object.guid(), attribute->attid, values->value(i))) return true;
      return false;
    });
  }

  Result<void> rewrite(Dnt dnt) {
    const auto object = find_object(tx_, dnt, win32::kErrorDsDatabaseError);
    if (!object) return std::unexpected(object.error());
    store::ObjectDraft draft(*object);
    draft.keep_all();
    const auto written_before = step_.values_written;
    for (const auto* attribute : secrets_)
      if (auto* const values = draft.find(attribute->attid); values != nullptr)
        for (auto& value : values->values)
          if (auto done = rewrite(draft, *attribute, value); !done) return done;
    if (step_.values_written == written_before) return {};
    if (const auto put = tx_.put(draft); !put) return std::unexpected(put.error());
    return settle(tx_);
  }

  Result<void> rewrite(store::ObjectDraft& draft, const schema::AttributeSchema& attribute, ByteView& value) {
    const auto& guid = draft.head.guid;
    if (context_.sealer->is_current(guid, attribute.attid, value)) return {};
    const auto clear = unseal_value(context_, guid, attribute, value);
    if (!clear) {
      if (step_.values_unreadable++ == 0) step_.first_unreadable = guid;
      return {};
    }
    const auto sealed = seal_value(context_, guid, attribute.attid, clear->view());
    if (!sealed) return std::unexpected(sealed.error());
    value = draft.keep(*sealed);
    ++step_.values_written;
    return {};
  }

  WriteTransaction& tx_;
  const Context& context_;
  const std::vector<const schema::AttributeSchema*> secrets_;
  std::vector<Dnt> chosen_;
  ResealStep step_;
};

}  // namespace

Result<ResealStep> reseal_secrets(WriteTransaction& tx, const Context& context, const ObjectGuid& from, const ResealLimits& limits) {
  TRIBUTARY_ASSERT(context.sealer != nullptr);
  return Resealer(tx, context).run(from, limits);
}

Result<SecretsReport> verify_secrets(const Snapshot& snapshot, const Context& context) {
  SecretsReport report;
  const auto secrets = kept_secrets(*context.schema);
  const auto look_at = [&](const ObjectView& object, const schema::AttributeSchema& attribute) {
    const auto values = object.find(attribute.attid);
    for (std::size_t i = 0; values && i < values->size(); ++i) {
      const auto clear = unseal_value(context, object.guid(), attribute, values->value(i));
      if (clear) ++report.values;
      if (!clear && report.unreadable++ == 0) report.first_unreadable = clear.error().detail;
    }
  };
  std::optional<Error> error;
  auto walked = snapshot.by_guid({}, [&](const Dnt& dnt) {
    const auto object = snapshot.find(dnt);
    if (!object) error = object.error();
    if (error) return false;
    if (*object)
      for (const auto* attribute : secrets) look_at(**object, *attribute);
    return true;
  });
  if (error) return std::unexpected(std::move(*error));
  if (!walked) return std::unexpected(std::move(walked.error()));
  return report;
}

}  // namespace tributary::repl
