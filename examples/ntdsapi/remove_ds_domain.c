/* SPDX-License-Identifier: Apache-2.0
 *
 * DsRemoveDsDomain: removes a domain whose last DC is gone.
 */
#include "example.h"

int wmain(int argc, wchar_t *argv[])
{
    HANDLE ds;
    int status;

    if (argc != 3)
        return Usage(L"remove_ds_domain DC DOMAIN-DN");
    ds = Bind(argv[1]);
    if (ds == NULL)
        return 1;
    status = Report(L"DsRemoveDsDomain", DsRemoveDsDomain(ds, argv[2]));
    DsUnBind(&ds);
    return status;
}
