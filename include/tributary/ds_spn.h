/* SPDX-License-Identifier: Apache-2.0
 *
 * Service principal names: class/instance[:port][/service]. Part of ntdsapi.h, which is what programs include.
 * Sources: [MS-DRSR] 2.2 and 4.1.28, [MS-ADTS] 5.1.1.4, [MS-KILE] 3.1.5.11.
 */

/* DsMakeSpn: composes the name under which a client authenticates a service.
 * ServiceClass: "ldap", "HTTP", a GUID. ServiceName: the host, or what the service serves. InstanceName: optional, the host when
 *   ServiceName is not. InstancePort: 0 for none. Referrer: optional, the host that named the address; it counts only when
 *   ServiceName is an IP address.
 * Result: class/ServiceName[:port], or class/InstanceName[:port]/ServiceName, or class/address[:port]/Referrer.
 * pcSpnLength: in, the room in pszSpn; out, the length; both with the terminator. pszSpn: may be null when the room is 0.
 * Errors: ERROR_BUFFER_OVERFLOW (111) the room is too small, *pcSpnLength says what it takes; ERROR_INVALID_PARAMETER for
 *   a null or empty class or service, a slash in any part, or a null pszSpn with room. */
NTDSAPI DWORD WINAPI DsMakeSpnW(LPCWSTR ServiceClass, LPCWSTR ServiceName, LPCWSTR InstanceName, USHORT InstancePort,
                                LPCWSTR Referrer, DWORD* pcSpnLength, LPWSTR pszSpn);
NTDSAPI DWORD WINAPI DsMakeSpnA(LPCSTR ServiceClass, LPCSTR ServiceName, LPCSTR InstanceName, USHORT InstancePort, LPCSTR Referrer,
                                DWORD* pcSpnLength, LPSTR pszSpn);
#define DsMakeSpn TRIBUTARY_AW(DsMakeSpn)

/* DsClientMakeSpnForTargetServer: class/host for a server, its name first made canonical by DNS (an address becomes a name).
 * A host that DNS does not know is taken as it is. Waits for the resolver. pcSpnLength, pszSpn, Errors: as DsMakeSpn.
 * An address is turned into a name by unauthenticated DNS: prefer names. */
NTDSAPI DWORD WINAPI DsClientMakeSpnForTargetServerW(LPCWSTR ServiceClass, LPCWSTR ServiceName, DWORD* pcSpnLength, LPWSTR pszSpn);
NTDSAPI DWORD WINAPI DsClientMakeSpnForTargetServerA(LPCSTR ServiceClass, LPCSTR ServiceName, DWORD* pcSpnLength, LPSTR pszSpn);
#define DsClientMakeSpnForTargetServer TRIBUTARY_AW(DsClientMakeSpnForTargetServer)

/* DsGetSpn: composes the names under which a service on this machine registers itself.
 * ServiceType: the HOST types make class/instance[:port] and want ServiceName null; the others make class/instance[:port]/service
 *   and want one. ServiceClass: as DsMakeSpn. InstancePort: the port when cInstanceNames is 0.
 * cInstanceNames, pInstanceNames, pInstancePorts: the instances, and optionally their ports. With cInstanceNames 0 there is one name,
 *   for this machine: its fully qualified DNS name, or its NetBIOS name for the NB types.
 * pcSpn, prpszSpn: receive the count and the array.
 * Owner: freed by DsFreeSpnArray. Errors: ERROR_INVALID_PARAMETER for parts that do not fit the type, and as DsMakeSpn. */
NTDSAPI DWORD WINAPI DsGetSpnW(DS_SPN_NAME_TYPE ServiceType, LPCWSTR ServiceClass, LPCWSTR ServiceName, USHORT InstancePort,
                               USHORT cInstanceNames, LPCWSTR* pInstanceNames, const USHORT* pInstancePorts, DWORD* pcSpn,
                               LPWSTR** prpszSpn);
NTDSAPI DWORD WINAPI DsGetSpnA(DS_SPN_NAME_TYPE ServiceType, LPCSTR ServiceClass, LPCSTR ServiceName, USHORT InstancePort,
                               USHORT cInstanceNames, LPCSTR* pInstanceNames, const USHORT* pInstancePorts, DWORD* pcSpn,
                               LPSTR** prpszSpn);
#define DsGetSpn TRIBUTARY_AW(DsGetSpn)

/* DsFreeSpnArray: frees what DsGetSpn returned; cSpn is the count it returned. Null does nothing. */
NTDSAPI void WINAPI DsFreeSpnArrayW(DWORD cSpn, LPWSTR* rpszSpn);
NTDSAPI void WINAPI DsFreeSpnArrayA(DWORD cSpn, LPSTR* rpszSpn);
#define DsFreeSpnArray TRIBUTARY_AW(DsFreeSpnArray)

/* DsCrackSpn: takes a name apart: class/instance[:port][/service].
 * Each pair of a length and a buffer is optional: it is left alone when either pointer is null or the length is 0. Otherwise the length
 *   is the room, and receives what the part takes, both with the terminator. Without a service part ServiceName receives the instance.
 * pInstancePort: optional, receives the port or 0.
 * Errors: ERROR_BUFFER_OVERFLOW (111) at least one room is too small; every length then says what its part takes, and the parts that
 *   fit are there. ERROR_INVALID_PARAMETER for what is no such name. */
