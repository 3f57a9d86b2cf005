/* SPDX-License-Identifier: Apache-2.0
 *
 * The enumerations and structures of ntdsapi.h. Layouts are those of [MS-DRSR] (each section is named) with the padding that
 * Windows has on a 64-bit machine. Arrays written [1] hold as many elements as the count before them says.
 * Everything that the library returns in these stays its memory: it is freed by the function that its page names, wholly.
 */
#ifndef TRIBUTARY_DS_TYPES_H
#define TRIBUTARY_DS_TYPES_H

#include "wintypes.h"

/* --- Names: [MS-DRSR] 4.1.4.1 ----------------------------------------------------------------------------------------- */

typedef enum {
  DS_UNKNOWN_NAME = 0,            /* the DC guesses */
  DS_FQDN_1779_NAME = 1,          /* CN=Ada,OU=Staff,DC=example,DC=com */
  DS_NT4_ACCOUNT_NAME = 2,        /* EXAMPLE\\ada */
  DS_DISPLAY_NAME = 3,            /* Ada Lovelace */
  DS_UNIQUE_ID_NAME = 6,          /* {objectGUID} in braces */
  DS_CANONICAL_NAME = 7,          /* example.com/Staff/Ada */
  DS_USER_PRINCIPAL_NAME = 8,     /* ada@example.com */
  DS_CANONICAL_NAME_EX = 9,       /* as 7, the last / replaced by a newline */
  DS_SERVICE_PRINCIPAL_NAME = 10, /* ldap/dc1.example.com */
  DS_SID_OR_SID_HISTORY_NAME = 11,
  DS_DNS_DOMAIN_NAME = 12
} DS_NAME_FORMAT;

#define DS_DOMAIN_SIMPLE_NAME DS_USER_PRINCIPAL_NAME
#define DS_ENTERPRISE_SIMPLE_NAME DS_USER_PRINCIPAL_NAME

typedef enum {
  DS_NAME_NO_FLAGS = 0x0,
  DS_NAME_FLAG_SYNTACTICAL_ONLY = 0x1, /* rewrite the text, ask no DC */
  DS_NAME_FLAG_EVAL_AT_DC = 0x2,
  DS_NAME_FLAG_GCVERIFY = 0x4,     /* fail unless the DC is a global catalog */
  DS_NAME_FLAG_TRUST_REFERRAL = 0x8 /* name the trusted forest where it might succeed */
} DS_NAME_FLAGS;

#define DS_NAME_LEGAL_FLAGS (DS_NAME_FLAG_SYNTACTICAL_ONLY)

/* The status of one translated name: [MS-DRSR] 4.1.4.1.8. */
typedef enum {
  DS_NAME_NO_ERROR = 0,
  DS_NAME_ERROR_RESOLVING = 1,
  DS_NAME_ERROR_NOT_FOUND = 2,
  DS_NAME_ERROR_NOT_UNIQUE = 3,
  DS_NAME_ERROR_NO_MAPPING = 4,
  DS_NAME_ERROR_DOMAIN_ONLY = 5, /* pDomain is set, pName is not */
  DS_NAME_ERROR_NO_SYNTACTICAL_MAPPING = 6,
  DS_NAME_ERROR_TRUST_REFERRAL = 7
} DS_NAME_ERROR;

typedef struct {
  DWORD status; /* DS_NAME_ERROR */
  LPSTR pDomain;
  LPSTR pName;
} DS_NAME_RESULT_ITEMA, *PDS_NAME_RESULT_ITEMA;

typedef struct {
  DWORD status; /* DS_NAME_ERROR */
  LPWSTR pDomain;
  LPWSTR pName;
} DS_NAME_RESULT_ITEMW, *PDS_NAME_RESULT_ITEMW;

/* Freed by DsFreeNameResult. */
typedef struct {
  DWORD cItems;
  PDS_NAME_RESULT_ITEMA rItems;
} DS_NAME_RESULTA, *PDS_NAME_RESULTA;

typedef struct {
  DWORD cItems;
  PDS_NAME_RESULT_ITEMW rItems;
} DS_NAME_RESULTW, *PDS_NAME_RESULTW;

/* --- Service principal names -------------------------------------------------------------------------------------------- */

