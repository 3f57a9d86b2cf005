/* SPDX-License-Identifier: Apache-2.0
 *
 * Handles and credentials. Part of ntdsapi.h, which is what programs include.
 * Sources: [MS-DRSR] 4.1.3 and 4.1.25, [MS-ADTS] 6.3.6 (finding a DC).
 */

/* DsBind: opens a handle to a domain controller.
 * DomainControllerName: optional. A host name, an address, or either after two backslashes; with DnsDomainName null it may also be
 *   the name of a domain.
 * DnsDomainName: optional. The domain in which a DC is looked up (DNS SRV records) when no DC is named; when both are null
 *   the domain is the default realm of the Kerberos configuration.
 * phDS: receives the handle.
 * Credentials are the caller's own: the Kerberos cache that KRB5CCNAME or the configuration names.
 * Owner: closed by DsUnBind.
 * Errors: ERROR_NO_SUCH_DOMAIN (1355) no DC was found for the domain; RPC_S_SERVER_UNAVAILABLE (1722) found but not reachable;
 *   ERROR_TIMEOUT (1460); ERROR_LOGON_FAILURE (1326), ERROR_NO_LOGON_SERVERS (1311), ERROR_TIME_SKEW (1398) from Kerberos;
 *   EPT_S_NOT_REGISTERED (1753) the host is no DC; ERROR_ACCESS_DENIED (5).
 * Source: [MS-DRSR] 4.1.3. */
NTDSAPI DWORD WINAPI DsBindW(LPCWSTR DomainControllerName, LPCWSTR DnsDomainName, HANDLE* phDS);
NTDSAPI DWORD WINAPI DsBindA(LPCSTR DomainControllerName, LPCSTR DnsDomainName, HANDLE* phDS);
#define DsBind TRIBUTARY_AW(DsBind)

/* DsBindWithCred: DsBind with credentials.
 * AuthIdentity: optional. From DsMakePasswordCredentials, or a SEC_WINNT_AUTH_IDENTITY of either width. Null is DsBind.
 *   It may be freed as soon as the function has returned. The password goes into a Kerberos exchange and is not stored.
 * Owner, Errors, Source: as DsBind. ERROR_INVALID_PARAMETER when the structure's Flags name no width. */
NTDSAPI DWORD WINAPI DsBindWithCredW(LPCWSTR DomainControllerName, LPCWSTR DnsDomainName, RPC_AUTH_IDENTITY_HANDLE AuthIdentity,
                                     HANDLE* phDS);
NTDSAPI DWORD WINAPI DsBindWithCredA(LPCSTR DomainControllerName, LPCSTR DnsDomainName, RPC_AUTH_IDENTITY_HANDLE AuthIdentity,
                                     HANDLE* phDS);
#define DsBindWithCred TRIBUTARY_AW(DsBindWithCred)

/* DsBindWithSpn: DsBindWithCred that authenticates the DC under a given service principal name.
 * ServicePrincipalName: optional. Null means ldap/<host>; a wrong name makes authentication fail.
 * Owner, Errors, Source: as DsBindWithCred. */
NTDSAPI DWORD WINAPI DsBindWithSpnW(LPCWSTR DomainControllerName, LPCWSTR DnsDomainName, RPC_AUTH_IDENTITY_HANDLE AuthIdentity,
                                    LPCWSTR ServicePrincipalName, HANDLE* phDS);
NTDSAPI DWORD WINAPI DsBindWithSpnA(LPCSTR DomainControllerName, LPCSTR DnsDomainName, RPC_AUTH_IDENTITY_HANDLE AuthIdentity,
                                    LPCSTR ServicePrincipalName, HANDLE* phDS);
#define DsBindWithSpn TRIBUTARY_AW(DsBindWithSpn)

/* DsBindWithSpnEx: DsBindWithSpn with flags.
 * BindFlags: NTDSAPI_BIND_ALLOW_DELEGATION lets the DC act for the caller, where the ticket may be forwarded: without it the
 *   library never delegates. NTDSAPI_BIND_FIND_BINDING and NTDSAPI_BIND_FORCE_KERBEROS are accepted: the library always asks the
 *   endpoint mapper for the binding, and always uses Kerberos. Other bits give ERROR_INVALID_FLAGS (1004).
 * Owner, Errors, Source: as DsBindWithCred. */
NTDSAPI DWORD WINAPI DsBindWithSpnExW(LPCWSTR DomainControllerName, LPCWSTR DnsDomainName, RPC_AUTH_IDENTITY_HANDLE AuthIdentity,
                                      LPCWSTR ServicePrincipalName, DWORD BindFlags, HANDLE* phDS);
NTDSAPI DWORD WINAPI DsBindWithSpnExA(LPCSTR DomainControllerName, LPCSTR DnsDomainName, RPC_AUTH_IDENTITY_HANDLE AuthIdentity,
                                      LPCSTR ServicePrincipalName, DWORD BindFlags, HANDLE* phDS);
#define DsBindWithSpnEx TRIBUTARY_AW(DsBindWithSpnEx)

