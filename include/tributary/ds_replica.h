/* SPDX-License-Identifier: Apache-2.0
 *
 * Replication: asking a DC to replicate, changing its sources and destinations, reading its state.
 * Part of ntdsapi.h, which is what programs include.
 * Sources: [MS-DRSR] 4.1.6, 4.1.13, 4.1.19, 4.1.20, 4.1.22, 4.1.23, 4.1.24, 4.1.26 and 5.41.
 */

/* DsReplicaSync: makes the bound DC (the destination) bring its replica of a naming context up to date from a source.
 * NameContext: the DN of the NC's root. pUuidDsaSrc: the DSA GUID of the source (objectGUID of its nTDSDSA object), which must
 *   already be one of the NC's sources on the destination; optional with DS_REPSYNC_ALL_SOURCES, which ignores it.
 * Without DS_REPSYNC_ASYNCHRONOUS_OPERATION the call returns when replication is done or has failed, and its result is that of the
 * replication; see DsBindingSetTimeout. Replication goes one way: nothing moves from the destination to the source.
 *
 * Use it after a change that cannot wait, or to test a link. A DC replicates by itself, on notification and on schedule, and works its
 * replication queue one task at a time: a program that calls DsReplicaSync routinely, or for every change, fills that queue with syncs
 * that find nothing new, and the ones that matter wait behind them. See DsReplicaGetInfo, DS_REPL_INFO_PENDING_OPS.
 *
 * Options, and what each does on the destination:
 *   ASYNCHRONOUS_OPERATION  the request is queued and the call returns at once; success says that it was accepted, no more.
 *   WRITEABLE               the replica is a writeable one. The destination takes it from its own repsFrom; kept for the queue's view.
 *   PERIODIC                the sync counts as a scheduled one: it may be dropped in favour of an equal one that is queued.
 *   INTERSITE_MESSAGING     changes are requested by messages (SMTP) and arrive later; the call does not wait for them.
 *   ALL_SOURCES             replicates from every source of the NC, one after the other. Must be asynchronous.
 *   FULL                    replicates everything, also what the destination has already; as costly as a new replica.
 *   URGENT                  the request goes in front of the ordinary ones in the queue, and waits for no delay.
 *   NO_DISCARD              the request is not merged with an equal one that is queued.
 *   FORCE                   replicates even though inbound (destination) or outbound (source) replication is disabled there.
 *   ADD_REFERENCE           the source also registers the destination for change notifications (repsTo).
 *   NEVER_COMPLETED         marks a source with which no replication has completed; set by DCs, harmless from programs.
 *   TWO_WAY                 the source is asked to replicate back from the destination when done.
 *   NEVER_NOTIFY            the source is not asked for change notifications.
 *   INITIAL                 the sync counts as the one at startup.
 *   USE_COMPRESSION         the source compresses what it sends.
 *   SELECT_SECRETS          a read-only DC: secrets are not taken along. (Older headers call the bit ABANDONED, a state in the queue.)
 *   INITIAL_IN_PROGRESS     state of the queue: the first replication of the NC is under way; DCs set it.
 *   PARTIAL_ATTRIBUTE_SET   a global catalog's partial replica: fetches attributes that were added to the partial set.
 *   REQUEUE                 state of the queue: the request was put back; DCs set it.
 *   NOTIFICATION            the request came from a change notification; DCs set it. A destination that wants none from
 *                           this source then answers ERROR_DS_DRA_NO_REPLICA.
 *   ASYNCHRONOUS_REPLICA    the replica is one that is filled asynchronously.
 *   CRITICAL                only objects that the system needs to start are replicated.
 *   FULL_IN_PROGRESS        state of the queue: a FULL replication is being resumed; DCs set it.
 *   PREEMPTED               state of the queue: the request gave way to a more urgent one; DCs set it.
 *   NONGC_RO_REPLICA        the replica is a full read-only one (on a read-only DC).
 *
 * Errors: found before the DC is asked: ERROR_INVALID_PARAMETER (87) ALL_SOURCES without ASYNCHRONOUS_OPERATION, an unknown option,
 *   or a null NameContext; ERROR_DS_DRA_INVALID_PARAMETER (8437) neither a source nor ALL_SOURCES.
 *   From the DC: ERROR_DS_DRA_BAD_NC (8440) it has no such NC; ERROR_DS_DRA_NO_REPLICA (8452) the NC does not replicate from that
 *   source there; ERROR_DS_DRA_ACCESS_DENIED (8453) the caller lacks the right Replication Synchronization on the NC;
 *   ERROR_DS_DRA_SOURCE_DISABLED (8456), ERROR_DS_DRA_SINK_DISABLED (8457) replication is disabled and FORCE was not given.
 *   When the DC cannot be reached any more: RPC_S_SERVER_UNAVAILABLE (1722), ERROR_TIMEOUT (1460).
 * Source: [MS-DRSR] 4.1.23. */