typedef enum {
  DS_SPN_DNS_HOST = 0, /* class/host.example.com */
  DS_SPN_DN_HOST = 1,
  DS_SPN_NB_HOST = 2,   /* class/HOST */
  DS_SPN_DOMAIN = 3,    /* class/host.example.com/example.com */
  DS_SPN_NB_DOMAIN = 4, /* class/HOST/EXAMPLE */
  DS_SPN_SERVICE = 5    /* class/host.example.com/service */
} DS_SPN_NAME_TYPE;

typedef enum { DS_SPN_ADD_SPN_OP = 0, DS_SPN_REPLACE_SPN_OP = 1, DS_SPN_DELETE_SPN_OP = 2 } DS_SPN_WRITE_OP;

/* --- Mangled names ([MS-ADTS] 3.1.1.5.5, 3.1.1.5.1.8) --------------------------------------------------------------------- */

typedef enum _DS_MANGLE_FOR {
  DS_MANGLE_UNKNOWN = 0,
  DS_MANGLE_OBJECT_RDN_FOR_DELETION,     /* the object is a tombstone: name LF "DEL:" guid */
  DS_MANGLE_OBJECT_RDN_FOR_NAME_CONFLICT /* it lost a name conflict: name LF "CNF:" guid */
} DS_MANGLE_FOR;

/* --- DsReplicaSyncAll ------------------------------------------------------------------------------------------------------ */

typedef enum {
  DS_REPSYNCALL_WIN32_ERROR_CONTACTING_SERVER = 0, /* dwWin32Err says why pszSvrId could not be asked */
  DS_REPSYNCALL_WIN32_ERROR_REPLICATING = 1,       /* dwWin32Err is what the sync from pszSrcId returned */
  DS_REPSYNCALL_SERVER_UNREACHABLE = 2             /* no path of replication leads to pszSvrId */
} DS_REPSYNCALL_ERROR;

typedef enum {
  DS_REPSYNCALL_EVENT_ERROR = 0,          /* pErrInfo is set */
  DS_REPSYNCALL_EVENT_SYNC_STARTED = 1,   /* pSync is set */
  DS_REPSYNCALL_EVENT_SYNC_COMPLETED = 2, /* pSync is set */
  DS_REPSYNCALL_EVENT_FINISHED = 3        /* neither */
} DS_REPSYNCALL_EVENT;

/* One replication from a source to a destination. Valid during the callback only. */
typedef struct {
  LPSTR pszSrcId;
  LPSTR pszDstId;
  LPSTR pszNC;
  GUID* pguidSrc;
  GUID* pguidDst;
} DS_REPSYNCALL_SYNCA, *PDS_REPSYNCALL_SYNCA;

typedef struct {
  LPWSTR pszSrcId;
  LPWSTR pszDstId;
  LPWSTR pszNC;
  GUID* pguidSrc;
  GUID* pguidDst;
} DS_REPSYNCALL_SYNCW, *PDS_REPSYNCALL_SYNCW;

/* One failure. */
typedef struct {
  LPSTR pszSvrId;
  DS_REPSYNCALL_ERROR error;
  DWORD dwWin32Err;
  LPSTR pszSrcId;
} DS_REPSYNCALL_ERRINFOA, *PDS_REPSYNCALL_ERRINFOA;

typedef struct {
  LPWSTR pszSvrId;
  DS_REPSYNCALL_ERROR error;
  DWORD dwWin32Err;
  LPWSTR pszSrcId;
} DS_REPSYNCALL_ERRINFOW, *PDS_REPSYNCALL_ERRINFOW;

typedef struct {
  DS_REPSYNCALL_EVENT event;
  DS_REPSYNCALL_ERRINFOA* pErrInfo;
  DS_REPSYNCALL_SYNCA* pSync;
} DS_REPSYNCALL_UPDATEA, *PDS_REPSYNCALL_UPDATEA;

typedef struct {
  DS_REPSYNCALL_EVENT event;
  DS_REPSYNCALL_ERRINFOW* pErrInfo;
  DS_REPSYNCALL_SYNCW* pSync;
} DS_REPSYNCALL_UPDATEW, *PDS_REPSYNCALL_UPDATEW;

/* --- Sites, schema, domain controllers -------------------------------------------------------------------------------------- */

/* [MS-DRSR] 4.1.16.1.5. Freed by DsQuerySitesFree. */
typedef struct {
  DWORD errorCode; /* of this site: 0, or why there is no cost */
  DWORD cost;      /* in the units of siteLink's cost */
} DS_SITE_COST_INFO, *PDS_SITE_COST_INFO;

