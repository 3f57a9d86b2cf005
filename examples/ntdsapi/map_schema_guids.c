/* SPDX-License-Identifier: Apache-2.0
 *
 * DsMapSchemaGuids: the names behind schemaIDGUID and rightsGuid values.
 */
#include "example.h"

int wmain(int argc, wchar_t *argv[])
{
    DS_SCHEMA_GUID_MAP *map = NULL;
    GUID guids[16];
    HANDLE ds;
    int status, i;

    if (argc < 3 || argc - 2 > 16)
        return Usage(L"map_schema_guids DC GUID...");
    for (i = 0; i < argc - 2; ++i)
        if (!ParseGuid(argv[i + 2], &guids[i]))
            return Usage(L"map_schema_guids DC GUID...");
    ds = Bind(argv[1]);
    if (ds == NULL)
        return 1;
    status = Report(L"DsMapSchemaGuids", DsMapSchemaGuids(ds, (DWORD)argc - 2, guids, &map));
    for (i = 0; status == 0 && i < argc - 2; ++i)
        wprintf(L"type %lu %s\n", map[i].guidType, map[i].pName ? map[i].pName : L"-");
    DsFreeSchemaGuidMap(map);
    DsUnBind(&ds);
    return status;
}