NTDSAPI DWORD WINAPI DsReplicaSyncW(HANDLE hDS, LPCWSTR NameContext, const UUID* pUuidDsaSrc, ULONG Options);
NTDSAPI DWORD WINAPI DsReplicaSyncA(HANDLE hDS, LPCSTR NameContext, const UUID* pUuidDsaSrc, ULONG Options);
#define DsReplicaSync TRIBUTARY_AW(DsReplicaSync)

/* DsReplicaSyncAll: makes every DC that holds an NC replicate, in the order in which changes flow towards (or from) the bound DC.
 * pszNameContext: optional, null means the configuration NC. ulFlags: DS_REPSYNCALL_*:
 *   ABORT_IF_SERVER_UNAVAILABLE  stop at the first DC that cannot be reached.
 *   SYNC_ADJACENT_SERVERS_ONLY   only the bound DC's own sources (or destinations).
 *   ID_SERVERS_BY_DN             texts name servers by the DN of their nTDSDSA object, not by their GUID-based DNS name.
 *   DO_NOT_SYNC                  walk and report, replicate nothing.
 *   SKIP_INITIAL_CHECK           do not first bind to every DC.
 *   PUSH_CHANGES_OUTWARD         from the bound DC to the others, instead of from the others to it.
 *   CROSS_SITE_BOUNDARIES        DCs of other sites too; without it only those of the bound DC's site.
 * pFnCallBack: optional, called for every event in the calling thread, with pCallbackData and a structure that is valid during the
 *   callback; FALSE stops the walk, and the function returns ERROR_CANCELLED (1223).
 * pErrors: optional, receives null or a null-terminated array of the failures. Single failures do not make the function fail.
 * Owner: *pErrors is one block, freed by LocalFree (compat) or free(). Thread: the callback may call any function of this header.
 * Errors: as DsReplicaGetInfo for the bound DC; ERROR_INVALID_FLAGS (1004). Source: [MS-DRSR] 4.1.23, 4.1.13. */
NTDSAPI DWORD WINAPI DsReplicaSyncAllW(HANDLE hDS, LPCWSTR pszNameContext, ULONG ulFlags,
                                       BOOL(WINAPI* pFnCallBack)(LPVOID, PDS_REPSYNCALL_UPDATEW), LPVOID pCallbackData,
                                       PDS_REPSYNCALL_ERRINFOW** pErrors);
NTDSAPI DWORD WINAPI DsReplicaSyncAllA(HANDLE hDS, LPCSTR pszNameContext, ULONG ulFlags,
                                       BOOL(WINAPI* pFnCallBack)(LPVOID, PDS_REPSYNCALL_UPDATEA), LPVOID pCallbackData,
                                       PDS_REPSYNCALL_ERRINFOA** pErrors);
#define DsReplicaSyncAll TRIBUTARY_AW(DsReplicaSyncAll)

/* DsReplicaAdd: adds a source to an NC of the bound DC (a value of repsFrom) and, unless told otherwise, replicates from it once.
 * SourceDsaDn: optional, the DN of the source's nTDSDSA object; needed with ASYNCHRONOUS_REPLICA. TransportDn: optional, the
 *   interSiteTransport object; null means RPC. SourceDsaAddress: the network address, as a rule <DSA GUID>._msdcs.<forest>.
 *   pSchedule: optional, when to replicate. Options: DS_REPADD_*, each as the DS_REPSYNC_ option of its name, and
 *   DISABLE_NOTIFICATION, DISABLE_PERIODIC: the source starts neither by notification nor by schedule.
 * The KCC removes sources that no nTDSConnection object asks for: this call is for tests and repairs.
 * Errors: ERROR_INVALID_PARAMETER for an unknown option or a malformed schedule; ERROR_DS_DRA_BAD_NC (8440);
 *   ERROR_DS_DRA_DN_EXISTS (8441) the source is there; ERROR_DS_DRA_ACCESS_DENIED (8453) without the right to manage topology.
 * Source: [MS-DRSR] 4.1.19. */
NTDSAPI DWORD WINAPI DsReplicaAddW(HANDLE hDS, LPCWSTR NameContext, LPCWSTR SourceDsaDn, LPCWSTR TransportDn,
                                   LPCWSTR SourceDsaAddress, const PSCHEDULE pSchedule, DWORD Options);
NTDSAPI DWORD WINAPI DsReplicaAddA(HANDLE hDS, LPCSTR NameContext, LPCSTR SourceDsaDn, LPCSTR TransportDn, LPCSTR SourceDsaAddress,
                                   const PSCHEDULE pSchedule, DWORD Options);
