// SPDX-License-Identifier: Apache-2.0
// The Win32 codes that Tributary speaks: constants for the ones the code names, and a table of every code
// of [MS-ERREF] 2.2 with its name; for those that an administrator of replication meets, also a meaning, a likely cause and a
// remedy in our own words. The SEC_E_ HRESULTs are in it too, because repsFrom holds them. Pure tables: no I/O.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace tributary {

/// What `tributary showmsg` prints. `name` is always there; the other three are empty for codes outside our field,
/// and `cause` also where the meaning says it all. Each is one sentence with its period.
struct Win32Info {
  Win32 code{};
  std::string_view name;     ///< "ERROR_DS_DRA_BAD_NC"
  std::string_view meaning;  ///< what has happened
  std::string_view cause;    ///< what is likely behind it
  std::string_view remedy;   ///< what the administrator can do
};

/// The entry of a code, or null for a code that no table lists. Entries live as long as the program.
[[nodiscard]] const Win32Info* find_win32(Win32 code) noexcept;
/// Looks a code up by its name or an alias of it, in any case, with or without "ERROR_" or Samba's "WERR_"; null when there is none.
[[nodiscard]] const Win32Info* find_win32(std::string_view name) noexcept;
/// Every entry, ascending by code.
[[nodiscard]] std::span<const Win32Info> all_win32() noexcept;

/// A code as people write it: "8440", "0x20F8", "-2146893022" (how Windows prints an HRESULT), or a name.
/// kErrorInvalidParameter for a number that does not fit into 32 bits, kErrorNotFound for an unknown name.
[[nodiscard]] Result<Win32> parse_win32(std::string_view text);
/// The code inside an HRESULT of the Win32 facility: 5 for 0x80070005 ([MS-ERREF] 2.1.2).
[[nodiscard]] std::optional<Win32> win32_in_hresult(Win32 code) noexcept;

/// "ERROR_DS_DRA_BAD_NC", or "0x0000FFFE" for an unknown code.
[[nodiscard]] std::string win32_name(Win32 code);
/// What to do about a code that was met in a phase; the general remedy when the phase tells nothing more. May be empty.
[[nodiscard]] std::string_view win32_remedy(Win32 code, Phase phase) noexcept;
/// One line for a person: "ERROR_DS_DRA_BAD_NC (8440) during call: <meaning> (<detail>). <remedy>".
/// What comes from elsewhere (the detail) is made safe to show on a terminal and is cut when it is very long.
[[nodiscard]] std::string describe_error(const Error& error);

