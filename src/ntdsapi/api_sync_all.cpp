// SPDX-License-Identifier: Apache-2.0
// DsReplicaSyncAll: the callback and the array of failures around client::sync_all.
#include <vector>

#include "client/sync_all.hpp"
#include "ntdsapi/args.hpp"
#include "ntdsapi/c_layout.hpp"
#include "ntdsapi/session.hpp"

using namespace tributary;
using namespace tributary::ntdsapi;

namespace {

constexpr ULONG kFlagsKnown = 0x7F;  // DS_REPSYNCALL_ABORT_IF_SERVER_UNAVAILABLE to DS_REPSYNCALL_CROSS_SITE_BOUNDARIES

/// The structures of one width.
template <class Char>
struct Types;
template <>
struct Types<char16_t> {
  using Sync = DS_REPSYNCALL_SYNCW;
  using ErrInfo = DS_REPSYNCALL_ERRINFOW;
  using Update = DS_REPSYNCALL_UPDATEW;
};
template <>
struct Types<char> {
  using Sync = DS_REPSYNCALL_SYNCA;
  using ErrInfo = DS_REPSYNCALL_ERRINFOA;
  using Update = DS_REPSYNCALL_UPDATEA;
};

client::SyncAllOptions options_of(ULONG flags) {
  return {.abort_if_unavailable = (flags & DS_REPSYNCALL_ABORT_IF_SERVER_UNAVAILABLE) != 0,
          .adjacent_only = (flags & DS_REPSYNCALL_SYNC_ADJACENT_SERVERS_ONLY) != 0,
          .do_not_sync = (flags & DS_REPSYNCALL_DO_NOT_SYNC) != 0,
          .skip_initial_check = (flags & DS_REPSYNCALL_SKIP_INITIAL_CHECK) != 0,
          .push_outward = (flags & DS_REPSYNCALL_PUSH_CHANGES_OUTWARD) != 0,
          .cross_site_boundaries = (flags & DS_REPSYNCALL_CROSS_SITE_BOUNDARIES) != 0};
}

template <class Char>
std::basic_string<Char> in_width(const std::string& text) {
  if constexpr (std::is_same_v<Char, char>) {
    return text;
  } else {
    return to_utf16_lossy(text);
  }
}

/// Names servers as the caller wants to see them.
class Namer {
 public:
  Namer(bool by_dn, std::string forest) : by_dn_(by_dn), forest_(std::move(forest)) {}
  template <class Char>
  [[nodiscard]] std::basic_string<Char> name(const client::Dsa& dsa) const {
    return in_width<Char>(by_dn_ ? dsa.dn : to_string(dsa.guid) + "._msdcs." + forest_);
  }

 private:
  bool by_dn_;
  std::string forest_;
};

DS_REPSYNCALL_ERROR error_kind(client::SyncAllFailureKind kind) {
  switch (kind) {
    case client::SyncAllFailureKind::kContacting: return DS_REPSYNCALL_WIN32_ERROR_CONTACTING_SERVER;
    case client::SyncAllFailureKind::kReplicating: return DS_REPSYNCALL_WIN32_ERROR_REPLICATING;
    case client::SyncAllFailureKind::kUnreachable: return DS_REPSYNCALL_SERVER_UNREACHABLE;
  }
  return DS_REPSYNCALL_SERVER_UNREACHABLE;
}

/// One failure with the texts it points to.
template <class Char>
struct FailureTexts {
  std::basic_string<Char> server, source;
  bool has_source = false;