#define DsReplicaAdd TRIBUTARY_AW(DsReplicaAdd)

/* DsReplicaDel: removes a source from an NC of the bound DC; with DS_REPDEL_NO_SOURCE removes a replica that has no source left.
 * DsaSrc: the source's network address, as repsFrom has it; optional with NO_SOURCE. Options: DS_REPDEL_*:
 *   LOCAL_ONLY does not tell the source; IGNORE_ERRORS goes on when it cannot be told; REF_OK allows NO_SOURCE although others
 *   replicate from this replica; WRITEABLE must agree with the replica; INTERSITE_MESSAGING as DsReplicaSync.
 * Errors: ERROR_INVALID_PARAMETER; ERROR_DS_DRA_BAD_NC (8440); ERROR_DS_DRA_NO_REPLICA (8452) no such source;
 *   ERROR_DS_DRA_OBJ_IS_REP_SOURCE (8450); ERROR_DS_DRA_ACCESS_DENIED (8453). Source: [MS-DRSR] 4.1.20. */
NTDSAPI DWORD WINAPI DsReplicaDelW(HANDLE hDS, LPCWSTR NameContext, LPCWSTR DsaSrc, ULONG Options);
NTDSAPI DWORD WINAPI DsReplicaDelA(HANDLE hDS, LPCSTR NameContext, LPCSTR DsaSrc, ULONG Options);
#define DsReplicaDel TRIBUTARY_AW(DsReplicaDel)

/* DsReplicaModify: changes a source of an NC of the bound DC.
 * pUuidSourceDsa: optional, the source's DSA GUID; null finds it by SourceDsaAddress. ModifyFields: which of the others count:
 *   DS_REPMOD_UPDATE_FLAGS ReplicaFlags (DS_REPL_NBR_*, only those of DS_REPL_NBR_MODIFIABLE_MASK), _UPDATE_ADDRESS
 *   SourceDsaAddress, _UPDATE_SCHEDULE pSchedule. _UPDATE_RESULT and _UPDATE_TRANSPORT are refused, as is TransportDn: the
 *   protocol has no field for them.
 * Options: DS_REPMOD_ASYNCHRONOUS_OPERATION, DS_REPMOD_WRITEABLE.
 * Errors: ERROR_INVALID_PARAMETER for any of the above; ERROR_DS_DRA_BAD_NC (8440); ERROR_DS_DRA_NO_REPLICA (8452);
 *   ERROR_DS_DRA_ACCESS_DENIED (8453). Source: [MS-DRSR] 4.1.22. */
NTDSAPI DWORD WINAPI DsReplicaModifyW(HANDLE hDS, LPCWSTR NameContext, const UUID* pUuidSourceDsa, LPCWSTR TransportDn,
                                      LPCWSTR SourceDsaAddress, const PSCHEDULE pSchedule, DWORD ReplicaFlags, DWORD ModifyFields,
                                      DWORD Options);
NTDSAPI DWORD WINAPI DsReplicaModifyA(HANDLE hDS, LPCSTR NameContext, const UUID* pUuidSourceDsa, LPCSTR TransportDn,
                                      LPCSTR SourceDsaAddress, const PSCHEDULE pSchedule, DWORD ReplicaFlags, DWORD ModifyFields,
                                      DWORD Options);
#define DsReplicaModify TRIBUTARY_AW(DsReplicaModify)

/* DsReplicaUpdateRefs: adds or removes a destination that the bound DC (the source) notifies of changes (a value of repsTo).
 * DsaDest: the destination's network address. pUuidDsaDest: its DSA GUID. Options: DS_REPUPD_*: ADD_REFERENCE, DELETE_REFERENCE, or
 *   both, which replaces; neither is ERROR_DS_DRA_INVALID_PARAMETER. REFERENCE_GCSPN: the source will authenticate the destination
 *   by its global catalog name.
 * Errors: ERROR_INVALID_PARAMETER; ERROR_DS_DRA_INVALID_PARAMETER (8437); ERROR_DS_DRA_BAD_NC (8440);
 *   ERROR_DS_DRA_REF_ALREADY_EXISTS (8448), ERROR_DS_DRA_REF_NOT_FOUND (8449); ERROR_DS_DRA_ACCESS_DENIED (8453).
 * Source: [MS-DRSR] 4.1.26. */
NTDSAPI DWORD WINAPI DsReplicaUpdateRefsW(HANDLE hDS, LPCWSTR NameContext, LPCWSTR DsaDest, const UUID* pUuidDsaDest, ULONG Options);
NTDSAPI DWORD WINAPI DsReplicaUpdateRefsA(HANDLE hDS, LPCSTR NameContext, LPCSTR DsaDest, const UUID* pUuidDsaDest, ULONG Options);
#define DsReplicaUpdateRefs TRIBUTARY_AW(DsReplicaUpdateRefs)