/* Freed by DsFreeSchemaGuidMap. */
typedef struct {
  GUID guid;
  DWORD guidType; /* DS_SCHEMA_GUID_* */
  LPSTR pName; /* null when the GUID is not found */
} DS_SCHEMA_GUID_MAPA, *PDS_SCHEMA_GUID_MAPA;

typedef struct {
  GUID guid;
  DWORD guidType; /* DS_SCHEMA_GUID_* */
  LPWSTR pName; /* null when the GUID is not found */
} DS_SCHEMA_GUID_MAPW, *PDS_SCHEMA_GUID_MAPW;

/* [MS-DRSR] 4.1.5.1.8 to .10. Freed by DsFreeDomainControllerInfo with the level and the count of the call. */
typedef struct {
  LPSTR NetbiosName;
  LPSTR DnsHostName;
  LPSTR SiteName;
  LPSTR ComputerObjectName;
  LPSTR ServerObjectName;
  BOOL fIsPdc;
  BOOL fDsEnabled;
} DS_DOMAIN_CONTROLLER_INFO_1A, *PDS_DOMAIN_CONTROLLER_INFO_1A;

typedef struct {
  LPWSTR NetbiosName;
  LPWSTR DnsHostName;
  LPWSTR SiteName;
  LPWSTR ComputerObjectName;
  LPWSTR ServerObjectName;
  BOOL fIsPdc;
  BOOL fDsEnabled;
} DS_DOMAIN_CONTROLLER_INFO_1W, *PDS_DOMAIN_CONTROLLER_INFO_1W;

typedef struct {
  LPSTR NetbiosName;
  LPSTR DnsHostName;
  LPSTR SiteName;
  LPSTR SiteObjectName;
  LPSTR ComputerObjectName;
  LPSTR ServerObjectName;
  LPSTR NtdsDsaObjectName;
  BOOL fIsPdc;
  BOOL fDsEnabled;
  BOOL fIsGc;
  GUID SiteObjectGuid;
  GUID ComputerObjectGuid;
  GUID ServerObjectGuid;
  GUID NtdsDsaObjectGuid;
} DS_DOMAIN_CONTROLLER_INFO_2A, *PDS_DOMAIN_CONTROLLER_INFO_2A;

typedef struct {
  LPWSTR NetbiosName;
  LPWSTR DnsHostName;
  LPWSTR SiteName;
  LPWSTR SiteObjectName;
  LPWSTR ComputerObjectName;
  LPWSTR ServerObjectName;
  LPWSTR NtdsDsaObjectName;
  BOOL fIsPdc;
  BOOL fDsEnabled;
  BOOL fIsGc;
  GUID SiteObjectGuid;
  GUID ComputerObjectGuid;
  GUID ServerObjectGuid;
  GUID NtdsDsaObjectGuid;
} DS_DOMAIN_CONTROLLER_INFO_2W, *PDS_DOMAIN_CONTROLLER_INFO_2W;

typedef struct {
  LPSTR NetbiosName;
  LPSTR DnsHostName;
  LPSTR SiteName;
  LPSTR SiteObjectName;
  LPSTR ComputerObjectName;
  LPSTR ServerObjectName;
  LPSTR NtdsDsaObjectName;
  BOOL fIsPdc;
  BOOL fDsEnabled;
  BOOL fIsGc;
  BOOL fIsRodc;
  GUID SiteObjectGuid;
  GUID ComputerObjectGuid;
  GUID ServerObjectGuid;
  GUID NtdsDsaObjectGuid;
} DS_DOMAIN_CONTROLLER_INFO_3A, *PDS_DOMAIN_CONTROLLER_INFO_3A;

typedef struct {
  LPWSTR NetbiosName;
  LPWSTR DnsHostName;
  LPWSTR SiteName;
  LPWSTR SiteObjectName;
  LPWSTR ComputerObjectName;
  LPWSTR ServerObjectName;
  LPWSTR NtdsDsaObjectName;
  BOOL fIsPdc;
  BOOL fDsEnabled;
  BOOL fIsGc;
  BOOL fIsRodc;
  GUID SiteObjectGuid;
  GUID ComputerObjectGuid;
  GUID ServerObjectGuid;
  GUID NtdsDsaObjectGuid;
} DS_DOMAIN_CONTROLLER_INFO_3W, *PDS_DOMAIN_CONTROLLER_INFO_3W;

