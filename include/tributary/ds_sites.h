/* SPDX-License-Identifier: Apache-2.0
 *
 * Sites, servers, roles, domain controllers, and the calls that change them. Part of ntdsapi.h, which is what programs include.
 * Sources: [MS-DRSR] 4.1.2, 4.1.4 (the DS_LIST_ formats), 4.1.5, 4.1.16, 4.1.17, 4.1.18.
 */

/* The DsList functions read the configuration NC through the bound DC. Each answers with one item per object: pName is its DN (or
 * what the comment says); an item whose status is not DS_NAME_NO_ERROR has no name.
 * site, domain, server: DNs. Owner: freed by DsFreeNameResult. Errors: what the DC returned. Source: [MS-DRSR] 4.1.4.2.
 *
 * DsListSites: the sites of the forest. DsListServersInSite: the servers of a site. DsListDomainsInSite: the domains that have a
 * DC in a site. DsListServersForDomainInSite: the DCs of a domain in a site.
 * DsListInfoForServer: three items, indexed by DS_LIST_DSA_OBJECT_FOR_SERVER (DN of the nTDSDSA object),
 * DS_LIST_DNS_HOST_NAME_FOR_SERVER (host name), DS_LIST_ACCOUNT_OBJECT_FOR_SERVER (DN of the computer account).
 * DsListRoles: five items, indexed by DS_ROLE_*: the DN of the nTDSDSA object that holds each role. */
NTDSAPI DWORD WINAPI DsListSitesW(HANDLE hDs, PDS_NAME_RESULTW* ppSites);
NTDSAPI DWORD WINAPI DsListSitesA(HANDLE hDs, PDS_NAME_RESULTA* ppSites);
NTDSAPI DWORD WINAPI DsListServersInSiteW(HANDLE hDs, LPCWSTR site, PDS_NAME_RESULTW* ppServers);
NTDSAPI DWORD WINAPI DsListServersInSiteA(HANDLE hDs, LPCSTR site, PDS_NAME_RESULTA* ppServers);
NTDSAPI DWORD WINAPI DsListDomainsInSiteW(HANDLE hDs, LPCWSTR site, PDS_NAME_RESULTW* ppDomains);
NTDSAPI DWORD WINAPI DsListDomainsInSiteA(HANDLE hDs, LPCSTR site, PDS_NAME_RESULTA* ppDomains);
NTDSAPI DWORD WINAPI DsListServersForDomainInSiteW(HANDLE hDs, LPCWSTR domain, LPCWSTR site, PDS_NAME_RESULTW* ppServers);
NTDSAPI DWORD WINAPI DsListServersForDomainInSiteA(HANDLE hDs, LPCSTR domain, LPCSTR site, PDS_NAME_RESULTA* ppServers);
NTDSAPI DWORD WINAPI DsListInfoForServerW(HANDLE hDs, LPCWSTR server, PDS_NAME_RESULTW* ppInfo);
NTDSAPI DWORD WINAPI DsListInfoForServerA(HANDLE hDs, LPCSTR server, PDS_NAME_RESULTA* ppInfo);
NTDSAPI DWORD WINAPI DsListRolesW(HANDLE hDs, PDS_NAME_RESULTW* ppRoles);
NTDSAPI DWORD WINAPI DsListRolesA(HANDLE hDs, PDS_NAME_RESULTA* ppRoles);
#define DsListSites TRIBUTARY_AW(DsListSites)
#define DsListServersInSite TRIBUTARY_AW(DsListServersInSite)
#define DsListDomainsInSite TRIBUTARY_AW(DsListDomainsInSite)
#define DsListServersForDomainInSite TRIBUTARY_AW(DsListServersForDomainInSite)
#define DsListInfoForServer TRIBUTARY_AW(DsListInfoForServer)
#define DsListRoles TRIBUTARY_AW(DsListRoles)

/* DsQuerySitesByCost: what replication costs from one site to each of others.
 * pwszFromSite, rgwszToSites: names of sites (not DNs). cToSites: 1 to 10000. dwFlags: 0.
 * prgSiteInfo: cToSites entries in order; each has its own errorCode.
 * Owner: freed by DsQuerySitesFree. Errors: ERROR_INVALID_FLAGS (1004) for dwFlags; ERROR_DS_OBJ_NOT_FOUND (8333) the site to start
 *   from does not exist. Where the DC has no such call the costs are computed from the site links, read over LDAP.
 * Source: [MS-DRSR] 4.1.16. */
NTDSAPI DWORD WINAPI DsQuerySitesByCostW(HANDLE hDS, LPWSTR pwszFromSite, LPWSTR* rgwszToSites, DWORD cToSites, DWORD dwFlags,
                                         PDS_SITE_COST_INFO* prgSiteInfo);
NTDSAPI DWORD WINAPI DsQuerySitesByCostA(HANDLE hDS, LPSTR pszFromSite, LPSTR* rgszToSites, DWORD cToSites, DWORD dwFlags,
                                         PDS_SITE_COST_INFO* prgSiteInfo);
NTDSAPI VOID WINAPI DsQuerySitesFree(PDS_SITE_COST_INFO rgSiteInfo);
#define DsQuerySitesByCost TRIBUTARY_AW(DsQuerySitesByCost)

