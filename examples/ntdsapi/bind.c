/* SPDX-License-Identifier: Apache-2.0
 *
 * DsBind, DsBindingSetTimeout, DsUnBind: a handle to a DC; a null name finds one of the domain of the tickets.
 */
#include "example.h"

int wmain(int argc, wchar_t *argv[])
{
    HANDLE ds = NULL;
    int status;

    if (argc != 3)
        return Usage(L"bind DC|null DOMAIN|null");
    status = Report(L"DsBind", DsBind(OrNull(argv[1]), OrNull(argv[2]), &ds));
    if (status != 0)
        return status;
    status = Report(L"DsBindingSetTimeout", DsBindingSetTimeout(ds, 30));
    if (status == 0)
        status = Report(L"DsUnBind", DsUnBind(&ds));
    if (status == 0 && ds == NULL)
        wprintf(L"bound and unbound\n");
    return status;
}