typedef enum { DS_KCC_TASKID_UPDATE_TOPOLOGY = 0 } DS_KCC_TASKID;

/* --- DsReplicaGetInfo ([MS-DRSR] 4.1.13.1) ------------------------------------------------------------------------------------ */

typedef enum _DS_REPL_INFO_TYPE {
  DS_REPL_INFO_NEIGHBORS = 0,                 /* DS_REPL_NEIGHBORSW */
  DS_REPL_INFO_CURSORS_FOR_NC = 1,            /* DS_REPL_CURSORS */
  DS_REPL_INFO_METADATA_FOR_OBJ = 2,          /* DS_REPL_OBJ_META_DATA */
  DS_REPL_INFO_KCC_DSA_CONNECT_FAILURES = 3,  /* DS_REPL_KCC_DSA_FAILURESW */
  DS_REPL_INFO_KCC_DSA_LINK_FAILURES = 4,     /* DS_REPL_KCC_DSA_FAILURESW */
  DS_REPL_INFO_PENDING_OPS = 5,               /* DS_REPL_PENDING_OPSW */
  DS_REPL_INFO_METADATA_FOR_ATTR_VALUE = 6,   /* DS_REPL_ATTR_VALUE_META_DATA */
  DS_REPL_INFO_CURSORS_2_FOR_NC = 7,          /* DS_REPL_CURSORS_2 */
  DS_REPL_INFO_CURSORS_3_FOR_NC = 8,          /* DS_REPL_CURSORS_3W */
  DS_REPL_INFO_METADATA_2_FOR_OBJ = 9,        /* DS_REPL_OBJ_META_DATA_2 */
  DS_REPL_INFO_METADATA_2_FOR_ATTR_VALUE = 10, /* DS_REPL_ATTR_VALUE_META_DATA_2 */
  DS_REPL_INFO_TYPE_MAX
} DS_REPL_INFO_TYPE;

/* [MS-DRSR] 5.46. */
typedef enum _DS_REPL_OP_TYPE {
  DS_REPL_OP_TYPE_SYNC = 0,
  DS_REPL_OP_TYPE_ADD,
  DS_REPL_OP_TYPE_DELETE,
  DS_REPL_OP_TYPE_MODIFY,
  DS_REPL_OP_TYPE_UPDATE_REFS
} DS_REPL_OP_TYPE;

/* Each structure is followed by its _BLOB: what a DC returns over LDAP in the msDS-NCRepl* and msDS-Repl* attributes
 * ([MS-ADTS] 2.2.2 to 2.2.8), with offsets (osz..., ob...) from the start of the blob where this has pointers. */

/* One source of one NC: a repsFrom value. dwReplicaFlags are DS_REPL_NBR_*. 4.1.13.1.7. */
typedef struct _DS_REPL_NEIGHBORW {
  LPWSTR pszNamingContext;
  LPWSTR pszSourceDsaDN;
  LPWSTR pszSourceDsaAddress;
  LPWSTR pszAsyncIntersiteTransportDN;
  DWORD dwReplicaFlags;
  DWORD dwReserved;
  UUID uuidNamingContextObjGuid;
  UUID uuidSourceDsaObjGuid;
  UUID uuidSourceDsaInvocationID;
  UUID uuidAsyncIntersiteTransportObjGuid;
  USN usnLastObjChangeSynced;
  USN usnAttributeFilter;
  FILETIME ftimeLastSyncSuccess;
  FILETIME ftimeLastSyncAttempt;
  DWORD dwLastSyncResult;
  DWORD cNumConsecutiveSyncFailures;
} DS_REPL_NEIGHBORW;

typedef struct _DS_REPL_NEIGHBORW_BLOB {
  DWORD oszNamingContext;
  DWORD oszSourceDsaDN;
  DWORD oszSourceDsaAddress;
  DWORD oszAsyncIntersiteTransportDN;
  DWORD dwReplicaFlags;
  DWORD dwReserved;
  UUID uuidNamingContextObjGuid;
  UUID uuidSourceDsaObjGuid;
  UUID uuidSourceDsaInvocationID;
  UUID uuidAsyncIntersiteTransportObjGuid;
  USN usnLastObjChangeSynced;
  USN usnAttributeFilter;
  FILETIME ftimeLastSyncSuccess;
  FILETIME ftimeLastSyncAttempt;
  DWORD dwLastSyncResult;
  DWORD cNumConsecutiveSyncFailures;
} DS_REPL_NEIGHBORW_BLOB;

