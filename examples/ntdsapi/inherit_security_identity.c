/* SPDX-License-Identifier: Apache-2.0
 *
 * DsInheritSecurityIdentity: gives the SIDs of one principal to another and deletes the first.
 */
#include "example.h"

int wmain(int argc, wchar_t *argv[])
{
    HANDLE ds;
    int status;

    if (argc != 4)
        return Usage(L"inherit_security_identity DC SOURCE-DN DESTINATION-DN");
    ds = Bind(argv[1]);
    if (ds == NULL)
        return 1;
    status = Report(L"DsInheritSecurityIdentity", DsInheritSecurityIdentity(ds, 0, argv[2], argv[3]));
    DsUnBind(&ds);
    return status;
}