NTDSAPI DWORD WINAPI DsCrackSpnW(LPCWSTR pszSpn, DWORD* pcServiceClass, LPWSTR ServiceClass, DWORD* pcServiceName,
                                 LPWSTR ServiceName, DWORD* pcInstanceName, LPWSTR InstanceName, USHORT* pInstancePort);
NTDSAPI DWORD WINAPI DsCrackSpnA(LPCSTR pszSpn, LPDWORD pcServiceClass, LPSTR ServiceClass, LPDWORD pcServiceName,
                                 LPSTR ServiceName, LPDWORD pcInstanceName, LPSTR InstanceName, USHORT* pInstancePort);
#define DsCrackSpn TRIBUTARY_AW(DsCrackSpn)

/* DsCrackSpn2: DsCrackSpn for a name of cSpn characters that needs no terminator. */
NTDSAPI DWORD WINAPI DsCrackSpn2W(LPCWSTR pszSpn, DWORD cSpn, DWORD* pcServiceClass, LPWSTR ServiceClass, DWORD* pcServiceName,
                                  LPWSTR ServiceName, DWORD* pcInstanceName, LPWSTR InstanceName, USHORT* pInstancePort);
NTDSAPI DWORD WINAPI DsCrackSpn2A(LPCSTR pszSpn, DWORD cSpn, LPDWORD pcServiceClass, LPSTR ServiceClass, LPDWORD pcServiceName,
                                  LPSTR ServiceName, LPDWORD pcInstanceName, LPSTR InstanceName, USHORT* pInstancePort);
#define DsCrackSpn2 TRIBUTARY_AW(DsCrackSpn2)

/* DsCrackSpn3: takes apart a name that may end in a realm: host/instance[:port][/domain][@realm]. The buffers receive the parts in
 *   the order in which they stand in the name; a part that is missing is empty. Public documentation gives only the signature:
 *   the reading of the parts is this library's. Lengths and Errors: as DsCrackSpn2. Exists in W only. */
NTDSAPI DWORD WINAPI DsCrackSpn3W(LPCWSTR pszSpn, DWORD cSpn, DWORD* pcHostName, LPWSTR HostName, DWORD* pcInstanceName,
                                  LPWSTR InstanceName, USHORT* pPortNumber, DWORD* pcDomainName, LPWSTR DomainName,
                                  DWORD* pcRealmName, LPWSTR RealmName);

/* DsCrackSpn4: DsCrackSpn3 with the port as text, so that a named port ("MSSQLSvc/db.example.com:SALES") is also taken apart. */
NTDSAPI DWORD WINAPI DsCrackSpn4W(LPCWSTR pszSpn, DWORD cSpn, DWORD* pcHostName, LPWSTR HostName, DWORD* pcInstanceName,
                                  LPWSTR InstanceName, DWORD* pcPortName, LPWSTR PortName, DWORD* pcDomainName, LPWSTR DomainName,
                                  DWORD* pcRealmName, LPWSTR RealmName);

/* DsWriteAccountSpn: changes the service principal names of an account.
 * Operation: add, replace or delete. pszAccount: the DN of the user or computer. cSpn, rpszSpn: the names; none is allowed only for
 *   DS_SPN_REPLACE_SPN_OP, which then removes all.
 * Errors: what the DC returned: ERROR_ACCESS_DENIED (5), ERROR_DS_OBJ_NOT_FOUND (8333), ERROR_DS_CANT_FIND_DSA_OBJ ...
 * Source: [MS-DRSR] 4.1.28. */
NTDSAPI DWORD WINAPI DsWriteAccountSpnW(HANDLE hDS, DS_SPN_WRITE_OP Operation, LPCWSTR pszAccount, DWORD cSpn, LPCWSTR* rpszSpn);
NTDSAPI DWORD WINAPI DsWriteAccountSpnA(HANDLE hDS, DS_SPN_WRITE_OP Operation, LPCSTR pszAccount, DWORD cSpn, LPCSTR* rpszSpn);
#define DsWriteAccountSpn TRIBUTARY_AW(DsWriteAccountSpn)

/* DsServerRegisterSpn: registers class/host and class/host.example.com of this machine on an account.
 * Operation: add or delete; DS_SPN_REPLACE_SPN_OP is not supported (ERROR_INVALID_PARAMETER). ServiceClass: as DsMakeSpn.
 * UserObjectDN: optional, the account's DN; null means this machine's computer account in the default domain.
 * Binds to a DC of the default domain with the caller's credentials. Errors: as DsBind and DsWriteAccountSpn. */
NTDSAPI DWORD WINAPI DsServerRegisterSpnW(DS_SPN_WRITE_OP Operation, LPCWSTR ServiceClass, LPCWSTR UserObjectDN);
NTDSAPI DWORD WINAPI DsServerRegisterSpnA(DS_SPN_WRITE_OP Operation, LPCSTR ServiceClass, LPCSTR UserObjectDN);
#define DsServerRegisterSpn TRIBUTARY_AW(DsServerRegisterSpn)