typedef struct _DS_REPL_NEIGHBORSW {
  DWORD cNumNeighbors;
  DWORD dwReserved;
  DS_REPL_NEIGHBORW rgNeighbor[1];
} DS_REPL_NEIGHBORSW;

/* Up to which USN of each invocationId the NC replica is up to date. 4.1.13.1.8 to .13. */
typedef struct _DS_REPL_CURSOR {
  UUID uuidSourceDsaInvocationID;
  USN usnAttributeFilter;
} DS_REPL_CURSOR;

typedef struct _DS_REPL_CURSOR_2 {
  UUID uuidSourceDsaInvocationID;
  USN usnAttributeFilter;
  FILETIME ftimeLastSyncSuccess;
} DS_REPL_CURSOR_2;

typedef struct _DS_REPL_CURSOR_3W {
  UUID uuidSourceDsaInvocationID;
  USN usnAttributeFilter;
  FILETIME ftimeLastSyncSuccess;
  LPWSTR pszSourceDsaDN;
} DS_REPL_CURSOR_3W;

typedef struct _DS_REPL_CURSOR_BLOB {
  UUID uuidSourceDsaInvocationID;
  USN usnAttributeFilter;
  FILETIME ftimeLastSyncSuccess;
  DWORD oszSourceDsaDN;
} DS_REPL_CURSOR_BLOB;

typedef struct _DS_REPL_CURSORS {
  DWORD cNumCursors;
  DWORD dwReserved;
  DS_REPL_CURSOR rgCursor[1];
} DS_REPL_CURSORS;

typedef struct _DS_REPL_CURSORS_2 {
  DWORD cNumCursors;
  DWORD dwEnumerationContext;
  DS_REPL_CURSOR_2 rgCursor[1];
} DS_REPL_CURSORS_2;

typedef struct _DS_REPL_CURSORS_3W {
  DWORD cNumCursors;
  DWORD dwEnumerationContext;
  DS_REPL_CURSOR_3W rgCursor[1];
} DS_REPL_CURSORS_3W;

/* The stamp of one attribute of an object. 4.1.13.1.14 to .17. */
typedef struct _DS_REPL_ATTR_META_DATA {
  LPWSTR pszAttributeName;
  DWORD dwVersion;
  FILETIME ftimeLastOriginatingChange;
  UUID uuidLastOriginatingDsaInvocationID;
  USN usnOriginatingChange;
  USN usnLocalChange;
} DS_REPL_ATTR_META_DATA;

typedef struct _DS_REPL_ATTR_META_DATA_2 {
  LPWSTR pszAttributeName;
  DWORD dwVersion;
  FILETIME ftimeLastOriginatingChange;
  UUID uuidLastOriginatingDsaInvocationID;
  USN usnOriginatingChange;
  USN usnLocalChange;
  LPWSTR pszLastOriginatingDsaDN;
} DS_REPL_ATTR_META_DATA_2;

typedef struct _DS_REPL_ATTR_META_DATA_BLOB {
  DWORD oszAttributeName;
  DWORD dwVersion;
  FILETIME ftimeLastOriginatingChange;
  UUID uuidLastOriginatingDsaInvocationID;
  USN usnOriginatingChange;
  USN usnLocalChange;
  DWORD oszLastOriginatingDsaDN;
} DS_REPL_ATTR_META_DATA_BLOB;

typedef struct _DS_REPL_OBJ_META_DATA {
  DWORD cNumEntries;
  DWORD dwReserved;
  DS_REPL_ATTR_META_DATA rgMetaData[1];
} DS_REPL_OBJ_META_DATA;

typedef struct _DS_REPL_OBJ_META_DATA_2 {
  DWORD cNumEntries;
  DWORD dwReserved;
  DS_REPL_ATTR_META_DATA_2 rgMetaData[1];
} DS_REPL_OBJ_META_DATA_2;