/* DsReplicaConsistencyCheck: makes the bound DC's KCC compute its topology anew.
 * TaskID: DS_KCC_TASKID_UPDATE_TOPOLOGY. dwFlags: DS_KCC_FLAG_ASYNC_OP returns at once; DS_KCC_FLAG_DAMPED does nothing
 *   when the KCC has run a short while ago.
 * Errors: ERROR_INVALID_PARAMETER for another task; ERROR_INVALID_FLAGS (1004); ERROR_DS_DRA_ACCESS_DENIED (8453).
 * Source: [MS-DRSR] 4.1.6. */
NTDSAPI DWORD WINAPI DsReplicaConsistencyCheck(HANDLE hDS, DS_KCC_TASKID TaskID, DWORD dwFlags);

/* DsReplicaVerifyObjects: makes the bound DC compare an NC with a reference DC and delete objects that are gone there (lingering
 * objects).
 * pUuidDsaSrc: the DSA GUID of the reference DC, whose replica of the NC must be writeable. ulOptions: 0, or DS_EXIST_ADVISORY_MODE,
 *   which only writes what would be deleted into the DC's event log.
 * Errors: ERROR_INVALID_FLAGS (1004); ERROR_DS_DRA_BAD_NC (8440); ERROR_DS_DRA_ACCESS_DENIED (8453);
 *   RPC_S_PROCNUM_OUT_OF_RANGE (1745) the DC has no such call. Source: [MS-DRSR] 4.1.24. */
NTDSAPI DWORD WINAPI DsReplicaVerifyObjectsW(HANDLE hDS, LPCWSTR NameContext, const UUID* pUuidDsaSrc, ULONG ulOptions);
NTDSAPI DWORD WINAPI DsReplicaVerifyObjectsA(HANDLE hDS, LPCSTR NameContext, const UUID* pUuidDsaSrc, ULONG ulOptions);
#define DsReplicaVerifyObjects TRIBUTARY_AW(DsReplicaVerifyObjects)

/* DsReplicaGetInfo: reads replication state. Exists in W only.
 * InfoType: what, and with it the structure that *ppInfo receives: see DS_REPL_INFO_TYPE.
 * pszObject: the NC for cursors, the object for metadata; optional for neighbors (null means all NCs).
 * puuidForSourceDsaObjGuid: optional, only this source (neighbors).
 * Owner: freed by DsReplicaFreeInfo with the same InfoType: one block, texts included. Numbers are those of the DC; times are
 *   FILETIME, zero for never; dwReplicaFlags are DS_REPL_NBR_*; ulOptions of pending operations are API options.
 * Errors: ERROR_INVALID_PARAMETER for another InfoType; ERROR_DS_DRA_BAD_NC (8440), ERROR_DS_OBJ_NOT_FOUND (8333);
 *   ERROR_DS_DRA_ACCESS_DENIED (8453) without the right to monitor or manage replication; ERROR_NO_MORE_ITEMS (259) at the end of
 *   an enumeration; ERROR_NOT_SUPPORTED (50) the DC does not serve this type. Source: [MS-DRSR] 4.1.13. */
NTDSAPI DWORD WINAPI DsReplicaGetInfoW(HANDLE hDS, DS_REPL_INFO_TYPE InfoType, LPCWSTR pszObject, UUID* puuidForSourceDsaObjGuid,
                                       VOID** ppInfo);

/* DsReplicaGetInfo2: DsReplicaGetInfo with the parameters of its later types. Exists in W only.
 * pszAttributeName, pszValue: optional, one linked attribute, and the DN of one value of it. dwFlags: 0 or
 *   DS_REPL_INFO_FLAG_IMPROVE_LINKED_ATTRS. dwEnumerationContext: 0 at first, then the value of dwEnumerationContext in the last
 *   answer, until that is 0xFFFFFFFF or the call returns ERROR_NO_MORE_ITEMS. */
NTDSAPI DWORD WINAPI DsReplicaGetInfo2W(HANDLE hDS, DS_REPL_INFO_TYPE InfoType, LPCWSTR pszObject, UUID* puuidForSourceDsaObjGuid,
                                        LPCWSTR pszAttributeName, LPCWSTR pszValue, DWORD dwFlags, DWORD dwEnumerationContext,
                                        VOID** ppInfo);

/* DsReplicaFreeInfo: frees what DsReplicaGetInfo and DsReplicaGetInfo2 returned. Null does nothing. */
NTDSAPI void WINAPI DsReplicaFreeInfo(DS_REPL_INFO_TYPE InfoType, VOID* pInfo);
#if defined(UNICODE)
#define DsReplicaGetInfo DsReplicaGetInfoW
#define DsReplicaGetInfo2 DsReplicaGetInfo2W
#endif
