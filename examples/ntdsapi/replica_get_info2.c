/* SPDX-License-Identifier: Apache-2.0
 *
 * DsReplicaGetInfo2: the stamps of the values of a linked attribute, page by page.
 */
#include "example.h"

int wmain(int argc, wchar_t *argv[])
{
    DWORD context = 0, total = 0, code;
    HANDLE ds;

    if (argc != 4)
        return Usage(L"replica_get_info2 DC OBJECT LINKED-ATTRIBUTE");
    ds = Bind(argv[1]);
    if (ds == NULL)
        return 1;
    do {
        DS_REPL_ATTR_VALUE_META_DATA_2 *values = NULL;
        DWORD i;

        code = DsReplicaGetInfo2(ds, DS_REPL_INFO_METADATA_2_FOR_ATTR_VALUE, argv[2], NULL, argv[3], NULL, 0, context, (VOID **)&values);
        if (code != ERROR_SUCCESS)
            break;
        for (i = 0; i < values->cNumEntries; ++i)
            wprintf(L"%s version %lu\n", values->rgMetaData[i].pszObjectDn, values->rgMetaData[i].dwVersion);
        total += values->cNumEntries;
        context = values->dwEnumerationContext;
        DsReplicaFreeInfo(DS_REPL_INFO_METADATA_2_FOR_ATTR_VALUE, values);
    } while (context != 0xFFFFFFFF);
    DsUnBind(&ds);
    wprintf(L"%lu values\n", total);
    return code == ERROR_NO_MORE_ITEMS ? 0 : Report(L"DsReplicaGetInfo2", code);
}