/* A partner that the KCC could not reach. 4.1.13.1.19. */
typedef struct _DS_REPL_KCC_DSA_FAILUREW {
  LPWSTR pszDsaDN;
  UUID uuidDsaObjGuid;
  FILETIME ftimeFirstFailure;
  DWORD cNumFailures;
  DWORD dwLastResult;
} DS_REPL_KCC_DSA_FAILUREW;

typedef struct _DS_REPL_KCC_DSA_FAILUREW_BLOB {
  DWORD oszDsaDN;
  UUID uuidDsaObjGuid;
  FILETIME ftimeFirstFailure;
  DWORD cNumFailures;
  DWORD dwLastResult;
} DS_REPL_KCC_DSA_FAILUREW_BLOB;

typedef struct _DS_REPL_KCC_DSA_FAILURESW {
  DWORD cNumEntries;
  DWORD dwReserved;
  DS_REPL_KCC_DSA_FAILUREW rgDsaFailure[1];
} DS_REPL_KCC_DSA_FAILURESW;

/* One task of the replication queue; ulOptions are the API options of its kind (DS_REPSYNC_*, DS_REPADD_* ...). 4.1.13.1.21. */
typedef struct _DS_REPL_OPW {
  FILETIME ftimeEnqueued;
  ULONG ulSerialNumber;
  ULONG ulPriority;
  DS_REPL_OP_TYPE OpType;
  ULONG ulOptions;
  LPWSTR pszNamingContext;
  LPWSTR pszDsaDN;
  LPWSTR pszDsaAddress;
  UUID uuidNamingContextObjGuid;
  UUID uuidDsaObjGuid;
} DS_REPL_OPW;

typedef struct _DS_REPL_OPW_BLOB {
  FILETIME ftimeEnqueued;
  ULONG ulSerialNumber;
  ULONG ulPriority;
  DS_REPL_OP_TYPE OpType;
  ULONG ulOptions;
  DWORD oszNamingContext;
  DWORD oszDsaDN;
  DWORD oszDsaAddress;
  UUID uuidNamingContextObjGuid;
  UUID uuidDsaObjGuid;
} DS_REPL_OPW_BLOB;

typedef struct _DS_REPL_PENDING_OPSW {
  FILETIME ftimeCurrentOpStarted;
  DWORD cNumPendingOps;
  DS_REPL_OPW rgPendingOp[1];
} DS_REPL_PENDING_OPSW;

/* The stamp of one value of a linked attribute. ftimeDeleted is zero while the value is present. 4.1.13.1.23 to .25. */
typedef struct _DS_REPL_VALUE_META_DATA {
  LPWSTR pszAttributeName;
  LPWSTR pszObjectDn;
  DWORD cbData;
  BYTE* pbData;
  FILETIME ftimeDeleted;
  FILETIME ftimeCreated;
  DWORD dwVersion;
  FILETIME ftimeLastOriginatingChange;
  UUID uuidLastOriginatingDsaInvocationID;
  USN usnOriginatingChange;
  USN usnLocalChange;
} DS_REPL_VALUE_META_DATA;

typedef struct _DS_REPL_VALUE_META_DATA_2 {
  LPWSTR pszAttributeName;
  LPWSTR pszObjectDn;
  DWORD cbData;
  BYTE* pbData;
  FILETIME ftimeDeleted;
  FILETIME ftimeCreated;
  DWORD dwVersion;
  FILETIME ftimeLastOriginatingChange;
  UUID uuidLastOriginatingDsaInvocationID;
  USN usnOriginatingChange;
  USN usnLocalChange;
  LPWSTR pszLastOriginatingDsaDN;
} DS_REPL_VALUE_META_DATA_2;

typedef struct _DS_REPL_VALUE_META_DATA_BLOB {
  DWORD oszAttributeName;
  DWORD oszObjectDn;
  DWORD cbData;
  DWORD obData;
  FILETIME ftimeDeleted;
  FILETIME ftimeCreated;
  DWORD dwVersion;
  FILETIME ftimeLastOriginatingChange;
  UUID uuidLastOriginatingDsaInvocationID;
  USN usnOriginatingChange;
  USN usnLocalChange;
  DWORD oszLastOriginatingDsaDN;
} DS_REPL_VALUE_META_DATA_BLOB;

typedef struct _DS_REPL_ATTR_VALUE_META_DATA {
  DWORD cNumEntries;
  DWORD dwEnumerationContext;
  DS_REPL_VALUE_META_DATA rgMetaData[1];
} DS_REPL_ATTR_VALUE_META_DATA;

