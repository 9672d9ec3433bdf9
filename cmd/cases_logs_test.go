package cmd

// logCases are the attacks on the log and the alerts (F), and the tests that tell
// them.
var logCases = map[string]string{
	"F01 text that forges records":      "TestHostileRequestsInTheLog TestHostileMembersInTheLog TestRecordsAreLines",
	"F02 what must not be written down": "TestNothingPrivateIsLogged TestMessagesAreNotLogged",
	"F04 a Telegram that misbehaves":    "TestTelegramInTrouble TestHangingTelegramDelaysNobody TestHostileText TestTelegramIsAway",
	"F05 alerts about alerts":           "TestManyBecomeOne TestGuessesWhileTelegramIsAway",
	"F06 a log that cannot be written":  "TestLogDiskIsFull TestLogInTrouble TestStdoutIsFull TestAHangingFileIsTold TestFileIsMoved TestFilesAreBounded",
}
