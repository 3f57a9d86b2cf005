/* SPDX-License-Identifier: Apache-2.0
 *
 * Names: translation by a DC, and the parts of distinguished names. Part of ntdsapi.h, which is what programs include.
 * Sources: [MS-DRSR] 4.1.4, RFC 2253 and RFC 4514, [MS-ADTS] 3.1.1.5.
 */

/* DsCrackNames: translates names of objects from one format into another.
 * hDS: may be null only with DS_NAME_FLAG_SYNTACTICAL_ONLY, which rewrites DS_FQDN_1779_NAME into DS_CANONICAL_NAME or
 *   DS_CANONICAL_NAME_EX without asking a DC.
 * flags: DS_NAME_FLAGS, several may be or-ed. formatOffered: of the names given; DS_UNKNOWN_NAME lets the DC guess.
 * cNames, rpNames: 1 to 10000 names.
 * ppResult: one item for each name, in order. The function succeeds also when single names fail: look at each status
 *   (DS_NAME_ERROR).
 * Owner: freed by DsFreeNameResult. Errors: what the DC returned; ERROR_INVALID_PARAMETER for a count out of range.
 * Source: [MS-DRSR] 4.1.4. */
NTDSAPI DWORD WINAPI DsCrackNamesW(HANDLE hDS, DS_NAME_FLAGS flags, DS_NAME_FORMAT formatOffered, DS_NAME_FORMAT formatDesired,
                                   DWORD cNames, const LPCWSTR* rpNames, PDS_NAME_RESULTW* ppResult);
NTDSAPI DWORD WINAPI DsCrackNamesA(HANDLE hDS, DS_NAME_FLAGS flags, DS_NAME_FORMAT formatOffered, DS_NAME_FORMAT formatDesired,
                                   DWORD cNames, const LPCSTR* rpNames, PDS_NAME_RESULTA* ppResult);
#define DsCrackNames TRIBUTARY_AW(DsCrackNames)

/* DsFreeNameResult: frees what DsCrackNames and the DsList functions return. Null does nothing. */
NTDSAPI void WINAPI DsFreeNameResultW(DS_NAME_RESULTW* pResult);
NTDSAPI void WINAPI DsFreeNameResultA(DS_NAME_RESULTA* pResult);
#define DsFreeNameResult TRIBUTARY_AW(DsFreeNameResult)

/* DsMapSchemaGuids: the names of attributes, classes, property sets and control access rights from their GUIDs.
 * cGuids, rGuids: 1 to 10000 GUIDs (schemaIDGUID, attributeSecurityGUID, rightsGuid).
 * ppGuidMap: cGuids entries, in order; a GUID that is not found has DS_SCHEMA_GUID_NOT_FOUND and a null name.
 * Owner: freed by DsFreeSchemaGuidMap. Errors: as DsCrackNames. Source: [MS-DRSR] 4.1.4.1.2 (DS_MAP_SCHEMA_GUID). */
NTDSAPI DWORD WINAPI DsMapSchemaGuidsW(HANDLE hDs, DWORD cGuids, GUID* rGuids, DS_SCHEMA_GUID_MAPW** ppGuidMap);
NTDSAPI DWORD WINAPI DsMapSchemaGuidsA(HANDLE hDs, DWORD cGuids, GUID* rGuids, DS_SCHEMA_GUID_MAPA** ppGuidMap);
NTDSAPI VOID WINAPI DsFreeSchemaGuidMapW(PDS_SCHEMA_GUID_MAPW pGuidMap);
NTDSAPI VOID WINAPI DsFreeSchemaGuidMapA(PDS_SCHEMA_GUID_MAPA pGuidMap);
#define DsMapSchemaGuids TRIBUTARY_AW(DsMapSchemaGuids)
#define DsFreeSchemaGuidMap TRIBUTARY_AW(DsFreeSchemaGuidMap)

/* DsQuoteRdnValue: makes the value of an RDN fit to stand in a distinguished name.
 * Characters that would be read as structure (, + " \ < > ; =, a # or a space in front, a space at the end) get a backslash,
 * NUL, newline and carriage return become \00, \0A and \0D, a tab in front or at the end \09. A value without any of them comes back as it is.
 * Neither text is null-terminated. pcQuotedRdnValueLength: in, the room in psQuotedRdnValue; out, the length of the result.
 * psQuotedRdnValue: may be null with a room of 0, to ask for the length.
 * Errors: ERROR_BUFFER_OVERFLOW (111) the room is too small, *pcQuotedRdnValueLength says how much it takes.
 * Source: RFC 4514 section 2.4. */
NTDSAPI DWORD WINAPI DsQuoteRdnValueW(DWORD cUnquotedRdnValueLength, LPCWCH psUnquotedRdnValue, DWORD* pcQuotedRdnValueLength,
                                      LPWCH psQuotedRdnValue);