/* DsGetDomainControllerInfo: the domain controllers of a domain.
 * DomainName: the DNS or NetBIOS name of the bound DC's own domain. InfoLevel: 1, 2 or 3, for an array of
 *   DS_DOMAIN_CONTROLLER_INFO_1, _2 or _3 (3 adds fIsRodc). pcOut, ppInfo: receive the count and the array.
 * Owner: freed by DsFreeDomainControllerInfo with the same level and count. Errors: ERROR_INVALID_PARAMETER for another level;
 *   ERROR_DS_OBJ_NOT_FOUND (8333) the domain is not the DC's. Source: [MS-DRSR] 4.1.5. */
NTDSAPI DWORD WINAPI DsGetDomainControllerInfoW(HANDLE hDs, LPCWSTR DomainName, DWORD InfoLevel, DWORD* pcOut, VOID** ppInfo);
NTDSAPI DWORD WINAPI DsGetDomainControllerInfoA(HANDLE hDs, LPCSTR DomainName, DWORD InfoLevel, DWORD* pcOut, VOID** ppInfo);
NTDSAPI VOID WINAPI DsFreeDomainControllerInfoW(DWORD InfoLevel, DWORD cInfo, VOID* pInfo);
NTDSAPI VOID WINAPI DsFreeDomainControllerInfoA(DWORD InfoLevel, DWORD cInfo, VOID* pInfo);
#define DsGetDomainControllerInfo TRIBUTARY_AW(DsGetDomainControllerInfo)
#define DsFreeDomainControllerInfo TRIBUTARY_AW(DsFreeDomainControllerInfo)

/* DsRemoveDsServer: removes what makes a server a DC (its nTDSDSA object and what hangs on it) from the directory. It does not
 * demote the server: it is for a DC that is gone.
 * ServerDN: the DN of the server object. DomainDN: optional, the domain it served. fLastDcInDomain: optional, receives whether it
 *   was the domain's last DC (wants DomainDN). fCommit: FALSE only asks, TRUE removes.
 * Errors: ERROR_DS_CANT_DELETE_DSA_OBJ (8340) it is the bound DC itself; ERROR_ACCESS_DENIED (5).
 * Source: [MS-DRSR] 4.1.18. */
NTDSAPI DWORD WINAPI DsRemoveDsServerW(HANDLE hDs, LPWSTR ServerDN, LPWSTR DomainDN, BOOL* fLastDcInDomain, BOOL fCommit);
NTDSAPI DWORD WINAPI DsRemoveDsServerA(HANDLE hDs, LPSTR ServerDN, LPSTR DomainDN, BOOL* fLastDcInDomain, BOOL fCommit);
#define DsRemoveDsServer TRIBUTARY_AW(DsRemoveDsServer)

/* DsRemoveDsDomain: removes a domain, whose last DC is gone, from the forest (its crossRef object).
 * Errors: ERROR_DS_NC_STILL_HAS_DSAS (8546) it has DCs; ERROR_ACCESS_DENIED (5). Source: [MS-DRSR] 4.1.17. */
NTDSAPI DWORD WINAPI DsRemoveDsDomainW(HANDLE hDs, LPWSTR DomainDN);
NTDSAPI DWORD WINAPI DsRemoveDsDomainA(HANDLE hDs, LPSTR DomainDN);
#define DsRemoveDsDomain TRIBUTARY_AW(DsRemoveDsDomain)

/* DsAddSidHistory: adds the SID of a principal of another forest to the sIDHistory of a principal of the bound DC's domain.
 * Flags: 0. SrcDomain, SrcPrincipal: the source, as NetBIOS or DNS domain and sAMAccountName. SrcDomainController: optional, the
 *   PDC of the source domain. SrcDomainCreds: optional, for the source domain; they are sent to the bound DC, sealed.
 *   DstDomain, DstPrincipal: the target.
 * Errors: ERROR_INVALID_FLAGS (1004); the ERROR_DS_ codes for source and destination that [MS-DRSR] lists.
 * Source: [MS-DRSR] 4.1.2. */
NTDSAPI DWORD WINAPI DsAddSidHistoryW(HANDLE hDS, DWORD Flags, LPCWSTR SrcDomain, LPCWSTR SrcPrincipal, LPCWSTR SrcDomainController,
                                      RPC_AUTH_IDENTITY_HANDLE SrcDomainCreds, LPCWSTR DstDomain, LPCWSTR DstPrincipal);
NTDSAPI DWORD WINAPI DsAddSidHistoryA(HANDLE hDS, DWORD Flags, LPCSTR SrcDomain, LPCSTR SrcPrincipal, LPCSTR SrcDomainController,
                                      RPC_AUTH_IDENTITY_HANDLE SrcDomainCreds, LPCSTR DstDomain, LPCSTR DstPrincipal);
#define DsAddSidHistory TRIBUTARY_AW(DsAddSidHistory)

/* DsInheritSecurityIdentity: gives the SID and the sIDHistory of one principal to another of the same domain, and deletes the first.
 * Flags: 0. SrcPrincipal, DstPrincipal: DNs. Errors, Source: as DsAddSidHistory (DS_ADDSID_FLAG_PRIVATE_DEL_SRC_OBJ). */
NTDSAPI DWORD WINAPI DsInheritSecurityIdentityW(HANDLE hDS, DWORD Flags, LPCWSTR SrcPrincipal, LPCWSTR DstPrincipal);
NTDSAPI DWORD WINAPI DsInheritSecurityIdentityA(HANDLE hDS, DWORD Flags, LPCSTR SrcPrincipal, LPCSTR DstPrincipal);
#define DsInheritSecurityIdentity TRIBUTARY_AW(DsInheritSecurityIdentity)
