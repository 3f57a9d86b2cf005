/* SPDX-License-Identifier: Apache-2.0
 *
 * DsServerRegisterSpn: registers (0) or removes (2) the names of a service on this machine.
 */
#include "example.h"

int wmain(int argc, wchar_t *argv[])
{
    if (argc != 4)
        return Usage(L"server_register_spn OPERATION SERVICE-CLASS ACCOUNT-DN|null");
    return Report(L"DsServerRegisterSpn", DsServerRegisterSpn((DS_SPN_WRITE_OP)_wtoi(argv[1]), argv[2], OrNull(argv[3])));
}
