package cmd

// roomCases are the attacks and faults that rooms must stand, and the tests that
// tell them. What is known by no test is not here.
var roomCases = map[string]string{
	"D15 flood of a member":             "TestAFloodIsLimitedThenEnded",
	"H01 slow requests and pollers":     "TestSlowConnections TestABodyHasToArriveInTime TestAClientThatDoesNotPollIsClosedAsSlow TestARequestsHeaderIsBounded",
	"H02 client stops reading":          "TestWhoStopsReadingMissesNothing TestAClientThatDoesNotReadIsClosedAsSlow",
	"H03 half-open client":              "TestHalfOpenClientIsAway TestSilentPeerIsClosedAfterPingTimeout",
	"H04 sockets that are idle":         "TestIdleSockets",
	"H05 connections without end":       "TestTooManyConnections TestCeiling",
	"H07 SIGTERM in traffic, and twice": "TestSIGTERMInTraffic TestSecondSIGTERM",
	"H08 servers restarted and killed":  "TestServersAreKilled TestNothingIsLost TestNothingIsLostOverRestarts TestKilled",
	"H10 everybody comes back":          "TestStormAfterRestart",
	"H13 bad history requests":          "TestBadHistoryRequests TestPagingInParallel TestPagesAreBounded TestRedisPagesAreBounded",
	"H15 mistakes at the start":         "TestAMistakeInEachVariableIsOneLine TestEachCommandHelpsAndRefuses",
	"H16 coming and going":              "TestChurnLeavesNothing TestBreakingOffAllTheTime TestPanicEndsOneRequest",
}
