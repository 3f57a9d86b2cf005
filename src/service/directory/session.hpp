// SPDX-License-Identifier: Apache-2.0
// What every operation of this room begins with: the context of one moment, a snapshot, a Reader over both, and who asks. Questions of right
// go through here, so that an operation says only which right on which object. [MS-DRSR] 5.2 to 5.5, 5.103.
#pragma once

#include <memory>

#include "base/utf.hpp"
#include "security/access/rights.hpp"
#include "security/access/well_known_sids.hpp"
#include "service/access.hpp"
#include "service/directory/partitions.hpp"

namespace tributary::service::directory {

/// Who asks, on one state of the database. Reads only.
class Asker {
 public:
  Asker(const Reader& reader, const security::Token& token) : reader_(reader), token_(token) {}

  /// AccessCheckCAR.
  [[nodiscard]] bool has_right(Dnt object, const Guid& control_access_right) const {
    return object != kNoDnt && must(access_check_car(reader_.context(), reader_.snapshot(), token_, object, control_access_right));
  }
  /// AccessCheckAttr.
  [[nodiscard]] bool may_access(Dnt object, std::uint32_t access, Attid attribute) const {
    return must(access_check_attribute(reader_.context(), reader_.snapshot(), token_, object, access, attribute));
  }
  /// AccessCheckObject.
  [[nodiscard]] bool may(Dnt object, std::uint32_t access, const std::optional<Guid>& object_type = {}) const {
    return must(access_check_object(reader_.context(), reader_.snapshot(), token_, object, access, object_type));
  }
  /// RIGHT_DELETE on the object, or RIGHT_DS_DELETE_CHILD on its parent.
  [[nodiscard]] bool may_delete(Dnt object) const {
    return may(object, security::kRightDelete) || may(reader_.parent(object), security::kRightDsDeleteChild);
  }
  [[nodiscard]] bool is_administrator() const { return token_.has(security::sids::kAdministrators); }
  [[nodiscard]] const security::Token& token() const noexcept { return token_; }

 private:
  const Reader& reader_;
  const security::Token& token_;
};

/// One operation's view. Must not outlive the Dsa nor the call.
class Session {
 public:
  Session(Dsa& dsa, const CallContext& call)
      : context_(dsa.context()),
        snapshot_(dsa.store().read()),
        reader_(context_, *snapshot_, dsa.identity()),
        partitions_(reader_),
        asker_(reader_, call.caller->token) {}
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  [[nodiscard]] const repl::Context& context() const noexcept { return context_; }
  [[nodiscard]] const Reader& reader() const noexcept { return reader_; }
  [[nodiscard]] const Partitions& partitions() const noexcept { return partitions_; }
  [[nodiscard]] const Asker& asker() const noexcept { return asker_; }

 private:
  repl::Context context_;
  std::unique_ptr<store::Snapshot> snapshot_;
  Reader reader_;
  Partitions partitions_;
  Asker asker_;
};

/// Strings of messages. Malformed UTF-16 is nothing that any object is called, so it may be lossy.
[[nodiscard]] inline std::string text_of(const drsuapi::WString& text) { return text ? to_utf8_lossy(*text) : std::string(); }
[[nodiscard]] inline drsuapi::WString wide(std::string_view text) { return to_utf16_lossy(text); }
[[nodiscard]] inline drsuapi::WString wide_or_null(const std::optional<std::string>& text) { return text ? wide(*text) : drsuapi::WString(); }
/// A caller that no longer waits is not worked for.
inline constexpr std::size_t kItemsBetweenChecks = 64;
void stop_when_cancelled(const CallContext& call, std::size_t item);

[[nodiscard]] bool is_administrators_program(const CallContext& call) noexcept;  ///< ClientUUID is NTDSAPI_CLIENT_GUID

}  // namespace tributary::service::directory
