/* SPDX-License-Identifier: Apache-2.0
 *
 * DsCrackSpn, DsCrackSpn2, DsCrackSpn4W: takes a service principal name apart.
 */
#include "example.h"

int wmain(int argc, wchar_t *argv[])
{
    WCHAR serviceClass[64], service[256], instance[256], portName[64], realm[256];
    DWORD classLength = 64, serviceLength = 256, instanceLength = 256, portLength = 64, realmLength = 256, code;
    USHORT port = 0;

    if (argc != 2)
        return Usage(L"crack_spn SPN");
    code = DsCrackSpn2(argv[1], (DWORD)wcslen(argv[1]), &classLength, serviceClass, &serviceLength, service, &instanceLength, instance, &port);
    if (code == ERROR_SUCCESS) {
        wprintf(L"class %s, instance %s, port %hu, service %s\n", serviceClass, instance, port, service);
        return Report(L"DsCrackSpn", DsCrackSpn(argv[1], NULL, NULL, NULL, NULL, NULL, NULL, &port));
    }
    code = DsCrackSpn4W(argv[1], (DWORD)wcslen(argv[1]), NULL, NULL, NULL, NULL, &portLength, portName, NULL, NULL, &realmLength, realm);
    if (code == ERROR_SUCCESS)
        wprintf(L"port %s, realm %s\n", portName, realm);
    return Report(L"DsCrackSpn4", code);
}