NTDSAPI DWORD WINAPI DsQuoteRdnValueA(DWORD cUnquotedRdnValueLength, LPCCH psUnquotedRdnValue, DWORD* pcQuotedRdnValueLength,
                                      LPCH psQuotedRdnValue);
#define DsQuoteRdnValue TRIBUTARY_AW(DsQuoteRdnValue)

/* DsUnquoteRdnValue: the inverse of DsQuoteRdnValue; reads every form of RFC 2253.
 * A value in double quotes loses them and the white space around them, and in it a backslash keeps the next character.
 * Otherwise leading white space goes and trailing stays, \XX is an octet of UTF-8, a backslash must stand before a special
 * character, no special character may stand without one, and # in front introduces the hex of a BER value.
 * Lengths and room: as DsQuoteRdnValue.
 * Errors: ERROR_BUFFER_OVERFLOW (111); ERROR_DS_NAME_UNPARSEABLE (8350) the value breaks these rules.
 * Source: RFC 2253 sections 2.4 and 3. */
NTDSAPI DWORD WINAPI DsUnquoteRdnValueW(DWORD cQuotedRdnValueLength, LPCWCH psQuotedRdnValue, DWORD* pcUnquotedRdnValueLength,
                                        LPWCH psUnquotedRdnValue);
NTDSAPI DWORD WINAPI DsUnquoteRdnValueA(DWORD cQuotedRdnValueLength, LPCCH psQuotedRdnValue, DWORD* pcUnquotedRdnValueLength,
                                        LPCH psUnquotedRdnValue);
#define DsUnquoteRdnValue TRIBUTARY_AW(DsUnquoteRdnValue)

/* DsGetRdnW: takes the first RDN off a distinguished name.
 * ppDN, pcDN: in, the name (not null-terminated) and its length; out, what is left: ",DC=example,DC=com", which the next call
 *   accepts. ppKey, pcKey, ppVal, pcVal: receive the attribute and the value as they stand in the name, still quoted. At the
 *   end of the name all lengths are 0.
 * Owner: all pointers point into the caller's name. Exists in W only.
 * Errors: ERROR_DS_NAME_UNPARSEABLE (8350); the arguments are then unchanged. Source: RFC 2253 section 3. */
NTDSAPI DWORD WINAPI DsGetRdnW(LPCWCH* ppDN, DWORD* pcDN, LPCWCH* ppKey, DWORD* pcKey, LPCWCH* ppVal, DWORD* pcVal);

/* DsCrackUnquotedMangledRdn: whether an unquoted RDN value was mangled, and by what.
 * cchRDN: its length; it needs no terminator. pGuid, peDsMangleFor: optional, set only when the answer is TRUE: the objectGUID in the
 *   mangled name, and the reason. Result: TRUE or FALSE; a null pszRDN is not mangled.
 * Source: [MS-ADTS] 3.1.1.5.5 (tombstones), [MS-DRSR] 4.1.10.6 (name conflicts). */
NTDSAPI BOOL WINAPI DsCrackUnquotedMangledRdnW(LPCWSTR pszRDN, DWORD cchRDN, GUID* pGuid, DS_MANGLE_FOR* peDsMangleFor);
NTDSAPI BOOL WINAPI DsCrackUnquotedMangledRdnA(LPCSTR pszRDN, DWORD cchRDN, GUID* pGuid, DS_MANGLE_FOR* peDsMangleFor);
#define DsCrackUnquotedMangledRdn TRIBUTARY_AW(DsCrackUnquotedMangledRdn)

/* DsIsMangledRdnValue: whether an RDN value, quoted or not, is mangled for the reason asked for. Result: TRUE or FALSE.
 * Source: as DsCrackUnquotedMangledRdn. */
NTDSAPI BOOL WINAPI DsIsMangledRdnValueW(LPCWSTR pszRdn, DWORD cRdn, DS_MANGLE_FOR eDsMangleForDesired);
NTDSAPI BOOL WINAPI DsIsMangledRdnValueA(LPCSTR pszRdn, DWORD cRdn, DS_MANGLE_FOR eDsMangleForDesired);
#define DsIsMangledRdnValue TRIBUTARY_AW(DsIsMangledRdnValue)

/* DsIsMangledDn: the same for the first RDN of a distinguished name. Result: TRUE or FALSE; FALSE for what is no name. */
NTDSAPI BOOL WINAPI DsIsMangledDnW(LPCWSTR pszDn, DS_MANGLE_FOR eDsMangleFor);
NTDSAPI BOOL WINAPI DsIsMangledDnA(LPCSTR pszDn, DS_MANGLE_FOR eDsMangleFor);
#define DsIsMangledDn TRIBUTARY_AW(DsIsMangledDn)