/* DsBindByInstance: DsBindWithSpnEx that insists on one instance of the directory service.
 * ServerName: the host; optional when DnsDomainName is given. Annotation: optional, the LDAP port of the instance as text; only "389",
 *   a domain controller, is supported (ERROR_NOT_SUPPORTED, 50, otherwise). InstanceGuid: optional, the objectGUID of the
 *   instance's nTDSDSA object, which is compared with the host's. DnsDomainName, AuthIdentity, ServicePrincipalName, BindFlags: as
 *   DsBindWithSpnEx.
 * Owner, Errors: as DsBindWithSpnEx; EPT_S_NOT_REGISTERED (1753) the host is another instance.
 * Source: [MS-DRSR] 2.2.4.2. */
NTDSAPI DWORD WINAPI DsBindByInstanceW(LPCWSTR ServerName, LPCWSTR Annotation, GUID* InstanceGuid, LPCWSTR DnsDomainName,
                                       RPC_AUTH_IDENTITY_HANDLE AuthIdentity, LPCWSTR ServicePrincipalName, DWORD BindFlags,
                                       HANDLE* phDS);
NTDSAPI DWORD WINAPI DsBindByInstanceA(LPCSTR ServerName, LPCSTR Annotation, GUID* InstanceGuid, LPCSTR DnsDomainName,
                                       RPC_AUTH_IDENTITY_HANDLE AuthIdentity, LPCSTR ServicePrincipalName, DWORD BindFlags,
                                       HANDLE* phDS);
#define DsBindByInstance TRIBUTARY_AW(DsBindByInstance)

/* DsBindToISTG: opens a handle to the DC that computes the intersite topology of a site.
 * SiteName: optional, the name of the site; null means the site of the DC that is found first.
 * Owner: closed by DsUnBind. Errors: as DsBind; ERROR_NO_SITENAME (1919) the site has no ISTG or does not exist.
 * Source: [MS-ADTS] 6.1.1.2.2.1.1 (interSiteTopologyGenerator). */
NTDSAPI DWORD WINAPI DsBindToISTGW(LPCWSTR SiteName, HANDLE* phDS);
NTDSAPI DWORD WINAPI DsBindToISTGA(LPCSTR SiteName, HANDLE* phDS);
#define DsBindToISTG TRIBUTARY_AW(DsBindToISTG)

/* DsBindingSetTimeout: how long the calls on a handle may take.
 * cTimeoutSecs: seconds, for each call as a whole; 0 restores the defaults: 24 hours for the calls that return when replication
 * is done (DsReplicaSync, DsReplicaAdd, DsReplicaDel, DsReplicaVerifyObjects), 60 s for all others. A call under way keeps the old value.
 * Errors: ERROR_INVALID_HANDLE. When the time is over a call returns ERROR_TIMEOUT (1460); the DC goes on with its work. */
NTDSAPI DWORD WINAPI DsBindingSetTimeout(HANDLE hDS, ULONG cTimeoutSecs);

/* DsUnBind: closes a handle and sets *phDS to null.
 * Thread: may be called while other threads are inside calls on the same handle. Those calls go on to their end; the connection is
 *   closed when the last has returned. A second DsUnBind of the same value gives ERROR_INVALID_HANDLE.
 * Source: [MS-DRSR] 4.1.25. */
NTDSAPI DWORD WINAPI DsUnBindW(HANDLE* phDS);
NTDSAPI DWORD WINAPI DsUnBindA(HANDLE* phDS);
#define DsUnBind TRIBUTARY_AW(DsUnBind)

/* DsMakePasswordCredentials: credentials from a user name and a password.
 * User, Domain, Password: optional. All three null asks for an anonymous identity, which binding refuses with
 *   ERROR_ACCESS_DENIED (5): no drsuapi call is made unauthenticated. User may be a user principal name when Domain is null.
 *   A Domain that has a dot is the Kerberos realm; a NetBIOS name is resolved at the DC that is bound.
 * Owner: freed by DsFreePasswordCredentials, which overwrites the password. The result has the layout of SEC_WINNT_AUTH_IDENTITY_W.
 * Errors: ERROR_INVALID_PARAMETER for a Password or Domain without a User; ERROR_NOT_ENOUGH_MEMORY (8). */
NTDSAPI DWORD WINAPI DsMakePasswordCredentialsW(LPCWSTR User, LPCWSTR Domain, LPCWSTR Password,
                                                RPC_AUTH_IDENTITY_HANDLE* pAuthIdentity);
NTDSAPI DWORD WINAPI DsMakePasswordCredentialsA(LPCSTR User, LPCSTR Domain, LPCSTR Password,
                                                RPC_AUTH_IDENTITY_HANDLE* pAuthIdentity);
#define DsMakePasswordCredentials TRIBUTARY_AW(DsMakePasswordCredentials)

/* DsFreePasswordCredentials: overwrites and frees what DsMakePasswordCredentials made. Null does nothing.
 * A SEC_WINNT_AUTH_IDENTITY that the program filled itself must not be given to it. */
NTDSAPI VOID WINAPI DsFreePasswordCredentials(RPC_AUTH_IDENTITY_HANDLE AuthIdentity);
#define DsFreePasswordCredentialsW DsFreePasswordCredentials
#define DsFreePasswordCredentialsA DsFreePasswordCredentials