  FailureTexts(const client::SyncAllFailure& failure, const Namer& namer)
      : server(namer.name<Char>(failure.server)), has_source(failure.kind == client::SyncAllFailureKind::kReplicating) {
    if (has_source) source = namer.name<Char>(failure.source);
  }
};

/// Calls the program's callback. Structures are its to look at until it returns.
template <class Char, class Callback>
bool tell(const client::SyncAllEvent& event, const Namer& namer, const std::string& nc_dn, Callback callback, LPVOID data) {
  using T = Types<Char>;
  typename T::Update update{};
  if (event.kind == client::SyncAllEventKind::kError) {
    FailureTexts<Char> texts(*event.failure, namer);
    typename T::ErrInfo info{texts.server.data(), error_kind(event.failure->kind), static_cast<DWORD>(event.failure->error.code),
                             texts.has_source ? texts.source.data() : nullptr};
    update.event = DS_REPSYNCALL_EVENT_ERROR;
    update.pErrInfo = &info;
    return callback(data, &update) != FALSE;
  }
  if (event.kind == client::SyncAllEventKind::kFinished) {
    update.event = DS_REPSYNCALL_EVENT_FINISHED;
    return callback(data, &update) != FALSE;
  }
  auto source = namer.name<Char>(*event.source);
  auto destination = namer.name<Char>(*event.destination);
  auto nc = in_width<Char>(nc_dn);
  GUID source_guid = to_c_guid(event.source->guid.value);
  GUID destination_guid = to_c_guid(event.destination->guid.value);
  typename T::Sync sync{source.data(), destination.data(), nc.data(), &source_guid, &destination_guid};
  update.event = event.kind == client::SyncAllEventKind::kSyncStarted ? DS_REPSYNCALL_EVENT_SYNC_STARTED : DS_REPSYNCALL_EVENT_SYNC_COMPLETED;
  update.pSync = &sync;
  return callback(data, &update) != FALSE;
}

/// A null-terminated array of pointers, the structures and the texts, in one block. Null without failures.
template <class Char>
typename Types<Char>::ErrInfo** pack(const std::vector<client::SyncAllFailure>& failures, const Namer& namer) {
  using ErrInfo = typename Types<Char>::ErrInfo;
  if (failures.empty()) return nullptr;
  std::vector<FailureTexts<Char>> texts;
  std::size_t characters = 0;
  for (const auto& failure : failures) {
    texts.emplace_back(failure, namer);
    characters += texts.back().server.size() + texts.back().source.size() + 2;
  }
  const std::size_t count = failures.size();
  auto** array = static_cast<ErrInfo**>(std::malloc((count + 1) * sizeof(ErrInfo*) + count * sizeof(ErrInfo) + characters * sizeof(Char)));
  if (array == nullptr) throw std::bad_alloc();
  auto* infos = reinterpret_cast<ErrInfo*>(array + count + 1);
  auto* at = reinterpret_cast<Char*>(infos + count);
  const auto put = [&at](const std::basic_string<Char>& text) {
    Char* const start = at;
    std::memcpy(start, text.c_str(), (text.size() + 1) * sizeof(Char));
    at += text.size() + 1;
    return start;
  };
  for (std::size_t i = 0; i < count; ++i) {
    infos[i] = {put(texts[i].server), error_kind(failures[i].kind), static_cast<DWORD>(failures[i].error.code), nullptr};
    if (texts[i].has_source) infos[i].pszSrcId = put(texts[i].source);
    array[i] = &infos[i];
  }
  array[count] = nullptr;
  return array;
}

template <class Char, class Callback>
DWORD sync_everywhere(HANDLE handle, const Char* nc, ULONG flags, Callback callback, LPVOID data, typename Types<Char>::ErrInfo*** errors) {
  if (errors != nullptr) *errors = nullptr;
  return with_session(handle, [&](Session& session) -> Result<> {
    if ((flags & ~kFlagsKnown) != 0) return fail(win32::kErrorInvalidFlags, "unknown ulFlags");
    client::SyncAllRequest request;
    TRIBUTARY_TRY(nc_dn, optional_utf8(nc));
    request.nc_dn = nc_dn;
    request.options = options_of(flags);
    request.sync_call = session.replication_call();
    client::SyncAllObserver watch;
    const bool by_dn = (flags & DS_REPSYNCALL_ID_SERVERS_BY_DN) != 0;
    if (callback != nullptr)
      watch = [&](const client::SyncAllEvent& event) {
        return tell<Char>(event, Namer(by_dn, std::string(event.forest)), std::string(event.nc_dn), callback, data);
      };
    auto outcome = client::sync_all(session.shared_dc(), request, watch);
    if (errors != nullptr) *errors = pack<Char>(outcome.failures, Namer(by_dn, outcome.forest));
    return outcome.result;
  });
}

}  // namespace

DWORD DsReplicaSyncAllW(HANDLE hDS, LPCWSTR pszNameContext, ULONG ulFlags, BOOL (*pFnCallBack)(LPVOID, PDS_REPSYNCALL_UPDATEW),
                        LPVOID pCallbackData, PDS_REPSYNCALL_ERRINFOW** pErrors) {
  return sync_everywhere<WCHAR>(hDS, pszNameContext, ulFlags, pFnCallBack, pCallbackData, pErrors);
}
DWORD DsReplicaSyncAllA(HANDLE hDS, LPCSTR pszNameContext, ULONG ulFlags, BOOL (*pFnCallBack)(LPVOID, PDS_REPSYNCALL_UPDATEA),
                        LPVOID pCallbackData, PDS_REPSYNCALL_ERRINFOA** pErrors) {
  return sync_everywhere<CHAR>(hDS, pszNameContext, ulFlags, pFnCallBack, pCallbackData, pErrors);
}