namespace win32 {
inline constexpr Win32 kErrorSuccess{0};
inline constexpr Win32 kErrorInvalidFunction{1};
inline constexpr Win32 kErrorFileNotFound{2};
inline constexpr Win32 kErrorAccessDenied{5};
inline constexpr Win32 kErrorInvalidHandle{6};
inline constexpr Win32 kErrorNotEnoughMemory{8};
inline constexpr Win32 kErrorInvalidData{13};
inline constexpr Win32 kErrorOutOfMemory{14};
inline constexpr Win32 kErrorNotSupported{50};
inline constexpr Win32 kErrorBadNetpath{53};
inline constexpr Win32 kErrorInvalidParameter{87};
inline constexpr Win32 kErrorDiskFull{112};
inline constexpr Win32 kErrorCallNotImplemented{120};
inline constexpr Win32 kErrorInsufficientBuffer{122};
inline constexpr Win32 kErrorInvalidName{123};
inline constexpr Win32 kErrorInvalidLevel{124};
inline constexpr Win32 kErrorAlreadyExists{183};
inline constexpr Win32 kErrorMoreData{234};
inline constexpr Win32 kErrorNoMoreItems{259};
inline constexpr Win32 kErrorIoPending{997};
inline constexpr Win32 kErrorInvalidFlags{1004};
inline constexpr Win32 kErrorNoUnicodeTranslation{1113};
inline constexpr Win32 kErrorNotFound{1168};
inline constexpr Win32 kErrorCancelled{1223};
inline constexpr Win32 kErrorConnectionRefused{1225};
inline constexpr Win32 kErrorGracefulDisconnect{1226};
inline constexpr Win32 kErrorNetworkUnreachable{1231};
inline constexpr Win32 kErrorHostUnreachable{1232};
inline constexpr Win32 kErrorConnectionAborted{1236};
inline constexpr Win32 kErrorNotAuthenticated{1244};
inline constexpr Win32 kErrorNoSuchSite{1249};
inline constexpr Win32 kErrorServerShutdownInProgress{1255};
inline constexpr Win32 kErrorRevisionMismatch{1306};
inline constexpr Win32 kErrorNoLogonServers{1311};
inline constexpr Win32 kErrorNoSuchLogonSession{1312};
inline constexpr Win32 kErrorInvalidAccountName{1315};
inline constexpr Win32 kErrorNoSuchUser{1317};
inline constexpr Win32 kErrorLogonFailure{1326};
inline constexpr Win32 kErrorAccountRestriction{1327};
inline constexpr Win32 kErrorInvalidLogonHours{1328};
inline constexpr Win32 kErrorInvalidWorkstation{1329};
inline constexpr Win32 kErrorPasswordExpired{1330};
inline constexpr Win32 kErrorAccountDisabled{1331};
inline constexpr Win32 kErrorNoneMapped{1332};
inline constexpr Win32 kErrorInvalidSid{1337};
inline constexpr Win32 kErrorInvalidSecurityDescr{1338};
inline constexpr Win32 kErrorNoSuchDomain{1355};
inline constexpr Win32 kErrorInternalError{1359};
inline constexpr Win32 kErrorWrongTargetName{1396};
inline constexpr Win32 kErrorMutualAuthFailed{1397};
inline constexpr Win32 kErrorTimeSkew{1398};
inline constexpr Win32 kErrorNoSystemResources{1450};
inline constexpr Win32 kErrorTimeout{1460};
inline constexpr Win32 kRpcSInvalidStringBinding{1700};
inline constexpr Win32 kRpcSInvalidBinding{1702};
inline constexpr Win32 kRpcSProtseqNotSupported{1703};
inline constexpr Win32 kRpcSInvalidNetAddr{1707};
inline constexpr Win32 kRpcSObjectNotFound{1710};
inline constexpr Win32 kRpcSUnknownIf{1717};
inline constexpr Win32 kRpcSOutOfResources{1721};
inline constexpr Win32 kRpcSServerUnavailable{1722};
inline constexpr Win32 kRpcSServerTooBusy{1723};
inline constexpr Win32 kRpcSCallFailed{1726};
inline constexpr Win32 kRpcSCallFailedDne{1727};
inline constexpr Win32 kRpcSProtocolError{1728};
inline constexpr Win32 kRpcSUnsupportedTransSyn{1730};
inline constexpr Win32 kRpcSUnsupportedType{1732};
inline constexpr Win32 kRpcSInvalidTag{1733};
inline constexpr Win32 kRpcSInvalidBound{1734};
inline constexpr Win32 kRpcSUnknownAuthnType{1741};
inline constexpr Win32 kRpcSProcnumOutOfRange{1745};
inline constexpr Win32 kRpcSBindingHasNoAuth{1746};
inline constexpr Win32 kRpcSUnknownAuthnService{1747};
inline constexpr Win32 kRpcSUnknownAuthnLevel{1748};
inline constexpr Win32 kRpcSInvalidAuthIdentity{1749};
inline constexpr Win32 kEptSInvalidEntry{1751};
inline constexpr Win32 kEptSCantPerformOp{1752};
inline constexpr Win32 kEptSNotRegistered{1753};
inline constexpr Win32 kRpcSCannotSupport{1764};
inline constexpr Win32 kRpcSInternalError{1766};
inline constexpr Win32 kRpcSZeroDivide{1767};
inline constexpr Win32 kRpcSAddressError{1768};
inline constexpr Win32 kRpcSFpDivZero{1769};
inline constexpr Win32 kRpcSFpUnderflow{1770};
inline constexpr Win32 kRpcSFpOverflow{1771};
inline constexpr Win32 kRpcXSsInNullContext{1775};
inline constexpr Win32 kRpcXSsContextDamaged{1777};
inline constexpr Win32 kRpcXSsHandlesMismatch{1778};
inline constexpr Win32 kRpcXNullRefPointer{1780};
inline constexpr Win32 kRpcXEnumValueOutOfRange{1781};
inline constexpr Win32 kRpcXByteCountTooSmall{1782};
inline constexpr Win32 kRpcXBadStubData{1783};
inline constexpr Win32 kRpcSCallInProgress{1791};
inline constexpr Win32 kErrorAccountExpired{1793};
inline constexpr Win32 kRpcSCallCancelled{1818};
inline constexpr Win32 kRpcSBindingIncomplete{1819};
inline constexpr Win32 kRpcSCommFailure{1820};
inline constexpr Win32 kRpcSUnsupportedAuthnLevel{1821};
inline constexpr Win32 kRpcSNotRpcError{1823};
inline constexpr Win32 kRpcSSecPkgError{1825};
inline constexpr Win32 kRpcXInvalidPipeObject{1830};
inline constexpr Win32 kRpcXWrongPipeOrder{1831};
inline constexpr Win32 kRpcXWrongPipeVersion{1832};
inline constexpr Win32 kErrorPasswordMustChange{1907};
inline constexpr Win32 kErrorDomainControllerNotFound{1908};
inline constexpr Win32 kErrorAccountLockedOut{1909};
inline constexpr Win32 kRpcXPipeClosed{1916};
inline constexpr Win32 kRpcXPipeDisciplineError{1917};
inline constexpr Win32 kRpcXPipeEmpty{1918};
inline constexpr Win32 kErrorContextExpired{1931};
inline constexpr Win32 kErrorDsNoAttributeOrValue{8202};
inline constexpr Win32 kErrorDsInvalidAttributeSyntax{8203};
inline constexpr Win32 kErrorDsAttributeTypeUndefined{8204};
inline constexpr Win32 kErrorDsAttributeOrValueExists{8205};
inline constexpr Win32 kErrorDsBusy{8206};
inline constexpr Win32 kErrorDsUnavailable{8207};
inline constexpr Win32 kErrorDsObjClassViolation{8212};
inline constexpr Win32 kErrorDsCantOnNonLeaf{8213};
inline constexpr Win32 kErrorDsCantOnRdn{8214};
inline constexpr Win32 kErrorDsCantModObjClass{8215};
inline constexpr Win32 kErrorDsOperationsError{8224};
inline constexpr Win32 kErrorDsProtocolError{8225};
inline constexpr Win32 kErrorDsTimelimitExceeded{8226};
inline constexpr Win32 kErrorDsSizelimitExceeded{8227};
inline constexpr Win32 kErrorDsAdminLimitExceeded{8228};
inline constexpr Win32 kErrorDsCompareFalse{8229};
inline constexpr Win32 kErrorDsCompareTrue{8230};
inline constexpr Win32 kErrorDsAuthMethodNotSupported{8231};
inline constexpr Win32 kErrorDsStrongAuthRequired{8232};
inline constexpr Win32 kErrorDsInappropriateAuth{8233};
inline constexpr Win32 kErrorDsAuthUnknown{8234};
inline constexpr Win32 kErrorDsReferral{8235};
inline constexpr Win32 kErrorDsUnavailableCritExtension{8236};
inline constexpr Win32 kErrorDsConfidentialityRequired{8237};
inline constexpr Win32 kErrorDsInappropriateMatching{8238};
inline constexpr Win32 kErrorDsConstraintViolation{8239};
inline constexpr Win32 kErrorDsNoSuchObject{8240};
inline constexpr Win32 kErrorDsAliasProblem{8241};
inline constexpr Win32 kErrorDsInvalidDnSyntax{8242};
inline constexpr Win32 kErrorDsIsLeaf{8243};
inline constexpr Win32 kErrorDsAliasDerefProblem{8244};
inline constexpr Win32 kErrorDsUnwillingToPerform{8245};
inline constexpr Win32 kErrorDsLoopDetect{8246};
inline constexpr Win32 kErrorDsNamingViolation{8247};
inline constexpr Win32 kErrorDsObjectResultsTooLarge{8248};
inline constexpr Win32 kErrorDsAffectsMultipleDsas{8249};
inline constexpr Win32 kErrorDsServerDown{8250};
inline constexpr Win32 kErrorDsLocalError{8251};
inline constexpr Win32 kErrorDsEncodingError{8252};
inline constexpr Win32 kErrorDsDecodingError{8253};
inline constexpr Win32 kErrorDsFilterUnknown{8254};
inline constexpr Win32 kErrorDsParamError{8255};
inline constexpr Win32 kErrorDsNotSupported{8256};
inline constexpr Win32 kErrorDsNoResultsReturned{8257};
inline constexpr Win32 kErrorDsControlNotFound{8258};
inline constexpr Win32 kErrorDsClientLoop{8259};
inline constexpr Win32 kErrorDsReferralLimitExceeded{8260};
inline constexpr Win32 kErrorDsAddReplicaInhibited{8302};
inline constexpr Win32 kErrorDsAttNotDefInSchema{8303};
inline constexpr Win32 kErrorDsObjStringNameExists{8305};
inline constexpr Win32 kErrorDsRdnDoesntMatchSchema{8307};
inline constexpr Win32 kErrorDsAttIsNotOnObj{8310};
inline constexpr Win32 kErrorDsIllegalModOperation{8311};
inline constexpr Win32 kErrorDsBadInstanceType{8313};
inline constexpr Win32 kErrorDsObjectClassRequired{8315};
inline constexpr Win32 kErrorDsMissingRequiredAtt{8316};
inline constexpr Win32 kErrorDsAttNotDefForClass{8317};
inline constexpr Win32 kErrorDsAttAlreadyExists{8318};
inline constexpr Win32 kErrorDsSingleValueConstraint{8321};
inline constexpr Win32 kErrorDsRangeConstraint{8322};
inline constexpr Win32 kErrorDsAttValAlreadyExists{8323};
inline constexpr Win32 kErrorDsCantRemMissingAtt{8324};
inline constexpr Win32 kErrorDsCantRemMissingAttVal{8325};
inline constexpr Win32 kErrorDsNoParentObject{8329};
inline constexpr Win32 kErrorDsChildrenExist{8332};
inline constexpr Win32 kErrorDsObjNotFound{8333};
inline constexpr Win32 kErrorDsBadNameSyntax{8335};
inline constexpr Win32 kErrorDsCantDeleteDsaObj{8340};
inline constexpr Win32 kErrorDsGenericError{8341};
inline constexpr Win32 kErrorDsInsuffAccessRights{8344};
inline constexpr Win32 kErrorDsIllegalSuperior{8345};
inline constexpr Win32 kErrorDsNameTooLong{8348};
inline constexpr Win32 kErrorDsNameUnparseable{8350};
inline constexpr Win32 kErrorDsCantAddSystemOnly{8358};
inline constexpr Win32 kErrorDsClassMustBeConcrete{8359};
inline constexpr Win32 kErrorDsNoCrossrefForNc{8363};
inline constexpr Win32 kErrorDsShuttingDown{8364};
inline constexpr Win32 kErrorDsInvalidRoleOwner{8366};
inline constexpr Win32 kErrorDsCouldntContactFsmo{8367};
inline constexpr Win32 kErrorDsCantModSystemOnly{8369};
inline constexpr Win32 kErrorDsObjClassNotDefined{8371};
inline constexpr Win32 kErrorDsObjClassNotSubclass{8372};
inline constexpr Win32 kErrorDsNameReferenceInvalid{8373};
inline constexpr Win32 kErrorDsCrossRefExists{8374};
inline constexpr Win32 kErrorDsCantDelMasterCrossref{8375};
inline constexpr Win32 kErrorDsDupRdn{8378};
inline constexpr Win32 kErrorDsDupOid{8379};
inline constexpr Win32 kErrorDsDupMapiId{8380};
inline constexpr Win32 kErrorDsDupSchemaIdGuid{8381};
inline constexpr Win32 kErrorDsDupLdapDisplayName{8382};
inline constexpr Win32 kErrorDsSemanticAttTest{8383};
inline constexpr Win32 kErrorDsSyntaxMismatch{8384};
inline constexpr Win32 kErrorDsExistsInMustHave{8385};
inline constexpr Win32 kErrorDsExistsInMayHave{8386};
inline constexpr Win32 kErrorDsNonexistentMayHave{8387};
inline constexpr Win32 kErrorDsNonexistentMustHave{8388};
inline constexpr Win32 kErrorDsAuxClsTestFail{8389};
inline constexpr Win32 kErrorDsNonexistentPossSup{8390};
inline constexpr Win32 kErrorDsSubClsTestFail{8391};
inline constexpr Win32 kErrorDsBadRdnAttIdSyntax{8392};
inline constexpr Win32 kErrorDsExistsInAuxCls{8393};
inline constexpr Win32 kErrorDsExistsInSubCls{8394};
inline constexpr Win32 kErrorDsExistsInPossSup{8395};
inline constexpr Win32 kErrorDsTreeDeleteNotFinished{8397};
inline constexpr Win32 kErrorDsCantDelete{8398};
inline constexpr Win32 kErrorDsAttSchemaReqId{8399};
inline constexpr Win32 kErrorDsBadAttSchemaSyntax{8400};
inline constexpr Win32 kErrorDsDatabaseError{8409};
inline constexpr Win32 kErrorDsSchemaNotLoaded{8414};
inline constexpr Win32 kErrorDsGcverifyError{8417};
inline constexpr Win32 kErrorDsDraSchemaMismatch{8418};
inline constexpr Win32 kErrorDsCantFindDsaObj{8419};
inline constexpr Win32 kErrorDsCantFindExpectedNc{8420};
inline constexpr Win32 kErrorDsSecurityIllegalModify{8423};
inline constexpr Win32 kErrorDsInternalFailure{8430};
inline constexpr Win32 kErrorDsUnknownError{8431};
inline constexpr Win32 kErrorDsDraGeneric{8436};
inline constexpr Win32 kErrorDsDraInvalidParameter{8437};
inline constexpr Win32 kErrorDsDraBusy{8438};
inline constexpr Win32 kErrorDsDraBadDn{8439};
inline constexpr Win32 kErrorDsDraBadNc{8440};
inline constexpr Win32 kErrorDsDraDnExists{8441};
inline constexpr Win32 kErrorDsDraInternalError{8442};
inline constexpr Win32 kErrorDsDraInconsistentDit{8443};
inline constexpr Win32 kErrorDsDraConnectionFailed{8444};
inline constexpr Win32 kErrorDsDraBadInstanceType{8445};
inline constexpr Win32 kErrorDsDraOutOfMem{8446};
inline constexpr Win32 kErrorDsDraMailProblem{8447};
inline constexpr Win32 kErrorDsDraRefAlreadyExists{8448};
inline constexpr Win32 kErrorDsDraRefNotFound{8449};
inline constexpr Win32 kErrorDsDraObjIsRepSource{8450};
inline constexpr Win32 kErrorDsDraDbError{8451};
inline constexpr Win32 kErrorDsDraNoReplica{8452};
inline constexpr Win32 kErrorDsDraAccessDenied{8453};
inline constexpr Win32 kErrorDsDraNotSupported{8454};
inline constexpr Win32 kErrorDsDraRpcCancelled{8455};
inline constexpr Win32 kErrorDsDraSourceDisabled{8456};
inline constexpr Win32 kErrorDsDraSinkDisabled{8457};
inline constexpr Win32 kErrorDsDraNameCollision{8458};
inline constexpr Win32 kErrorDsDraSourceReinstalled{8459};
inline constexpr Win32 kErrorDsDraMissingParent{8460};
inline constexpr Win32 kErrorDsDraPreempted{8461};
inline constexpr Win32 kErrorDsDraAbandonSync{8462};
inline constexpr Win32 kErrorDsDraShutdown{8463};
inline constexpr Win32 kErrorDsDraIncompatiblePartialSet{8464};
inline constexpr Win32 kErrorDsDraSourceIsPartialReplica{8465};
inline constexpr Win32 kErrorDsDraExtnConnectionFailed{8466};
inline constexpr Win32 kErrorDsDupLinkId{8468};
inline constexpr Win32 kErrorDsNameErrorResolving{8469};
inline constexpr Win32 kErrorDsNameErrorNotFound{8470};
inline constexpr Win32 kErrorDsNameErrorNotUnique{8471};
inline constexpr Win32 kErrorDsNameErrorNoMapping{8472};
inline constexpr Win32 kErrorDsNameErrorDomainOnly{8473};
inline constexpr Win32 kErrorDsNameErrorNoSyntacticalMapping{8474};
inline constexpr Win32 kErrorDsConstructedAttMod{8475};
inline constexpr Win32 kErrorDsDraReplPending{8477};
inline constexpr Win32 kErrorDsInvalidLdapDisplayName{8479};
inline constexpr Win32 kErrorDsCantMoveDeletedObject{8489};
inline constexpr Win32 kErrorDsIllegalBaseSchemaMod{8507};
inline constexpr Win32 kErrorDsCantCreateUnderSchema{8510};
inline constexpr Win32 kErrorDsDnsLookupFailure{8524};
inline constexpr Win32 kErrorDsKeyNotUnique{8527};
inline constexpr Win32 kErrorDsWrongLinkedAttSyntax{8528};
inline constexpr Win32 kErrorDsNoPktPrivacyOnConnection{8533};
inline constexpr Win32 kErrorDsSrcAndDstObjectClassMismatch{8540};
inline constexpr Win32 kErrorDsDraSchemaInfoShip{8542};
inline constexpr Win32 kErrorDsDraSchemaConflict{8543};
inline constexpr Win32 kErrorDsDraEarlierSchemaConflict{8544};
inline constexpr Win32 kErrorDsDraObjNcMismatch{8545};
inline constexpr Win32 kErrorDsNcStillHasDsas{8546};
inline constexpr Win32 kErrorDsGcRequired{8547};
inline constexpr Win32 kErrorDsInvalidNameForSpn{8554};
inline constexpr Win32 kErrorDsMustBeRunOnDstDc{8558};
inline constexpr Win32 kErrorDsOutOfVersionStore{8573};
inline constexpr Win32 kErrorDsModifydnDisallowedByInstanceType{8579};
inline constexpr Win32 kErrorDsNoObjectMoveInSchemaNc{8580};
inline constexpr Win32 kErrorDsModifydnDisallowedByFlag{8581};
inline constexpr Win32 kErrorDsModifydnWrongGrandparent{8582};
inline constexpr Win32 kErrorDsNameErrorTrustReferral{8583};
inline constexpr Win32 kErrorDsCantDeriveSpnWithoutServerRef{8589};
inline constexpr Win32 kErrorDsDifferentReplEpochs{8593};
inline constexpr Win32 kErrorDsDrsExtensionsChanged{8594};
inline constexpr Win32 kErrorDsDupMsdsIntid{8597};
inline constexpr Win32 kErrorDsExistsInRdnattid{8598};
inline constexpr Win32 kErrorDsAuthorizationFailed{8599};
inline constexpr Win32 kErrorDsInsufficientAttrToCreateObject{8606};
inline constexpr Win32 kErrorDsRoleNotVerified{8610};
inline constexpr Win32 kErrorDsReplLifetimeExceeded{8614};
inline constexpr Win32 kErrorDsDisallowedInSystemContainer{8615};
inline constexpr Win32 kErrorDsDraOutScheduleWindow{8617};
inline constexpr Win32 kErrorDsNoServerObject{8622};
inline constexpr Win32 kErrorDsNoNtdsaObject{8623};
inline constexpr Win32 kErrorDsDraRecycledTarget{8639};
inline constexpr Win32 kDnsErrorRcodeServerFailure{9002};
inline constexpr Win32 kDnsErrorRcodeNameError{9003};
inline constexpr Win32 kDnsErrorRcodeRefused{9005};
inline constexpr Win32 kDnsInfoNoRecords{9501};
inline constexpr Win32 kWsaEConnReset{10054};
inline constexpr Win32 kWsaHostNotFound{11001};
inline constexpr Win32 kWsaTryAgain{11002};
inline constexpr Win32 kWsaNoData{11004};
inline constexpr Win32 kSecETargetUnknown{0x80090303};
inline constexpr Win32 kSecEInvalidToken{0x80090308};
inline constexpr Win32 kSecELogonDenied{0x8009030C};
inline constexpr Win32 kSecENoCredentials{0x8009030E};
inline constexpr Win32 kSecEMessageAltered{0x8009030F};
inline constexpr Win32 kSecEOutOfSequence{0x80090310};
inline constexpr Win32 kSecENoAuthenticatingAuthority{0x80090311};
inline constexpr Win32 kSecEContextExpired{0x80090317};
inline constexpr Win32 kSecEWrongPrincipal{0x80090322};
inline constexpr Win32 kSecETimeSkew{0x80090324};
inline constexpr Win32 kSecEDecryptFailure{0x80090330};
}  // namespace win32
}  // namespace tributary