typedef struct _DS_REPL_ATTR_VALUE_META_DATA_2 {
  DWORD cNumEntries;
  DWORD dwEnumerationContext;
  DS_REPL_VALUE_META_DATA_2 rgMetaData[1];
} DS_REPL_ATTR_VALUE_META_DATA_2;

/* msDS-ReplQueueStatistics ([MS-ADTS] 2.2.8); structure and blob are the same. */
typedef struct _DS_REPL_QUEUE_STATISTICSW {
  FILETIME ftimeCurrentOpStarted;
  DWORD cNumPendingOps;
  FILETIME ftimeOldestSync;
  FILETIME ftimeOldestAdd;
  FILETIME ftimeOldestMod;
  FILETIME ftimeOldestDel;
  FILETIME ftimeOldestUpdRefs;
} DS_REPL_QUEUE_STATISTICSW;

typedef struct _DS_REPL_QUEUE_STATISTICSW DS_REPL_QUEUE_STATISTICSW_BLOB;

/* --- The names without a width ------------------------------------------------------------------------------------------------- */

#define DS_NAME_RESULT_ITEM TRIBUTARY_AW(DS_NAME_RESULT_ITEM)
#define PDS_NAME_RESULT_ITEM TRIBUTARY_AW(PDS_NAME_RESULT_ITEM)
#define DS_NAME_RESULT TRIBUTARY_AW(DS_NAME_RESULT)
#define PDS_NAME_RESULT TRIBUTARY_AW(PDS_NAME_RESULT)
#define DS_REPSYNCALL_SYNC TRIBUTARY_AW(DS_REPSYNCALL_SYNC)
#define PDS_REPSYNCALL_SYNC TRIBUTARY_AW(PDS_REPSYNCALL_SYNC)
#define DS_REPSYNCALL_ERRINFO TRIBUTARY_AW(DS_REPSYNCALL_ERRINFO)
#define PDS_REPSYNCALL_ERRINFO TRIBUTARY_AW(PDS_REPSYNCALL_ERRINFO)
#define DS_REPSYNCALL_UPDATE TRIBUTARY_AW(DS_REPSYNCALL_UPDATE)
#define PDS_REPSYNCALL_UPDATE TRIBUTARY_AW(PDS_REPSYNCALL_UPDATE)
#define DS_SCHEMA_GUID_MAP TRIBUTARY_AW(DS_SCHEMA_GUID_MAP)
#define PDS_SCHEMA_GUID_MAP TRIBUTARY_AW(PDS_SCHEMA_GUID_MAP)
#define DS_DOMAIN_CONTROLLER_INFO_1 TRIBUTARY_AW(DS_DOMAIN_CONTROLLER_INFO_1)
#define PDS_DOMAIN_CONTROLLER_INFO_1 TRIBUTARY_AW(PDS_DOMAIN_CONTROLLER_INFO_1)
#define DS_DOMAIN_CONTROLLER_INFO_2 TRIBUTARY_AW(DS_DOMAIN_CONTROLLER_INFO_2)
#define PDS_DOMAIN_CONTROLLER_INFO_2 TRIBUTARY_AW(PDS_DOMAIN_CONTROLLER_INFO_2)
#define DS_DOMAIN_CONTROLLER_INFO_3 TRIBUTARY_AW(DS_DOMAIN_CONTROLLER_INFO_3)
#define PDS_DOMAIN_CONTROLLER_INFO_3 TRIBUTARY_AW(PDS_DOMAIN_CONTROLLER_INFO_3)
#if defined(UNICODE) /* these exist in W only */
#define DS_REPL_NEIGHBOR DS_REPL_NEIGHBORW
#define DS_REPL_NEIGHBORS DS_REPL_NEIGHBORSW
#define DS_REPL_CURSOR_3 DS_REPL_CURSOR_3W
#define DS_REPL_CURSORS_3 DS_REPL_CURSORS_3W
#define DS_REPL_KCC_DSA_FAILURE DS_REPL_KCC_DSA_FAILUREW
#define DS_REPL_KCC_DSA_FAILURES DS_REPL_KCC_DSA_FAILURESW
#define DS_REPL_OP DS_REPL_OPW
#define DS_REPL_PENDING_OPS DS_REPL_PENDING_OPSW
#endif

#endif
