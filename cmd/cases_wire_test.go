package cmd

// wireCases are the attacks on the transports and protocols below the rooms (D),
// and the tests that tell them. What is known by no test is not here; the flood
// of a member stands among the cases of rooms.
var wireCases = map[string]string{
	"D01 no cookie":                         "TestAStrangerGetsNoSocket TestASocketOfSomebodyElse TestHeadersOnEveryAnswer",
	"D02 a page of another site":            "TestASocketOfAnotherSite TestGuard",
	"D03 the session id of somebody else":   "TestASessionWorksForItsOwnerOnly TestASocketOfSomebodyElse",
	"D04 session ids that can be guessed":   "TestSessionIDsAreDrawnAtRandom TestPrivateIDsAreDrawnAtRandom",
	"D05 bodies too large":                  "TestMaxPayloadOfAPost TestTranscripts FuzzPayload FuzzPolling TestAHundredBodiesTooLarge TestABodyOfManyPackets",
	"D06 attachments that are not there":    "TestDecodeArgsChecksPlaceholders TestDecodeHeaderRefuses TestFaultsEndTheConnection TestABinaryThatNobodyOwesEndsTheConnection TestHostileAttachments FuzzArgs",
	"D07 names, ack ids and JSON to choke":  "TestEventName TestWhatIsIgnored TestDecodeHeaderRefuses TestDecodeArgsChecksPlaceholders FuzzHeader TestHostileEvents FuzzEventName",
	"D08 transports and versions of words":  "TestRefusals TestTranscripts FuzzRequest",
	"D09 frames that break the rules":       "TestHostileFrames TestFaultsOnAWebsocket TestFramesSentWithTheHandshake FuzzWebsocket TestFrames TestFramesThatLieCostNothing FuzzUpgrade FuzzFraming",
	"D10 headers without end":               "TestARequestsHeaderIsBounded TestHostileHeaders",
	"D13 compression that swells":           "TestNothingIsUnpacked TestTranscripts TestACompressedFrameIsRefused",
	"D16 opened and then silent":            "TestAClientThatJoinsNothingIsClosed TestASocketStaysOnPollingWhenTheProbeFails TestHostileFrames TestTooManyStrangersAreTurnedAway TestSocketsOfAnOwnerAreBounded TestFiveThousandThatJoinNothing",
	"D17 two requests at once":              "TestTwoPollsAtOnceEndTheSession TestTwoPostsAtOnceEndTheSession TestNothingIsTakenAfterAClose TestNoAnswerGoesToAnotherRequest",
	"D18 rooms and senders that are forged": "TestRefusals TestAForgedSenderIsIgnored TestAClientIsInTwentyRoomsAtMost TestTenThousandRooms TestARoomOfTenMegabytes TestTenThousandNamespaces FuzzEvents",
}
